import json
from io import StringIO

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command

from tests.worktime.conftest import at, entry, notice
from worktime import announced, clock, registry, services, validators
from worktime.models import CalendarChange, CalendarDay, CalendarYear

pytestmark = pytest.mark.django_db
START = at("2026-12-30 09:00")


@pytest.fixture
def told():
    calls = []

    def callback(*call):
        calls.append(call)

    registry.on_calendar_change(callback)
    yield calls
    registry.forget(callback)


def load(path):
    out = StringIO()
    call_command("import_calendar", str(path), stdout=out)
    return out.getvalue()


def test_the_years_from_the_start_are_the_published_ones(shared_data):
    for year in range(2019, 2027):
        data = json.loads((shared_data / "holidays" / f"{year}.json").read_text())
        assert services.import_calendar(data, "oracle") is None, year
    assert CalendarYear.objects.count() == 8


def test_a_real_file_of_a_year_not_announced_is_refused(shared_data):
    with pytest.raises(CommandError, match="尚未公布"):
        load(shared_data / "holidays" / "2027.json")
    assert not CalendarYear.objects.filter(year=2027).exists()


def test_the_working_days_of_2026_are_248(cn2026):
    stored = services.current_calendar()
    january, december = at("2026-01-01 00:00"), at("2026-12-31 23:59")
    assert clock.elapsed(stored, january, december) == 248 * 420
    assert clock.elapsed(cn2026, january, december) == 248 * 420


def test_a_notice_is_stored_with_its_trace_and_moves_what_rested_on_the_year(told):
    old = services.current_calendar()
    assert clock.due_after_days(old, START, 2) == at("2027-01-04 17:30")
    change = services.import_calendar(notice(), "王主任")
    new = services.current_calendar()
    assert clock.due_after_days(new, START, 2) == at("2027-01-05 17:30")
    assert not clock.is_provisional(new, START, at("2027-01-05 17:30"))
    assert (change.year, change.version_before, change.version_after) == (2027, 0, 1)
    assert change.by == "王主任"
    assert len(change.diff["added"]) == 2
    assert told == [(change, old, new)]
    assert new.version != old.version


def test_the_same_content_again_changes_nothing(told):
    services.import_calendar(notice(), "a")
    total = CalendarChange.objects.count()
    assert services.import_calendar(notice(), "b") is None
    assert CalendarChange.objects.count() == total
    assert len(told) == 1
    assert CalendarYear.objects.get(year=2027).version == 1


def test_an_amended_notice_is_the_next_version_and_says_what_differs():
    services.import_calendar(notice(), "a")
    days = [entry("2027-01-01", "新年"), entry("2027-01-03", off=False)]
    change = services.import_calendar(notice(days=days), "a")
    assert change.version_after == 2
    assert [day["date"] for day in change.diff["added"]] == ["2027-01-03"]
    assert [day["date"] for day in change.diff["removed"]] == ["2027-01-04"]
    assert change.diff["changed"][0]["after"]["name"] == "新年"
    assert clock.is_workday(services.current_calendar(), at("2027-01-03 00:00").date())


def test_a_callback_that_fails_undoes_the_import(told):
    @registry.on_calendar_change
    def fail(change, old, new):
        raise RuntimeError("recomputing failed")

    before = services.current_calendar()
    try:
        with pytest.raises(RuntimeError):
            services.import_calendar(notice(), "a")
    finally:
        registry.forget(fail)
    assert not CalendarYear.objects.filter(year=2027).exists()
    assert services.current_calendar().version == before.version
    assert not services.current_calendar().is_announced(2027)


def test_a_preview_stores_nothing():
    preview = services.preview_calendar(notice())
    assert clock.due_after_days(preview, START, 2) == at("2027-01-05 17:30")
    assert clock.due_after_days(services.current_calendar(), START, 2) == at("2027-01-04 17:30")


def test_days_of_the_december_before_belong_to_the_notice():
    services.import_calendar(notice(days=[entry("2026-12-31"), entry("2027-01-01")]), "a")
    assert clock.due_after_days(services.current_calendar(), START, 1) == at("2027-01-04 17:30")
    assert CalendarDay.objects.get(date="2026-12-31").year.year == 2027


def test_a_day_ruled_by_another_notice_is_refused():
    services.import_calendar(notice(days=[entry("2026-12-31"), entry("2027-01-01")]), "a")
    data = {"year": 2026, "papers": [], "days": [entry("2026-12-31", off=False)]}
    with pytest.raises(ValidationError, match="2027"):
        services.import_calendar(data, "a")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ([], "对象"),
        ({"year": 2027, "days": []}, "papers"),
        (notice(year="2027", days=[]), "year"),
        (notice(year=True, days=[]), "year"),
        (notice(papers=["javascript:alert(1)"]), "papers"),
        (notice() | {"days": {}}, "days"),
        (notice(days=[]), "尚未公布"),
        (notice(days=["2027-01-01"]), "第 1 条"),
        (notice(days=[entry("2027-01-01"), {"name": "元旦", "date": "2027-01-02"}]), "isOffDay"),
        (notice(days=[entry("2027-02-29")]), "2027-02-29"),
        (notice(days=[entry("20270101")]), "YYYY-MM-DD"),
        (notice(days=[entry("2027-01-01", off="true")]), "true 或 false"),
        (notice(days=[entry("2027-01-01", name=" ")]), "name"),
        (notice(days=[entry("2027-01-01"), entry("2027-01-01")]), "第 1 条重复"),
        (notice(days=[entry("2026-12-01")]), "不在 2027 年内"),
        (notice(days=[entry("2028-01-20")]), "不在 2027 年内"),
    ],
)
def test_a_wrong_notice_is_refused_and_nothing_is_stored(data, reason, told):
    before = CalendarChange.objects.count()
    with pytest.raises(ValidationError) as caught:
        services.import_calendar(data, "a")
    assert reason in " ".join(caught.value.messages)
    assert CalendarChange.objects.count() == before
    assert not told
    assert not CalendarYear.objects.filter(year=2027).exists()


def test_all_errors_are_named_at_once_each_with_its_line(tmp_path):
    days = [entry("2027-01-01"), entry("2027-13-01"), entry("2027-01-01"), entry("2025-05-05")]
    path = tmp_path / "2027.json"
    path.write_text(json.dumps(notice(days=days), ensure_ascii=False, indent=1))
    with pytest.raises(CommandError) as caught:
        load(path)
    lines = path.read_text().splitlines()
    for number, wrong in ((2, "2027-13-01"), (4, "2025-05-05")):
        line = next(at for at, text in enumerate(lines, 1) if wrong in text) - 2
        assert f"第 {number} 条（第 {line} 行）" in str(caught.value)
    assert "第 3 条" in str(caught.value)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'{"year": 2027,\n "days": [,]}', "第 2 行第 11 列"),
        (b'{"year": 2027,\n\n "name": "\xff"}', "第 3 行：文件不是 UTF-8"),
        (b"", "第 1 行"),
        (b"[" * 100_000, "嵌套"),
    ],
)
def test_what_is_not_json_is_refused_with_its_line(tmp_path, content, reason):
    path = tmp_path / "2027.json"
    path.write_bytes(content)
    with pytest.raises(CommandError, match=reason):
        load(path)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(CommandError, match="无法读取"):
        load(tmp_path / "none.json")


def test_the_command_says_what_it_did(tmp_path):
    path = tmp_path / "2027.json"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(notice()).encode())
    assert "新增 2 天" in load(path)
    assert "未作更改" in load(path)


def test_lines_are_found_in_any_layout():
    text = '{"days":\n[\n{"a": "]}"},\n\n7 ], "year": 1}'
    assert validators.read_notice(text.encode())[1] == [3, 5]


def test_the_retyped_days_lie_in_order_and_once():
    for year in announced.NOTICES:
        days = [day for day, _, _ in announced.days_of(year)]
        assert len(days) == len(set(days)) > 25
        assert all(abs(day.year - year) <= 1 for day in days)
