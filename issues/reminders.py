"""Fires planned reminders that have fallen due. Twice, late or in parallel: each rung speaks
once, the highest only.
"""

import logging
from collections import Counter

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, TextField, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import roles
from accounts.models import User
from issues.actors import Actor
from issues.commitments import reminder_key
from issues.models import Issue, PlannedReminder
from issues.services import perform
from issues.supervision import LEVELS
from notifications import services as messages

logger = logging.getLogger(__name__)

BATCH = 500
State = PlannedReminder.State
KIND = "issues.reminder"
CALM = ("consult", "general", "complex")
MEMBERS, LEADERS = (
    "department__lead_issues__reminders",
    "portfolios__department__lead_issues__reminders",
)
LED = "department__lead_issues"


def _has(role):
    # Not a join: without statistics SQLite would begin with the role and go through every issue
    # its people's departments have ever led.
    given = User.groups.through.objects.filter(user=OuterRef("pk"), group__name=role)
    return Q(Exists(given))


# Who signed, whichever role he has; while nobody has, or he has left, every officer.
SIGNED = Q(**{f"{LED}__handler": F("pk")})
UNSIGNED = Q(**{f"{LED}__handler": None}) | Q(**{f"{LED}__handler__is_active": False})
# (column of the rung, path from a user to the reminders, whom of that path it means)
AUDIENCES = (
    (
        "to_handler",
        MEMBERS,
        Q(**{f"{MEMBERS}__voice__to_handler": True}) & (SIGNED | (UNSIGNED & _has(roles.HANDLER))),
    ),
    ("to_head", MEMBERS, _has(roles.HEAD) & Q(**{f"{MEMBERS}__voice__to_head": True})),
    ("to_leader", LEADERS, Q(**{f"{LEADERS}__voice__to_leader": True})),
)


def sweep(now=None):
    """Counts of what happened: fired, superseded, messages, notices. Safe to run at any time, by
    any number. Raises an ExceptionGroup after all else is done when some notices failed.
    """
    now = now or timezone.now()
    result, failed = Counter(fired=0, superseded=0, messages=0, notices=0), []
    with transaction.atomic():
        result["superseded"] += PlannedReminder.objects.outranked(now).update(
            state=State.SUPERSEDED, done_at=now
        )
    while fired := _fire_batch(now, result):
        result["fired"] += fired
    for reminder in (
        PlannedReminder.objects.due(now).filter(rung__issues_notice=True).order_by("fire_at")
    ):
        try:
            _fire_notice(reminder, now, result)
        except Exception as error:
            # One issue that cannot be handled must not silence all later ones.
            logger.exception("reminder %s of issue %s failed", reminder.pk, reminder.issue_id)
            failed.append(error)
    if failed:
        raise ExceptionGroup(f"{len(failed)} reminders failed; the others are done", failed)
    return dict(result)


def due_reminders(now):
    """[(number, rung, fire_at)] a sweep would fire, for a dry run."""
    due = PlannedReminder.objects.due(now).exclude(pk__in=PlannedReminder.objects.outranked(now))
    return due.order_by("fire_at").values_list("issue__number", "voice__code", "fire_at")


def _fire_batch(now, result):
    """One transaction of plain reminders: claim, write the messages in set-based SQL, mark as
    fired.
    """
    with transaction.atomic():
        claimed = (
            PlannedReminder.objects.due(now)
            .filter(rung__issues_notice=False)
            .select_for_update(skip_locked=True, of=("self",))
            .order_by("fire_at", "pk")
            .only("pk")
        )
        ids = [reminder.pk for reminder in claimed[:BATCH]]
        if ids:
            result["messages"] += _post(ids, now)
            PlannedReminder.objects.filter(pk__in=ids).update(state=State.FIRED, done_at=now)
    return len(ids)


def _fire_notice(reminder, now, result):
    """A rung that is a numbered notice: the portal issues it as a step of the loop, then the
    message goes out.
    """
    with transaction.atomic():
        # Issue before reminder: the same order of locks as a step that cancels reminders.
        issue = Issue.objects.select_for_update(of=("self",)).get(pk=reminder.issue_id)
        row = PlannedReminder.objects.select_for_update(of=("self",)).get(pk=reminder.pk)
        if row.state != State.PENDING:
            return
        # 一事一单: a sheet of this colour or a higher one that waits for its answer is enough.
        level = LEVELS.index(row.voice.colour)
        if not issue.notices.unanswered().filter(colour__in=LEVELS[level:]).exists():
            perform(
                issue=issue,
                action="issue_notice",
                actor=Actor.system(),
                now=now,
                silent=True,
                colour=row.voice.colour,
                text=_("诉求已逾期，请立即办理并书面说明原因和办结时间。"),
            )
            result["notices"] += 1
        result["messages"] += _post([row.pk], now)
        PlannedReminder.objects.filter(pk=row.pk).update(state=State.FIRED, done_at=now)
        result["fired"] += 1


def _post(ids, now):
    """Messages of these reminders to everybody their rung names; one SQL statement an audience
    and urgency.
    """
    sent = 0
    wanted = _wanted(ids)
    for column, path, rule in AUDIENCES:
        for urgent, classes in ((False, CALM), (True, ("urgent",))):
            if (column, urgent) not in wanted:
                continue
            chosen = Q(**{f"{path}__in": ids, f"{path}__issue__time_class__in": classes})
            sent += messages.post_select(
                kind=KIND,
                users=User.objects.filter(rule & chosen, is_active=True),
                data=_data(path),
                dedupe_key=_key(path),
                urgent=urgent,
                now=now,
            )
    return sent + _post_principals(ids, now)


def _wanted(ids):
    """{(column of AUDIENCES, urgent)} that occur among these reminders: no statement for nobody."""
    columns = [column for column, _path, _rule in AUDIENCES]
    rows = PlannedReminder.objects.filter(pk__in=ids)
    found = rows.values_list("issue__time_class", *[f"voice__{column}" for column in columns])
    return {
        (column, time_class == "urgent")
        for time_class, *told in found.distinct()
        for column, is_told in zip(columns, told, strict=True)
        if is_told
    }


def _key(path):
    """commitments.reminder_key plus the reminder's own number, as SQL."""
    issue, reminder = Cast(F(f"{path}__issue"), TextField()), Cast(F(f"{path}__pk"), TextField())
    words = (Value("issues:"), issue, Value(":reminder:"), reminder)
    return Concat(*words, output_field=TextField())


def _data(path):
    return {
        "issue": F(f"{path}__issue__number"),
        "title": F(f"{path}__issue__title"),
        "rung": F(f"{path}__voice__code"),
        "colour": F(f"{path}__voice__colour"),
        "notice": F(f"{path}__rung__issues_notice"),
        "due_at": Cast(F(f"{path}__issue__unit_due_at"), TextField()),
    }


def _post_principals(ids, now):
    """Principal leaders hang on no department, so no join leads to them; these rungs are few."""
    principals = list(User.objects.filter(is_principal=True, is_active=True))
    sent = 0
    for row in PlannedReminder.objects.filter(pk__in=ids, voice__to_principal=True).select_related(
        "issue", "rung", "voice"
    ):
        sent += messages.post(
            kind=KIND,
            recipients=principals,
            data={
                "issue": row.issue.number,
                "title": row.issue.title,
                "rung": row.voice.code,
                "colour": row.voice.colour,
                "notice": row.rung.issues_notice,
                "due_at": row.issue.unit_due_at.isoformat(),
            },
            dedupe_key=f"{reminder_key(row.issue_id)}{row.pk}",
            urgent=row.issue.time_class == "urgent",
            now=now,
        )
    return sent
