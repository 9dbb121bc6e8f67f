"""Stages 5 and 6: what the enterprise says of the result, by link, signed in or on the telephone,
and what follows from it. EFFECTS, completed here, holds every action's effect.
"""

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from issues import commitments
from issues.effects import effect
from issues.errors import invalid
from issues.facts import Facts
from issues.models import Rating, Visit
from issues.supervision import EFFECTS

__all__ = ["EFFECTS"]
TWICE = gettext_lazy("企业两次评价不满意，请专题研究并书面答复。")


def judge(change, rating, source):
    """Records a rating; a dissatisfied one sends the issue back with half the limit, one rung up
    the ladder.
    """
    issue = change.issue
    solved = {"yes": True, "no": False}.get(change.data.get("solved") or "")
    if rating == "dissatisfied" and solved is None:
        solved = False
    elif rating in ("satisfied", "basically_satisfied") and solved is None:
        # Nobody said otherwise: what the department called solved, and the enterprise accepts.
        solved = issue.outcome == "solved"
    work = commitments.current(issue).get("unit")
    Rating.objects.create(
        issue=issue,
        round=issue.round,
        rating=rating,
        reason=change.data.get("reason", ""),
        source=source,
        rated_at=change.now,
        department_id=issue.lead_department_id,
        due_at=work.due_at if work else None,
        solved=solved,
    )
    if rating != "dissatisfied":
        issue.escalation = 0
        return
    rework(change, share=Facts(issue, change.actor, change.now).policy.rework_share)
    issue.escalation = 1
    if issue.ratings.filter(rating="dissatisfied").count() >= 2:
        change.then("issue_notice", colour="yellow", text=TWICE)


def rework(change, share=None):
    issue = change.issue
    issue.round += 1
    issue.resolved_at = issue.resolved_by = issue.closed_at = None
    issue.outcome = issue.public_reply = ""
    change.begin("unit", "promise", share=share)


@effect
def rate(change):
    source = "signed_in" if change.actor.user else "key" if change.actor.key else "link"
    judge(change, change.data["rating"], source)
    return change.data["rating"]


@effect
def visit(change):
    issue, result = change.issue, change.data["result"]
    if result == "answered" and not change.data.get("rating"):
        raise invalid("rating", _("已接通的，请记录企业的满意度。"))
    for name in ("rating", "solved"):
        if result != "answered" and change.data.get(name):
            raise invalid(name, _("未接通的，不能记录企业的评价。"))
    Visit.objects.create(
        issue=issue,
        round=issue.round,
        on=timezone.localdate(change.now),
        visited_at=change.now,
        visitor=change.actor.user,
        result=result,
        reason=change.data.get("reason", ""),
    )
    if result == "answered":
        judge(change, change.data["rating"], "visit")
        return change.data["rating"]
    tries = Facts(issue, change.actor, change.now).policy.visit_tries
    if issue.visits.filter(round=issue.round, result="no_answer").count() < tries:
        return "no_answer"
    judge(change, "not_rated", "visit")
    return "not_rated"


@effect
def close(change):
    change.issue.closed_at = change.now


@effect
def reopen(change):
    issue = change.issue
    issue.round += 1
    issue.closed_at = issue.resolved_at = issue.resolved_by = issue.contacted_at = None
    issue.outcome = issue.public_reply = ""
