"""The sample's promotion work is marked, in order, quiet about the past, and good on any day."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.db.models import F, Max

from accounts.models import User
from directory.uscc import is_valid
from hangu.sample.places import REAL
from investment import choices, reminders, workflow
from investment.models import (
    Chain,
    ChainTarget,
    Commitment,
    Deal,
    Institute,
    PipelineEvent,
    Prospect,
    Receipt,
    TechTransfer,
    Trip,
    TripVisit,
)
from notifications.models import Delivery, Message
from projects.models import KeyProject
from tests.hangu.promoted import ANCHOR, ANCHORS, PUBLISHED, promoter, published, shown, tell
from worktime import clock
from worktime.services import current_calendar


def test_what_is_invented_is_marked(promoted):
    known = {row[1] for row in REAL}
    texts = [
        *Trip.objects.values_list("theme", flat=True),
        *Prospect.objects.values_list("title", flat=True),
        *Prospect.objects.values_list("company", flat=True),
        *Prospect.objects.values_list("contact_name", flat=True),
        *TripVisit.objects.values_list("company", flat=True),
        *Deal.objects.values_list("name", flat=True),
        *Deal.objects.values_list("contract_no", flat=True),
        *Deal.objects.exclude(company_name="").values_list("company_name", flat=True),
        *Receipt.objects.values_list("evidence_no", flat=True),
        *Chain.objects.values_list("name", flat=True),
        *ChainTarget.objects.values_list("company", flat=True),
        *Institute.objects.values_list("name", flat=True),
        *TechTransfer.objects.values_list("title", flat=True),
    ]
    texts += [
        name
        for rows, field in (
            (Deal.objects, "investor_name"),
            (Receipt.objects, "payer"),
            (TechTransfer.objects, "receiver_name"),
        )
        for name in rows.values_list(field, flat=True)
        if name not in known
    ]
    assert len(texts) > 700
    assert [text for text in texts if "示例" not in text] == []
    for model in (Trip, Prospect, Deal, Receipt, TechTransfer, Institute):
        assert not model.objects.filter(is_sample=False).exists()
    codes = Deal.objects.exclude(company_uscc="").values_list("company_uscc", flat=True)
    assert all(map(is_valid, codes))


def test_everything_was_done_in_its_time(promoted):
    assert PipelineEvent.objects.aggregate(last=Max("at"))["last"] <= ANCHOR
    calendar = current_calendar()
    moments = list(PipelineEvent.objects.values_list("at", flat=True))
    assert [at for at in moments if clock.next_working_moment(calendar, at) != at] == []
    for model in (Trip, Prospect, Deal, TechTransfer):
        for row in model.objects.prefetch_related("events"):
            versions = [event.version for event in row.events.all()]
            assert versions == list(range(1, row.version + 1)), row
            times = [event.at for event in row.events.all()]
            assert times == sorted(times), row
            assert row.created_at == times[0], row
    numbers = Trip.objects.of_year(2023).order_by("end_on", "pk").values_list("number", flat=True)
    assert list(numbers) == sorted(numbers)


def test_reminders_show_and_the_past_is_quiet(promoted):
    own = Message.objects.filter(kind__startswith="investment.")
    kinds = {kind.removeprefix("investment.") for kind in own.values_list("kind", flat=True)}
    assert {
        "respond_due",
        "judge_due",
        "next_due",
        "update_due",
        "silent",
        "commitment_due",
        "commitment_late",
        "register_due",
        "receipt_pending",
        "signed",
    } <= kinds
    assert not Delivery.objects.filter(message__in=own).queued().exists()
    assert own.unread().filter(recipient=promoter()).count() < 40
    assert not own.unread().filter(created_at__lt=ANCHOR - timedelta(days=8)).exists()
    with transaction.atomic():
        again = reminders.sweep(now=ANCHOR)
        transaction.set_rollback(True)
    assert sum(again.values()) == 0


def test_the_enterprise_that_signs_in_has_a_deal(promoted):
    user = User.objects.get(username="enterprise")
    deal = Deal.objects.get(investor=user.enterprise)
    assert deal.project.owner_id == user.enterprise_id
    assert not Prospect.objects.visible_to(user).exists()
    assert not Trip.objects.visible_to(user).exists()


@pytest.mark.django_db
@pytest.mark.parametrize("anchor", ANCHORS, ids=lambda anchor: f"{anchor:%Y-%m-%d}")
def test_any_day_is_a_good_day(anchor, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    tell(anchor)
    assert shown() == (62, 53, 19, PUBLISHED)
    today = anchor.date()
    assert PipelineEvent.objects.aggregate(last=Max("at"))["last"] <= anchor
    rows = Prospect.objects.open()
    assert set(rows.values_list("stage", flat=True)) == set(workflow.OPEN)
    assert rows.filter(next_on__lt=today).exists()
    assert not rows.filter(received_on__gt=today).exists()
    for rate in published()["deals"]["rates"]:
        assert 0 < rate.value < 1, rate.code
    assert not Deal.objects.filter(registered_on__lt=F("signed_on")).exists()
    states = {row.state(today) for row in Commitment.objects.all()}
    assert states == dict(choices.COMMITMENT_STATE).keys()
    assert set(Receipt.objects.values_list("status", flat=True)) == (
        dict(choices.RECEIPT_STATUS).keys()
    )
    assert KeyProject.objects.exclude(from_deal=None).count() >= 11
