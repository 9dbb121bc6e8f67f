"""Stage 4, 督导通报: leader's instructions and numbered notices, each with its answer.

EFFECTS goes on to issues/feedback.py, which completes it.
"""

from django.utils import formats, timezone
from django.utils.translation import gettext as _

from directory.models import Sequence
from issues import choices
from issues.effects import EFFECTS, effect
from issues.errors import invalid
from issues.facts import Facts
from issues.models import Instruction, Notice
from issues.watch import answer_key
from notifications import services as messages
from worktime import clock
from worktime.services import current_calendar

__all__ = ["EFFECTS"]
LEVELS = [code for code, _label in choices.COLOUR]


@effect
def instruct(change):
    day = change.data["due_on"]
    if day < timezone.localdate(change.now):
        raise invalid("due_on", _("答复期限不能早于今天。"))
    change.instruction = Instruction.objects.create(
        issue=change.issue,
        leader=change.actor.user,
        text=change.data["text"],
        given_at=change.now,
        due_on=day,
    )
    change.extra["instruction"] = change.instruction.pk


@effect
def answer_instruction(change):
    change.instruction = row = change.data["instruction"]
    row.answered_by, row.answered_at, row.answer = (
        change.actor.user,
        change.now,
        change.data["text"],
    )
    row.save()
    quiet(change, "instruction", row)


def quiet(change, kind, row):
    """Nothing more is mailed about an answer that has been given or is not wanted any more."""
    messages.cancel(dedupe_prefix=answer_key(change.issue.pk, kind, row.pk), now=change.now)


def one_step_at_a_time(change):
    """一事一单、逐级督办: refuses a second sheet of a colour that waits, one while the former's
    time to answer runs, and one that leaves out a colour. A leader's instruction allows the last
    two. The ladder itself keeps its own moments.
    """
    issue, level = change.issue, LEVELS.index(change.data["colour"])
    sent = [row for row in issue.notices.all() if row.withdrawn_at is None]
    waiting = [row for row in sent if row.is_open]
    if any(LEVELS.index(row.colour) >= level for row in waiting):
        raise invalid("colour", _("同级或更高等级的督办单尚未答复，一事一单，请等待答复。"))
    if issue.instructions.exists():
        return
    for row in waiting:
        if row.answer_due_at >= change.now:
            until = timezone.localtime(row.answer_due_at)
            said = {"number": row.number, "until": formats.date_format(until, _("n月j日 H:i"))}
            raise invalid(
                "colour",
                _("%(number)s的答复期限%(until)s未到，不能提高等级；重大事项须先有领导批示。")
                % said,
            )
    highest = max((LEVELS.index(row.colour) for row in sent), default=0)
    if level > max(highest + 1, 1):
        allowed = dict(choices.COLOUR)[LEVELS[max(highest + 1, 1)]]
        raise invalid(
            "colour",
            _("督办应逐级进行，目前最高可发%(allowed)s；重大事项须先有领导批示。")
            % {"allowed": allowed},
        )


@effect
def issue_notice(change):
    issue = change.issue
    if change.actor.user:
        one_step_at_a_time(change)
    policy = Facts(issue, change.actor, change.now).policy
    limit = policy.limit("notice", issue.time_class)
    year = timezone.localdate(change.now).year
    started_at = clock.next_working_moment(current_calendar(), change.now)
    notice = Notice.objects.create(
        issue=issue,
        year=year,
        serial=Sequence.take("notice", year),
        colour=change.data["colour"],
        text=change.data["text"],
        department=issue.lead_department,
        issued_by=change.actor.user,
        issued_at=change.now,
        answer_due_at=clock.due_after_days(current_calendar(), started_at, limit.number),
    )
    change.extra |= {"notice": notice.pk, "number": notice.number}


@effect
def answer_notice(change):
    row = change.data["notice"]
    row.answered_by, row.answered_at, row.answer = (
        change.actor.user,
        change.now,
        change.data["text"],
    )
    row.save()
    change.extra["number"] = row.number
    quiet(change, "notice", row)


@effect
def withdraw_notice(change):
    row = change.data["notice"]
    row.withdrawn_by, row.withdrawn_at = change.actor.user, change.now
    row.withdrawal_reason = change.data["reason"]
    row.save()
    change.extra["number"] = row.number
    quiet(change, "notice", row)
