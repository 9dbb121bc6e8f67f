"""The sweep of due reminders against the same rows written by hand.

`bare` is one INSERT ... SELECT of the messages and nothing else. The sweep also queues their
mails, marks the reminders as fired and commits every 500, so it is compared as well with `whole`:
three statements by hand that leave the same rows.
"""

from datetime import timedelta

from django.db import connection, transaction
from django.utils import timezone

from bench.filling import forget_messages, settled, write
from bench.report import Samples, statements
from issues import reminders
from issues.models import Issue, LadderRung, PlannedReminder
from notifications.models import Delivery, Message

JSON = {
    "postgresql": ("jsonb_build_object", "to_char(i.unit_due_at, 'YYYY-MM-DD')"),
    "sqlite": ("json_object", "i.unit_due_at"),
}
MESSAGES = """
INSERT INTO notifications_message
    (recipient_id, address, language, kind, urgent, created_at, dedupe_key, data)
SELECT u.id, '', '', 'issues.reminder', %s, %s, 'issues:' || i.id || ':reminder:' || r.id,
    {object}('issue', i.number, 'title', i.title, 'rung', v.code, 'colour', v.colour,
        'notice', v.issues_notice, 'due_at', {due})
FROM issues_plannedreminder r
JOIN issues_issue i ON i.id = r.issue_id
JOIN issues_ladderrung v ON v.id = r.voice_id
JOIN accounts_user u ON u.department_id = i.lead_department_id AND u.is_active
JOIN accounts_membership m ON m.user_id = u.id
JOIN auth_group g ON g.id = m.group_id
WHERE r.state = 'pending' AND r.fire_at <= %s AND NOT v.issues_notice AND (
    (v.to_handler AND (i.handler_id = u.id OR (i.handler_id IS NULL AND g.name = 'handler')))
    OR (g.name = 'department_head' AND v.to_head))
ON CONFLICT DO NOTHING"""
MAILS = """
INSERT INTO notifications_delivery
    (message_id, channel, state, at_once, attempts, next_at, lease_token, last_error)
SELECT m.id, 'email', 'queued', %s, 0, %s, '', ''
FROM notifications_message m JOIN accounts_user u ON u.id = m.recipient_id
WHERE u.email <> '' ON CONFLICT DO NOTHING"""
MARKS = """
UPDATE issues_plannedreminder SET state = 'fired', done_at = %s
WHERE state = 'pending' AND fire_at <= %s"""


class Queue:
    """Reminders of the issues in work: one each that is due when told so, one each for later."""

    def __init__(self, district, number):
        self.now = timezone.now()
        rungs = {rung.code: rung for rung in LadderRung.objects.all()}
        issues = list(Issue.objects.working().order_by("pk")[:number])
        if len(issues) != number:
            raise AssertionError(f"{len(issues)} issues in work, {number} wanted")
        # Half speak to the handler, half to the handler and the head.
        due = [rungs["T-2"], rungs["T-1"]]
        write(PlannedReminder, (self._row(i, due[n % 2]) for n, i in enumerate(issues)))
        write(PlannedReminder, (self._row(i, rungs["T0"], days=2) for i in issues))

    def _row(self, issue, rung, days=0):
        fire_at = self.now + timedelta(days=days)
        return PlannedReminder(
            issue=issue, clock="unit", rung=rung, voice=rung, commitment_version=1, fire_at=fire_at
        )

    def reset(self, number):
        """Nothing has been sent; the first `number` reminders are due."""
        forget_messages()
        rows = PlannedReminder.objects.filter(rung__code__in=("T-2", "T-1"))
        due = rows.order_by("pk").values("pk")[:number]
        rows.update(state="pending", done_at=None, fire_at=self.now + timedelta(days=1))
        PlannedReminder.objects.filter(pk__in=list(due.values_list("pk", flat=True))).update(
            fire_at=self.now - timedelta(hours=1)
        )
        settled()

    def bare(self):
        made, due = JSON[connection.vendor]
        now = connection.ops.adapt_datetimefield_value(self.now)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(MESSAGES.format(object=made, due=due), [False, now, now])

    def whole(self):
        now = connection.ops.adapt_datetimefield_value(self.now)
        with transaction.atomic():
            self.bare()
            with connection.cursor() as cursor:
                cursor.execute(MAILS, [False, now])
                cursor.execute(MARKS, [now, now])

    def sweep(self):
        return reminders.sweep(self.now)


def written():
    """Who is told of what, to see that two ways say the same."""
    return set(Message.objects.values_list("dedupe_key", "recipient")), Delivery.objects.count()


def run(report, district, size):
    queue = Queue(district, size.due)
    first, second, bare, whole = Samples(), Samples(), Samples(), Samples()
    for _run in range(size.sweeps):
        queue.reset(size.due)
        bare.take(queue.bare)
        by_hand = written()[0]
        queue.reset(size.due)
        whole.take(queue.whole)
        whole_rows = written()
        queue.reset(size.due)
        first.take(queue.sweep)
        swept = written()
        again = second.take(queue.sweep)
        if any(again.values()) or swept[0] != by_hand or swept != whole_rows:
            raise AssertionError(f"the ways differ: {again} {len(swept[0])} {len(by_hand)}")
    _say(report, size, len(swept[0]), first, second, bare, whole)
    _count(report, queue, size)


def _say(report, size, told, first, second, bare, whole):
    quiet = 0.1 if connection.vendor == "postgresql" else 0.3
    report.ratio("sweep over bare INSERT of the messages", first, bare, aim=2)
    report.ratio("sweep over all its rows by hand", first, whole)
    report.ratio("sweep with nothing new over the first", second, first, aim=quiet)
    report.figure(f"sweep of {size.due} reminders, {told} messages", first)
    report.figure("sweep, a reminder", first.each(size.due), "us")
    report.figure("sweep with nothing new", second)
    report.figure("bare INSERT of the messages", bare)
    report.figure("all its rows by hand", whole)


def _count(report, queue, size):
    idle = statements(queue.sweep)
    for number in (size.due // 10, size.due):
        queue.reset(number)
        sent = statements(queue.sweep)
        batches = -(-number // reminders.BATCH)
        report.count(f"sweep of {number}: SQL statements", sent)
        report.count(f"sweep of {number}: SQL statements a batch", (sent - idle) / batches)
