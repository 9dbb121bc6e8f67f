"""When the working calendar or a policy for open issues changes, every running promise is derived
anew; what moves leaves a trace and a message. The same derivation says beforehand what would move.
"""

from collections import defaultdict
from contextlib import suppress

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from issues import commitments
from issues.actors import Actor
from issues.errors import Conflict
from issues.models import Commitment, Issue, Policy
from issues.services import perform
from issues.workflow import OPEN
from worktime import registry
from worktime.services import current_calendar

CHUNK = 500


def running_commitments():
    """The unended commitment of every clock of the open issues."""
    rows = Commitment.objects.running().filter(issue__status__in=OPEN)
    # A clock that stands still while a return is ruled is derived at the ruling.
    rows = rows.exclude(clock="unit", issue__unit_due_at=None)
    return rows.select_related("issue__lead_department", "policy").order_by("issue", "clock")


def moved_by(calendar, policy=None):
    """[(commitment, new due time)] of what `calendar`, or `policy` coming into force, would move;
    the what-if before an import or a policy is published.
    """
    return [
        (row, due_at)
        for row in running_commitments().iterator(chunk_size=CHUNK)
        if (due_at := commitments.would_move(row, calendar, policy, row.issue.time_class))
    ]


def what_if(calendar, policy=None):
    """[{"department", "issues", "promises", "earlier", "later", "numbers"}] of what would move, a
    department each, the most affected first; `numbers` are up to 20 issue numbers.
    """
    found = defaultdict(lambda: {"numbers": {}, "promises": 0, "earlier": 0, "later": 0})
    for row, due_at in moved_by(calendar, policy):
        lead = row.issue.lead_department
        line = found[lead.label if lead else _("未交办")]
        line["numbers"][row.issue.number] = None
        line["promises"] += 1
        line["later" if due_at > row.due_at else "earlier"] += 1
    rows = [
        line | {"department": name, "issues": len(line["numbers"])} for name, line in found.items()
    ]
    for row in rows:
        row["numbers"] = list(row["numbers"])[:20]
    return sorted(rows, key=lambda row: (-row["promises"], row["department"]))


def recalculate(change, old_calendar, new_calendar):
    """Called by worktime inside the import's transaction."""
    _recalculate(moved_by(new_calendar), reason=str(change))
    settled = [
        row.pk
        for row in running_commitments()
        if row.provisional and not commitments.is_provisional(row, new_calendar)
    ]
    Commitment.objects.filter(pk__in=settled).update(provisional=False)


def _recalculate(moved, reason, now=None):
    for issue in Issue.objects.filter(pk__in={row.issue_id for row, _due in moved}).order_by("pk"):
        # It may have ended since it was read; then nothing of it runs any more.
        with suppress(Conflict):
            perform(issue=issue, action="recalculate", actor=Actor.system(), reason=reason, now=now)


def apply_policies(now=None):
    """Derives open promises anew under a policy that has come into force and says it applies to
    them; the number of promises moved. Done once for each policy, whose row keeps what moved.
    """
    now, count = now or timezone.now(), 0
    with transaction.atomic():
        policy = Policy.objects.valid_at(now)
        waiting = Policy.objects.select_for_update().filter(applies_to_open=True, applied_at=None)
        policy = waiting.filter(pk=policy.pk).first()
        if policy is None:
            return 0
        policy.moved = what_if(current_calendar(), policy)
        count = sum(row["promises"] for row in policy.moved)
        reason = _("时限政策第 %(version)s 版生效") % {"version": policy.version}
        _recalculate(moved_by(current_calendar(), policy), reason, now)
        policy.applied_at = now
        policy.save(update_fields=["applied_at", "moved"])
    return count


def register():
    registry.on_calendar_change(recalculate)
    registry.on_calendar_question(what_if)
