"""python -m bench.reminders seed N | state: due reminders, one mail each, and how they fared. Run as
a process of its own against the database of the environment.
"""

import json
import os
import sys
from collections import Counter

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hangu.settings")


def seed(number):
    """`number` urgent issues in work, each with one reminder that fell due an hour ago for one
    officer: urgent ones join no digest, so each has to arrive as a mail of its own.
    """
    from datetime import timedelta

    from django.utils import timezone

    from bench.filling import District, write
    from issues.models import Issue, LadderRung, PlannedReminder

    district = District()
    # Seventeen of each twenty is in progress with an officer who signed.
    issues = [district._issue(20 * n + 17) for n in range(number)]
    for issue in issues:
        issue.time_class = "urgent"
    write(Issue, issues)
    rung = LadderRung.objects.get(code="T-2")
    due = timezone.now() - timedelta(hours=1)
    write(
        PlannedReminder,
        (
            PlannedReminder(
                issue=issue, clock="unit", rung=rung, voice=rung, commitment_version=1, fire_at=due
            )
            for issue in Issue.objects.order_by("pk")
        ),
    )


def state():
    """{"reminders", "messages", "keys", "deliveries", "attempts", "sent_twice"}"""
    from django.db.models import Count

    from issues.models import PlannedReminder
    from notifications.models import Attempt, Delivery, Message

    sent = Attempt.objects.filter(outcome="sent").values("delivery").annotate(n=Count("pk"))
    return {
        "reminders": Counter(PlannedReminder.objects.values_list("state", flat=True)),
        "messages": Message.objects.count(),
        "keys": Message.objects.values("dedupe_key", "recipient").distinct().count(),
        "deliveries": Counter(Delivery.objects.values_list("state", flat=True)),
        "attempts": Counter(Attempt.objects.values_list("outcome", flat=True)),
        "sent_twice": sent.filter(n__gt=1).count(),
    }


if __name__ == "__main__":
    django.setup()
    if sys.argv[1] == "seed":
        seed(int(sys.argv[2]))
    else:
        sys.stdout.write(json.dumps(state()))
