"""Approval steps: entered, stopped, decided; and how long they took, in working days."""

from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from projects import documents, figures, telling
from projects.errors import Conflict
from projects.models import ApprovalItem, ApprovalStep, ApprovalStop
from projects.services import lock, record
from worktime import clock

DAY = timedelta(days=1)
# What 立项→施工许可 is measured between.
FIRST, LAST = "filing", "construction"


@transaction.atomic
def save_step(*, project, user, item, values, files=(), version=None, now=None):
    """Enters or corrects one item; returns the ApprovalStep. `values` are its fields."""
    now = now or timezone.now()
    locked = lock(project, user, "approvals", version)
    step = ApprovalStep.objects.filter(project=locked, item=item).first() or ApprovalStep(
        project=locked,
        item=item,
        authority=item.authority,
        statutory_days=item.statutory_days,
        committed_days=item.committed_days,
    )
    planned = step.original_target == step.current_target
    changed = [name for name, value in values.items() if getattr(step, name) != value]
    if "original_target" in changed and step.original_target and locked.listed_on:
        said = _("项目已列入名单，原定日期不再改变，请申请调整。")
        raise ValidationError({"original_target": [said]})
    for name in changed:
        setattr(step, name, values[name])
    if planned:
        # No change was approved: what is corrected before the listing is corrected as a whole.
        step.current_target = step.original_target
    _check(step, timezone.localdate(now))
    step.full_clean(exclude=["project"])
    step.save()
    if step.decided_on:
        # Nothing runs after the decision, so nothing stands still.
        step.stops.filter(until=None, since__lt=step.decided_on).update(until=step.decided_on)
        step.stops.filter(until=None).delete()
    kept = documents.keep(locked, user, files, "permit", step=step)
    if changed or kept:
        record(
            locked,
            "approval",
            user,
            now,
            step=item.code,
            changed=changed,
            decided_on=step.decided_on if "decided_on" in changed else None,
            files=[paper.name for paper in kept],
        )
    if "valid_until" in changed:
        telling.take_back("document_expiring", locked, now, f"{step.pk}:")
    return step


def _check(step, today):
    errors = {}
    for name in ("submitted_on", "accepted_on", "decided_on"):
        day = getattr(step, name)
        if day and day > today:
            errors[name] = [_("实际日期不能晚于今天。")]
    if not step.required and not step.waived_reason.strip():
        errors["waived_reason"] = [_("不涉及的，请填写免办理由。")]
    if step.decided_on and not step.accepted_on:
        errors["accepted_on"] = [_("填报办结日期的，须填写受理日期。")]
    for early, late, said in (
        ("submitted_on", "accepted_on", _("受理日期不能早于申请日期。")),
        ("accepted_on", "decided_on", _("办结日期不能早于受理日期。")),
        ("decided_on", "valid_until", _("有效期不能早于办结日期。")),
    ):
        first, second = getattr(step, early), getattr(step, late)
        if first and second and second < first:
            errors.setdefault(late, []).append(said)
    if errors:
        raise ValidationError(errors)


@transaction.atomic
def stop(*, step, user, since, reason_code, note="", version=None, now=None):
    """The days from `since` on do not count, until resume()."""
    now = now or timezone.now()
    locked = lock(step.project, user, "approvals", version)
    if step.accepted_on is None or step.decided_on is not None:
        raise Conflict(_("只有已受理、未办结的事项可以停计。"), "stop")
    if step.stops.filter(until=None).exists():
        raise Conflict(_("这个事项已在停计。"), "stopped")
    if not step.accepted_on <= since <= timezone.localdate(now):
        raise ValidationError({"since": [_("停计日期应在受理日期和今天之间。")]})
    row = ApprovalStop.objects.create(step=step, since=since, reason_code=reason_code, note=note)
    record(
        locked, "stop_clock", user, now, step=step.item.code, since=since, reason_code=reason_code
    )
    return row


@transaction.atomic
def resume(*, step, user, until, version=None, now=None):
    now = now or timezone.now()
    locked = lock(step.project, user, "approvals", version)
    row = step.stops.filter(until=None).first()
    if row is None:
        raise Conflict(_("这个事项没有停计。"), "running")
    if not row.since < until <= timezone.localdate(now):
        raise ValidationError({"until": [_("恢复日期应晚于停计日期，且不晚于今天。")]})
    row.until = until
    row.save(update_fields=["until"])
    record(locked, "resume_clock", user, now, step=step.item.code, until=until)
    return row


@dataclass(frozen=True)
class Spent:
    """Working days of one step: `gross` from acceptance to decision (or `day`), `stopped` of those,
    `net` what counts. None before acceptance.
    """

    gross: int | None
    stopped: int
    done: bool

    @property
    def net(self):
        return None if self.gross is None else self.gross - self.stopped


def spent(step, calendar, day):
    """Net and gross working days of a step; the day of acceptance does not count, the day of the
    decision does. Stopped days are those from `since` to the day before `until`.
    """
    if step.accepted_on is None:
        return Spent(None, 0, False)
    end = step.decided_on or day
    stopped = _stopped_days(step, calendar, step.accepted_on, end)
    gross = clock.workdays_between(calendar, step.accepted_on, end)
    return Spent(gross, len(stopped), step.decided_on is not None)


def _stopped_days(step, calendar, after, until):
    """Working days after `after` up to `until` on which the clock stood still."""
    stopped = set()
    for row in step.stops.all():
        last = min((row.until - DAY) if row.until else until, until)
        number = max(row.since, after + DAY)
        while number <= last:
            if clock.is_workday(calendar, number):
                stopped.add(number)
            number += DAY
    return stopped


def workdays_late(step, calendar, day):
    """Working days past the current target less the stopped ones, 0 when in time; None without a
    target or when decided.
    """
    if step.current_target is None or step.decided_on or not step.required:
        return None
    if day <= step.current_target:
        return 0
    stopped = _stopped_days(step, calendar, step.current_target, day)
    return clock.workdays_between(calendar, step.current_target, day) - len(stopped)


@dataclass(frozen=True)
class Compression:
    """How much faster, over which steps, against what. Ratios are Fractions or None."""

    base: str
    steps: int
    promised: Fraction | None
    actual: Fraction | None
    actual_gross: Fraction | None
    median: Fraction | None
    p90: int | None
    in_time: int
    judged: int
    end_to_end: tuple


def compression(steps, base, calendar, day):
    """Compression of decided `steps` (each with item, stops and project): promised against
    statutory days, actual against the days of the named `base` (ApprovalBase or None), each over
    the same items. `end_to_end` are calendar days from the first filing to the construction permit,
    a project each: parallel steps overlap, so summed item days overstate.
    """
    spans = [(step, spent(step, calendar, day)) for step in steps if step.decided_on]
    promised = [
        (step.committed_days, step.statutory_days)
        for step in steps
        if step.committed_days is not None and step.statutory_days
    ]
    days = {row.item_id: row.days for row in base.days.all()} if base else {}
    compared = [(step, span) for step, span in spans if days.get(step.item_id)]
    against = [days[step.item_id] for step, _span in compared]
    limited = [(s.committed_days, span.net) for s, span in spans if s.committed_days is not None]
    nets = [span.net for _step, span in spans]
    return Compression(
        base=base.label if base else "",
        steps=len(compared),
        promised=figures.compression([c for c, _s in promised], [s for _c, s in promised]),
        actual=figures.compression([span.net for _s, span in compared], against),
        actual_gross=figures.compression([span.gross for _s, span in compared], against),
        median=figures.median(nets),
        p90=figures.p90(nets),
        in_time=sum(net <= limit for limit, net in limited),
        judged=len(limited),
        end_to_end=tuple(_ends(steps)),
    )


def _ends(steps):
    first, last = {}, {}
    for step in steps:
        if step.item.code == FIRST and (step.submitted_on or step.accepted_on):
            first[step.project_id] = step.submitted_on or step.accepted_on
        if step.item.code == LAST and step.decided_on:
            last[step.project_id] = step.decided_on
    return sorted((last[number] - first[number]).days for number in first.keys() & last.keys())


def item_of(code):
    """The item in use of this code, or None."""
    return ApprovalItem.objects.filter(code=code, is_active=True).first()
