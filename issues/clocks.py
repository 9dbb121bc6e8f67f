"""The clocks of an issue as its page shows them: what runs, by which rule, day by day, and every
version of the deadline with the step behind it.
"""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from issues import commitments, workflow
from issues.statistics import amount
from issues.timeline import day_text, moment_text
from issues.viewer import PROMISED
from issues.workflow import STEPS
from worktime import clock

CLOCK_NAMES = {
    "promise": gettext_lazy("承诺时限"),
    "unit": gettext_lazy("部门时限"),
    "sign": gettext_lazy("签收时限"),
    "contact": gettext_lazy("联系时限"),
    "rating": gettext_lazy("评价时限"),
}


def left(calendar, start, due, now):
    """{"due", "left" (working days), "overdue", "provisional"} of a clock that runs."""
    return {
        "due": due,
        "left": clock.workdays_left(calendar, now, due),
        "overdue": due < now,
        "provisional": clock.is_provisional(calendar, start, due),
    }


def shown(issue, calendar, now, public_only):
    """The issue's clocks with their derivation; an enterprise sees the promise alone."""
    all_rows = commitments.course(issue)
    rows = {row.clock: row for row in all_rows}
    names = ["promise"] if public_only else list(CLOCK_NAMES)
    return [
        clock_item(issue, rows[name], calendar, now)
        | {"versions": [version_item(row, public_only) for row in all_rows if row.clock == name]}
        for name in names
        if name in rows and (rows[name].met_at or _runs(issue, name))
    ]


def _runs(issue, name):
    if name == "rating":
        return issue.status == workflow.RESOLVED
    if name == "sign":
        return issue.status == workflow.ASSIGNED
    if name == "contact":
        return issue.status in workflow.WORKING and issue.contacted_at is None
    return issue.status in PROMISED


def clock_item(issue, row, calendar, now):
    item = {
        "name": CLOCK_NAMES[row.clock],
        "met_at": row.met_at,
        "late": row.verdict == "late",
        "paused": row.clock == "unit" and not row.met_at and issue.unit_due_at is None,
        "limit": limit_text(row),
        "basis": basis_text(row),
        "pauses": [
            _("%(begin)s 至 %(end)s") % {"begin": moment_text(begin), "end": moment_text(end)}
            for begin, end in commitments.pauses_of(row)
        ],
        "steps": [derivation_step(step) for step in commitments.derivation(row)],
    }
    running = left(calendar, row.started_at, row.due_at, now)
    return item | running | {"provisional": row.provisional}


def version_item(row, public_only):
    """One version of a deadline: which step gave it, and what became of it."""
    lead = row.department.label if row.department and not public_only else ""
    return {
        "at": row.begun_at,
        "cause": STEPS[row.cause.action].label,
        "department": lead,
        "due": row.due_at,
        "verdict": row.get_verdict_display(),
        "policy": row.policy.version if row.policy else "",
        "calendar": row.calendar_version,
    }


def limit_text(row):
    """How much time, from when, by which rule."""
    start = moment_text(row.started_at)
    if row.fixed_on:
        return _("经批准定于 %(day)s 下班前完成。") % {"day": day_text(row.fixed_on)}
    if row.fixed_at:
        return _("来源系统定于 %(moment)s 前完成。") % {"moment": moment_text(row.fixed_at)}
    said = {"amount": amount(row), "start": start}
    if row.unit == "working_days":
        return _("%(amount)s，自 %(start)s 起算：当日不计，期满日下班时到期。") % said
    return _("%(amount)s，自 %(start)s 起算。") % said


def basis_text(row):
    policy = row.policy.version if row.policy else "—"
    said = {"policy": policy, "calendar": row.calendar_version, "version": row.version}
    return _("时限政策第 %(policy)s 版，工作日历第 %(calendar)s 版，第 %(version)s 次测算。") % said


def derivation_step(step):
    """A day for components/_derivation.html."""
    kind = step.kind
    if step.paused and not step.minutes:
        kind = "paused"
    elif step.provisional and step.counted:
        kind = "provisional"
    return {
        "date": step.date,
        "kind": kind,
        "name": step.name,
        "counted": step.counted,
        "running": step.running,
    }
