"""Targets of a year and the district's figures, by page and by REST."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.models import ApiKey
from cockpit import figures
from cockpit.models import Target
from investment.models import Deal, Trip
from tests.factories import SHANGHAI

LIST = "cockpit:targets"
GIVEN = {"year": 2026, "name": "新增规上企业", "unit": "家", "goal": "5"}


@pytest.fixture
def api(client, db):
    """api("targets/", year=2026): the answer to a system's key with reports:read."""
    _key, secret = ApiKey.create("示例系统", ["reports:read"])

    def get(path, **query):
        headers = {"Authorization": f"Bearer {secret}"}
        return client.get(f"/api/v1/{path}", query, headers=headers)

    return get


def test_the_planner_enters_and_corrects_a_target(client, planner, leader, enterprise):
    client.force_login(planner)
    assert client.post(reverse("cockpit:add_target"), GIVEN).status_code == 302
    row = Target.objects.get()
    assert (row.number, row.is_met) == ("MB-2026-01", None)
    address = reverse("cockpit:target", args=[row.number])
    refused = client.post(address, GIVEN | {"actual": "6"})
    assert (refused.status_code, "数据来源" in refused.content.decode()) == (400, True)
    told = {"actual": "6", "actual_on": "2026-09-30", "source": "统计局月报"}
    assert client.post(address, GIVEN | told).status_code == 302
    row.refresh_from_db()
    assert row.is_met is True
    client.force_login(leader)
    page = client.get(reverse(LIST))
    assert "统计局月报" in page.content.decode()
    assert client.get(address).status_code == 403
    lines = b"".join(client.get(reverse(LIST), {"format": "csv"}).streaming_content).decode()
    assert "MB-2026-01" in lines
    client.force_login(enterprise)
    assert client.get(reverse(LIST)).status_code == 403


def test_a_figure_without_its_source_is_refused_by_the_database(db):
    with pytest.raises(IntegrityError), transaction.atomic():
        Target.objects.create(number="MB-1", year=2026, name="示例", unit="家", goal=1, actual=1)


def test_where_less_is_better(db):
    row = Target(goal=Decimal(10), actual=Decimal(9), at_most=True)
    assert row.is_met
    assert not Target(goal=Decimal(10), actual=Decimal(9)).is_met


def test_clients_pull_targets_and_hear_of_changes(api, db):
    row = Target.objects.create(number="MB-2026-01", **GIVEN | {"goal": 5})
    Target.objects.create(number="MB-2025-01", **GIVEN | {"year": 2025})
    body = api("targets/", year=2026).json()
    assert [item["number"] for item in body["results"]] == ["MB-2026-01"]
    assert body["results"][0]["goal"] == "5.00"
    until = api("targets/", updated_since="2000-01-01").json()["until"]
    assert api("targets/", updated_since=until).json()["results"] == []
    row.delete()
    gone = api("targets/", updated_since=until).json()["results"]
    assert gone == [{"number": "MB-2026-01", "deleted": True}]
    assert api("targets/MB-2025-01/").json()["is_met"] is None


def test_the_year_in_figures(api, loop, frozen):
    Target.objects.create(number="MB-2026-01", **GIVEN)
    for number, day in (("1", date(2026, 2, 1)), ("2", date(2026, 11, 1))):
        Trip.objects.create(
            number=f"WC-2026-00{number}",
            activity="outbound",
            theme="示例",
            start_on=day,
            end_on=day,
        )
    Deal.objects.create(
        number="QY-2026-001",
        name="示例项目",
        type="formal",
        investor_name="示例公司",
        signed_on=date(2026, 3, 1),
        agreement_amount=Decimal("136000000.00"),
    )
    loop.do(loop.issue_in("resolved"), "rate")
    frozen.move_to(datetime(2026, 4, 10, 12, 0, tzinfo=SHANGHAI))
    body = api("cockpit/", year=2026, as_of="2026-04-01").json()
    assert (body["trips"], body["deals"], body["agreement_amount"]) == (1, 1, "136000000.00")
    assert body["targets"][0]["goal"] == "5"
    assert body["issues"]["resolved"] == 1
    assert body["rates"]["on_time"] == {
        "value": 1.0,
        "numerator": 1.0,
        "denominator": 1,
        "excluded": 0,
        "definition": body["rates"]["on_time"]["definition"],
    }
    assert "分母" in body["rates"]["on_time"]["definition"]
    before = api("cockpit/", year=2026, as_of="2026-02-28").json()
    assert (before["deals"], before["rates"]["on_time"]["value"]) == (0, None)
    assert api("cockpit/", year="20x6").status_code == 400
    assert api("cockpit/", as_of="gestern").status_code == 400
    assert api("cockpit/", bogus=1).status_code == 400


def test_without_rows_everything_is_nought_or_unknown(db, frozen):
    found = figures.overview(2026, datetime(2026, 3, 12, 10, 0, tzinfo=SHANGHAI))
    assert (found["trips"], found["agreement_amount"], found["road_km"]) == (0, "0.00", "0")
    assert found["rates"]["satisfied"]["value"] is None
