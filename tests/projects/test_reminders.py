"""What falls due is said once, to whom it concerns, and taken back when it is done."""

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from django.urls import resolve
from django.utils import translation

from notifications import kinds
from notifications.models import Delivery, Message, TimerRun
from projects import messages, reminders, services, snapshots, tasks, telling
from projects.models import LightSnapshot, ProgressReport, SponsorVisit
from tests.projects.works import at, fresh, wan

DEPARTMENT = ["handler", "head"]
OFFICE = ["planner", "second_planner"]
JANUARY, FEBRUARY = date(2026, 1, 1), date(2026, 2, 1)
BEGUN = at(2026, 1, 5)


def building(works, **given):
    return works.project("building", now=BEGUN, **given)


def to_report(works):
    """January's is sent, February's is owed."""
    project = building(works)
    works.draft(project, JANUARY, wan(1), send=True, now=at(2026, 2, 3))
    return project


def send_report(works, project, now):
    works.draft(project, FEBRUARY, wan(1), send=True, now=now)


def with_permit(works):
    project = works.project("preparing", now=BEGUN)
    day = date(2026, 1, 5)
    works.decided(project, "site", day, day, valid_until=date(2026, 5, 9), now=BEGUN)
    return project


def renew(works, project, now):
    works.step(project, "site", valid_until=date(2029, 5, 9), now=now)


def paused(works):
    project = building(works)
    return works.pause(project, now=at(2026, 2, 20), review_on=date(2026, 3, 13))


def resume(works, project, now):
    works.move(project, "building", reason="资金到位。", now=now)


def review(works, project, now):
    given = {"note": "仍停。", "review_on": now.date() + timedelta(days=30), "now": now}
    works.deed(services.review_pause, project, **given)


def to_finish(works, day=date(2026, 3, 25)):
    project = building(works, days={"finish": (day, None)}, listed_on=date(2026, 1, 5))
    works.sponsor(project, "sponsor", officer=works.people["second_planner"], now=BEGUN)
    return project


def finish(works, project, now):
    works.actual(project, "finish", now.date(), now=now)


def postpone(works, project, now):
    wanted = works.ask(project, "finish", new_on=date(2026, 12, 1), now=now)
    works.decide(wanted, by="sponsor", now=now)


def end(works, project, now):
    works.move(project, "terminated", reason="投资方退出。", now=now)


def to_visit(works):
    project = building(works)
    works.sponsor(project, "sponsor", officer=works.people["second_planner"], now=BEGUN)
    return project


def visit(works, project, now):
    works.visit(project, by="sponsor", leader="sponsor", now=now)


def hand_over(works, project, now):
    works.sponsor(project, "leader", since=now.date(), reason="分工调整。", now=now)


@dataclass
class Case:
    kind: str
    made: object
    first: tuple  # the first day of March or April on which it speaks
    people: list
    done: list

    def __str__(self):
        return self.kind


SPONSORS = ["second_planner", "sponsor"]
CASES = [
    # due on 6 March, two working days ahead
    Case("report_due", to_report, (3, 4), DEPARTMENT, [send_report, end]),
    Case("report_late", to_report, (3, 7), DEPARTMENT, [send_report, end]),
    # sixty days before 9 May
    Case("document_expiring", with_permit, (3, 10), [*DEPARTMENT, *OFFICE], [renew, end]),
    # three days before 13 March
    Case("pause_review", paused, (3, 10), [*DEPARTMENT, *OFFICE], [review, resume, end]),
    # fifteen days before 25 March, and the day after
    Case("milestone_due", to_finish, (3, 10), DEPARTMENT, [finish, postpone, end]),
    Case("milestone_overdue", to_finish, (3, 26), DEPARTMENT + SPONSORS, [finish, postpone, end]),
    # five working days of March are left: 25 26 27 30 31
    Case("visits_due", to_visit, (3, 25), SPONSORS, [visit, hand_over, end]),
]
DONE = [(case, done) for case in CASES for done in case.done]


def named(value):
    return getattr(value, "__name__", str(value))


def told(kind):
    rows = Message.objects.filter(kind=f"projects.{kind}").order_by("pk")
    return sorted(row.recipient.username for row in rows)


def mails(kind):
    rows = Delivery.objects.filter(message__kind=f"projects.{kind}")
    return sorted(rows.values_list("state", flat=True))


@pytest.mark.parametrize("case", CASES, ids=str)
def test_each_kind_speaks_once_from_its_day_on(works, case):
    case.made(works)
    first = at(2026, *case.first, 0)
    reminders.sweep(first - timedelta(minutes=1))
    assert told(case.kind) == []
    for hours in (0, 0, 3, 22):
        reminders.sweep(first + timedelta(hours=hours))
        assert told(case.kind) == sorted(case.people)
    assert set(mails(case.kind)) == {"queued"}


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_timer_that_was_down_for_days_says_it_all_the_same_and_once(works, case):
    case.made(works)
    days = {"report_due": 2, "milestone_due": 14}.get(case.kind, 6)
    moment = at(2026, *case.first) + timedelta(days=days)
    for _again in range(3):
        reminders.sweep(moment)
    assert told(case.kind) == sorted(case.people)


@pytest.mark.parametrize(("case", "done"), DONE, ids=named)
def test_nothing_is_said_when_the_cause_is_gone(works, case, done):
    project = case.made(works)
    done(works, project, at(2026, *case.first) - timedelta(days=3))
    Message.objects.all().delete()
    reminders.sweep(at(2026, *case.first))
    people = ["leader"] if done is hand_over else []
    assert told(case.kind) == people


@pytest.mark.parametrize(("case", "done"), DONE, ids=named)
def test_mails_that_wait_are_taken_back_when_it_is_done(works, case, done):
    project = case.made(works)
    moment = at(2026, *case.first, 20)
    reminders.sweep(moment)
    done(works, fresh(project), moment)
    assert set(mails(case.kind)) == {"cancelled"}
    assert told(case.kind) == sorted(case.people)  # what was read in the inbox stays


def test_what_is_done_on_one_project_takes_back_no_mail_of_another(works):
    first, second = to_report(works), to_report(works)
    reminders.sweep(at(2026, 3, 4))
    send_report(works, first, at(2026, 3, 4))
    open_mails = Delivery.objects.filter(state="queued", message__kind="projects.report_due")
    assert {mail.message.data["project"] for mail in open_mails} == {second.number}


def test_a_late_report_is_not_called_due_any_more(works):
    to_report(works)
    reminders.sweep(at(2026, 3, 20))
    assert (told("report_due"), told("report_late")) == ([], DEPARTMENT)


def test_who_came_into_a_reporting_stage_after_the_month_owes_no_report_of_it(works):
    works.project("building", now=at(2026, 3, 2))
    works.project("signed", now=BEGUN)
    reminders.sweep(at(2026, 3, 7))
    assert told("report_late") == []


def test_a_renewed_paper_is_reminded_of_by_its_new_date(works):
    project = with_permit(works)
    reminders.sweep(at(2026, 3, 10))
    works.step(project, "site", valid_until=date(2026, 7, 10), now=at(2026, 3, 11))
    reminders.sweep(at(2026, 5, 10))
    assert len(told("document_expiring")) == 4
    reminders.sweep(at(2026, 5, 11))
    assert len(told("document_expiring")) == 8


def test_a_postponed_milestone_is_reminded_of_by_its_new_date(works):
    project = to_finish(works)
    reminders.sweep(at(2026, 3, 10))
    postpone(works, project, at(2026, 3, 11))
    reminders.sweep(at(2026, 11, 15))
    assert len(told("milestone_due")) == 2
    reminders.sweep(at(2026, 11, 16))
    assert len(told("milestone_due")) == 4


@pytest.mark.parametrize("stage", ["building", "finished", "operating"])
def test_dates_still_to_come_are_reminded_of_after_the_finish_too(works, stage):
    days = {"operation": (date(2026, 3, 25), None), "capacity": (date(2026, 3, 11), None)}
    works.project(stage, days=days, now=BEGUN)
    reminders.sweep(at(2026, 3, 12))
    assert (told("milestone_due"), told("milestone_overdue")) == (DEPARTMENT, DEPARTMENT)


@pytest.mark.parametrize("stage", ["planning", "negotiating", "capacity"])
def test_before_and_after_its_life_no_date_is_reminded_of(works, stage):
    works.project(stage, days={"capacity": (date(2026, 3, 11), None)}, now=BEGUN)
    reminders.sweep(at(2026, 3, 12))
    assert (told("milestone_due"), told("milestone_overdue")) == ([], [])


def test_a_mail_about_the_operation_waits_on_when_the_project_is_finished(works):
    days = {"finish": (None, "上月"), "operation": (date(2026, 3, 25), None)}
    project = works.project("building", days=days, now=BEGUN)
    reminders.sweep(at(2026, 3, 12, 20))
    past = {"override": True, "reason": "手续后补。", "now": at(2026, 3, 12, 21)}
    for stage in ("finished", "operating"):
        works.move(fresh(project), stage, **past)
        assert set(mails("milestone_due")) == {"queued"}
    works.move(fresh(project), "capacity", **past)
    assert set(mails("milestone_due")) == {"cancelled"}


def test_visits_are_asked_for_anew_each_month(works):
    to_visit(works)
    for month, day in ((3, 25), (3, 31), (4, 1), (4, 23), (4, 24)):
        reminders.sweep(at(2026, month, day))
    assert told("visits_due") == sorted(SPONSORS * 2)


def test_half_a_quota_leaves_the_reminder(works):
    project = building(works)
    works.sponsor(project, "sponsor", visit_quota=2, now=BEGUN)
    reminders.sweep(at(2026, 3, 25, 20))
    visit(works, project, at(2026, 3, 25, 20))
    assert mails("visits_due") == ["queued"]
    visit(works, project, at(2026, 3, 25, 21))
    assert mails("visits_due") == ["cancelled"]


def test_taking_back_one_request_leaves_the_mail_of_another_whose_number_begins_alike(works):
    days = {"finish": (date(2026, 9, 1), None), "topping": (date(2026, 8, 1), None)}
    project = works.project("preparing", days=days)
    wanted = works.ask(project, "finish", new_on=date(2026, 10, 1))
    works.ask(project, "topping", new_on=date(2026, 9, 1))
    rows = Message.objects.filter(kind="projects.change_requested", recipient__username="planner")
    first, second = rows.order_by("pk")
    second.dedupe_key = telling.key("change_requested", project, f"{wanted.pk}0:")
    second.save()
    works.decide(wanted)
    states = [message.deliveries.get().state for message in (first, second)]
    assert states == ["cancelled", "queued"]


@pytest.fixture
def said(works):
    """One message at least of every kind, made by real deeds."""
    for case in CASES:
        case.made(works)
        reminders.sweep(at(2026, *case.first))
    project = fresh(to_finish(works))
    wanted = works.ask(project, "finish", new_on=date(2026, 12, 1))
    works.decide(wanted, by="sponsor")
    step = works.step(project, "fire", original_target=date(2026, 4, 1))
    works.decide(works.ask(project, step=step, new_on=date(2026, 5, 1)), "deny", reason="不同意。")
    works.send_back(works.draft(project, FEBRUARY, wan(1), by="head", send=True))
    snapshots.take(at(2026, 6, 15))
    return project


def test_every_kind_is_rendered_from_its_stored_data_in_both_languages(said):
    rows = list(Message.objects.filter(kind__startswith="projects."))
    assert {row.kind for row in rows} == {f"projects.{code}" for code in messages.TEXTS}
    for row in rows:
        for language in ("zh-hans", "en"):
            with translation.override(language):
                text = kinds.get(row.kind).render(row.data)
            assert text.subject
            assert "\n" not in text.subject
            assert row.data["project"] in text.body
            assert "%(" not in text.subject + text.body
            assert resolve(text.url).kwargs["number"] == row.data["project"]


def test_what_a_message_says(said):
    def body(kind):
        row = Message.objects.filter(kind=f"projects.{kind}").first()
        return kinds.get(row.kind).render(row.data).body

    assert "2026年2月月报应于2026年3月6日前上报" in body("report_due")
    assert "“用地预审与选址意见书”有效期至2026年5月9日" in body("document_expiring")
    assert "应于2026年3月13日前复核" in body("pause_review")
    assert "“竣工”现定2026年3月25日" in body("milestone_due")
    assert "“竣工”应于2026年3月25日完成，已经逾期" in body("milestone_overdue")
    assert "本月应走访1次，已走访0次" in body("visits_due")
    assert "申请将“竣工”调整到2026年12月1日" in body("change_requested")
    assert "亮红灯" in body("red")


def test_each_task_may_run_any_number_of_times(works, frozen):
    frozen.move_to(at(2026, 3, 25, 10))
    project = to_visit(works)
    works.report(project, FEBRUARY, wan(1), now=at(2026, 3, 5))
    to_finish(works)

    def state():
        return (
            Message.objects.count(),
            Delivery.objects.count(),
            LightSnapshot.objects.count(),
            list(ProgressReport.objects.values_list("status", "locked_at")),
            SponsorVisit.objects.count(),
        )

    every = (tasks.snapshot_lights, tasks.sweep_projects, tasks.lock_reports)
    before = state()
    for task in every:
        task()
    after = state()
    assert after != before
    assert after[2] == 4
    assert [status for status, _at in after[3]] == ["locked"]
    for task in every * 2:
        task()
    assert state() == after
    assert TimerRun.objects.filter(ok=True).count() == 9
