"""When the working calendar changes, every running promise is derived anew; what moves leaves a
trace and a message.
"""

from contextlib import suppress

from issues import commitments
from issues.actors import Actor
from issues.errors import Conflict
from issues.models import Commitment, Issue
from issues.services import perform
from issues.workflow import OPEN
from worktime import registry


def running_commitments():
    """The latest, unmet commitment of every clock of the open issues."""
    rows = Commitment.objects.filter(issue__status__in=OPEN, met_at=None).order_by(
        "issue", "clock", "-version"
    )
    latest = {}
    # A clock that stands still while a return is ruled is derived at the ruling.
    rows = rows.exclude(clock="unit", issue__unit_due_at=None)
    for row in rows.select_related("issue__lead_department"):
        latest.setdefault((row.issue_id, row.clock), row)
    return list(latest.values())


def moved_by(calendar):
    """[(commitment, new due time)] of what `calendar` would move; also the what-if before an
    import is published.
    """
    return [
        (row, due_at)
        for row in running_commitments()
        if (due_at := commitments.would_move(row, calendar)) is not None
    ]


def recalculate(change, old_calendar, new_calendar):
    """Called by worktime inside the import's transaction."""
    moved = {row.issue_id for row, _due in moved_by(new_calendar)}
    for issue in Issue.objects.filter(pk__in=moved).order_by("pk"):
        # It may have ended since it was read; then nothing of it runs any more.
        with suppress(Conflict):
            perform(issue=issue, action="recalculate", actor=Actor.system(), reason=str(change))
    settled = [
        row.pk
        for row in running_commitments()
        if row.provisional and not commitments.is_provisional(row, new_calendar)
    ]
    Commitment.objects.filter(pk__in=settled).update(provisional=False)


def register():
    registry.on_calendar_change(recalculate)
