"""The bundle that draws the charts is there, and each chart says the same without it."""

import gzip
import json
import re
from datetime import date
from decimal import Decimal

import pytest
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string

from hangu.charts import samples
from tests.portal import ROOT

KINDS = {path.stem for path in (ROOT / "front" / "charts").glob("*.js")} - {"look"}


def rendered(chart):
    return render_to_string("components/_chart.html", {"chart": chart})


def test_the_bundle_is_built_small_and_asks_for_nothing():
    path = finders.find("built/charts.js")
    assert path, "node_modules/.built/charts.js is missing: make builds it."
    bundle = open(path, "rb").read()
    assert len(gzip.compress(bundle)) < 230_000
    assert b"sourceMappingURL" not in bundle
    assert re.findall(rb"\b(?:import|fetch|importScripts)\([\"']", bundle) == []


def test_packages_are_pinned_and_the_lock_names_no_registry():
    package = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    pins = {**package["dependencies"], **package["devDependencies"]}
    assert {"bootstrap", "echarts", "esbuild"} <= set(pins)
    assert [name for name, version in pins.items() if not re.fullmatch(r"[\d.]+", version)] == []
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    assert lock.pop("")["devDependencies"] == package["devDependencies"]
    assert len(lock) > 20
    assert [name for name, entry in lock.items() if "resolved" in entry] == []
    assert all(entry["integrity"] for entry in lock.values())


def test_every_kind_is_shown():
    assert len(KINDS) == 3
    assert {chart["kind"] for _words, chart in shown()} == KINDS


def shown():
    return [(words, context["chart"]) for words, context in samples()]


@pytest.mark.parametrize("words", [words for words, _chart in shown()])
def test_a_chart_says_what_it_shows_and_its_table_is_open_until_it_is_drawn(words):
    chart = dict(shown())[words]
    html = rendered(chart)
    assert chart["summary"] in html
    assert '<details class="chart__table more" open>' in html
    (source,) = re.findall(r'data-source="([^"]+)"', html)
    (data,) = re.findall(rf'<script id="{source}" type="application/json">(.*?)</script>', html)
    assert json.loads(data) == chart["data"]
    assert html.count("<tr>") == 1 + len(chart["table"]["rows"])


def test_what_people_wrote_is_escaped_and_dates_and_amounts_are_carried():
    evil = "</script><script>alert(1)</script>"
    chart = dict(shown())["schedule"]
    row = {"label": evil, "original": date(2026, 3, 1), "weight": Decimal("0.1"), "actual": None}
    table = {"columns": [{"label": evil}], "rows": [[evil]]}
    html = rendered(
        chart | {"title": evil, "summary": evil, "data": {"rows": [row]}, "table": table}
    )
    assert "<script>" not in html
    assert html.count("</script>") == 1
    (data,) = re.findall(r"application/json\">(.*?)</script>", html)
    (read,) = json.loads(data)["rows"]
    assert read == row | {"original": "2026-03-01", "weight": "0.1"}
