"""The money that came in for the sample's deals: entered by one promoter, recognised by the other
or by a leader.
"""

from decimal import Decimal

from hangu.sample.sketches import WAN, chance
from investment import funds
from investment.models import Receipt
from worktime import clock

ENTERED, REFUNDED, DECIDED = 260, 280, 300
# Working days until it is recognised.
DECIDED_AFTER = 5
# First the capital, then what is built and bought for it.
USUAL = [("capital", "verification"), ("fixed", "bank"), ("equipment", "equipment")]


class Payments:
    def __init__(self, story):
        self.story, self.almanac = story, story.almanac
        self.serial = 0

    def tell(self, key, deal):
        for position, (text, wan, *rest) in enumerate(deal.row.get("receipts", ())):
            day, given = self.story.read(text), rest[0] if rest else {}
            if day <= deal.signed_on:
                continue
            values = self.values(deal, position, day, wan, given)
            self.story.add(day, ENTERED, self.enter, key, deal.keeper, values)
            number = values["evidence_no"]
            if "wait" in given:
                continue
            decided = clock.shift_workdays(self.almanac.calendar, day, DECIDED_AFTER)
            reason = given.get("refused")
            self.story.add(decided, DECIDED, self.decide, number, self.second(deal, wan), reason)
            if "refund" in given:
                self.refund(deal, values, *given["refund"])

    def second(self, deal, wan):
        """Large sums are recognised by a leader, the others by the second promoter."""
        return self.story.users["principal"] if wan >= 2 * WAN else self.story.other(deal.keeper)

    def values(self, deal, position, day, wan, given):
        sub_kind, evidence = USUAL[position % len(USUAL)]
        origin = deal.investor[1]
        payer = deal.investor[0] if position % 2 == 0 else deal.company
        values = {
            "received_on": day,
            "kind": "domestic",
            "sub_kind": sub_kind,
            "source_region": origin,
            "payer": payer,
            "amount": Decimal(wan * WAN),
            "currency": "CNY",
            "evidence": evidence,
            "evidence_no": self.paper(deal, day),
        }
        if "usd" in given:
            rate, rate_on = given["usd"]
            values |= {
                "kind": "foreign",
                "currency": "USD",
                "rate": Decimal(rate),
                "rate_on": self.story.read(rate_on),
                "evidence": "forex",
                "statutory_no": f"示例外资〔{day.year}〕{1 + chance(deal.key) % 90:03d}号",
            }
        return values

    def paper(self, deal, day):
        self.serial += 1
        return f"示例凭证{day:%Y%m%d}-{self.serial:03d}"

    def refund(self, deal, first, text, wan):
        day = self.story.read(text)
        values = first | {"received_on": day, "amount": Decimal(-wan * WAN), "evidence": "bank"}
        values["evidence_no"] = self.paper(deal, day)
        self.story.add(
            day, REFUNDED, self.enter, deal.key, deal.keeper, values, first["evidence_no"]
        )
        decided = clock.shift_workdays(self.almanac.calendar, day, DECIDED_AFTER)
        second = self.second(deal, wan)
        self.story.add(decided, DECIDED, self.decide, values["evidence_no"], second, None)

    # Deeds

    def enter(self, now, key, user, values, refund_of=None):
        given = {"deal": self.story.deals[key]}
        if refund_of:
            given["refund_of"] = Receipt.objects.get(evidence_no=refund_of)
        receipt = funds.enter(user=user, values=values | given, now=now, sample=True)
        Receipt.objects.filter(pk=receipt.pk).update(created_at=now)

    def decide(self, now, number, user, reason):
        receipt = Receipt.objects.get(evidence_no=number)
        if reason:
            funds.refuse(receipt=receipt, user=user, reason=reason, now=now)
        else:
            funds.recognise(receipt=receipt, user=user, now=now)
