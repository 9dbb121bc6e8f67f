"""What each step does beside moving the status. One function an action, called by
services.perform with a Change.

A function returns the outcome that picks the new status from Step.to ("" is the only one of most
steps). It refuses values that cannot stand with Invalid before it changes anything.
"""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from issues import commitments
from issues.errors import invalid
from issues.facts import Facts
from issues.models import (
    Application,
    CoHandling,
    Issue,
)
from issues.workflow import MERGED, OPEN
from worktime import clock
from worktime.services import current_calendar

EFFECTS = {}


def effect(function):
    EFFECTS[function.__name__.rstrip("_")] = function
    return function


def future_day(change, field):
    day, today = change.data[field], timezone.localdate(change.now)
    if day <= today:
        raise invalid(field, _("日期应晚于今天。"))
    # A slip of the keyboard, e.g. 9999; the calendar could not count that far either.
    if day > today + timedelta(days=366):
        raise invalid(field, _("日期不能晚于一年以后，请核对。"))
    return day


def working_day(change, field, day):
    """A rest day means the next working day; said so at once, not only when it is due."""
    change.data[field] = clock.shift_workdays(current_calendar(), day, 0)
    return change.data[field]


def to_department(change, field="lead_department"):
    department = change.data[field]
    if department is None:
        raise invalid(field, _("请选择主办部门。"))
    return department


def hand_over(change, department):
    """A new lead department starts afresh; who signed and what was asked before is history."""
    issue = change.issue
    if department.pk == issue.lead_department_id:
        raise invalid("lead_department", _("该部门已是主办部门，请选择其他部门。"))
    change.former_lead_id = issue.lead_department_id
    issue.co_handlings.filter(department=department).delete()
    issue.lead_department = department
    issue.handler = None
    issue.signed_at = issue.contacted_at = issue.next_report_on = None
    issue.assigned_at = change.now
    # A supervision notice follows the matter: whoever has it now answers it.
    issue.notices.unanswered().update(department=department)
    lapse(change)


def lapse(change, *kinds):
    """Undecided applications lose their object when the issue moves on."""
    rows = change.issue.applications.filter(status=Application.Status.PENDING)
    (rows.filter(kind__in=kinds) if kinds else rows).update(status=Application.Status.LAPSED)


def end(change):
    lapse(change)
    commitments.cancel_reminders(change.issue, change.now)


def apply_for(change, kind, **values):
    change.application = Application.objects.create(
        issue=change.issue,
        kind=kind,
        department=change.issue.lead_department,
        applicant=change.actor.user,
        applied_at=change.now,
        reason=change.data["reason"],
        round=change.issue.round,
        **values,
    )


def decide(change, kind, approved):
    row = change.issue.applications.get(kind=kind, status=Application.Status.PENDING)
    if not approved and not change.data.get("reason"):
        raise invalid("reason", _("不同意的，请写明理由。"))
    row.status = Application.Status.APPROVED if approved else Application.Status.DENIED
    row.decided_by, row.decided_at = change.actor.user, change.now
    row.decision_reason = change.data.get("reason", "")
    row.save()
    change.application = row
    return row


def still_ahead(change, application):
    """An application may have waited longer than the date it asks for."""
    if application.proposed_on <= timezone.localdate(change.now):
        raise invalid("decision", _("申请的日期已过，不能批准；请不予批准，由部门重新申请。"))


@effect
def decline(change):
    end(change)


@effect
def withdraw(change):
    end(change)


@effect
def merge(change):
    number = change.data["into"].strip().upper()
    target = Issue.objects.filter(number=number).first()
    if target is None:
        raise invalid("into", _("没有编号为%(number)s的诉求，请核对。") % {"number": number})
    if target.pk == change.issue.pk:
        raise invalid("into", _("不能并入自身。"))
    if target.status == MERGED or target.status not in OPEN:
        raise invalid("into", _("该诉求已结束或已并案，请填写仍在办理的诉求编号。"))
    change.issue.merged_into = target
    end(change)


@effect
def assign(change):
    issue, data = change.issue, change.data
    co_departments = data.get("co_departments") or []
    if data["lead_department"] in co_departments:
        raise invalid("co_departments", _("主办部门不能同时是协办部门。"))
    issue.lead_department = data["lead_department"]
    issue.category, issue.priority = data["category"], data["priority"]
    issue.time_class = "urgent" if issue.priority != "normal" else issue.category.time_class
    issue.assigned_at = change.now
    CoHandling.objects.bulk_create(
        CoHandling(issue=issue, department=department) for department in co_departments
    )


@effect
def reassign(change):
    hand_over(change, to_department(change))


@effect
def sign(change):
    change.issue.handler = change.actor.user
    change.issue.signed_at = change.now


@effect
def return_(change):
    apply_for(change, Application.Kind.RETURN)
    commitments.pause_unit(change.issue, change.now)


@effect
def rule_return(change):
    upheld = change.data["decision"] == "uphold"
    if upheld:
        department = to_department(change)
        if department.pk == change.issue.lead_department_id:
            raise invalid("lead_department", _("支持退回的，请选择其他部门主办。"))
        row = decide(change, Application.Kind.RETURN, True)
        hand_over(change, department)
        change.begin("unit", "sign", "contact")
        return "uphold"
    row = decide(change, Application.Kind.RETURN, False)
    for name in ("unit", "sign", "contact"):
        change.later(
            lambda event, name=name: commitments.add_pause(
                change.issue, name, event, row.applied_at, change.now
            )
        )
    return "deny"


@effect
def contact(change):
    moment = change.data.get("contacted_at") or change.now
    if moment > change.now:
        raise invalid("contacted_at", _("联系时间不能晚于现在。"))
    if moment < change.issue.assigned_at:
        raise invalid("contacted_at", _("联系时间不能早于交办时间。"))
    change.issue.contacted_at = change.issue.contacted_at or moment
    change.met_at = moment


@effect
def update(change):
    mine = change.actor.department_id
    change.issue.co_handlings.filter(department=mine, answered_at=None).update(
        answered_at=change.now
    )
    change.public = change.data["visibility"] == "public"


@effect
def request_extension(change):
    day = future_day(change, "new_due_on")
    facts = Facts(change.issue, change.actor, change.now)
    due_day = timezone.localdate(change.issue.unit_due_at)
    latest = clock.shift_workdays(current_calendar(), due_day, facts.policy.extension_max)
    if day <= due_day:
        raise invalid("new_due_on", _("新的期限应晚于现在的期限%(day)s。") % {"day": due_day})
    if day > latest:
        raise invalid(
            "new_due_on",
            _("单次延期不超过%(days)d个工作日，最迟%(latest)s。")
            % {"days": facts.policy.extension_max, "latest": latest},
        )
    apply_for(
        change,
        Application.Kind.EXTENSION,
        proposed_on=working_day(change, "new_due_on", day),
        reason_code=change.data["reason_code"],
        ordinal=facts.extensions_granted + 1,
    )


@effect
def decide_extension(change):
    approved = change.data["decision"] == "approve"
    row = decide(change, Application.Kind.EXTENSION, approved)
    if approved:
        still_ahead(change, row)
        change.extra["former_due_at"] = timezone.localtime(change.issue.unit_due_at).isoformat()
        change.fix(row.proposed_on, "unit", "promise")
    return ""


@effect
def request_tracking(change):
    day = working_day(change, "next_report_on", future_day(change, "next_report_on"))
    apply_for(change, Application.Kind.TRACKING, proposed_on=day)


@effect
def decide_tracking(change):
    approved = change.data["decision"] == "approve"
    row = decide(change, Application.Kind.TRACKING, approved)
    if approved:
        still_ahead(change, row)
        change.issue.next_report_on = row.proposed_on
        lapse(change, Application.Kind.EXTENSION)
        change.fix(row.proposed_on, "unit", "promise")
    return change.data["decision"]


@effect
def report_tracking(change):
    # The department rolls its own date; what the enterprise was promised only others put off.
    day = future_day(change, "next_report_on")
    change.issue.next_report_on = working_day(change, "next_report_on", day)
    change.fix(change.issue.next_report_on, "unit")


@effect
def resume(change):
    change.issue.next_report_on = None


@effect
def resolve(change):
    issue = change.issue
    issue.outcome, issue.public_reply = change.data["outcome"], change.data["public_reply"]
    issue.resolved_at, issue.resolved_by = change.now, change.actor.user
    issue.next_report_on = None
    end(change)


@effect
def urge(change):
    change.extra["count"] = change.issue.events.filter(action="urge").count() + 1


@effect
def recalculate(change):
    change.later(lambda event: change.moved.extend(commitments.recalculate(change.issue, event)))
