"""Due reminders, one mail each, and how they fared. Run in a process of its own against the
database of the environment: manage.py shell -c "from bench import due; due.seed(1000)".
"""

import json
import sys
from collections import Counter
from datetime import timedelta

from django.db.models import Count
from django.utils import timezone

from bench.filling import District, write
from issues.models import Issue, LadderRung, PlannedReminder
from notifications.models import Attempt, Delivery, Message


def seed(number):
    """`number` urgent issues in work, each with one reminder that fell due an hour ago for one
    officer: urgent ones join no digest, so each has to arrive as a mail of its own.
    """
    district = District()
    # Seventeen of each twenty is in progress with an officer who signed.
    issues = [district._issue(20 * n + 17) for n in range(number)]
    for issue in issues:
        issue.time_class = "urgent"
    write(Issue, issues)
    rung = LadderRung.objects.get(code="T-2")
    due = timezone.now() - timedelta(hours=1)
    common = {"clock": "unit", "rung": rung, "voice": rung, "commitment_version": 1}
    rows = Issue.objects.order_by("pk")
    write(PlannedReminder, (PlannedReminder(issue=row, fire_at=due, **common) for row in rows))


def say_state():
    """Writes {"reminders", "messages", "keys", "deliveries", "attempts", "sent_twice"} as JSON."""
    sent = Attempt.objects.filter(outcome="sent").values("delivery").annotate(n=Count("pk"))
    found = {
        "reminders": Counter(PlannedReminder.objects.values_list("state", flat=True)),
        "messages": Message.objects.count(),
        "keys": Message.objects.values("dedupe_key", "recipient").distinct().count(),
        "deliveries": Counter(Delivery.objects.values_list("state", flat=True)),
        "attempts": Counter(Attempt.objects.values_list("outcome", flat=True)),
        "sent_twice": sent.filter(n__gt=1).count(),
    }
    sys.stdout.write(json.dumps(found))
