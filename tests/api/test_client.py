"""What others make of the OpenAPI document: a generated client that reads and writes, and a fuzzer
that finds no server error, no undocumented answer and no way past the key.
"""

import importlib
import json
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client

from accounts.models import SCOPES, ApiKey
from tests.api.conftest import ISSUE
from tests.api.rows import everything

BIN = Path(sys.executable).parent
PERSONAS = ["anonymous", "leader", "handler", "enterprise"]


@pytest.fixture
def clock(db, settings):
    """Real time: a server and its clients run beside the test. No limit on calls."""
    settings.API_CALLS_PER_MINUTE = 1_000_000


@pytest.fixture
def served(live_server, keys, person, departments, enterprise, submitted):
    """(address, {persona: key}) of a server with one row of everything."""
    promoter = person("promoter", "promoter")
    everything(
        departments=departments,
        enterprise=enterprise,
        leader=keys.leader.user,
        promoter=promoter,
        planner=keys.planner.user,
    )
    submitted()
    found = {name: getattr(keys, name).key for name in PERSONAS[1:]}
    found["promoter"] = ApiKey.create("promoter", SCOPES, user=promoter)[1]
    found["system"] = ApiKey.create("another", SCOPES)[1]
    return live_server.url, found


@pytest.fixture
def document(tmp_path, db):
    path = tmp_path / "openapi.json"
    answer = Client().get("/api/v1/schema/", headers={"Accept": "application/json"})
    path.write_bytes(answer.content)
    return path


@pytest.fixture
def package(document, tmp_path, monkeypatch):
    """The generated package, importable."""
    made = subprocess.run(
        [BIN / "openapi-python-client", "generate", "--path", document, "--meta", "none"]
        + ["--output-path", tmp_path / "hangu_client", "--overwrite"],
        capture_output=True,
        text=True,
        env={"PATH": str(BIN), "HOME": str(tmp_path)},
        check=False,
    )
    assert made.returncode == 0, made.stdout + made.stderr
    assert "Unable to parse" not in made.stdout + made.stderr
    assert "WARNING parsing" not in made.stdout + made.stderr
    monkeypatch.syspath_prepend(tmp_path)
    return importlib.import_module("hangu_client")


def test_a_generated_client_reads_and_writes(package, served):
    url, keys = served

    def call(where, **given):
        module = importlib.import_module(f"hangu_client.api.{where}")
        client = package.AuthenticatedClient(base_url=url, token=given.pop("key"))
        return module.sync_detailed(client=client, **given)

    models = importlib.import_module("hangu_client.models")
    one = models.ProjectsListCount("1")
    answer = call("projects.projects_list", key=keys["leader"], page_size=1, count=one)
    assert answer.status_code == 200
    assert answer.parsed.count == 1
    row = answer.parsed.results[0]
    assert (row.number, row.total_investment) == ("HG-2026-001", "13691000000.00")
    assert row.planned_start.actual.isoformat() == "2026-02-09"
    deal = call("deals.deals_retrieve", key=keys["promoter"], number="QY-2026-001").parsed
    assert (deal.contract_no, deal.from_prospect) == ("0012345", "XS-2026-001")
    sent = models.SubmitStep.from_dict(ISSUE | {"client_reference": "示例-1"})
    first = call("issues.issues_submit", key=keys["system"], body=sent)
    again = call("issues.issues_submit", key=keys["system"], body=sent)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.parsed.number == again.parsed.number
    refused = call("issues.issues_retrieve", key=keys["system"], number="QH-2026-99999")
    assert refused.status_code == 404
    assert refused.parsed.status == 404


@pytest.mark.parametrize("persona", PERSONAS)
def test_a_fuzzer_finds_nothing(document, served, persona, tmp_path):
    url, keys = served
    checks = "not_a_server_error,status_code_conformance,content_type_conformance,ignored_auth"
    command = [BIN / "schemathesis", "run", document, "--url", url, "--max-examples", "1"]
    command += ["--checks", f"{checks},response_schema_conformance", "--continue-on-failure"]
    command += ["--phases", "examples,coverage,fuzzing,stateful", "--max-time", "20"]
    command += ["--suppress-health-check", "all", "--warnings", "off", "--seed", "7"]
    if persona != "anonymous":
        command += ["--header", f"Authorization: Bearer {keys[persona]}"]
    run = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert run.returncode == 0, run.stdout[-6000:]
    assert "generated" in run.stdout


def test_the_examples_are_real_answers(document, keys, person, departments, enterprise):
    """What the document shows as an example of an answer is what the portal answers."""
    everything(
        departments=departments,
        enterprise=enterprise,
        leader=keys.leader.user,
        promoter=person("promoter", "promoter"),
        planner=keys.planner.user,
    )
    paths = json.loads(document.read_text("utf-8"))["paths"]
    seen = 0
    for path, operations in paths.items():
        content = operations.get("get", {}).get("responses", {}).get("200", {}).get("content", {})
        for shown in content.get("application/json", {}).get("examples", {}).values():
            seen += 1
            got = keys.leader.get(path.removeprefix("/api/v1/")).json()
            assert steady(got) == steady(shown["value"]), path
    assert seen >= 6


def steady(value):
    """Without what differs from one database and moment to the next."""
    if isinstance(value, dict):
        return {
            name: steady(item)
            for name, item in value.items()
            if not name.endswith("_id") and name not in ("id", "updated_at", "next", "previous")
        }
    return [steady(item) for item in value] if isinstance(value, list) else value
