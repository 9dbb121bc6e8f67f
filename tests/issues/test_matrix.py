"""Every action in every status by every role: 10 × 28 × 12 cells, expected from STEPS, really
performed.
"""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import transaction

from issues import services, workflow
from issues.actors import Actor
from issues.errors import Conflict, Forbidden
from issues.models import Issue
from issues.workflow import STATUSES, STEPS
from tests.factories import BEFORE, USUAL, WAY

# product.md's table, typed again: action → (statuses it starts from, roles that take it).
WORKING = "assigned in_progress tracking"
OPEN = f"submitted {WORKING} resolved confirmed"
OFFICERS = "handler department_head"
ENTERPRISE = "enterprise anonymous"
TABLE = {
    "decline": ("submitted", "coordinator"),
    "merge": ("submitted assigned in_progress", "coordinator"),
    "withdraw": (f"submitted {WORKING}", f"{ENTERPRISE} submitter"),
    "assign": ("submitted", "coordinator"),
    "reassign": (WORKING, "coordinator"),
    "sign": ("assigned", OFFICERS),
    "return": ("assigned in_progress", OFFICERS),
    "rule_return": ("assigned in_progress", "coordinator"),
    "contact": ("in_progress", OFFICERS),
    "update": ("in_progress tracking", OFFICERS),
    "request_extension": ("in_progress", OFFICERS),
    "decide_extension": ("in_progress", "coordinator leader"),
    "request_tracking": ("in_progress", "department_head"),
    "decide_tracking": ("in_progress", "coordinator"),
    "report_tracking": ("tracking", OFFICERS),
    "resume": ("tracking", "department_head coordinator"),
    "resolve": ("in_progress tracking", OFFICERS),
    "rate": ("resolved", ENTERPRISE),
    "visit": ("resolved", "coordinator"),
    "close": ("confirmed", "coordinator"),
    "reopen": ("closed", f"{ENTERPRISE} coordinator"),
    "urge": (WORKING, f"{ENTERPRISE} coordinator"),
    "instruct": (OPEN, "leader"),
    "answer_instruction": (OPEN, "department_head"),
    "issue_notice": (OPEN, "coordinator system"),
    "answer_notice": (OPEN, "department_head"),
    "withdraw_notice": (OPEN, "coordinator"),
    "recalculate": (OPEN, "system"),
}
ROLES = (
    "anonymous enterprise handler department_head coordinator leader promoter planner auditor "
    "security administrator system"
).split()
PERSONA = {"department_head": "head"}


def test_the_table_is_the_one_officials_agreed():
    assert {
        action: (set(step.sources), set(step.by)) for action, step in STEPS.items() if step.sources
    } == {
        action: (set(sources.split()), set(by.split())) for action, (sources, by) in TABLE.items()
    }


@pytest.fixture
def people(loop, promoter, planner, auditor, security, administrator):
    loop.people |= {
        "promoter": promoter,
        "planner": planner,
        "auditor": auditor,
        "security": security,
        "administrator": administrator,
    }
    return loop


def actor_for(loop, role, issue):
    if role == "anonymous":
        return Actor.of(AnonymousUser(), proven=[issue.pk])
    return loop.actor(PERSONA.get(role, role), issue)


def make_possible(loop, issue, step, role):
    """Takes the steps an action presupposes, where the status allows them; whether it then is
    possible.
    """
    for action in BEFORE.get(step.action, ()):
        if issue.status not in STEPS[action].sources or not issue.lead_department_id:
            return issue, False
        issue = loop.do(issue, action)
    if step.action == "decide_extension" and role == "leader":
        issue = loop.do(issue, "decide_extension")
        issue = loop.do(
            issue, "request_extension", new_due_on=issue.unit_due_at.date().replace(day=30)
        )
    if step.action in ("issue_notice", "withdraw_notice") and not issue.lead_department_id:
        return issue, False
    return issue, True


def attempt(loop, issue, step, role):
    """(what happened: "done", 403 or 409; the status afterwards)."""
    data = loop.data_of(issue, step.action) if step.action in USUAL else {}
    if step.action == "rule_return":
        data |= {"decision": "deny", "reason": "属于职责范围。"}
    loop.tick()
    try:
        with transaction.atomic():
            changed = services.perform(
                issue=issue,
                action=step.action,
                actor=actor_for(loop, role, issue),
                now=loop.now,
                **data,
            )
    except (Forbidden, Conflict) as refused:
        return refused.status, issue.status
    return "done", changed.status


@pytest.mark.parametrize("status", STATUSES)
def test_every_action_by_every_role_from(status, people):
    issue = people.issue_in(status)
    seen = 0
    for step in STEPS.values():
        if not step.sources:
            continue
        for role in ROLES:
            with transaction.atomic():
                ready, possible = issue, True
                if role in step.by and status in step.sources:
                    ready, possible = make_possible(people, issue, step, role)
                answer, after = attempt(people, Issue.objects.get(pk=ready.pk), step, role)
                if role not in step.by:
                    expected = (403,)
                elif status not in step.sources:
                    expected = (409,)
                elif possible:
                    expected = ("done",)
                else:
                    expected = (403, 409)
                assert answer in expected, (step.action, status, role, answer)
                allowed = {target or status for target in step.to.values()}
                assert after in (allowed if answer == "done" else {status})
                seen += 1
                transaction.set_rollback(True)
    assert seen == (len(STEPS) - 2) * len(ROLES) == 28 * 12


def test_every_status_is_reached_and_left_only_as_drawn():
    assert set(WAY) == set(STATUSES)
    reached = {target for step in STEPS.values() for target in step.to.values() if target}
    assert reached == set(STATUSES)
    assert not any(
        set(step.sources) & {"declined", "merged", "withdrawn"} for step in STEPS.values()
    )
    assert workflow.STATUSES["tracking"][1] == 3
