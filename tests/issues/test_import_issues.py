"""import_issues and issue_stats on a real city's work orders, and on small wrong files."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from directory.models import Department
from issues.models import Issue, PlannedReminder

MAP = """
timezone = "America/New_York"
source = "boston"
[columns]
client_reference = "case_enquiry_id"
title = "case_title"
description = "closure_reason"
category = "type"
department = "department"
status = "case_status"
received_at = "open_dt"
due_at = "target_dt"
closed_at = "closed_dt"
source_verdict = "ontime"
[statuses]
Open = "in_progress"
Closed = "closed"
"""


def run(name, *args):
    out = io.StringIO()
    call_command(name, *map(str, args), stdout=out, stderr=io.StringIO())
    return json.loads(out.getvalue().splitlines()[-1])


@pytest.fixture
def orders(db, shared_data, tmp_path):
    """run import_issues on Boston's hundred: orders("--dry-run")."""
    (tmp_path / "map.toml").write_text(MAP, encoding="utf-8")
    file = shared_data / "requests" / "boston311_100.csv"

    def load(*args, file=file):
        return run("import_issues", file, "--map", tmp_path / "map.toml", *args)

    load.file = file
    return load


def stats(*args):
    return run("issue_stats", "--by", "department", "--json", *args)


def test_a_hundred_come_in_once(orders):
    assert orders("--dry-run") == {"new": 100, "changed": 0, "same": 0, "wrong": 0}
    assert not Issue.objects.exists()
    assert orders()["new"] == 100
    assert orders() == {"new": 0, "changed": 0, "same": 100, "wrong": 0}
    assert Issue.objects.count() == 100
    assert Department.objects.filter(kind="external").count() == 7
    assert not PlannedReminder.objects.exists()


@pytest.mark.parametrize(
    ("as_of", "overdue"),
    [("2022-01-15", 4), ("2022-02-01", 6), ("2022-03-01", 8), ("2022-06-01", 12)],
)
def test_those_never_closed_are_overdue_as_of_a_day(orders, tmp_path, as_of, overdue):
    lines = orders.file.read_text(encoding="utf-8").splitlines()
    never = [line for line in lines[1:] if ",Open," in line]
    assert len(never) == 15
    (tmp_path / "never.csv").write_text("\n".join([lines[0], *never]), encoding="utf-8")
    assert orders(file=tmp_path / "never.csv")["new"] == 15
    found = stats("--as-of", as_of)["all"]
    assert found["overdue_open"] == overdue
    assert found["on_time"] == 0


def test_the_verdicts_are_the_citys_own(orders):
    orders()
    found = stats("--as-of", "2022-12-31")
    assert found["all"] == {
        "total": 100,
        "with_deadline": 89,
        "on_time": 72,
        "late": 5,
        "overdue_open": 12,
        "no_deadline": 11,
        "on_time_rate": 0.809,
    }
    for name in ("total", "on_time", "late", "overdue_open", "no_deadline"):
        assert sum(row[name] for row in found["departments"]) == found["all"][name]
    verdicts = {"ON": 0, "OVER": 0}
    for issue in Issue.objects.filter(commitments__clock="unit").prefetch_related(
        "events", "commitments"
    ):
        told = issue.events.get().data["source_verdict"]
        ours = next(row for row in issue.commitments.all() if row.clock == "unit").verdict
        assert (told == "ONTIME") == (ours == "on_time")
        verdicts["ON" if told == "ONTIME" else "OVER"] += 1
    assert verdicts == {"ON": 72, "OVER": 17}


def test_as_of_a_day_what_was_closed_later_was_still_open(orders):
    orders()
    counted = [
        stats("--as-of", day)["all"]["overdue_open"]
        for day in ("2022-01-15", "2022-02-01", "2022-03-01", "2022-06-01")
    ]
    assert counted == [4, 8, 9, 12]


def test_only_what_fell_due_in_the_period_is_its_cohort(orders):
    orders()
    whole = stats()["all"]
    first = stats("--to", "2022-01-31")["all"]
    rest = stats("--from", "2022-02-01")["all"]
    assert first["with_deadline"] + rest["with_deadline"] == whole["with_deadline"]
    assert 0 < first["with_deadline"] < whole["with_deadline"]


def test_a_changed_row_changes_its_issue_and_no_other(orders, tmp_path):
    orders()
    text = orders.file.read_text(encoding="utf-8")
    line = next(row for row in text.splitlines() if row.startswith("101004143000"))
    closed = line.replace(",,OVERDUE,Open,", ",2022-06-10 09:00:00,OVERDUE,Closed,")
    assert closed != line
    changed = tmp_path / "changed.csv"
    changed.write_text(text.replace(line, closed), encoding="utf-8")
    assert orders(file=changed) == {"new": 0, "changed": 1, "same": 99, "wrong": 0}
    issue = Issue.objects.get(client_reference="101004143000")
    assert (issue.status, issue.commitments.get(clock="unit").verdict) == ("closed", "late")
    assert stats("--as-of", "2022-06-01")["all"]["overdue_open"] == 12
    assert orders(file=changed)["same"] == 100


HEAD = (
    "case_enquiry_id,case_title,closure_reason,type,department,case_status,open_dt,target_dt,"
    "closed_dt,ontime"
)


def test_every_bad_row_is_named_and_nothing_stored(orders, tmp_path):
    rows = [
        HEAD,
        "1,,,Needles,INFO,Open,2022-01-01 10:00:00,,,",
        "2,,,,INFO,Open,yesterday,,,",
        "3,Title,,,INFO,Lost,2022-01-01 10:00:00,,,",
        "1,Twice,,,INFO,Open,2022-01-01 10:00:00,,,",
        "5,Title,,,INFO,Closed,2022-01-05 10:00:00,,2022-01-01 10:00:00,",
        "6,Title,,,INFO,Closed,2022-01-05 10:00:00,,,",
    ]
    file = tmp_path / "bad.csv"
    file.write_text("\n".join(rows), encoding="utf-8")
    with pytest.raises(CommandError) as refused:
        orders(file=file)
    said = str(refused.value)
    for line in (3, 4, 5, 6, 7):
        assert f"第 {line} 行" in said
    assert "第 2 行" not in said
    assert not Issue.objects.exists()
    file.write_text("\n".join(rows[:2]), encoding="utf-8")
    orders(file=file)
    assert Issue.objects.get().title == "Needles"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("timezone = 'Nowhere/None'\n[columns]\n", "不认识的时区"),
        ("[columns]\nowner = 'x'\n", "不认识的名称：owner"),
        (MAP.replace('"closed"', '"tracking"'), "不能对应 tracking"),
        ("columns = [", "不是有效的 TOML"),
    ],
)
def test_a_wrong_mapping_is_refused_with_its_reason(db, tmp_path, text, said):
    (tmp_path / "map.toml").write_text(text, encoding="utf-8")
    (tmp_path / "file.csv").write_text(HEAD, encoding="utf-8")
    with pytest.raises(CommandError, match=said):
        run("import_issues", tmp_path / "file.csv", "--map", tmp_path / "map.toml")
