"""Time limits as Chinese authorities published them: each is a row of the policy, never code."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from directory.models import Department
from issues import deadlines
from issues.facts import Facts
from issues.models import Category, Limit, Policy
from tests.factories import SHANGHAI
from worktime.services import current_calendar

# Friday 30 January 2026, 15:30: a weekend follows, and 14 February (Saturday) is worked before the
# Spring Festival of 15 to 23 February.
START = datetime(2026, 1, 30, 15, 30, tzinfo=SHANGHAI)
# row of the table → (clock, class, number, unit, due); the last None where it is no due time
EXPECTED = {
    ("株洲市 2024-04-19", "收到转办后联系诉求方"): ("contact", "2026-02-04 17:30"),
    ("株洲市 2024-04-19", "作出受理决定后办结并书面答复"): ("unit", "2026-02-06 17:30"),
    ("泉州市 2022-08", "协办部门反馈主办部门"): ("co", "2026-02-04 17:30"),
    ("泉州市 2022-08", "主办(分办)部门答复企业"): ("unit", "2026-02-10 17:30"),
    ("沈阳市长信箱", "一般问题办结"): ("unit", "2026-02-04 17:30"),
    ("沈阳市长信箱", "较复杂问题办结"): ("unit", "2026-02-13 17:30"),
    ("许昌书记市长信箱", "一般信件办结(节假日除外)"): ("unit", "2026-02-06 17:30"),
    ("成都金牛区 2023-03", "紧急类回应"): ("contact", "2026-01-30 17:30"),
}
UNITS = {"工作日": "working_days", "小时": "clock_hours"}


@pytest.fixture
def rules(practice):
    return {(row["place_date"], row["step"]): row for row in practice("time_limit_rules")}


@pytest.fixture
def policy(db):
    """The next version, with the default limits, in force before START; rows are changed freely."""
    first = Policy.objects.get(version=1)
    rows = list(first.limits.all())
    rungs = list(first.rungs.all())
    policy = Policy.objects.create(
        version=2, name="示例", valid_from=datetime(2026, 1, 1, tzinfo=SHANGHAI)
    )
    for row in (*rows, *rungs):
        row.pk, row.policy = None, policy
        row.save()
    return policy


def set_limit(policy, clock, time_class, number, unit):
    Limit.objects.filter(policy=policy, clock=clock, time_class=time_class).update(
        number=Decimal(number), unit=unit
    )


def walked(loop, *, co=False, urgent=False):
    """An issue received and dispatched at START."""
    loop.now = START - timedelta(minutes=20)
    issue = loop.submit()
    departments = [Department.objects.get(code="zr")] if co else []
    loop.now = START - timedelta(minutes=10)
    return loop.do(
        issue,
        "assign",
        category=Category.objects.get(code="power"),
        co_departments=departments,
        priority="urgent" if urgent else "normal",
    )


def local(moment):
    return timezone.localtime(moment, SHANGHAI).strftime("%Y-%m-%d %H:%M")


def test_the_table_has_the_eleven_rules(rules):
    assert len(rules) == 11
    assert set(EXPECTED) < set(rules)


@pytest.mark.parametrize("rule", EXPECTED)
def test_a_limit_is_a_row_and_gives_its_due_time(loop, policy, rules, rule):
    row, (clock, due) = rules[rule], EXPECTED[rule]
    urgent = row["unit"] == "小时"
    set_limit(policy, clock, "urgent" if urgent else "general", row["limit"], UNITS[row["unit"]])
    issue = walked(loop, co=clock == "co", urgent=urgent)
    found = issue.commitments.get(clock=clock, verdict="")
    assert (local(found.due_at), found.policy) == (due, policy)


def test_an_extension_must_be_asked_for_a_working_day_ahead(loop, policy, rules):
    days = int(rules["泉州市 2022-08", "延期申请须提前"]["limit"])
    Policy.objects.filter(pk=policy.pk).update(extension_lead=days)
    issue = loop.do(walked(loop), "sign")
    due = issue.unit_due_at
    actor = loop.actor("handler")
    assert local(due) == "2026-02-06 17:30"
    assert Facts(issue, actor, due - timedelta(days=1)).extension_in_time
    assert not Facts(issue, actor, due - timedelta(hours=7)).extension_in_time


def test_an_objection_must_be_raised_within_a_working_day(loop, policy, rules):
    days = int(rules["泉州市 2022-08", "对办理单位有异议须提出"]["limit"])
    Policy.objects.filter(pk=policy.pk).update(return_window=days)
    issue, actor = walked(loop), loop.actor("handler")
    monday = datetime(2026, 2, 2, 17, 30, tzinfo=SHANGHAI)
    assert Facts(issue, actor, monday).return_window_open
    assert not Facts(issue, actor, monday + timedelta(minutes=1)).return_window_open


@pytest.mark.parametrize(
    ("number", "unit", "due"),
    [("2", "working_days", "2026-02-03 17:30"), ("48", "clock_hours", "2026-02-01 15:30")],
)
def test_two_days_that_say_neither_working_nor_calendar_can_be_either(
    loop, policy, rules, number, unit, due
):
    row = rules["成都金牛区 2023-03", "需调查处理类办结"]
    assert (row["limit"], row["unit"]) == ("2", "天")
    set_limit(policy, "unit", "general", number, unit)
    assert local(walked(loop).unit_due_at) == due


def test_the_spring_festival_and_its_worked_saturday_count(db):
    due = deadlines.due_time(
        current_calendar(), started_at=START, number=Decimal(11), unit="working_days"
    )
    assert local(due) == "2026-02-14 17:30"
