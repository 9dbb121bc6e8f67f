"""The sample's industry chains, and the technology that came from Beijing and Tianjin."""

from decimal import Decimal

from hangu.sample.places import kept_or_made
from hangu.sample.sketches import WAN, chance, tables
from investment import matching
from investment.models import Chain, ChainNode, Institute
from worktime import clock

ENTERED = 200
# Working days from the signing to the registration of the technical contract.
REGISTERED_AFTER = 12


def load_chains(story):
    """{"chain.node": ChainNode} of the chains of chains.toml."""
    found = {}
    for order, (code, table) in enumerate(tables("chains.toml")["chains"].items(), 1):
        chain = kept_or_made(
            Chain,
            code,
            table["name"],
            name_en=table["name_en"],
            industry=story.industries[table["industry"]],
            chief=story.users[table["chief"]],
            order=order * 10,
        )
        for position, row in enumerate(table["nodes"], 1):
            found[f"{code}.{row[0]}"] = _node(story, chain, position, row)
    return found


def _node(story, chain, position, row):
    _key, level, name, state, head, local, targets, gap = row
    if kept := ChainNode.objects.filter(chain=chain, name=name).first():
        return kept
    return matching.save_node(
        user=story.users["promoter"],
        values={
            "chain": chain,
            "level": level,
            "name": name,
            "state": state,
            "head": story.enterprises.get(head),
            "gap_note": gap,
            "order": position * 10,
        },
        enterprises=[story.enterprises[code] for code in local],
        targets=targets,
    )


class Transfers:
    def __init__(self, story):
        self.story, self.almanac = story, story.almanac
        self.file = tables("chains.toml")

    def tell(self):
        self.institutes = [
            Institute.objects.get_or_create(
                name=name, defaults={"kind": kind, "city": city, "is_sample": True}
            )[0]
            for name, (kind, city) in self.file["institutes"].items()
        ]
        for order, row in enumerate(self.file["transfers"]["rows"]):
            signed = self.story.read(row[5]) if row[5] else None
            day = self.entered_on(order, signed)
            self.story.add(day, ENTERED, self.enter, signed, row)

    def entered_on(self, order, signed):
        """With the registration of its contract; what is not signed, of late."""
        if signed is None:
            return self.almanac.date(8 + order)
        return clock.shift_workdays(self.almanac.calendar, signed, REGISTERED_AFTER)

    def provider(self, beginning):
        return next(row for row in self.institutes if row.name.startswith(beginning))

    def enter(self, now, signed, row):
        title, provider, receiver, form, stage, _signed, contract, technical, project = row
        values = {
            "title": f"示例·{title}",
            "provider": self.provider(provider),
            "receiver_name": self.story.enterprises[receiver].name,
            "form": form,
            "stage": stage,
            "signed_on": signed,
            "contract_amount": Decimal(contract * WAN) if contract else None,
            "tech_amount": Decimal(technical * WAN) if technical else None,
            "project": self.story.projects.get(project),
        }
        if signed:
            number = 1 + chance(title) % 9000
            values |= {
                "contract_no": f"示例技合〔{signed.year}〕{number:04d}号",
                "registered_on": now.date(),
            }
        matching.save_transfer(user=self.story.keeper(title), values=values, now=now, sample=True)
