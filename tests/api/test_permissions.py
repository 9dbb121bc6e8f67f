"""Who reads what, for every address of the API: the addresses come from the URL resolver, so that a
new one fails here until somebody has said who may read it.
"""

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.models import SCOPES
from issues.workflow import STEPS
from tests.api.conftest import Caller
from tests.api.rows import everything
from tests.api.test_access import refusal

PERSONAS = "planner leader promoter handler other enterprise system security".split()
P, NUMBER = "projects/HG-2026-001/", "<slug:number>/"
# address → (scope, {rows in the list: those who see so many}); who is not named sees none.
LISTS = {
    "projects/": ("projects:read", {1: "planner leader handler"}),
    "roads/": ("projects:read", {1: "planner leader handler"}),
    f"projects/{NUMBER}milestones/": ("projects:read", {2: "planner leader handler"}),
    f"projects/{NUMBER}approvals/": ("projects:read", {1: "planner leader handler"}),
    f"projects/{NUMBER}progress/": ("projects:read", {1: "planner leader handler"}),
    f"projects/{NUMBER}visits/": ("projects:read", {1: "planner leader handler"}),
    "trips/": ("investment:read", {1: "leader promoter"}),
    "prospects/": ("investment:read", {1: "leader promoter"}),
    "deals/": ("investment:read", {2: "planner leader promoter", 1: "enterprise system"}),
    "receipts/": ("investment:read", {1: "leader promoter"}),
    "transfers/": (
        "investment:read",
        {1: "planner leader promoter handler other enterprise system"},
    ),
    "issues/": ("issues:read", {1: "leader system"}),
    "targets/": ("reports:read", {1: "planner leader promoter handler other system"}),
    "departments/": ("directory:read", {2: " ".join(PERSONAS)}),
    "parks/": ("directory:read", {}),
    "categories/": ("issues:read", {19: " ".join(PERSONAS)}),
    "enterprises/": (
        "directory:read",
        {2: "planner leader promoter handler other system", 1: "enterprise"},
    ),
}
# address → (scope, one that exists, who sees it)
RECORDS = {
    f"projects/{NUMBER}": ("projects:read", P, "planner leader handler"),
    f"trips/{NUMBER}": ("investment:read", "trips/WC-2026-001/", "leader promoter"),
    f"prospects/{NUMBER}": ("investment:read", "prospects/XS-2026-001/", "leader promoter"),
    f"deals/{NUMBER}": (
        "investment:read",
        "deals/QY-2026-001/",
        "planner leader promoter enterprise system",
    ),
    f"receipts/{NUMBER}": ("investment:read", "receipts/DZ-2026-0001/", "leader promoter"),
    f"transfers/{NUMBER}": (
        "investment:read",
        "transfers/CG-2026-001/",
        "planner leader promoter handler other enterprise system",
    ),
    f"targets/{NUMBER}": (
        "reports:read",
        "targets/MB-2026-01/",
        "planner leader promoter handler other system",
    ),
    f"issues/{NUMBER}": ("issues:read", "issues/{issue}/", "leader system"),
    f"issues/{NUMBER}actions/": ("issues:read", "issues/{issue}/actions/", "leader system"),
    "departments/<slug:code>/": (
        "directory:read",
        "departments/land-bureau/",
        " ".join(PERSONAS),
    ),
    "parks/<slug:code>/": ("directory:read", "parks/nowhere/", ""),
    "enterprises/<int:pk>/": (
        "directory:read",
        "enterprises/{firm}/",
        "planner leader promoter handler other enterprise system",
    ),
    # Nothing of it is public yet.
    "oc4ids/": ("projects:read", "oc4ids/", ""),
}
# address → (scope, one that exists, who reads it); to others 403: figures are nobody's record.
FIGURES = {
    "cockpit/": (
        "reports:read",
        "cockpit/?year=2026",
        "planner leader promoter handler other system",
    ),
}
STEPS_OF_ISSUES = {
    f"issues/{NUMBER}{step.action}/"
    for step in STEPS.values()
    if step.sources and set(step.by) != {"system"}
}
OPEN = {"", "schema/"}


def routes(resolver, prefix=""):
    for entry in resolver.url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from routes(entry, path)
        elif isinstance(entry, URLPattern):
            yield path


def test_every_address_is_listed_here():
    found = {path for path in routes(get_resolver()) if path.startswith("api/")}
    v1 = {path.removeprefix("api/v1/") for path in found if path.startswith("api/v1/")}
    assert v1 == set(LISTS) | set(RECORDS) | set(FIGURES) | STEPS_OF_ISSUES | OPEN
    assert {path for path in found if not path.startswith("api/v1/")} == {"api/docs/", "api/"}
    assert len(STEPS_OF_ISSUES) > 20


@pytest.fixture
def people(keys, system, person, caller, departments, enterprise, submitted):
    issue = submitted()
    promoter = person("promoter", "promoter")
    made = {name: getattr(keys, name) for name in PERSONAS if name not in ("promoter", "system")}
    made |= {"system": system, "promoter": caller("promoter", user=promoter)}
    type(enterprise).objects.create(name="示例另一家公司")
    everything(
        departments=departments,
        enterprise=enterprise,
        leader=keys.leader.user,
        promoter=promoter,
        planner=keys.planner.user,
    )
    # The enterprise's own issue came by a system; it is theirs when the firm is known.
    return made, {"issue": issue, "firm": enterprise.pk}


def address(path):
    return path.replace(f"projects/{NUMBER}", P)


@pytest.mark.parametrize("path", LISTS)
def test_each_sees_his_rows_and_no_others(people, path):
    callers, _names = people
    _scope, expected = LISTS[path]
    wanted = {name: count for count, names in expected.items() for name in names.split()}
    if path == "issues/":
        wanted["enterprise"] = 1
    for name, caller in callers.items():
        answer = caller.get(address(path), {"count": 1})
        if NUMBER in path and name not in wanted:
            refusal(answer, 404)
            continue
        assert answer.status_code == 200, (name, answer.content)
        assert answer.json()["count"] == wanted.get(name, 0), name
        exported = caller.get(address(path), {"format": "ndjson"}).getvalue().splitlines()
        assert len(exported) == wanted.get(name, 0), name
        walk = caller.get(address(path), {"updated_since": "2000-01-01", "page_size": 500}).json()
        assert len(walk["results"]) == wanted.get(name, 0), name


@pytest.mark.parametrize("path", RECORDS)
def test_somebody_elses_record_is_not_there(people, path):
    callers, names = people
    _scope, example, seers = RECORDS[path]
    seers = seers.split() + (["enterprise"] if path.startswith("issues/") else [])
    for name, caller in callers.items():
        answer = caller.get(example.format(**names))
        if name in seers:
            assert answer.status_code == 200, (name, answer.content)
        else:
            refusal(answer, 404)


@pytest.mark.parametrize("path", FIGURES)
def test_figures_are_for_whoever_reads_reports(people, path):
    callers, _names = people
    _scope, example, readers = FIGURES[path]
    for name, caller in callers.items():
        answer = caller.get(example)
        if name in readers.split():
            assert answer.status_code == 200, (name, answer.content)
        else:
            refusal(answer, 403)


@pytest.mark.parametrize("path", [*LISTS, *RECORDS, *FIGURES])
def test_each_address_needs_a_key_with_its_scope(people, caller, path):
    _callers, names = people
    records = RECORDS | FIGURES
    scope = (LISTS.get(path) or records.get(path))[0]
    example = records[path][1].format(**names) if path in records else address(path)
    refusal(Caller().get(example), 401)
    others = caller("others", scopes=[name for name in SCOPES if name != scope])
    assert scope in refusal(others.get(example), 403)["detail"]


@pytest.mark.parametrize("path", sorted(STEPS_OF_ISSUES))
def test_each_step_needs_the_scope_to_write(people, caller, path):
    _callers, names = people
    example = path.replace(NUMBER, f"{names['issue']}/")
    refusal(Caller().post(example), 401)
    reader = caller("reader", scopes=[name for name in SCOPES if name != "issues:write"])
    assert "issues:write" in refusal(reader.post(example), 403)["detail"]


def test_nobody_outside_the_promoters_circle_reads_a_trace_of_the_unsigned(people):
    callers, _names = people
    hidden = ("XS-2026-001", "WC-2026-001", "DZ-2026-0001", "示例秘密", "5000000.00")
    for name in ("planner", "handler", "other", "enterprise", "system", "security"):
        for path in LISTS:
            for query in (
                {},
                {"format": "csv"},
                {"search": "示例秘密"},
                {"updated_since": "2000-01-01"},
            ):
                answer = callers[name].get(address(path), query)
                body = answer.getvalue() if answer.streaming else answer.content
                assert not any(word in body.decode() for word in hidden), (name, path, query)
    body = callers["promoter"].get("deals/QY-2026-001/").json()
    assert (body["from_prospect"], body["from_trip"]) == ("XS-2026-001", "WC-2026-001")
