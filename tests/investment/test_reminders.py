"""What falls due is said once, to whom it concerns, and taken back when it is done."""

from datetime import date, timedelta

import pytest
from django.urls import resolve
from django.utils import translation

from investment import messages, reminders, tasks, telling
from notifications import kinds
from notifications.models import Delivery, Message, TimerRun
from tests.investment.occasions import (
    BEGUN,
    CASES,
    DONE,
    FAR,
    OWNER,
    PROMOTERS,
    deal,
    postpone,
    promised,
    prospect,
)
from tests.investment.pipeline import at, fresh, wan


def named(value):
    return getattr(value, "__name__", str(value))


def told(kind):
    rows = Message.objects.filter(kind=f"investment.{kind}")
    return sorted(row.recipient.username for row in rows)


def mails(kind):
    rows = Delivery.objects.filter(message__kind=f"investment.{kind}")
    return sorted(rows.values_list("state", flat=True))


@pytest.mark.parametrize("case", CASES, ids=str)
def test_each_kind_speaks_once_from_its_day_on(pipeline, case):
    case.made(pipeline)
    first = at(2026, *case.first, 0)
    reminders.sweep(first - timedelta(minutes=1))
    assert told(case.kind) == []
    for hours in (0, 0, 3, 23):
        reminders.sweep(first + timedelta(hours=hours))
        assert told(case.kind) == case.people
    assert set(mails(case.kind)) == {"queued"}


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_timer_that_was_down_for_days_says_it_all_the_same_and_once(pipeline, case):
    case.made(pipeline)
    for days in (9, 9, 12, 29):
        reminders.sweep(at(2026, *case.first) + timedelta(days=days))
        assert told(case.kind) == case.people


@pytest.mark.parametrize(("case", "done"), DONE, ids=named)
def test_nothing_is_said_when_the_cause_is_gone(pipeline, case, done):
    row = case.made(pipeline)
    first = at(2026, *case.first)
    done(pipeline, fresh(row), min(first - timedelta(minutes=1), max(BEGUN, first)))
    reminders.sweep(first)
    reminders.sweep(first + timedelta(days=1))
    assert told(case.kind) == []


@pytest.mark.parametrize(("case", "done"), DONE, ids=named)
def test_mails_that_wait_are_taken_back_when_it_is_done(pipeline, case, done):
    row = case.made(pipeline)
    moment = at(2026, *case.first, 20)
    reminders.sweep(moment)
    assert set(mails(case.kind)) == {"queued"}
    done(pipeline, fresh(row), moment)
    assert set(mails(case.kind)) == {"cancelled"}
    reminders.sweep(moment)
    assert told(case.kind) == case.people  # what was read in the inbox stays


@pytest.mark.parametrize("case", CASES[:6], ids=str)
def test_a_correction_of_something_else_takes_nothing_back(pipeline, case):
    row = case.made(pipeline)
    moment = at(2026, *case.first, 20)
    reminders.sweep(moment)
    pipeline.change(fresh(row), now=moment, title="示例新名", screening="可行。")
    assert set(mails(case.kind)) == {"queued"}


@pytest.mark.parametrize("case", CASES[6:], ids=str)
def test_neither_does_one_of_a_deal(pipeline, case):
    row = case.made(pipeline)
    moment = at(2026, *case.first, 20)
    reminders.sweep(moment)
    pipeline.deal(deal=fresh(row), now=moment, place="临津产业园")
    pipeline.promise(row, now=moment, due_on=FAR)
    assert set(mails(case.kind)) == {"queued"}


@pytest.mark.parametrize("case", CASES[:6], ids=str)
def test_a_new_owner_is_told_and_the_old_ones_mail_taken_back(pipeline, case):
    row = case.made(pipeline)
    moment = at(2026, *case.first, 20)
    reminders.sweep(moment)
    pipeline.change(fresh(row), now=moment, owner=pipeline.person("second"))
    for _again in range(2):
        reminders.sweep(moment)
    assert told(case.kind) == PROMOTERS
    assert mails(case.kind) == ["cancelled", "queued"]


def test_what_is_done_on_one_takes_back_no_mail_of_another(pipeline):
    first, second = prospect(pipeline), prospect(pipeline)
    reminders.sweep(at(2026, 3, 13, 20))
    pipeline.follow(first, "respond", now=at(2026, 3, 13, 20))
    waiting = Delivery.objects.filter(state="queued", message__kind="investment.respond_due")
    assert [mail.message.data["number"] for mail in waiting] == [second.number]


def test_clocks_that_run_are_not_met_by_another(pipeline):
    row = prospect(pipeline)
    pipeline.follow(row, "judge", now=BEGUN, next_on=FAR)
    reminders.sweep(at(2026, 3, 19))
    assert (told("respond_due"), told("judge_due"), told("reply_due")) == (OWNER, [], OWNER)


def test_each_update_asks_anew_after_fourteen_days(pipeline):
    row = prospect(pipeline)
    reminders.sweep(at(2026, 3, 26))
    pipeline.follow(row, now=at(2026, 3, 27), next_on=FAR)
    reminders.sweep(at(2026, 4, 9))
    assert told("update_due") == OWNER
    reminders.sweep(at(2026, 4, 10))
    assert told("update_due") == OWNER * 2


def test_a_promise_that_was_put_off_is_reminded_of_by_its_new_date(pipeline):
    made = promised(pipeline)
    reminders.sweep(at(2026, 3, 21))
    postpone(pipeline, made, at(2026, 3, 22))
    reminders.sweep(at(2026, 10, 31))
    assert told("commitment_due") == PROMOTERS
    reminders.sweep(at(2026, 11, 1))
    assert told("commitment_due") == sorted(PROMOTERS * 2)


def test_a_promise_that_is_late_is_not_called_due_any_more(pipeline):
    promised(pipeline)
    reminders.sweep(at(2026, 4, 21))
    assert (told("commitment_due"), told("commitment_late")) == ([], PROMOTERS)


def test_promises_of_the_district_are_reminded_of_too(pipeline):
    pipeline.promise(deal(pipeline), by="government", item="land", due_on=date(2026, 4, 20))
    reminders.sweep(at(2026, 3, 21))
    assert told("commitment_due") == PROMOTERS


def test_a_deal_from_a_prospect_is_kept_by_its_owner(pipeline):
    row = pipeline.prospect(owner=pipeline.person("second"))
    pipeline.deal(wan(1), from_prospect=row, now=BEGUN)
    reminders.sweep(at(2026, 5, 11))
    assert told("register_due") == ["second"]


@pytest.mark.parametrize("gone", ["account", "role"])
def test_when_the_owner_is_gone_every_promoter_is_told(pipeline, gone):
    owner = pipeline.person("promoter")
    prospect(pipeline)
    if gone == "account":
        owner.is_active = False
        owner.save()
    else:
        owner.groups.clear()
    reminders.sweep(at(2026, 3, 13))
    assert told("respond_due") == ["second"]


@pytest.mark.parametrize("values", [{"type": "framework"}, {"type": "intention"}])
def test_what_does_not_count_owes_no_registration(pipeline, values):
    deal(pipeline, **values)
    reminders.sweep(at(2026, 12, 1))
    assert told("register_due") == []


def test_the_agreed_day_of_registration_goes_before_the_rule(pipeline):
    deal(pipeline, due_register=date(2026, 4, 1))
    reminders.sweep(at(2026, 3, 31))
    assert told("register_due") == []
    reminders.sweep(at(2026, 4, 1))
    assert told("register_due") == PROMOTERS


def test_signing_and_landing_are_told_and_not_to_who_did_it(pipeline):
    made = deal(pipeline)
    assert told("signed") == ["leader", "planner"]
    pipeline.land(made)
    assert told("landed") == ["planner"]
    pipeline.deal(deal=fresh(made), place="别处")
    assert (len(told("signed")), len(told("landed"))) == (2, 1)


@pytest.mark.parametrize("deed", ["recognise", "refuse"])
def test_money_that_waits_is_told_to_others_until_it_is_decided(pipeline, deed):
    made = deal(pipeline)
    receipt, other = pipeline.receipt(made, wan(1)), pipeline.receipt(made, wan(2))
    assert told("receipt_pending") == ["second", "second"]
    getattr(pipeline, deed)(receipt)
    waiting = Delivery.objects.filter(state="queued", message__kind="investment.receipt_pending")
    assert [mail.message.data["receipt"] for mail in waiting] == [other.number]


def test_one_that_fails_leaves_the_others_told(pipeline, monkeypatch):
    first = prospect(pipeline)
    prospect(pipeline)
    real = telling.tell

    def breaks(kind, row, *given, **data):
        if row.pk == first.pk:
            raise ZeroDivisionError
        return real(kind, row, *given, **data)

    monkeypatch.setattr(telling, "tell", breaks)
    with pytest.raises(ExceptionGroup):
        reminders.sweep(at(2026, 3, 13))
    assert told("respond_due") == OWNER
    monkeypatch.setattr(telling, "tell", real)
    reminders.sweep(at(2026, 3, 13))
    assert told("respond_due") == OWNER * 2


@pytest.fixture
def said(pipeline):
    """One message at least of every kind, made by real deeds."""
    for case in CASES:
        case.made(pipeline)
        reminders.sweep(at(2026, *case.first))
    pipeline.land(deal(pipeline))
    pipeline.receipt(deal(pipeline), wan(1))


def test_every_kind_is_rendered_from_its_stored_data_in_both_languages(said):
    rows = list(Message.objects.filter(kind__startswith="investment."))
    assert {row.kind for row in rows} == {f"investment.{code}" for code in messages.TEXTS}
    for row in rows:
        for language in ("zh-hans", "en"):
            with translation.override(language):
                text = kinds.get(row.kind).render(row.data)
            assert text.subject
            assert "\n" not in text.subject
            assert row.data["number"] in text.body
            assert "%(" not in text.subject + text.body
            assert resolve(text.url)


def test_what_a_message_says(said):
    def body(kind):
        row = Message.objects.filter(kind=f"investment.{kind}").first()
        return kinds.get(row.kind).render(row.data).body

    assert "应于2026年3月13日前首次响应" in body("respond_due")
    assert "的下一步“电话联系”定于2026年3月20日" in body("next_due")
    assert "自2026年3月12日以来没有进展" in body("silent")
    assert "企业承诺的“开工建设”应于2026年4月20日兑现，已经逾期" in body("commitment_late")
    assert "应于2026年5月11日前注册" in body("register_due")
    assert "已签正式协议" in body("signed")


def test_the_task_may_run_any_number_of_times(pipeline, frozen):
    for case in CASES:
        case.made(pipeline)
    frozen.move_to(at(2026, 6, 10))
    tasks.sweep_investment()
    before = Message.objects.count(), Delivery.objects.count()
    assert before[0] > 10
    tasks.sweep_investment()
    assert (Message.objects.count(), Delivery.objects.count()) == before
    assert TimerRun.objects.filter(name="investment.tasks.sweep_investment", ok=True).count() == 2
