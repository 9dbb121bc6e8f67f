"""Lives the sample's stories through: every step of all of them in the order of time, by the same
services the portal uses, with the deadline sweep at each morning's opening in between.
"""

from dataclasses import dataclass, field
from datetime import timedelta

from django.contrib.auth.models import AnonymousUser
from django.db.models import Max
from django.utils import timezone

from hangu.sample.walks import CLIENT, HOURS
from issues import reminders, services
from issues.actors import Actor
from issues.models import Category
from notifications.models import Delivery, Message
from worktime import clock

SURNAMES = "周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"
DATES = {"new_due_on", "next_report_on", "due_on"}
READ_AFTER = 3  # working days


class Days:
    """Working days counted back from the last one that is over at `anchor`."""

    def __init__(self, calendar, anchor):
        self.calendar, self.anchor = calendar, anchor
        today = timezone.localdate(anchor, calendar.tz)
        last = clock.shift_workdays(calendar, today + timedelta(days=1), -1)
        over = clock.closing(calendar, last) < anchor
        self.base = last if over else clock.shift_workdays(calendar, last, -1)

    def date(self, number):
        return clock.shift_workdays(self.calendar, self.base, -number) if number else self.base

    def moment(self, number, minutes):
        """`minutes` of working time after the opening of a day."""
        opening = clock.opening(self.calendar, self.date(number))
        return clock.due_after_minutes(self.calendar, opening, minutes)

    def openings(self, first):
        """A minute past the opening of every working day from `first` to the anchor."""
        for number in range(first, -2, -1):
            moment = self.moment(number, 1)
            if moment <= self.anchor:
                yield moment


@dataclass
class Timeline:
    """`departments`, `enterprises`: by their code of the sample; `users` by name."""

    days: Days
    topics: dict
    departments: dict
    enterprises: dict
    users: dict
    issues: dict = field(default_factory=dict)
    by_key: dict = field(default_factory=dict)

    def run(self, stories):
        """Takes every step; returns how many there were. Raises StepError with the story's name."""
        self.categories = {row.code: row for row in Category.objects.all()}
        mark = latest_message()
        planned = [
            (self.days.moment(step.day, HOURS[step.hour] + number * 7 % 43), number, order)
            for number, story in enumerate(stories)
            for order, step in enumerate(story.steps)
        ]
        first = max((step.day for story in stories for step in story.steps), default=0)
        sweeps = [(moment, -1, 0) for moment in self.days.openings(first)]
        for moment, number, order in sorted(planned + sweeps):
            if number < 0:
                reminders.sweep(now=moment)
                continue
            story = stories[number]
            try:
                self.take(number, story, story.steps[order], moment)
            except Exception as error:
                error.add_note(f"{story.topic}, step {order}: {story.steps[order]}")
                raise
        settle(self.days, mark)
        return len(planned)

    def take(self, number, story, step, now):
        if step.action == "submit":
            issue, _created = services.submit(**self.request(number, story), now=now)
            self.issues[number] = self.by_key[story.key] = issue
            return
        issue = self.issues[number]
        self.issues[number] = services.perform(
            issue=issue,
            action=step.action,
            actor=self.actor(step.actor, issue),
            now=now,
            **self.values(story, step, issue),
        )

    def actor(self, name, issue=None):
        if name == CLIENT:
            return Actor.of(AnonymousUser(), proven=[issue.pk] if issue else ())
        return Actor.of(self.users[name])

    def request(self, number, story):
        topic = self.topics[story.topic]
        known = self.enterprises.get(story.enterprise)
        return {
            "actor": self.actor(story.by),
            "is_sample": True,
            "kind": topic.kind,
            "title": topic.title,
            "description": topic.text,
            "enterprise": known.name if known else story.enterprise,
            "contact_name": f"示例·{SURNAMES[number % len(SURNAMES)]}经理",
            "contact_phone": f"138000010{number:02d}",
            "contact_email": f"contact{number:02d}@sample.invalid" if story.email else "",
            "category": self.categories[story.category] if story.says_category else None,
        }

    def values(self, story, step, issue):
        """The step's data with rows and dates in the place of codes and days."""
        data = {}
        for name, value in step.data.items():
            if name in DATES:
                data[name] = self.days.date(value)
            elif name == "lead_department":
                data[name] = self.departments[value]
            elif name == "co_departments":
                data[name] = [self.departments[code] for code in value]
            elif name == "category":
                data[name] = self.categories[value]
            elif name == "into":
                data[name] = self.by_key[value].number
            else:
                data[name] = value
        if step.action == "resolve":
            data.setdefault("public_reply", self.topics[story.topic].reply)
        if step.action in ("answer_instruction", "answer_notice"):
            kind = step.action.removeprefix("answer_")
            data[kind] = getattr(issue, f"{kind}s").filter(answered_at=None).earliest("pk")
        return data


def latest_message():
    """The number of the last message there is; 0 for none."""
    return Message.objects.aggregate(last=Max("pk"))["last"] or 0


def settle(days, mark):
    """The mails of the past are not sent any more, and what is old has been read. `mark`: the
    number of the last message before the story.
    """
    told = Message.objects.filter(pk__gt=mark)
    Delivery.objects.filter(message__in=told).queued().update(state=Delivery.State.CANCELLED)
    told.filter(created_at__lt=days.moment(READ_AFTER, 0)).mark_read(days.anchor)
