"""What runs on a timer. Each key reads as a sentence; each task is at most five lines and calls
what a command calls.
"""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

# A tick that nobody could take within its time is no longer worth anything: the next has come.
ONCE = {"expires": 10}
SIGN_OF_LIFE = "leave a sign of life of beat and worker, every 15 seconds"

BEAT = {
    "fire the reminders that have fallen due, every minute": {
        "task": "issues.tasks.sweep_deadlines",
        "schedule": timedelta(minutes=1),
    },
    "deliver queued mails, every 10 seconds": {
        "task": "notifications.tasks.deliver_messages",
        "schedule": timedelta(seconds=10),
        "kwargs": {"lane": "mail"},
        "options": ONCE,
    },
    "deliver queued robot and app messages, every 10 seconds": {
        "task": "notifications.tasks.deliver_messages",
        "schedule": timedelta(seconds=10),
        "kwargs": {"lane": "robots"},
        "options": ONCE,
    },
    "deliver queued SMS, every 10 seconds": {
        "task": "notifications.tasks.deliver_messages",
        "schedule": timedelta(seconds=10),
        "kwargs": {"lane": "sms"},
        "options": ONCE,
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
    "remind of notices and instructions not answered, every 10 minutes": {
        "task": "issues.tasks.watch_answers",
        "schedule": timedelta(minutes=10),
    },
    "open reviews of matters that keep coming, every hour": {
        "task": "issues.tasks.find_patterns",
        "schedule": timedelta(hours=1),
    },
    "apply a policy that has come into force to open issues, every minute": {
        "task": "issues.tasks.apply_policies",
        "schedule": timedelta(minutes=1),
    },
    "draft the circulars of last week and last month, every hour": {
        "task": "cockpit.tasks.draft_circulars",
        "schedule": timedelta(hours=1),
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
    "look after what was not delivered, every 10 minutes": {
        "task": "notifications.tasks.watch_deliveries",
        "schedule": timedelta(minutes=10),
    },
    SIGN_OF_LIFE: {
        "task": "notifications.tasks.beat_heartbeat",
        "schedule": timedelta(seconds=15),
    },
}


def timetable(*, hold):
    """BEAT; while reminders are held (REMINDERS_HOLD, after a restore) only the signs of life."""
    return {SIGN_OF_LIFE: BEAT[SIGN_OF_LIFE]} if hold else BEAT


# What the health panel calls each job that leaves a run.
LABELS = {
    "fire the reminders that have fallen due, every minute": _("到期提醒"),
    "deliver queued mails, every 10 seconds": _("发送邮件"),
    "deliver queued robot and app messages, every 10 seconds": _("发送群机器人和应用消息"),
    "deliver queued SMS, every 10 seconds": _("发送短信"),
    "tell webhooks what changed, every 15 seconds": _("推送变更"),
    "forget old counts of calls, every day": _("清理调用记录"),
    "match enterprises that were unknown when they asked, every 10 minutes": _("匹配企业"),
    "remind of notices and instructions not answered, every 10 minutes": _("督办答复提醒"),
    "open reviews of matters that keep coming, every hour": _("发现一类事"),
    "apply a policy that has come into force to open issues, every minute": _("新政策测算"),
    "draft the circulars of last week and last month, every hour": _("汇总通报"),
    "judge the lights of projects that have none of today, every 10 minutes": _("项目亮灯"),
    "remind of reports, papers, pauses, milestones and visits, every 30 minutes": _("项目提醒"),
    "remind of prospects, commitments and receipts, every 30 minutes": _("招商提醒"),
    "lock the months whose day has passed, every hour": _("月报锁定"),
    "warn administrators while next year's calendar is missing, every 6 hours": _("日历检查"),
    "look after what was not delivered, every 10 minutes": _("未送达检查"),
}
