"""What is answered when something does not fit, and in which order."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from issues.models import Attachment, Issue
from tests.api.conftest import ASSIGN, ISSUE, PROBLEM
from tests.api.test_access import refusal

PDF = b"%PDF-1.4 example"


def test_every_field_is_named_at_once(system):
    errors = refusal(system.post("issues/", {"kind": "wish", "contact_phone": "12"}), 400)["errors"]
    wanted = {"kind", "title", "description", "enterprise", "contact_name", "contact_phone"}
    assert set(errors) == wanted
    assert all(isinstance(message, str) for messages in errors.values() for message in messages)


def test_a_json_value_of_another_type_is_not_turned_into_text(system, departments, keys, submitted):
    wrong = ISSUE | {"title": {"a": 1}, "description": ["x"], "contact_name": True}
    errors = refusal(system.post("issues/", wrong), 400)["errors"]
    assert set(errors) == {"title", "description", "contact_name"}
    answer = keys.coordinator.step(submitted(), "assign", **ASSIGN | {"co_departments": "land"})
    assert set(refusal(answer, 400)["errors"]) == {"co_departments"}


@pytest.mark.parametrize("day", [20260320, True, ["2026-03-20"], "2026-02-30", "9999-12-31"])
def test_a_day_that_is_none_or_beyond_reason_is_400(keys, in_progress, day):
    answer = keys.head.step(in_progress(), "request_tracking", reason="示例", next_report_on=day)
    assert set(refusal(answer, 400)["errors"]) == {"next_report_on"}


@pytest.mark.parametrize("text", ["{", "[1]", '"x"', "null", "1e999", "[" * 100_000, "\xff", "NaN"])
def test_what_is_no_json_object_is_400(system, text):
    answer = system.client.post(
        "/api/v1/issues/", text.encode("latin-1"), "application/json", headers=system.headers
    )
    refusal(answer, 400)


def test_characters_no_database_stores_are_400(system):
    for title in ("a\0b", "\ud800"):
        text = json.dumps(ISSUE | {"title": title})
        answer = system.client.post(
            "/api/v1/issues/", text, "application/json", headers=system.headers
        )
        assert set(refusal(answer, 400)["errors"]) == {"title"}


def test_such_characters_hide_no_other_error(system, keys, in_progress):
    wrong = ISSUE | {"title": "a\0b", "kind": "wish", "contact_phone": "12", "x": "1\0"}
    answer = system.post("issues/", wrong)
    assert set(refusal(answer, 400)["errors"]) == {"title", "kind", "contact_phone", "x"}
    given = ASSIGN | {"priority": "\0", "category": "moon", "co_departments": ["land-bureau"]}
    number = system.post("issues/", ISSUE).json()["number"]
    answer = keys.coordinator.send(f"issues/{number}/assign/", given)
    assert set(refusal(answer, 400)["errors"]) == {"priority", "category"}


def test_another_content_type_is_415(system):
    answer = system.client.post("/api/v1/issues/", b"<a/>", "text/xml", headers=system.headers)
    refusal(answer, 415)


def test_the_order_of_refusals(keys, in_progress):
    number = in_progress()
    # 404 before 403: the other department's officer does not see the issue at all
    refusal(keys.other.step(number, "resolve"), 404)
    # 403 by role before 409 by status and before 400 by fields
    assert refusal(keys.auditor.step(number, "close"), 403)["type"].endswith(":role")
    # 409 by status before 403 by person and before 400
    assert refusal(keys.handler.step(number, "sign"), 409)["type"].endswith(":status")
    assert refusal(keys.coordinator.step(number, "assign"), 409)["type"].endswith(":status")
    # 403 by person before 400: the first extension is not the leader's to decide
    asked = {"new_due_on": "2026-03-25", "reason_code": "procedure", "reason": "示例"}
    assert keys.handler.step(number, "request_extension", **asked).status_code == 200
    refused = refusal(keys.leader.step(number, "decide_extension"), 403)
    assert refused["type"].endswith(":decides_second_extension")
    # 400 last
    errors = refusal(keys.handler.step(number, "contact", method="pigeon"), 400)["errors"]
    assert set(errors) == {"method"}


def test_an_old_version_is_said_before_odd_parameters_and_values(keys, in_progress):
    number = in_progress()
    seen = keys.handler.get(f"issues/{number}/").json()["version"]
    keys.head.step(number, "update", text="示例", visibility="public")
    path, odd = f"issues/{number}/contact/?colour=red", {"method": "phone", "note": "a\0"}
    assert refusal(keys.handler.post(path, odd | {"version": seen}), 409)["changes"]
    assert set(refusal(keys.handler.post(path, odd | {"version": seen + 1}), 400)["errors"]) == {
        "colour"
    }


def test_who_may_not_submit_learns_that_first(keys):
    refusal(keys.auditor.post("issues/?colour=red", ISSUE), 403)
    refusal(keys.enterprise.post("issues/?colour=red", ISSUE), 400)


def test_an_unreadable_body_is_looked_at_after_rights(keys, in_progress):
    number = in_progress()
    for caller, status in ((keys.auditor, 403), (keys.handler, 400)):
        answer = caller.client.post(
            f"/api/v1/issues/{number}/contact/", "{", "application/json", headers=caller.headers
        )
        refusal(answer, status)


def test_an_old_version_is_409_with_what_changed(keys, system, in_progress):
    number = in_progress()
    seen = keys.handler.get(f"issues/{number}/").json()["version"]
    keys.head.step(number, "contact", method="visit")
    body = refusal(keys.handler.step(number, "contact", method="phone", version=seen), 409)
    assert [event["action"] for event in body["changes"]] == ["contact"]
    assert body["changes"][0]["data"] == {"method": "visit"}
    now = keys.handler.get(f"issues/{number}/").json()["version"]
    assert keys.handler.step(number, "contact", method="phone", version=now).status_code == 200


def test_an_enterprise_is_not_told_of_internal_changes(keys, system, in_progress):
    number = in_progress()
    seen = system.get(f"issues/{number}/").json()["version"]
    keys.handler.step(number, "update", text="示例：内部情况", visibility="internal")
    keys.handler.step(number, "update", text="示例：已勘查", visibility="public")
    body = refusal(system.step(number, "withdraw", reason="示例", version=seen), 409)
    assert [event["data"]["text"] for event in body["changes"]] == ["示例：已勘查"]


def test_a_value_the_step_refuses_names_its_field(keys, submitted):
    values = ASSIGN | {"co_departments": ["construction-bureau"]}
    answer = keys.coordinator.step(submitted(), "assign", **values)
    assert set(refusal(answer, 400)["errors"]) == {"co_departments"}
    unknown = keys.coordinator.step(submitted(), "assign", **ASSIGN | {"lead_department": "moon"})
    assert set(refusal(unknown, 400)["errors"]) == {"lead_department"}


def test_a_reference_is_registered_once_per_key(caller, keys, departments):
    given = ISSUE | {"client_reference": "A-1"}
    for sender in (caller("one"), keys.enterprise):
        first, again = sender.post("issues/", given), sender.post("issues/", given)
        assert (first.status_code, again.status_code) == (201, 200)
        assert first.json() == again.json()
    assert Issue.objects.count() == 2


def test_the_enterprise_by_number_by_name_or_unknown(system, enterprise):
    for given in (enterprise.pk, str(enterprise.pk), "示例玻璃有限公司 "):
        number = system.post("issues/", ISSUE | {"enterprise": given}).json()["number"]
        assert Issue.objects.get(number=number).enterprise == enterprise
    number = system.post("issues/", ISSUE | {"enterprise": "示例未登记公司"}).json()["number"]
    assert system.get(f"issues/{number}/").json()["enterprise"] == "示例未登记公司"


def test_files_come_as_multipart(system, keys, settings, tmp_path, departments):
    settings.MEDIA_ROOT = tmp_path
    upload = SimpleUploadedFile("说明.pdf", PDF, "application/pdf")
    sent = system.send("issues/", ISSUE | {"attachments": upload})
    assert sent.status_code == 201, sent.content
    number = sent.json()["number"]
    files = keys.coordinator.get(f"issues/{number}/").json()["events"][0]["attachments"]
    assert [(file["name"], file["size"]) for file in files] == [("说明.pdf", len(PDF))]
    assert Attachment.objects.get().file.read() == PDF


def test_files_inside_json_or_of_another_kind_are_refused(system):
    answer = system.post("issues/", ISSUE | {"attachments": ["JVBERi0="]})
    assert set(refusal(answer, 400)["errors"]) == {"attachments"}
    upload = SimpleUploadedFile("a.exe", b"MZ", "application/pdf")
    answer = system.send("issues/", ISSUE | {"attachments": upload})
    assert set(refusal(answer, 400)["errors"]) == {"attachments"}
    assert not Issue.objects.exists()


def test_a_file_under_another_name_is_refused_not_lost(system):
    upload = SimpleUploadedFile("说明.pdf", PDF, "application/pdf")
    answer = system.send("issues/", ISSUE | {"files": upload})
    assert "attachments" in refusal(answer, 400)["errors"]["files"][0]
    assert not Issue.objects.exists()


@pytest.mark.parametrize(
    "path", ["/api/", "/api/v2/", "/api/v1/nothing/", "/api/v1/issues/x/fly/", "/api/x"]
)
def test_an_unknown_address_is_a_problem_too(path):
    answer = Client().get(path)
    assert answer.status_code == 404
    assert answer["Content-Type"] == PROBLEM


def test_a_forgotten_slash_is_put_right_with_method_and_body(system):
    answer = system.call("post", "issues?x=1", ISSUE, content_type="application/json")
    assert (answer.status_code, answer["Location"]) == (308, "/api/v1/issues/?x=1")


def test_a_crash_is_a_problem_without_its_insides(system, monkeypatch):
    def broken(*args):
        raise RuntimeError("secret")

    monkeypatch.setattr("issues.api.Issues.get_queryset", broken)
    system.client.raise_request_exception = False
    answer = system.get("issues/")
    assert "secret" not in answer.content.decode()
    refusal(answer, 500)


def test_the_language_of_a_refusal_is_the_readers(system):
    system.headers["Accept-Language"] = "en"
    body = refusal(system.post("issues/", {}), 400)
    assert body["errors"]["title"] == ["This field is required."]
