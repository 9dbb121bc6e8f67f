"""The sample's deals: signed, registered, on their land, become key projects, ended; and what both
sides promised.
"""

from datetime import timedelta
from decimal import Decimal

from hangu.sample.payments import Payments
from hangu.sample.places import sample_uscc
from hangu.sample.sketches import chance, tables
from investment import services, signing
from investment.models import Commitment, ExclusionRule
from ledgers.money import read_amount
from projects.models import Milestone

SIGNED, PROMISED, LANDED, REGISTERED, SUPPLIED, MET, ENDED = 100, 130, 190, 220, 230, 350, 400
# Days from the signing to what is agreed, where the project does not say.
AGREED = {"due_register": 75, "due_start": 480, "due_finish": 1100, "due_operation": 1220}
# What is entered of a promise when its day has come.
OUTCOME = ("met_on", "waived_reason", "actual", "remedy")
# Sample codes of the enterprises end before this number.
FIRST_CODE = 501


class Contracts:
    def __init__(self, story):
        self.story, self.almanac = story, story.almanac
        self.rows = tables("deals.toml")
        self.words = self.rows.pop("words")
        self.payments = Payments(story)
        self.exclusions = {row.code: row for row in ExclusionRule.objects.all()}
        self.intended = {
            row[0]: row
            for part in ("year2023", "later")
            for row in tables("prospects.toml")[part]["signed"]
        }
        self.milestones = {}
        projects = {row.pk: key for key, row in story.projects.items()}
        for milestone in Milestone.objects.filter(project__in=projects):
            key = projects[milestone.project_id]
            self.milestones.setdefault(key, {})[milestone.code] = milestone

    def tell(self):
        for order, (key, row) in enumerate(self.rows.items()):
            deal = Contract(self, key, row, order)
            if deal.signed_on is None:
                continue
            self.story.add(deal.signed_on, SIGNED, self.sign, deal)
            self.promise(deal)
            self.perform(deal)
            self.payments.tell(key, deal)

    def perform(self, deal):
        """What came of it."""
        for day, minutes, values in deal.steps():
            self.story.add(day, minutes, self.save, deal.key, deal.keeper, values)
        if deal.milestones:
            self.story.add(self.after(deal.signed_on), LANDED, self.land, deal)
        if "ended" in deal.row:
            day = self.story.read(deal.row["ended"][0])
            self.story.add(day, ENDED, self.end, deal, deal.row["ended"][1])

    def after(self, day):
        return self.almanac.worked(day + timedelta(days=2))

    # Promises

    def promise(self, deal):
        """The usual ones of a formal deal and those that are written out; what came of each is
        entered on its day.
        """
        usual = deal.usual_promises() if deal.type == "formal" else []
        begin, promised = self.after(deal.signed_on), []
        for by, item, due, rest in [*usual, *deal.promises()]:
            outcome = {name: rest.pop(name) for name in OUTCOME if name in rest}
            promised.append(Commitment(by=by, item=item, due_on=due, **rest))
            if outcome:
                day = max(outcome.get("met_on", due), begin)
                self.story.add(day, MET, self.outcome, deal, (by, item, due), outcome)
        if promised:
            self.story.add(begin, PROMISED, self.enter, deal, promised)

    def enter(self, now, deal, promised):
        """All at once, as the agreement is at hand."""
        row = services.lock(self.story.deals[deal.key], deal.keeper, "commitment")
        for commitment in promised:
            commitment.deal = row
        Commitment.objects.bulk_create(promised)
        first = promised[0]
        services.record(
            row, "commitment", deal.keeper, now, item=first.item, by=first.by, due_on=first.due_on
        )
        self.story.deals[deal.key] = row

    def outcome(self, now, deal, which, values):
        by, item, due = which
        row = self.story.deals[deal.key]
        commitment = Commitment.objects.get(deal=row, by=by, item=item, due_on=due)
        signing.save_commitment(
            deal=row, user=deal.keeper, commitment=commitment, values=values, now=now
        )

    # Deeds

    def sign(self, now, deal):
        values = deal.values()
        if prior := deal.row.get("prior"):
            values["prior_deal"] = self.story.deals[prior]
        self.story.deals[deal.key] = signing.save_deal(
            user=deal.keeper, values=values, now=now, sample=True
        )

    def save(self, now, key, user, values):
        deal = self.story.deals[key]
        self.story.deals[key] = signing.save_deal(user=user, deal=deal, values=values, now=now)

    def land(self, now, deal):
        """The project is in the story already: it is named, not made."""
        row = services.lock(self.story.deals[deal.key], deal.keeper, "land")
        row.project = self.story.projects[deal.row["project"]]
        services.record(row, "land", deal.keeper, now, project=row.project.number)
        self.story.deals[deal.key] = row

    def end(self, now, deal, reason):
        """What was still promised falls away with it."""
        row = self.story.deals[deal.key]
        for commitment in row.commitments.open():
            signing.save_commitment(
                deal=row,
                user=deal.keeper,
                commitment=commitment,
                values={"waived_reason": "协议终止，不再履行。"},
                now=now,
            )
        values = {"status": deal.row["status"], "termination_reason": reason}
        self.save(now, deal.key, deal.keeper, values)


class Contract:
    """One table of deals.toml, read. `milestones`: those of its project, {code: Milestone}."""

    def __init__(self, contracts, key, row, order):
        self.contracts, self.story, self.key, self.row = contracts, contracts.story, key, row
        self.order = order
        self.keeper = self.story.keeper(key)
        self.type = row.get("type", "formal")
        self.intended = contracts.intended.get(key)
        self.milestones = contracts.milestones.get(row.get("project"), {})
        self.signed_on = self.signed()
        self.registered_on = self.read("registered")
        self.supplied_on = self.story.read(row["land"][0]) if "land" in row else None
        self.agreed = self.agreed_days() if self.signed_on else {}

    def read(self, name):
        return self.story.read(self.row[name]) if name in self.row else None

    def signed(self):
        if "signed" in self.row:
            return self.read("signed")
        return self.milestones["signing"].actual_on if "signing" in self.milestones else None

    @property
    def title(self):
        return self.row.get("title") or self.intended[2]

    @property
    def investor(self):
        """Name, origin, industry, node."""
        if self.intended:
            return self.intended[1], self.intended[3], self.intended[6], self.intended[7]
        return (*self.row["investor"], "")[:4]

    @property
    def company(self):
        name = self.investor[0].removeprefix("示例")
        return f"示例{name[2:].removesuffix('有限公司').removesuffix('集团')}（唐山）有限公司"

    def agreed_days(self):
        if self.type != "formal":
            return {}
        found = {}
        for name, days in AGREED.items():
            milestone = self.milestones.get(name.removeprefix("due_"))
            planned = milestone.original_on if milestone and name != "due_register" else None
            found[name] = planned or self.signed_on + timedelta(days=days)
        return found

    def values(self):
        name, origin, industry, node = self.investor
        amount = read_amount(self.row.get("amount") or self.row.get("amount_text") or "待定")
        prospect = self.story.prospects.get(self.key) if self.intended else None
        trip = self.story.trips.get((self.row.get("trip"), "outbound"))
        values = {
            "contract_no": f"示例汉招〔{self.signed_on.year}〕{self.order + 1:02d}号",
            "name": f"示例·{self.title}",
            "type": self.type,
            "signed_on": self.signed_on,
            "event": self.row.get("event", ""),
            "investor_name": name,
            "origin": origin,
            "industry": self.story.industries[industry],
            "node": self.story.nodes.get(node),
            "content": self.contracts.words["content"].format(title=self.title),
            "place": self.place(),
            "agreement_amount": amount.yuan,
            "agreement_amount_text": amount.text,
            "from_prospect": prospect,
            "from_trip": prospect.from_trip if prospect else trip,
            "exclusion": self.contracts.exclusions.get(self.row.get("exclusion")),
            **self.agreed,
        }
        return values | self.benefit(amount.yuan) | self.foreign()

    def place(self):
        project = self.story.projects.get(self.row.get("project"))
        if project:
            return project.place
        return ("临津产业园", "汉丰产业园")[chance(self.key, "park") % 2]

    def benefit(self, amount):
        """What a year in production is to bring; only formal deals say."""
        if self.type != "formal" or amount is None:
            return {}
        share = 90 + chance(self.key, "output") % 60
        wan = Decimal(10_000)
        return {
            "fixed_assets": (amount * (72 + chance(self.key) % 14) / 100 // wan) * wan,
            "output": (amount * share / 100 // wan) * wan,
            "tax": (amount * share / 2500 // wan) * wan,
            "jobs": int(amount / 2_000_000) + chance(self.key, "jobs") % 40,
        }

    def foreign(self):
        if "foreign" not in self.row:
            return {}
        currency, amount, rate, day = self.row["foreign"]
        return {
            "currency": currency,
            "foreign_amount": Decimal(amount),
            "rate": Decimal(rate),
            "rate_on": self.story.read(day),
        }

    def steps(self):
        """(day, minutes, values) of what is corrected later."""
        if self.registered_on:
            values = {"registered_on": self.registered_on, "company_name": self.company}
            values["company_uscc"] = sample_uscc(FIRST_CODE + self.order)
            project = self.story.projects.get(self.row.get("project"))
            if project:
                values["company_name"] = project.owner_name
            if project and project.owner_id:
                values["company_uscc"] = project.owner.uscc or ""
            if self.row.get("status") == "performing":
                values["status"] = "performing"
            yield self.registered_on, REGISTERED, values
        if self.supplied_on:
            _day, mode, area = self.row["land"]
            values = {"land_contract_on": self.supplied_on, "land_mode": mode}
            yield self.supplied_on, SUPPLIED, values | {"land_mu": Decimal(area or 0) or None}
        if self.row.get("status") == "finished":
            day = self.contracts.after(self.milestones["operation"].actual_on)
            yield day, ENDED, {"status": "finished"}

    # Promises

    def usual_promises(self):
        """(by, item, due, what came of it) of what nearly every deal says."""
        done = {code: row.actual_on for code, row in self.milestones.items()}
        words, agreed = self.contracts.words, self.agreed
        items = {"register": self.registered_on}
        if self.milestones:
            items |= {"start": done.get("start"), "operation": done.get("operation")}
        for item, met in items.items():
            yield "enterprise", item, agreed[f"due_{item}"], self.said(words[item], met)
        if self.supplied_on:
            supply = self.supplied_on + timedelta(days=10 + chance(self.key, "supply") % 30)
            yield "government", "land", supply, self.said(words["land"], self.supplied_on)

    def said(self, text, met):
        if met is None or met > self.contracts.almanac.today:
            return {"text": text}
        return {"text": text, "met_on": met}

    def promises(self):
        for by, item, due, rest in self.row.get("promises", ()):
            given = dict(rest)
            for name in ("amount", "actual"):
                if name in given:
                    given[name] = Decimal(given[name])
            if "met" in given:
                given["met_on"] = self.story.read(given.pop("met"))
            for short, name in (("fair", "fair_review"), ("waived", "waived_reason")):
                if short in given:
                    given[name] = given.pop(short)
            yield by, item, self.story.almanac.read(due), given
