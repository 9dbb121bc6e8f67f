"""回访: who is telephoned on which working day, and by whom never."""

from datetime import datetime

import pytest
import time_machine
from django.urls import reverse

from issues.boards import CallList
from tests.factories import SHANGHAI

ADDRESS = "issues:calls"


def on(day, hour=10):
    return datetime(2026, 3, day, hour, 0, tzinfo=SHANGHAI)


def numbers(user, today, **query):
    return [item.number for item in CallList(user, query, on(today)).found()]


@pytest.fixture
def answered(loop):
    """Resolved on Friday 13 March 2026."""
    loop.now = on(13)
    return loop.issue_in("resolved")


def test_it_is_on_the_list_of_the_next_working_day(answered, coordinator):
    assert numbers(coordinator, 13) == []
    assert numbers(coordinator, 13, day="next") == [answered.number]
    assert numbers(coordinator, 13, day="all") == [answered.number]
    assert numbers(coordinator, 16) == [answered.number]


def test_a_try_moves_it_to_the_working_day_after(loop, answered, coordinator):
    loop.now = on(16)
    loop.do(answered, "visit", result="no_answer", rating="")
    assert numbers(coordinator, 16) == []
    assert numbers(coordinator, 17) == [answered.number]
    row = CallList(coordinator, {}, on(18)).context()["rows"][0]
    assert (row["left"], row["late"], len(row["tries"])) == (2, True, 1)


def test_nobody_asks_about_his_own_departments_work(answered, person, departments):
    both = person("both", "coordinator", department=departments["zj"])
    assert numbers(both, 16) == []


def test_the_script_says_who_and_what(answered, coordinator):
    script = CallList(coordinator, {}, on(16)).context()["rows"][0]["script"]
    for word in (answered.enterprise_name, answered.contact_name, answered.title, "住建局"):
        assert word in script
    assert "【" not in script


def test_a_call_is_recorded_from_the_list(client, answered, coordinator, handler):
    with time_machine.travel(on(16), tick=False):
        client.force_login(handler)
        assert client.get(reverse(ADDRESS)).status_code == 403
        client.force_login(coordinator)
        page = client.get(reverse(ADDRESS))
        assert answered.contact_phone in page.content.decode()
        form = page.context["rows"][0]["form"]
        client.post(
            reverse("issues:act", args=[answered.number, "visit"]),
            {
                "version": form["version"].value(),
                "result": "answered",
                "rating": "basically_satisfied",
                "solved": "yes",
                "reason": "再快些更好。",
            },
        )
        assert "今天没有需要回访的企业" in client.get(reverse(ADDRESS)).content.decode()
    answered.refresh_from_db()
    assert answered.status == "confirmed"
    assert answered.ratings.get().solved is True
