"""What runs on a timer. Each key reads as a sentence; each task is at most five lines and calls
what a command calls.
"""

from datetime import timedelta

BEAT = {
    "fire the reminders that have fallen due, every minute": {
        "task": "issues.tasks.sweep_deadlines",
        "schedule": timedelta(minutes=1),
    },
    "deliver queued messages, every 10 seconds": {
        "task": "notifications.tasks.deliver_messages",
        "schedule": timedelta(seconds=10),
    },
    "tell webhooks what changed, every 15 seconds": {
        "task": "hangu.tasks.deliver_webhooks",
        "schedule": timedelta(seconds=15),
    },
    "forget old counts of calls, every day": {
        "task": "hangu.tasks.forget_calls",
        "schedule": timedelta(days=1),
    },
    "match enterprises that were unknown when they asked, every 10 minutes": {
        "task": "issues.tasks.match_enterprises",
        "schedule": timedelta(minutes=10),
    },
    "judge the lights of projects that have none of today, every 10 minutes": {
        "task": "projects.tasks.snapshot_lights",
        "schedule": timedelta(minutes=10),
    },
    "remind of reports, papers, pauses, milestones and visits, every 30 minutes": {
        "task": "projects.tasks.sweep_projects",
        "schedule": timedelta(minutes=30),
    },
    "remind of prospects, commitments and receipts, every 30 minutes": {
        "task": "investment.tasks.sweep_investment",
        "schedule": timedelta(minutes=30),
    },
    "lock the months whose day has passed, every hour": {
        "task": "projects.tasks.lock_reports",
        "schedule": timedelta(hours=1),
    },
    "warn administrators while next year's calendar is missing, every 6 hours": {
        "task": "notifications.tasks.watch_calendar",
        "schedule": timedelta(hours=6),
    },
    "leave a sign of life of beat and worker, every 15 seconds": {
        "task": "notifications.tasks.beat_heartbeat",
        "schedule": timedelta(seconds=15),
    },
}
