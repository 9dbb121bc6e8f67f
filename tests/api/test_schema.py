"""The OpenAPI document and the page that shows it."""

import json
import re
from io import StringIO

import pytest
import yaml
from django.core.management import call_command
from django.test import Client

from hangu.api_urls import collections
from issues.workflow import STEPS

PARAMETERS = set("ordering fields format cursor page_size count updated_since".split())


@pytest.fixture
def schema():
    out = StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=out)
    return yaml.safe_load(out.getvalue())


def test_the_document_is_valid_and_complete(schema):
    assert schema["openapi"].startswith("3.1")
    taken = {row.action for row in STEPS.values() if row.sources and set(row.by) != {"system"}}
    paths = schema["paths"]
    prefix = "/api/v1/issues/{number}/"
    assert {path.removeprefix(prefix) for path in paths if path.startswith(prefix)} == (
        {f"{action}/" for action in taken} | {"", "actions/"}
    )
    for collection in collections:
        names = {row["name"] for row in paths[f"/api/v1/{collection}/"]["get"]["parameters"]}
        assert names >= PARAMETERS


def test_a_steps_body_is_described(schema):
    body = schema["paths"]["/api/v1/issues/{number}/assign/"]["post"]["requestBody"]["content"]
    assert set(body) == {"application/json"}
    described = schema["components"]["schemas"]["AssignStep"]
    assert set(described["required"]) == {"lead_department", "category", "priority"}
    assert set(described["properties"]) >= {"co_departments", "version"}
    submit = schema["paths"]["/api/v1/issues/"]["post"]["requestBody"]["content"]
    assert set(submit) == {"application/json", "multipart/form-data"}


def test_every_operation_needs_a_key_and_says_how_it_refuses(schema):
    operations = [row for path in schema["paths"].values() for row in path.values()]
    assert len(operations) > 30
    for operation in operations:
        assert operation["security"] == [{"ApiKey": []}]
        for status in ("400", "401", "403", "404", "429"):
            assert "application/problem+json" in operation["responses"][status]["content"]


def test_what_the_list_answers_is_what_the_document_says(schema, system, submitted):
    submitted()
    row = system.get("issues/").json()["results"][0]
    assert set(schema["components"]["schemas"]["Issue"]["properties"]) == set(row)
    detail = system.get(f"issues/{row['number']}/").json()
    assert set(schema["components"]["schemas"]["IssueDetail"]["properties"]) == set(detail)


def test_the_document_is_served_without_a_key():
    answer = Client().get("/api/v1/schema/", headers={"Accept": "application/json"})
    assert answer.status_code == 200
    assert json.loads(answer.content)["paths"]


def test_the_root_lists_the_collections():
    body = Client().get("/api/v1/").json()
    wanted = """projects roads trips prospects deals receipts transfers issues departments
        enterprises parks categories targets schema"""
    assert set(body) == set(wanted.split())


def test_the_docs_page_keeps_the_content_security_policy():
    answer = Client().get("/api/docs/")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "script-src 'self'" in answer["Content-Security-Policy"]
    assert "unsafe-inline" not in answer["Content-Security-Policy"]
    scripts = re.findall(r"<script(.*?)>(.*?)</script>", page, re.S)
    assert len(scripts) == 3
    assert all("src=" in head and not content.strip() for head, content in scripts)
    assert "<style" not in page
    assert " style=" not in page
    assert "//" not in re.sub(r"\s+", "", "".join(re.findall(r'(?:src|href)="(.*?)"', page)))
    script = Client().get("/api/docs/?script=")
    assert script["Content-Type"].startswith("application/javascript")
    assert "/api/v1/schema/" in script.content.decode().replace("\\u002D", "-")
