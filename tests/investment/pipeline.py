"""Promotion work made by the real deeds: trips, prospects, deals, receipts."""

from datetime import date, datetime
from decimal import Decimal

from django.core.exceptions import ValidationError

from investment import funds, matching, services, signing
from investment.forms.deals import DealForm
from investment.models import ExclusionRule, Institute, PipelineEvent
from projects import planning
from tests.factories import NOW, SHANGHAI
from tests.projects.works import pdf, wan


def at(year, month, day, hour=10):
    return datetime(year, month, day, hour, tzinfo=SHANGHAI)


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def log(row):
    """[(action, from, to)] of a row, oldest first."""
    rows = PipelineEvent.objects.filter(**{type(row)._meta.model_name.removeprefix("tech"): row})
    return list(rows.values_list("action", "from_stage", "to_stage"))


def faults(deed, *given, **named):
    """{field: [sentence]} with which a deed is refused; fails when it is not."""
    try:
        deed(*given, **named)
    except ValidationError as error:
        return error.message_dict
    raise AssertionError("not refused")


class Pipeline:
    """Takes deeds as the promoter at `now`; what is not given is usual and unlike all others."""

    def __init__(self, people):
        self.people, self.now, self.made = people, NOW, 0

    @property
    def today(self):
        return self.now.date()

    def person(self, name):
        return self.people[name] if isinstance(name, str) else name

    def given(self, by, now):
        return {"user": self.person(by), "now": now or self.now}

    def trip(self, *, by="promoter", now=None, places=("广州",), trip=None, **values):
        usual = {"theme": "示例玻璃招商", "start_on": date(2026, 3, 2), "end_on": date(2026, 3, 4)}
        values = values if trip else usual | values
        return services.save_trip(values=values, places=places, trip=trip, **self.given(by, now))

    def visit(self, trip, company, *, by="promoter", now=None, **values):
        values = {"company": company} | values
        return services.add_visit(trip=trip, values=values, **self.given(by, now))

    def prospect(self, *, by="promoter", now=None, **values):
        self.made += 1
        usual = {
            "company": f"示例远方第{self.made}有限公司",
            "title": f"示例意向{self.made}",
            "channel": "association",
            "owner": self.person("promoter"),
            "next_action": "电话联系",
            "next_on": date(2026, 12, 1),
            "received_on": (now or self.now).date(),
        }
        return services.save_prospect(values=usual | values, **self.given(by, now))

    def change(self, prospect, *, by="promoter", now=None, **values):
        return services.save_prospect(prospect=prospect, values=values, **self.given(by, now))

    def follow(self, prospect, *met, by="promoter", now=None, **given):
        usual = {"text": "已通话。", "next_action": "考察", "next_on": date(2026, 12, 20)}
        return services.follow_up(
            prospect=prospect, met=met, **self.given(by, now), **usual | given
        )

    def move(self, prospect, target, *, by="promoter", now=None, **given):
        usual = {"lost": {"reason": "land"}}.get(target, {}) | {"text": "情况说明。"}
        return services.move(
            prospect=prospect, target=target, **self.given(by, now), **usual | given
        )

    def deal(self, amount=None, *, by="promoter", now=None, deal=None, **values):
        """A formal deal of this amount (yuan), signed on the day."""
        if deal is None:
            self.made += 1
            values = {
                "name": f"示例{chr(0x4E00 + self.made * 7)}{chr(0x5E00 + self.made * 11)}厂",
                "type": "formal",
                "signed_on": (now or self.now).date(),
                "investor_name": f"示例投资人{self.made}号",
                "agreement_amount": amount,
            } | values
        return signing.save_deal(deal=deal, values=values, **self.given(by, now))

    def promise(self, deal, *, actor="promoter", now=None, commitment=None, **values):
        """A promise of the enterprise; `by` is who promises."""
        usual = {"by": "enterprise", "item": "start", "due_on": date(2026, 6, 30)}
        values = values if commitment else usual | values
        return signing.save_commitment(
            deal=fresh(deal), commitment=commitment, values=values, **self.given(actor, now)
        )

    def receipt(self, deal, amount, *, by="promoter", now=None, **values):
        self.made += 1
        values = {
            "deal": deal,
            "received_on": (now or self.now).date(),
            "kind": "domestic",
            "sub_kind": "capital",
            "payer": f"示例付款方{self.made}号",
            "amount": Decimal(amount),
            "evidence": "bank",
            "evidence_no": f"PZ{self.made:05d}",
        } | values
        return funds.enter(values=values, **self.given(by, now))

    def recognise(self, receipt, amount=None, *, by="second", now=None, **given):
        return funds.recognise(receipt=receipt, amount=amount, **self.given(by, now), **given)

    def refuse(self, receipt, reason="凭证不符。", *, by="second", now=None):
        return funds.refuse(receipt=receipt, reason=reason, **self.given(by, now))

    def money(self, deal, amount, **given):
        """Received and recognised: it counts."""
        return self.recognise(self.receipt(deal, amount, **given), now=given.get("now"))

    def land(self, deal, *, by="promoter", now=None, **given):
        return signing.land(deal=fresh(deal), **self.given(by, now), **given)

    def reached(self, deal, *codes, day=None):
        """The key project it became has actual days of these milestones."""
        deal = fresh(deal)
        project = deal.project or self.land(deal)
        for code in codes:
            planning.record_actual(
                project=project,
                user=self.person("planner"),
                now=self.now,
                code=code,
                actual_on=day or self.today,
                files=[pdf()],
            )
        return project

    def transfer(self, *, by="promoter", now=None, **values):
        self.made += 1
        usual = {
            "title": f"示例成果{self.made}",
            "provider": Institute.objects.get_or_create(
                name="示例大学", kind="university", city="北京"
            )[0],
            "receiver_name": "示例受方有限公司",
            "form": "licence",
            "stage": "signed",
            "signed_on": (now or self.now).date(),
        }
        return matching.save_transfer(values=usual | values, **self.given(by, now))

    def excluded(self, code="outlet"):
        return ExclusionRule.objects.get(code=code)


def deal_form(user, data, *, key="", deal=None):
    """The bound form with what a page would post: text alone, nothing by itself."""
    usual = {"type": "formal", "currency": "CNY", "status": "valid"}
    return DealForm(subject=deal, user=user, key=key, data=usual | data)


__all__ = ["Pipeline", "at", "deal_form", "faults", "fresh", "log", "wan"]
