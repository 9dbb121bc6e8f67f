"""Keeps the clocks of an issue: every promise of a time is a row, every change of it the next
version.

Called only inside issues/services.py's transaction, with the issue locked.
"""

from datetime import datetime

from issues import deadlines
from issues.models import Commitment, LadderRung, PlannedReminder, Policy
from notifications import services as messages
from worktime import clock as working_clock
from worktime.services import current_calendar

Verdict = Commitment.Verdict
PUT_OFF = {"decide_extension": "extension", "decide_tracking": "tracking"} | {
    "report_tracking": "tracking"
}
COLUMNS = {
    "promise": "due_at",
    "unit": "unit_due_at",
    "sign": "sign_due_at",
    "contact": "contact_due_at",
}


def current(issue):
    """{clock: its latest Commitment}."""
    rows = issue.commitments.select_related("policy").order_by("version")
    return {row.clock: row for row in rows}


def course(issue):
    """Every version of every clock with the step behind it, the oldest first."""
    rows = issue.commitments.select_related("policy", "cause", "department")
    return list(rows.order_by("version"))


def start(issue, name, event, *, started_at, share=None):
    """Begins a clock with the policy's limit for the issue's class; None when the policy sets no
    such limit.

    `share` shortens the limit, e.g. to half after a dissatisfied rating.
    """
    policy = Policy.objects.valid_at(event.at)
    limit = policy.limit(name, issue.time_class)
    if name == "promise" and event.action not in ("submit", "assign") and _missed(issue, event.at):
        return None
    if limit is None or (name == "co" and not issue.co_handlings.exists()):
        return None
    return _write(
        issue,
        name,
        event,
        policy=policy,
        started_at=started_at,
        number=_amount(limit, share),
        unit=limit.unit,
        share=share,
    )


def _amount(limit, share):
    return deadlines.shortened(limit.number, limit.unit, share) if share else limit.number


def take_over(issue, event, due_at):
    """Both clocks of a foreign work order as its own system had set them, to the second."""
    policy = Policy.objects.valid_at(event.at)
    for name in ("promise", "unit"):
        last = current(issue).get(name)
        if last is None or last.due_at != due_at:
            _write(issue, name, event, policy=policy, started_at=issue.received_at, fixed_at=due_at)


def fix(issue, name, event, day):
    """Sets a clock to a date somebody approved. The enterprise's promise is only ever put off, and
    one that was missed stays missed.
    """
    policy = Policy.objects.valid_at(event.at)
    if name == "promise":
        later = deadlines.due_time(current_calendar(), started_at=event.at, fixed_on=day)
        if _missed(issue, event.at) or (issue.due_at and later <= issue.due_at):
            return None
    basis = {"started_at": event.at, "fixed_on": day}
    return _write(issue, name, event, policy=policy, put_off_by=PUT_OFF.get(event.action), **basis)


def _missed(issue, now):
    """Whether the promise that runs has already been broken."""
    last = current(issue).get("promise")
    return last is not None and not last.verdict and last.due_at < now


def add_pause(issue, name, event, begin, end):
    """The clock stood still from `begin` to `end`: the same promise with one pause more."""
    last = current(issue).get(name)
    if last is None or last.verdict:
        return None
    return _rewrite(issue, last, event, pauses=[*last.pauses, [begin.isoformat(), end.isoformat()]])


def meet(issue, names, moment):
    """What was promised has been done at `moment`; whether in time is decided now, for good."""
    for name, row in current(issue).items():
        if name in names and not row.verdict:
            row.met_at = moment
            _end(row, moment, Verdict.ON_TIME if moment <= row.due_at else Verdict.LATE)


def void(issue, moment):
    """The issue has ended early: nothing that still runs will be judged."""
    for row in current(issue).values():
        if not row.verdict:
            _end(row, moment, Verdict.VOID)


def _end(row, moment, verdict):
    row.ended_at, row.verdict = moment, verdict
    row.save(update_fields=["met_at", "ended_at", "verdict"])


def _replaced(row, event, department_id):
    """The verdict on a promise that a new version takes the place of.

    Lateness stays where it arose: neither an extension nor a tracking date asked for after the
    due time, nor a change of hands, takes it away. An upheld return was no promise of theirs.
    """
    if event.action == "rule_return" and row.department_id != department_id:
        return Verdict.RETURNED
    asked = event.at
    if event.action in ("decide_extension", "decide_tracking"):
        kind = event.action.removeprefix("decide_")
        asked = row.issue.applications.filter(kind=kind).latest("applied_at").applied_at
    stays = event.action not in ("recalculate", "rule_return", "assign", "import")
    if stays and row.due_at < asked:
        return Verdict.LATE
    # The promise to the enterprise is the district's, whichever department has the matter.
    kept = row.clock == "promise" or row.department_id == department_id
    return Verdict.REPLACED if kept else Verdict.HANDED_OVER


def recalculate(issue, event):
    """Derives every running promise anew with today's calendar, and with the policy in force where
    that is for open issues too; [(clock, before, after)] of those that moved. A department's clock
    that stands still is derived when its return is ruled.
    """
    moved = []
    policy = Policy.objects.valid_at(event.at)
    for row in current(issue).values():
        stands_still = row.clock == "unit" and issue.unit_due_at is None
        if not row.verdict and not stands_still:
            changed = _rewrite(issue, row, event, only_if_moved=True, policy=policy)
            if changed:
                moved.append((row.clock, row.due_at, changed.due_at))
    return moved


def basis(row, policy, time_class):
    """{"policy", "number", "unit"} of a running Commitment once `policy` is in force: its own,
    unless that one is newer, applies to open issues and gives this clock a limit.
    """
    own = {"policy": row.policy, "number": row.number, "unit": row.unit}
    if row.number is None or not policy.applies_to_open or policy.version <= row.policy.version:
        return own
    limit = policy.limit(row.clock, time_class)
    if limit is None:
        return own
    return {"policy": policy, "number": _amount(limit, row.share), "unit": limit.unit}


def would_move(row, calendar, policy=None, time_class=""):
    """The new due time of a Commitment under `calendar` (and `policy`), or None when it stays."""
    changed = basis(row, policy, time_class) if policy else {}
    due_at = _due(row, calendar, **changed)
    return due_at if due_at != row.due_at else None


def pause_unit(issue, now):
    """While a return is ruled the department has no deadline and nobody is reminded of one."""
    issue.unit_due_at = None
    cancel_reminders(issue, now)


def reminder_key(issue_pk):
    """What the dedupe keys of all reminder messages of an issue begin with."""
    return f"issues:{issue_pk}:reminder:"


def cancel_reminders(issue, now):
    """Nothing is said any more about a deadline that is no longer one, not even by mails still
    queued.
    """
    # In this order: the update waits for a sweep that is writing these messages just now.
    issue.reminders.pending().update(state=PlannedReminder.State.CANCELLED, done_at=now)
    messages.cancel(dedupe_prefix=reminder_key(issue.pk), now=now)


def pauses_of(row):
    return [
        (datetime.fromisoformat(begin), datetime.fromisoformat(end)) for begin, end in row.pauses
    ]


def _due(row, calendar, *, number=None, unit="", policy=None):
    if row.fixed_at is not None:
        return row.fixed_at
    return deadlines.due_time(
        calendar,
        started_at=row.started_at,
        number=row.number if number is None else number,
        unit=unit or row.unit,
        fixed_on=row.fixed_on,
        pauses=pauses_of(row),
    )


def _rewrite(issue, row, event, *, pauses=None, only_if_moved=False, policy=None):
    calendar = current_calendar()
    changed = basis(row, policy or row.policy, issue.time_class)
    if only_if_moved and would_move(row, calendar, policy, issue.time_class) is None:
        if row.provisional and not is_provisional(row, calendar):
            row.provisional = False
            row.save(update_fields=["provisional"])
        return None
    return _write(
        issue,
        row.clock,
        event,
        started_at=row.started_at,
        share=row.share,
        fixed_on=row.fixed_on,
        fixed_at=row.fixed_at,
        put_off_by=row.put_off_by,
        pauses=row.pauses if pauses is None else pauses,
        **changed,
    )


def _write(issue, name, event, **basis):
    calendar = current_calendar()
    last = issue.commitments.filter(clock=name).order_by("-version").first()
    if last and not last.verdict:
        _end(last, event.at, _replaced(last, event, issue.lead_department_id))
    row = Commitment(
        issue=issue,
        clock=name,
        version=last.version + 1 if last else 1,
        cause=event,
        department_id=issue.lead_department_id,
        round=issue.round,
        begun_at=event.at,
        calendar_version=str(calendar.version),
        **{field: value for field, value in basis.items() if value is not None},
    )
    row.due_at = _due(row, calendar)
    row.provisional = is_provisional(row, calendar)
    row.save()
    if name in COLUMNS:
        setattr(issue, COLUMNS[name], row.due_at)
    if name == "unit" and row.fixed_at is None:
        plan_reminders(issue, row, event)
    if name == "co":
        issue.co_handlings.filter(answered_at=None).update(due_at=row.due_at)
    return row


def is_provisional(row, calendar):
    return working_clock.is_provisional(calendar, row.started_at, row.due_at)


def plan_reminders(issue, commitment, event):
    """Cancels what was planned for the former deadline and plans the whole ladder of this one.

    A recalculation is no new lateness: what has already been said about it is not said again.
    """
    cancel_reminders(issue, event.at)
    rungs = LadderRung.objects.filter(
        policy=commitment.policy, urgent=issue.time_class == "urgent"
    ).order_by("offset")
    planned = deadlines.ladder(
        current_calendar(),
        due_at=commitment.due_at,
        rungs=rungs,
        escalation=issue.escalation,
        now=event.at,
    )
    said = set()
    if event.action == "recalculate":
        before = issue.reminders.filter(commitment_version=commitment.version - 1)
        fired = before.filter(state=PlannedReminder.State.FIRED, rung__offset__gt=0)
        said = set(fired.values_list("rung", flat=True))
    PlannedReminder.objects.bulk_create(
        PlannedReminder(
            issue=issue,
            clock="unit",
            rung=rung,
            voice=voice,
            commitment_version=commitment.version,
            fire_at=fire_at,
        )
        for rung, voice, fire_at in planned
        if rung.pk not in said
    )


def derivation(commitment):
    """Day by day how a due time came about: the rows of worktime.clock.derive, for pages and the
    API.
    """
    calendar = current_calendar()
    if commitment.unit == deadlines.CLOCK_HOURS or commitment.fixed_at:
        return []
    return working_clock.derive(
        calendar, commitment.started_at, commitment.due_at, pauses_of(commitment)
    )
