import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

pytestmark = pytest.mark.django_db


def replay(path):
    out = StringIO()
    call_command("replay_clock", str(path), stdout=out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


@pytest.fixture
def answers(tmp_path):
    def ask(*cases):
        path = tmp_path / "cases.json"
        path.write_text(json.dumps(cases))
        return replay(path)

    return ask


def portal(kind, start="2026-02-12T09:00:00+08:00", **more):
    return {"id": 1, "kind": kind, "calendar": "portal", "start": start} | more


def test_the_published_cases_all_give_the_published_answer(shared_data):
    path = shared_data / "practice" / "clock_cases.json"
    cases = json.loads(path.read_text())
    expected = [
        {"id": case["id"], "result": case["due" if case["kind"] == "due" else "minutes"]}
        for case in cases
    ]
    assert len(expected) == 45
    assert replay(path) == expected


@pytest.mark.parametrize(
    ("case", "answer"),
    [
        (portal("due_days", days=7), {"result": "2026-02-28T17:30:00+08:00"}),
        (portal("due_days", days=0.5), {"result": "2026-02-13T12:00:00+08:00"}),
        (portal("due", minutes=420), {"result": "2026-02-13T09:00:00+08:00"}),
        (portal("elapsed", end="2026-02-13T09:00:00+08:00"), {"result": 420}),
        (
            portal("due_days", days=3, start="2026-12-30T01:00:00Z"),
            {"result": "2027-01-05T17:30:00+08:00", "provisional": True},
        ),
    ],
)
def test_the_portals_calendar_answers(answers, case, answer):
    assert answers(case) == [{"id": 1} | answer]


OWN = {"id": 2, "kind": "due", "tz": "UTC", "hours": {"mon": [["09:00", "17:00"]]}, "minutes": 1}
OWN["start"] = "2026-03-09T09:00:00Z"


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"start": "2026-03-09T09:00:00"}, "时区"),
        ({"start": "yesterday"}, "yesterday"),
        ({"tz": "Mars/Olympus"}, "Mars/Olympus"),
        ({"hours": {"someday": []}}, "someday"),
        ({"hours": {"mon": [["17:00", "09:00"]]}}, "order"),
        ({"hours": {}}, "no working time"),
        ({"minutes": -5}, "-5"),
        ({"minutes": "many"}, "many"),
        ({"minutes": 10**12}, str(10**12)),
        ({"kind": "guess"}, "guess"),
        ({"boundary": "next"}, "boundary"),
        ({"pauses": 3}, "int"),
    ],
)
def test_a_bad_case_is_answered_by_its_error_and_the_next_one_goes_on(answers, wrong, reason):
    bad, good = answers(OWN | wrong, OWN)
    assert bad["id"] == 2
    assert set(bad) == {"id", "error"}
    assert reason in bad["error"]
    assert good == {"id": 2, "result": "2026-03-09T09:01:00Z"}


def test_what_is_not_a_case_is_answered_too(answers):
    assert [set(answer) for answer in answers(7, {"id": "x"})] == [{"id", "error"}] * 2


@pytest.mark.parametrize("content", ["{}", "[", None])
def test_a_file_that_is_no_list_is_refused(tmp_path, content):
    path = tmp_path / "cases.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(CommandError):
        replay(path)
