"""Every deed by every persona, really taken: who may not is refused, and nothing is left behind."""

from datetime import date

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.models import ApiKey
from api.authentication import KeyPrincipal
from directory.models import Park
from projects import permitting, planning, reporting, services, stages, visiting
from projects.models import ApprovalItem, MaturityItem, Plot
from projects.viewer import Viewer
from tests.projects.works import day, fresh, pdf, wan

# product.md's roles, typed again: deed → who takes it on a project which the handler's and the
# head's department leads and `sponsor` sponsors.
OFFICE, LEAD = {"planner"}, {"planner", "handler", "head"}
MAY = {
    "create": OFFICE,
    "edit": OFFICE,
    # Investment promotion turns a deal into a project.
    "land": OFFICE | {"promoter"},
    "move": OFFICE,
    "override": {"planner", "leader", "principal", "sponsor"},
    "plan": OFFICE,
    "milestones": OFFICE,
    "actuals": LEAD,
    "request_change": LEAD,
    "decide_change": {"planner", "sponsor"},
    "approvals": LEAD,
    "documents": LEAD,
    "report": LEAD,
    "verify": OFFICE,
    "sponsor": OFFICE,
    "visit": LEAD | {"sponsor"},
    "mature": LEAD,
    "review_pause": OFFICE,
}
PERSONAS = (
    "anonymous key enterprise promoter planner coordinator auditor security administrator handler"
    " head outsider member leader principal sponsor"
).split()
JANUARY, FEBRUARY = date(2026, 1, 1), date(2026, 2, 1)


def test_the_table_names_every_deed():
    assert set(MAY) == set(stages.DEEDS)


@pytest.fixture
def everybody(
    works, member, principal, promoter, coordinator, auditor, security, administrator, enterprise
):
    """{persona: user}; all of them stand in works.people, too."""
    _row, secret = ApiKey.create("hotline", ["projects:read", "issues:write"])
    key = ApiKey.objects.get(key_hash=ApiKey.hash(secret))
    works.people |= {
        "member": member,
        "principal": principal,
        "promoter": promoter,
        "coordinator": coordinator,
        "auditor": auditor,
        "security": security,
        "administrator": administrator,
        "enterprise": enterprise,
        "anonymous": AnonymousUser(),
        "key": KeyPrincipal(key),
    }
    return {name: works.people[name] for name in PERSONAS}


@pytest.fixture
def busy(works, member):
    """A project of the enterprise with one of everything that a deed can be about."""
    project = works.project(
        "building",
        owner_name="示例蓝天玻璃有限公司",
        days={"finish": (date(2026, 9, 1), None), "topping": (date(2026, 8, 1), None)},
    )
    works.sponsor(project, "sponsor", members=[member.department])
    works.draft(project, JANUARY, wan(100), by="handler", send=True)
    works.ask(project, "finish", new_on=date(2026, 10, 1))
    works.ask(project, "topping", new_on=date(2026, 9, 1))
    works.decided(project, "filing")
    park = Park.objects.create(code="linjin", name="临津产业园")
    Plot.objects.create(park=park, number="LJ-01", area_mu=50, status="supplied")
    return fresh(project)


def of_the_project(works, project):
    """{(right, what): call(user)}: what is done to a project as a whole."""

    def call(function, **given):
        return lambda user: works.deed(function, project, by=user, **given)

    mark = MaturityItem.objects.first()
    sponsor = {
        "leader": works.people["leader"],
        "lead_department": works.departments["zj"],
        "since": date(2026, 3, 13),
        "reason": "分工调整。",
    }
    visit = {"visited_on": works.today, "findings": "正常。"}
    review = {"note": "仍无资金。", "review_on": date(2026, 4, 1)}
    override = {"override": True, "reason": "先行。"}
    return {
        ("create", ""): lambda user: works.project(by=user),
        ("land", ""): works.land,
        ("edit", ""): call(services.change, values={"content": "新内容。"}),
        ("edit", "plot"): call(services.use_plot, plot=Plot.objects.get(), since=works.today),
        ("move", ""): lambda user: works.move(project, "preparing", by=user, reason="退回。"),
        ("move", "pause"): lambda user: works.pause(project, by=user),
        ("override", ""): lambda user: works.move(project, "finished", by=user, **override),
        ("documents", ""): call(services.add_documents, kind="other", uploads=[pdf()]),
        ("mature", ""): call(services.mark_maturity, met={mark: works.today}),
        ("review_pause", ""): lambda user: works.deed(
            services.review_pause, works.pause(project), by=user, **review
        ),
        ("sponsor", ""): call(visiting.assign, values=sponsor),
        ("visit", ""): call(visiting.visit, leader=works.people["sponsor"], values=visit),
    }


def of_its_rows(works, project):
    """{(right, what): call(user)}: plans, dates, approvals and reports."""

    def call(function, **given):
        return lambda user: works.deed(function, project, by=user, **given)

    def ask(user):
        step = works.step(project, "fire", original_target=date(2026, 6, 1))
        return works.ask(project, step=step, new_on=date(2026, 7, 1), by=user)

    def correct(user):
        works.verify(report, by="second_planner")
        again = {"month": JANUARY, "reason": "多报。"}
        return works.deed(reporting.begin_correction, project, by=user, **again)

    def discard(user):
        works.verify(report, by="second_planner")
        again = {"month": JANUARY, "reason": "多报。"}
        works.deed(reporting.begin_correction, project, **again)
        return works.discard(project, JANUARY, by=user)

    item, report = ApprovalItem.objects.get(code="fire"), project.reports.get()
    plan = {"category": "continuing", "annual_plan": wan(10), "approved_on": works.today}
    changes = {row.milestone.code: row for row in project.date_changes.all()}
    return {
        ("plan", ""): call(planning.save_plan, year=2026, values=plan),
        ("milestones", ""): call(planning.save_milestones, planned={"land": day(works.today)}),
        ("actuals", ""): call(planning.record_actual, code="land", actual_on=works.today),
        ("request_change", ""): ask,
        ("decide_change", "planner"): lambda user: works.decide(changes["topping"], by=user),
        ("decide_change", "sponsor"): lambda user: works.decide(changes["finish"], by=user),
        ("approvals", ""): call(permitting.save_step, item=item, values={"doc_no": "1"}),
        ("report", ""): lambda user: works.draft(project, FEBRUARY, wan(1), by=user),
        ("report", "correct"): correct,
        ("report", "discard"): discard,
        ("verify", ""): lambda user: works.verify(report, by=user),
        ("verify", "return"): lambda user: works.send_back(report, by=user),
    }


@pytest.mark.parametrize("persona", PERSONAS)
def test_every_deed_by(persona, works, busy, everybody):
    user = everybody[persona]
    calls = of_the_project(works, busy) | of_its_rows(works, busy)
    assert {right for right, _what in calls} == set(MAY)
    for (right, what), call in calls.items():
        anybodys = ("", "plot", "pause", "correct", "discard", "return")
        allowed = what in anybodys or persona == what
        allowed = allowed and persona in MAY[right]
        with transaction.atomic():
            if allowed:
                call(user)
            else:
                with pytest.raises(PermissionDenied):
                    call(user)
            transaction.set_rollback(True)
        assert Viewer(user).may(right, busy) == (persona in MAY[right]), (right, persona)
        assert fresh(busy).version == busy.version


def test_an_officer_without_a_department_leads_nothing(works, person):
    stray = person("stray", "handler")
    orphan = works.project("building", lead_department=None)
    for project in (orphan, works.project("building")):
        assert not Viewer(stray).may("report", project)


def test_the_sponsor_of_yesterday_is_none_today(works, busy):
    works.sponsor(busy, "leader", since=date(2026, 3, 13), reason="分工调整。")
    for name, may in (("sponsor", False), ("leader", True)):
        assert Viewer(works.people[name]).may("visit", fresh(busy)) is may
