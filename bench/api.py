"""A page of /api/v1/issues/ against the database alone making JSON of the same columns."""

import json

from django.core.cache import cache
from django.db import connection
from django.test import Client

from accounts.models import ApiKey
from api.pagination import encode
from bench.report import Samples, statements
from issues.models import Issue

# Labels of codes (status, kind, ...) are in the code and not in the database; all else is here.
COLUMNS = {
    "i": """number kind title description status priority enterprise_name enterprise_id
    contact_name contact_phone received_at sign_due_at contact_due_at due_at unit_due_at
    next_report_on outcome public_reply client_reference resolved_at closed_at updated_at
    version""".split(),
    "c": ["code", "name"],
    "d": ["code", "name"],
    "h": ["name"],
}
FROM = """issues_issue i
LEFT JOIN issues_category c ON c.id = i.category_id
LEFT JOIN directory_department d ON d.id = i.lead_department_id
LEFT JOIN accounts_user h ON h.id = i.handler_id"""
RATING = """(SELECT r.rating FROM issues_rating r WHERE r.issue_id = i.id
ORDER BY r.round DESC LIMIT 1) AS rating"""
CO = """(SELECT {array}(o.code) FROM issues_cohandling x JOIN directory_department o
ON o.id = x.department_id WHERE x.issue_id = i.id) AS co_departments"""


def raw_page(number):
    """The page as one statement; the text of the JSON."""
    columns = [f"{t}.{name} AS {t}_{name}" for t, names in COLUMNS.items() for name in names]
    names = [f"{table}_{name}" for table, names in COLUMNS.items() for name in names]
    on_postgresql = connection.vendor == "postgresql"
    array = CO.format(array="json_agg" if on_postgresql else "json_group_array")
    rows = (
        f"SELECT {', '.join([*columns, RATING, array])} FROM {FROM}"
        f" ORDER BY i.received_at DESC, i.id DESC LIMIT {number}"
    )
    if on_postgresql:
        statement = f"SELECT json_agg(row_to_json(t))::text FROM ({rows}) t"
    else:
        pairs = ", ".join(f"'{name}', {name}" for name in [*names, "rating", "co_departments"])
        statement = f"SELECT json_group_array(json_object({pairs})) FROM ({rows}) t"
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()[0]


def run(report, district, size):
    _row, key = ApiKey.create("bench", ["issues:read"], user=district.coordinator)
    client = Client(headers={"Authorization": f"Bearer {key}"})
    deep = {"cursor": _cursor(size.issues * 7 // 10)}
    for rows in (100, 500):
        first, deeper = _page(client, rows), _page(client, rows, **deep)
        for answer in (first().json()["results"], deeper().json()["results"]):
            if len(answer) != rows:
                raise AssertionError(f"{len(answer)} rows on a page of {rows}")
        if len(json.loads(raw_page(rows))) != rows:
            raise AssertionError("the statement gives other rows")
        _compare(report, rows, size.pages, first, deeper)
        report.count(f"API page of {rows}: SQL statements", statements(first))
        report.count(f"API page of {rows}: bytes", len(first().content))
        report.count(f"raw JSON of {rows}: bytes", len(raw_page(rows).encode()))


def _page(client, rows, **query):
    return lambda: client.get("/api/v1/issues/", {"page_size": rows} | query)


def _compare(report, rows, runs, first, deeper):
    through, raw, deep = Samples(), Samples(), Samples()
    for _run in range(runs):
        cache.clear()  # the throttle counts there
        through.take(first)
        raw.take(lambda: raw_page(rows))
        deep.take(deeper)
    report.ratio(f"API page of {rows} over raw JSON", through, raw, aim=2.5)
    report.ratio(f"API page of {rows}, 70 % deep over the first", deep, through, aim=1.5)
    report.figure(f"API page of {rows}", through)
    report.figure(f"raw JSON of {rows}", raw)


def _cursor(deep):
    """Where a client stands that has read `deep` rows of the usual order."""
    row = Issue.objects.order_by("-received_at", "-pk")[deep]
    return encode(["-received_at"], [row.received_at, row.pk], False)
