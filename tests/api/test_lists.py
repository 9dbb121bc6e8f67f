"""Lists: filters, search, order, pages, sparse fields and the same rows as a file."""

import csv
import io
import json
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils import timezone

from directory.models import Department, Enterprise, Industry, Park
from issues.models import Issue
from tests.api.conftest import ASSIGN, ISSUE, later
from tests.api.test_access import refusal


def numbers(answer):
    assert answer.status_code == 200, answer.content
    return [row["number"] for row in answer.json()["results"]]


@pytest.fixture
def rows(db, system):
    """Seven issues of one key; three received at the same moment, four without a deadline."""
    now = timezone.now()
    return Issue.objects.bulk_create(
        Issue(
            number=f"QH-2026-{serial:05d}",
            kind="need" if serial % 2 else "problem",
            title=f"示例{serial}",
            status="submitted",
            api_key=system.row,
            enterprise_name="=示例公司",
            contact_name="示例",
            contact_phone="13800001234",
            received_at=now - timedelta(hours=min(serial, 3)),
            due_at=now + timedelta(days=serial) if serial > 4 else None,
        )
        for serial in range(1, 8)
    )


def walk(caller, query, way="next"):
    """All pages from the first one on: (numbers, the last page)."""
    found, url = [], f"/api/v1/issues/?{query}"
    while url:
        page = caller.get(url).json()
        found.append([row["number"] for row in page["results"]])
        last, url = page, page[way]
    return found, last


@pytest.mark.parametrize(
    "ordering", ["received_at", "-received_at", "due_at", "-due_at", "status,-number", "priority"]
)
@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_pages_give_every_row_once_in_order(system, rows, ordering, size):
    whole = numbers(system.get("issues/", {"ordering": ordering}))
    assert sorted(whole) == [row.number for row in rows]
    pages, last = walk(system, f"ordering={ordering}&page_size={size}")
    assert sum(pages, []) == whole
    # and the same way back
    back = []
    url = last["previous"]
    while url:
        page = system.get(url).json()
        back = [row["number"] for row in page["results"]] + back
        url = page["previous"]
    assert back == sum(pages[:-1], [])


def test_a_link_keeps_every_parameter_also_when_sent_unencoded(system, rows):
    raw = "search=示例&kind=need&kind=problem&page_size=3".encode().decode("latin-1")
    answer = system.client.get("/api/v1/issues/", headers=system.headers, QUERY_STRING=raw)
    kept = parse_qs(urlsplit(answer.json()["next"]).query)
    kept.pop("cursor")
    assert kept == {"search": ["示例"], "kind": ["need", "problem"], "page_size": ["3"]}


def test_empty_deadlines_come_last_both_ways(system, rows):
    for ordering in ("due_at", "-due_at"):
        given = system.get("issues/", {"ordering": ordering}).json()["results"]
        dues = [row["due_at"] is None for row in given]
        assert dues == [False] * 3 + [True] * 4


def test_rows_that_come_while_paging_neither_shift_nor_repeat(system, rows):
    first = system.get("issues/", {"page_size": 3}).json()
    Issue.objects.filter(number=first["results"][0]["number"]).delete()
    system.post("issues/", ISSUE)
    rest, _last = walk(system, urlsplit(first["next"]).query)
    seen = [row["number"] for row in first["results"]] + sum(rest, [])
    assert sorted(seen) == [row.number for row in rows]


@pytest.mark.parametrize("cursor", ["x", "W10", "bnVsbA", "é", "WzEsMiwzXQ"])
def test_a_made_up_cursor_is_400(system, rows, cursor):
    refusal(system.get("issues/", {"cursor": cursor}), 400)


def test_a_cursor_belongs_to_its_order(system, rows):
    link = system.get("issues/", {"page_size": 2}).json()["next"]
    cursor = parse_qs(urlsplit(link).query)["cursor"][0]
    assert system.get("issues/", {"cursor": cursor}).status_code == 200
    refusal(system.get("issues/", {"cursor": cursor, "ordering": "number"}), 400)


def test_the_count_comes_when_asked_for(system, rows):
    assert "count" not in system.get("issues/").json()
    assert system.get("issues/", {"count": 1, "page_size": 2}).json()["count"] == 7


@pytest.mark.parametrize(
    "query",
    [
        {"colour": "red"},
        {"status": "lost"},
        {"category": "moon"},
        {"overdue": "maybe"},
        {"received_after": "yesterday"},
        {"ordering": "contact_phone"},
        {"ordering": "number,-number"},
        {"page_size": "0"},
        {"page_size": "501"},
        {"page_size": "many"},
        {"count": "yes"},
        {"fields": "number,password"},
        {"format": "pdf"},
        {"search": "a\0"},
        {"enterprise": "a\0"},
    ],
)
def test_what_a_list_does_not_know_is_400_by_name(system, rows, query):
    errors = refusal(system.get("issues/", query), 400)["errors"]
    assert set(errors) == set(query)


def test_a_record_takes_fields_and_nothing_else(system, submitted):
    number = submitted()
    body = system.get(f"issues/{number}/", {"fields": "status,number"}).json()
    assert body == {"number": number, "status": "submitted"}
    refusal(system.get(f"issues/{number}/", {"expand": "all"}), 400)


def test_sparse_fields(system, rows):
    page = system.get("issues/", {"fields": "number, stage_label"}).json()
    assert page["results"][0] == {"number": "QH-2026-00001", "stage_label": "问题收集"}


def test_filters_narrow_together(system, rows):
    assert len(numbers(system.get("issues/", {"kind": "need"}))) == 4
    found = numbers(system.get("issues/", {"kind": "need", "search": "示例7"}))
    assert found == ["QH-2026-00007"]
    moment = (timezone.now() - timedelta(hours=2)).isoformat()
    assert len(numbers(system.get("issues/", {"received_after": moment}))) == 2
    assert len(numbers(system.get("issues/", {"received_before": moment}))) == 5
    assert len(numbers(system.get("issues/", {"status": ["submitted", "closed"]}))) == 7
    assert numbers(system.get("issues/", {"status": "closed"})) == []


def test_overdue_means_the_same_as_filter_and_as_field(system, keys, submitted, clock):
    late, idle = submitted(), submitted()
    keys.coordinator.step(late, "assign", **ASSIGN)
    later(clock, days=20)
    keys.coordinator.step(idle, "decline", reason_code="unclear", remedy="示例")
    assert numbers(keys.coordinator.get("issues/", {"overdue": "true"})) == [late]
    assert numbers(keys.coordinator.get("issues/", {"overdue": "false"})) == [idle]
    rows = keys.coordinator.get("issues/").json()["results"]
    assert {row["number"]: row["overdue"] for row in rows} == {late: True, idle: False}
    assert numbers(keys.coordinator.get("issues/", {"lead_department": "construction-bureau"})) == [
        late
    ]


def test_by_enterprise_by_name_or_number(system, enterprise, submitted):
    number = submitted()
    for given in (enterprise.pk, "示例玻璃 有限公司"):
        assert numbers(system.get("issues/", {"enterprise": given})) == [number]
    assert numbers(system.get("issues/", {"enterprise": "9" * 30})) == []


def test_updated_since_finds_what_changed(system, keys, submitted, clock):
    quiet, moved = submitted(), submitted()
    later(clock, minutes=5)
    since = timezone.now().isoformat()
    keys.coordinator.step(moved, "assign", **ASSIGN)
    assert numbers(system.get("issues/", {"updated_since": since})) == [moved]
    assert len(numbers(system.get("issues/"))) == len([quiet, moved])


def test_exports_are_the_list(system, rows):
    query = {"kind": "need", "ordering": "-number", "fields": "number,enterprise,due_at,overdue"}
    listed = system.get("issues/", query).json()["results"]
    lines = system.get("issues/", query | {"format": "ndjson"}).getvalue().decode().splitlines()
    assert [json.loads(line) for line in lines] == listed
    answer = system.get("issues/", query | {"format": "csv"})
    assert answer["Content-Disposition"] == 'attachment; filename="issue-20260311.csv"'
    table = list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))
    assert [row["number"] for row in table] == [row["number"] for row in listed]
    assert {row["enterprise"] for row in table} == {"'=示例公司"}
    assert system.get("issues/", query | {"format": "xlsx"}).getvalue().startswith(b"PK")


def test_an_export_has_no_page(system, rows):
    answer = system.get("issues/", {"format": "ndjson", "page_size": 2})
    assert len(answer.getvalue().splitlines()) == 7


def test_the_directory(system, departments, enterprise):
    codes = [row["code"] for row in system.get("departments/").json()["results"]]
    assert codes == ["construction-bureau", "land-bureau"]
    assert system.get("departments/land-bureau/").json()["name"] == "示例自然资源局"
    park = Park.objects.create(code="east", name="示例东区")
    industry = Industry.objects.create(code="glass", name="示例玻璃业")
    Enterprise.objects.filter(pk=enterprise.pk).update(park=park, industry=industry)
    Enterprise.objects.create(name="示例另一家公司")
    assert [row["code"] for row in system.get("parks/").json()["results"]] == ["east"]
    assert system.get("parks/east/").json()["name"] == "示例东区"
    found = system.get("enterprises/", {"search": "玻璃", "format": "json"}).json()["results"]
    assert [row["id"] for row in found] == [enterprise.pk]
    found = system.get("enterprises/", {"park": "east", "industry": "glass"}).json()["results"]
    assert [row["id"] for row in found] == [enterprise.pk]
    assert system.get(f"enterprises/{enterprise.pk}/").json()["industry"] == "glass"
    categories = system.get("categories/", {"page_size": 500}).json()["results"]
    assert {"code": "power", "name": "供电"}.items() <= categories[5].items()


def test_a_list_costs_the_same_for_five_rows_and_fifty(system, keys, django_assert_max_num_queries):
    assert numbers(keys.coordinator.get("issues/")) == []
    department = Department.objects.get(code="construction-bureau")
    for size in (5, 50):
        while (missing := size - Issue.objects.count()) > 0:
            fresh(system, department, missing)
        with django_assert_max_num_queries(7):
            assert len(numbers(keys.coordinator.get("issues/"))) == size


def fresh(system, department, count):
    owner = Enterprise.objects.create(name=f"示例{count}")
    for serial in range(count):
        issue = Issue.objects.create(
            number=f"QH-{count}-{serial}",
            kind="need",
            title="示例",
            status="assigned",
            api_key=system.row,
            enterprise=owner,
            enterprise_name=owner.name,
            lead_department=department,
            received_at=timezone.now(),
        )
        issue.co_handlings.create(department=department)
