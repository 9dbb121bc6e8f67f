"""Sponsors with their history, and visits whose problems go into the loop."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from issues.models import Issue
from notifications.models import Delivery, Message
from projects import visiting
from projects.models import DateChange, KeyProject, Sponsorship, SponsorVisit
from projects.viewer import Viewer
from tests.issues.test_concurrency import at_once
from tests.projects.works import at, fresh, pdf

PROBLEM = {
    "title": "厂区外道路未通",
    "description": "大件设备无法进场，影响安装。",
    "contact_name": "示例联系人",
    "contact_phone": "13800001234",
}


@pytest.fixture
def project(works, firm):
    return works.project("building", owner_name=firm.name)


def refused(call):
    with pytest.raises(ValidationError) as caught, transaction.atomic():
        call()
    return sorted(caught.value.message_dict)


def test_the_first_sponsor_brings_the_lead_department(works, member, sponsor):
    project = works.project("building", lead_department=None)
    row = works.sponsor(
        project,
        "sponsor",
        members=[member.department],
        leader_title="党工委副书记",
        task_force="示例专班",
        officer=works.people["head"],
        visit_quota=2,
    )
    project = fresh(project)
    assert project.lead_department == works.departments["zj"]
    assert (row.leader, row.until, list(row.members.all())) == (
        sponsor,
        None,
        [member.department],
    )
    assert list(KeyProject.objects.sponsored_by(sponsor)) == [project]
    event = project.events.last()
    assert (event.action, event.data["leader"], event.data["department"]) == (
        "sponsor",
        "示例sponsor",
        "zj",
    )


def test_a_reshuffle_ends_one_row_and_begins_another(works, project, sponsor, leader):
    works.sponsor(project, "sponsor", since=date(2026, 1, 10), leader_title="副主任")
    change = {"since": date(2026, 3, 10), "department": "zr"}
    assert refused(lambda: works.sponsor(project, "leader", **change)) == ["reason"]
    for early in (date(2026, 1, 10), date(2026, 1, 9)):
        given = change | {"since": early, "reason": "分工调整。"}
        assert refused(lambda given=given: works.sponsor(project, "leader", **given)) == ["since"]
    works.sponsor(project, "leader", reason="分工调整。", **change)
    rows = project.sponsorships.values_list("leader__username", "since", "until", "leader_title")
    assert list(rows) == [
        ("leader", date(2026, 3, 10), None, ""),
        ("sponsor", date(2026, 1, 10), date(2026, 3, 9), "副主任"),
    ]
    assert list(KeyProject.objects.sponsored_by(leader)) == [project]
    assert not KeyProject.objects.sponsored_by(sponsor).exists()
    assert fresh(project).lead_department == works.departments["zr"]
    event = project.events.last()
    assert (event.data["former"], event.data["reason"]) == ("示例sponsor", "分工调整。")


def test_a_reshuffle_moves_rights_and_sight_at_once(works, project, member, handler, outsider):
    works.sponsor(project, "sponsor", members=[member.department], since=date(2026, 1, 10))
    assert project in KeyProject.objects.inside_for(member)
    works.sponsor(project, "leader", department="zr", since=date(2026, 3, 10), reason="职责调整。")
    project = fresh(project)
    inside = {
        user.username: project in KeyProject.objects.inside_for(user)
        for user in (member, handler, outsider)
    }
    assert inside == {"member": False, "handler": False, "outsider": True}
    assert Viewer(outsider).may("report", project)
    assert not Viewer(handler).may("report", project)


def test_the_new_sponsor_and_department_are_told_once_and_not_who_acted(works, project):
    works.sponsor(project, "sponsor", officer=works.people["head"])
    rows = Message.objects.filter(kind="projects.sponsored")
    told = sorted(row.recipient.username for row in rows)
    assert told == ["handler", "head", "sponsor"]


def test_the_new_sponsor_is_told_of_the_changes_that_wait_for_him(works, project):
    """Of those that are a leader's to decide; the office's are not his, and decided ones gone."""
    days = {"start": date(2026, 6, 1), "finish": date(2026, 9, 1), "topping": date(2026, 8, 1)}
    works.planned(project, **days)
    works.sponsor(project, "sponsor", since=date(2026, 3, 1))
    waiting = works.ask(project, "finish", new_on=date(2026, 10, 1))
    works.decide(works.ask(project, "start", new_on=date(2026, 7, 1)), by="sponsor")
    works.ask(project, "topping", new_on=date(2026, 9, 1))

    def told(name):
        rows = Message.objects.filter(
            kind="projects.change_requested", recipient=works.people[name]
        )
        return [row.data["subject"] for row in rows.order_by("pk")]

    assert (told("sponsor"), told("leader")) == (["finish", "start"], [])
    # The same leader with another officer has heard of it.
    again = {"since": date(2026, 3, 5), "reason": "更换专员。", "officer": works.people["head"]}
    works.sponsor(project, "sponsor", **again)
    assert told("sponsor") == ["finish", "start"]
    works.sponsor(project, "leader", since=date(2026, 3, 10), reason="分工调整。")
    assert (told("sponsor"), told("leader")) == (["finish", "start"], ["finish"])
    assert list(DateChange.objects.waiting_for(works.people["leader"])) == [waiting]
    mail = Delivery.objects.get(
        message__kind="projects.change_requested", message__recipient=works.people["leader"]
    )
    assert mail.state == "queued"
    works.decide(waiting, by="leader")
    assert fresh(mail).state == "cancelled"


def test_one_sponsorship_at_a_time_and_none_that_ends_before_it_begins(works, project):
    row = works.sponsor(project)
    with pytest.raises(IntegrityError), transaction.atomic():
        Sponsorship.objects.filter(pk=row.pk).update(until=row.since - timedelta(days=1))
    row.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)


def test_a_visit_is_noted_with_photographs(works, project, sponsor):
    works.sponsor(project, "sponsor")
    visit, issue = works.visit(
        project,
        by="sponsor",
        leader="sponsor",
        files=[pdf("现场.pdf")],
        values={"decisions": "三日内接通临时道路。", "place": "一号厂房"},
    )
    assert issue is None
    assert (visit.leader, visit.entered_by, visit.visited_on) == (sponsor, sponsor, works.today)
    assert visit.documents.get().name == "现场.pdf"
    event = fresh(project).events.last()
    assert (event.action, event.data["findings"]) == ("visit", "设备安装按计划进行。")
    assert "issue" not in event.data


def test_a_visit_of_tomorrow_is_refused(works, project):
    tomorrow = {"by": "planner", "visited_on": works.today + timedelta(days=1)}
    assert refused(lambda: works.visit(project, **tomorrow)) == ["visited_on"]
    assert not SponsorVisit.objects.exists()
    works.visit(project, by="planner", visited_on=works.today - timedelta(days=40))


def test_a_visit_without_findings_is_refused(works, project):
    assert refused(lambda: works.visit(project, by="planner", values={"findings": ""})) == [
        "findings"
    ]


@pytest.mark.parametrize("by", ["sponsor", "planner", "handler"])
def test_a_problem_of_a_visit_becomes_an_issue_linked_both_ways(
    works, project, firm, coordinator, by
):
    works.sponsor(project, "sponsor")
    visit, issue = works.visit(project, by=by, leader="sponsor", problem=PROBLEM)
    issue = Issue.objects.get(pk=issue.pk)
    assert (issue.project, issue.visit) == (project, visit)
    assert list(project.issues.all()) == list(visit.issues.all()) == [issue]
    assert (issue.status, issue.kind, issue.title) == ("submitted", "problem", PROBLEM["title"])
    assert (issue.enterprise, issue.submitted_by.username) == (firm, by)
    assert issue.contact_phone == PROBLEM["contact_phone"]
    assert fresh(project).events.last().data["issue"] == issue.number
    assert issue in Issue.objects.visible_to(coordinator)


def test_a_problem_of_a_project_without_owner_is_one_of_the_project(works, coordinator):
    project = works.project("building", name="示例道路工程", nature="government")
    _visit, issue = works.visit(project, by="planner", problem=PROBLEM)
    assert (issue.enterprise, issue.enterprise_name) == (None, "示例道路工程")


def test_a_problem_that_cannot_be_submitted_leaves_no_visit(works, project, monkeypatch):
    def fails(**fields):
        raise ZeroDivisionError

    monkeypatch.setattr("projects.registry.raise_problem", fails)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        works.visit(project, by="planner", problem=PROBLEM)
    assert not SponsorVisit.objects.exists()
    assert fresh(project).version == project.version


def test_the_same_form_twice_is_one_visit_and_one_issue(works, project):
    works.sponsor(project, "sponsor")
    given = {"by": "sponsor", "leader": "sponsor", "problem": PROBLEM, "token": "a" * 36}
    first = works.visit(project, **given)
    version = fresh(project).version
    assert works.visit(project, **given) == first
    assert (SponsorVisit.objects.count(), Issue.objects.count()) == (1, 1)
    assert fresh(project).version == version
    works.visit(project, **given | {"token": "b" * 36})
    for _ in range(2):
        works.visit(project, **given | {"token": "", "problem": None})
    assert (SponsorVisit.objects.count(), Issue.objects.count()) == (4, 2)


def test_an_issue_of_a_visit_goes_through_the_loop_and_is_counted_while_open(
    works, project, loop, planner
):
    works.sponsor(project, "sponsor")
    _visit, issue = works.visit(project, by="sponsor", leader="sponsor", problem=PROBLEM)

    def open_issues(user):
        return KeyProject.objects.with_open_issues(user).get().open_issues

    sponsor = works.people["sponsor"]
    assert open_issues(sponsor) == 1
    for action in ("assign", "sign", "contact", "resolve"):
        issue = loop.do(issue, action)
    assert open_issues(sponsor) == 1
    issue = loop.do(issue, "rate")
    issue = loop.do(issue, "close")
    assert issue.status == "closed"
    assert open_issues(sponsor) is None
    assert open_issues(planner) is None  # the office reads no issue of others


def test_visits_due_are_counted_by_the_month_and_the_quota(works, sponsor):
    now = {"now": at(2026, 1, 5)}
    twice = works.project("building", **now)
    once = works.project("building", **now)
    done = works.project("finished", **now)
    over = works.project("operating", **now)
    none = works.project("building", **now)
    for project, quota in ((twice, 2), (once, 1), (done, 1), (over, 1), (none, 0)):
        works.sponsor(project, "sponsor", visit_quota=quota, **now)

    def due(day):
        return {row.project.number: made for row, made in visiting.visits_due(sponsor, day)}

    march = date(2026, 3, 20)
    assert due(march) == {twice.number: 0, once.number: 0, done.number: 0}
    visit = {"by": "sponsor", "leader": "sponsor"}
    works.visit(twice, visited_on=date(2026, 3, 1), **visit)
    works.visit(once, visited_on=date(2026, 2, 28), **visit)
    assert due(march) == {twice.number: 1, once.number: 0, done.number: 0}
    works.visit(twice, visited_on=date(2026, 3, 12), **visit)
    works.visit(done, visited_on=date(2026, 3, 12), by="planner", leader="leader")
    assert due(march) == {once.number: 0, done.number: 0}
    assert due(date(2026, 4, 1)) == {twice.number: 0, once.number: 0, done.number: 0}
    assert visiting.visits_due(works.people["leader"], march) == []


@pytest.mark.parametrize(
    ("day", "first", "last"),
    [
        (date(2026, 2, 28), date(2026, 2, 1), date(2026, 2, 28)),
        (date(2028, 2, 1), date(2028, 2, 1), date(2028, 2, 29)),
        (date(2026, 12, 31), date(2026, 12, 1), date(2026, 12, 31)),
    ],
)
def test_the_span_of_a_month(day, first, last):
    assert visiting.month_span(day) == (first, last)


@pytest.mark.django_db(transaction=True)
def test_one_form_sent_at_the_same_moment_is_one_visit(works, firm, coordinator):
    project = works.project("building", owner_name=firm.name)
    given = {"by": "planner", "leader": "sponsor", "problem": PROBLEM, "token": "c" * 36}
    answers = at_once(*[lambda: works.visit(project, **given) for _ in range(4)])
    assert len({(visit.pk, issue.pk) for visit, issue in answers}) == 1
    assert (SponsorVisit.objects.count(), Issue.objects.count()) == (1, 1)
