"""What a new policy or calendar moves is said before it is published, and is exactly what moves."""

import json
from datetime import datetime, timedelta

import pytest
import time_machine
from django.urls import reverse

from issues import calendar_changes
from issues.models import Limit, Policy
from tests.factories import SHANGHAI
from tests.issues.test_calendar_changes import NOTICE
from worktime import services as worktime
from worktime.services import current_calendar

STARTS = datetime(2026, 3, 16, 0, 0, tzinfo=SHANGHAI)


@pytest.fixture
def stricter(db):
    """From Monday 16 March: three working days instead of five for a department's general work."""
    policy = Policy.objects.create(version=2, name="示例", valid_from=STARTS, applies_to_open=True)
    first = Policy.objects.get(version=1)
    for row in (*first.limits.all(), *first.rungs.all()):
        row.pk, row.policy = None, policy
        row.save()
    Limit.objects.filter(policy=policy, clock="unit", time_class="general").update(number=3)
    return policy


def test_it_moves_what_the_question_named_and_keeps_a_trace(loop, stricter):
    issue, done = loop.issue_in("in_progress"), loop.issue_in("resolved")
    before = issue.unit_due_at
    asked = calendar_changes.what_if(current_calendar(), stricter)
    assert [(row["department"], row["promises"], row["earlier"]) for row in asked] == [
        ("住建局", 1, 1)
    ]
    assert asked[0]["numbers"] == [issue.number]
    assert calendar_changes.apply_policies(STARTS - timedelta(minutes=1)) == 0
    assert calendar_changes.apply_policies(STARTS) == 1
    assert calendar_changes.apply_policies(STARTS) == 0
    issue.refresh_from_db()
    row = issue.commitments.get(clock="unit", verdict="")
    assert (row.policy, row.number, row.version) == (stricter, 3, 2)
    assert issue.unit_due_at == row.due_at < before
    event = issue.events.last()
    assert (event.action, "时限政策第 2 版" in event.data["reason"]) == ("recalculate", True)
    stricter.refresh_from_db()
    assert stricter.moved == asked
    assert done.commitments.get(clock="unit").verdict == "on_time"
    assert not done.events.filter(action="recalculate").exists()


def test_a_policy_not_for_open_issues_moves_none(loop, stricter):
    Policy.objects.filter(pk=stricter.pk).update(applies_to_open=False)
    stricter.refresh_from_db()
    issue = loop.issue_in("in_progress")
    assert calendar_changes.what_if(current_calendar(), stricter) == []
    assert calendar_changes.apply_policies(STARTS) == 0
    later = loop.issue_in("submitted")
    loop.now = STARTS + timedelta(hours=9)
    later = loop.do(later, "assign")
    assert later.commitments.get(clock="unit").number == 3
    assert issue.commitments.get(clock="unit").number == 5


def test_half_the_limit_stays_half(loop, stricter):
    issue = loop.do(loop.issue_in("resolved"), "rate", rating="dissatisfied", reason="没有解决。")
    calendar_changes.apply_policies(STARTS)
    row = issue.commitments.get(clock="unit", verdict="")
    assert (row.share, row.number) == (pytest.approx(0.5), pytest.approx(1.5))


@pytest.fixture
def at_years_end(loop):
    loop.now = datetime(2026, 12, 30, 9, 0, tzinfo=SHANGHAI)
    return [loop.issue_in("in_progress"), loop.issue_in("submitted")]


def named(rows):
    return {number for row in rows for number in row["numbers"]}


def test_a_calendar_import_moves_exactly_what_the_question_named(loop, at_years_end):
    loop.now = datetime(2026, 12, 7, 9, 0, tzinfo=SHANGHAI)
    loop.issue_in("in_progress")
    _diff, asked = worktime.preview_notice(NOTICE)
    assert named(asked) == {issue.number for issue in at_years_end}
    with time_machine.travel(datetime(2026, 12, 30, 12, 0, tzinfo=SHANGHAI), tick=False):
        worktime.import_calendar(NOTICE, by="test")
    moved = {
        issue.number: len(issue.events.get(action="recalculate").data["moved"])
        for issue in at_years_end
    }
    assert sum(moved.values()) == sum(row["promises"] for row in asked) == 3
    assert named(worktime.preview_notice(NOTICE)[1]) == set()


def test_the_administrator_sees_it_before_he_confirms(
    client, administrator, at_years_end, tmp_path
):
    client.force_login(administrator)
    address = reverse("admin:worktime_calendaryear_import")
    file = tmp_path / "2027.json"
    file.write_text(json.dumps(NOTICE), encoding="utf-8")
    with file.open("rb") as sent:
        page = client.post(address, {"file": sent})
    assert page.context["promises"] == 3
    assert at_years_end[0].number in page.content.decode()
    assert not at_years_end[0].events.filter(action="recalculate").exists()
    done = client.post(address, {"text": page.context["preview"].text, "confirm": "1"})
    assert done.status_code == 302
    assert at_years_end[0].events.filter(action="recalculate").count() == 1
    wrong = client.post(address, {"text": "{}"})
    assert wrong.status_code == 200
    assert wrong.context["preview"] is None


def test_others_find_no_import(client, coordinator, security):
    for user in (coordinator, security):
        client.force_login(user)
        assert client.get(reverse("admin:worktime_calendaryear_import")).status_code in (302, 403)
