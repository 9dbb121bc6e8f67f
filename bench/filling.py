"""Rows in volume. Issues are written with bulk_create in the status they are to have, which nothing
else in the portal or its tests may do: walking the real steps 100,000 times would take hours, and
only the number and the spread of rows matters here.
"""

from datetime import timedelta
from itertools import islice
from random import Random

from django.contrib.auth.models import Group
from django.db import connection
from django.db.models import Max
from django.utils import timezone

from accounts.models import Portfolio, User
from directory.models import Department, Enterprise
from issues.models import (
    Application,
    Category,
    CoHandling,
    Issue,
    IssueEvent,
    Notice,
)
from notifications.models import Attempt, Delivery, Message

BATCH = 1_000
DEPARTMENTS, ENTERPRISES = 20, 50
SUBJECT = "厂区供电线路增容申请三个月未批复"
# Of twenty issues: fifteen ended, one waits for the office or the enterprise, four are in work.
SPREAD = ["closed"] * 14 + ["withdrawn", "*", "assigned", "in_progress", "in_progress", "tracking"]
WAITING = ("submitted", "resolved", "confirmed")
WORKING = ("assigned", "in_progress", "tracking")


def settled():
    """Statistics as a running server has them; SQLite's portal never gathers any, nor here."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")


def forget_messages():
    """Empties the queue; a delete() through the models would read every row first."""
    tables = [model._meta.db_table for model in (Attempt, Delivery, Message)]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"TRUNCATE {', '.join(tables)}")
            return
        for table in tables:
            cursor.execute(f"DELETE FROM {table}")


def batches(rows):
    rows = iter(rows)
    while batch := list(islice(rows, BATCH)):
        yield batch


def write(model, rows):
    for batch in batches(rows):
        model.objects.bulk_create(batch)


class District:
    """Departments with their people, and as many issues as were last asked for."""

    def __init__(self):
        self.now, self.chance, self.filled = timezone.now(), Random(7), 0
        self.departments = [
            Department.objects.create(code=f"bench-{n}", name=f"示例部门{n}")
            for n in range(DEPARTMENTS)
        ]
        self.enterprises = [
            Enterprise.objects.create(name=f"示例企业{n}有限公司") for n in range(ENTERPRISES)
        ]
        self.categories = list(Category.objects.all())
        self.coordinator = self._person("coordinator", "coordinator")
        self.leader = self._person("leader", "leader")
        self.enterprise = self._person("enterprise", "enterprise", enterprise=self.enterprises[0])
        self.handlers = [
            self._person(f"handler-{n}", "handler", department=self.departments[n % DEPARTMENTS])
            for n in range(3 * DEPARTMENTS)
        ]
        for n, department in enumerate(self.departments):
            self._person(f"head-{n}", "department_head", department=department)
            Portfolio.objects.create(department=department, leader=self.leader)

    def _person(self, username, role, **fields):
        user = User.objects.create(
            username=username, name=f"示例{username}", email=f"{username}@example.test", **fields
        )
        user.groups.add(Group.objects.get(name=role))
        return user

    def fill(self, total):
        """Adds issues until there are `total`, with their events and what hangs on them."""
        begin, self.filled = self.filled, total
        last = Issue.objects.aggregate(last=Max("pk"))["last"] or 0
        write(Issue, (self._issue(n) for n in range(begin, total)))
        fresh = Issue.objects.filter(pk__gt=last).order_by("pk")
        write(IssueEvent, (row for issue in fresh.iterator() for row in self._events(issue)))
        working = [issue for issue in fresh.iterator() if issue.status in WORKING]
        write(CoHandling, (self._co_handling(issue) for issue in working[::5]))
        write(Notice, (self._notice(issue) for issue in working[::10]))
        asking = [issue for issue in working if issue.status == "in_progress"]
        write(Application, (self._application(issue) for issue in asking[::10]))
        settled()

    def _issue(self, n):
        status = SPREAD[n % 20]
        status = WAITING[n // 20 % 3] if status == "*" else status
        led = n % DEPARTMENTS if n % 7 else self.chance.randrange(DEPARTMENTS)
        # Two years of receipts, in order; deadlines lie around today, one in ten of them passed.
        received = self.now - timedelta(days=730) + timedelta(seconds=n * 600)
        due = self.now + timedelta(minutes=self.chance.randrange(-1_440, 12_960))
        begun = status not in ("submitted", "withdrawn")
        signed = begun and status != "assigned"
        done = status in ("resolved", "confirmed", "closed")
        enterprise = self.enterprises[n % ENTERPRISES]
        return Issue(
            number=f"QH-2024-{n:06d}",
            kind="problem" if n % 3 else "need",
            title=f"{SUBJECT}（{n}）",
            description=f"{SUBJECT}，影响新生产线投产，请协调。" * 6,
            status=status,
            version=2 if begun else 1,
            enterprise=enterprise,
            enterprise_name=enterprise.name,
            contact_name="示例联系人",
            contact_phone="13800001234",
            submitted_by=self.enterprise,
            category=self.categories[n % len(self.categories)],
            lead_department=self.departments[led] if begun else None,
            handler=self.handlers[led + DEPARTMENTS * (n % 3)] if signed else None,
            received_at=received,
            assigned_at=received + timedelta(hours=2) if begun else None,
            signed_at=received + timedelta(hours=4) if signed else None,
            resolved_at=received + timedelta(days=4) if done else None,
            closed_at=received + timedelta(days=6) if status == "closed" else None,
            outcome="solved" if done else "",
            public_reply="线路已增容，恢复供电。" if done else "",
            next_report_on=due.date() if status == "tracking" else None,
            due_at=due,
            unit_due_at=due if begun else None,
        )

    def _events(self, issue):
        common = {"issue": issue, "actor_kind": "official", "actor_label": "示例"}
        yield IssueEvent(
            **common,
            version=1,
            at=issue.received_at,
            action="submit",
            to_status="submitted",
            public=True,
        )
        if issue.assigned_at:
            yield IssueEvent(
                **common,
                version=2,
                at=issue.assigned_at,
                action="assign",
                from_status="submitted",
                to_status="assigned",
                public=True,
            )

    def _co_handling(self, issue):
        others = [row for row in self.departments if row.pk != issue.lead_department_id]
        return CoHandling(issue=issue, department=others[issue.pk % len(others)], due_at=self.now)

    def _notice(self, issue):
        return Notice(
            issue=issue,
            year=2024,
            serial=issue.pk,
            colour="yellow",
            text="请说明逾期原因。",
            department_id=issue.lead_department_id,
            issued_at=self.now,
            answer_due_at=self.now + timedelta(days=2),
        )

    def _application(self, issue):
        return Application(
            issue=issue,
            kind="extension",
            department_id=issue.lead_department_id,
            applicant_id=issue.handler_id,
            applied_at=self.now,
            reason="需会商。",
            proposed_on=(self.now + timedelta(days=10)).date(),
        )
