"""One issue as each side sees it: contacts, history, derivation, ETag."""

import csv
import io

import pytest

from tests.api.conftest import ASSIGN, later
from tests.api.test_access import refusal

PHONE, MASKED = "13800001234", "138****1234"
INTERNAL = ("handler", "sign_due_at", "contact_due_at", "unit_due_at")


def test_the_record_has_what_the_contract_lists(keys, in_progress):
    body = keys.coordinator.get(f"issues/{in_progress()}/").json()
    wanted = """number kind title description status stage stage_label category priority enterprise
        project lead_department co_departments handler received_at sign_due_at contact_due_at due_at
        unit_due_at overdue due_derivation rating outcome events notices version updated_at"""
    assert set(wanted.split()) <= set(body)
    assert (body["status"], body["status_label"]) == ("in_progress", "办理中")
    assert (body["stage"], body["stage_label"]) == (3, "限时办结")
    assert (body["category"], body["category_label"]) == ("power", "供电")
    assert body["handler"] == "示例handler"
    assert body["received_at"] == "2026-03-11T10:00:00+08:00"


def test_labels_follow_the_readers_language(keys, submitted):
    keys.coordinator.headers["Accept-Language"] = "en"
    body = keys.coordinator.get(f"issues/{submitted(category='power')}/").json()
    assert (body["category"], body["category_label"]) == ("power", "Electricity supply")


@pytest.mark.parametrize(
    ("name", "phone"),
    [
        ("system", PHONE),
        ("coordinator", PHONE),
        ("handler", PHONE),
        ("head", PHONE),
        ("leader", MASKED),
        ("auditor", MASKED),
    ],
)
def test_contacts_are_masked_for_who_does_not_handle_it(name, phone, keys, system, in_progress):
    number = in_progress()
    caller = system if name == "system" else getattr(keys, name)
    assert caller.get(f"issues/{number}/").json()["contact_phone"] == phone
    row = caller.get("issues/").json()["results"][0]
    assert row["contact_phone"] == phone
    assert (row["contact_name"] == "示例联系人") == (phone == PHONE)
    exported = caller.get("issues/", {"format": "csv"}).getvalue().decode()
    assert (PHONE in exported) == (phone == PHONE)


@pytest.fixture
def told(keys, in_progress):
    """An issue with internal and public steps."""
    number = in_progress()
    keys.handler.step(number, "update", text="示例：内部研判", visibility="internal")
    keys.handler.step(number, "update", text="示例：已到现场", visibility="public")
    keys.handler.step(number, "contact", method="phone", note="示例：企业情绪激动")
    keys.coordinator.step(number, "issue_notice", colour="yellow", text="示例：加快办理")
    keys.leader.step(number, "instruct", text="示例：请重视", due_on="2026-03-13")
    return number


def test_an_enterprise_sees_public_steps_and_values_only(told, system, keys):
    answer = system.get(f"issues/{told}/")
    body = answer.json()
    assert [event["action"] for event in body["events"]] == (
        "submit assign sign update contact".split()
    )
    assert body["events"][3]["data"] == {"text": "示例：已到现场"}
    assert body["events"][4]["data"] == {"method": "phone"}
    assert body["events"][2]["by"] == "示例住建局"
    assert body["notices"] == []
    assert [row["clock"] for row in body["due_derivation"]] == ["promise"]
    for hidden in ("内部研判", "情绪激动", "加快办理", "请重视"):
        assert hidden not in answer.content.decode()


@pytest.mark.parametrize("name", ["system", "enterprise"])
def test_an_enterprise_gets_neither_names_nor_internal_deadlines(name, keys, system, submitted):
    number = submitted()
    keys.coordinator.step(number, "assign", **ASSIGN)
    keys.handler.step(number, "sign")
    keys.handler.step(number, "return", reason="示例：不属本部门职责")
    caller = system if name == "system" else keys.enterprise
    row = caller.get("issues/").json()["results"][0]
    table = caller.get("issues/", {"format": "csv"}).getvalue().decode("utf-8-sig")
    (written,) = csv.DictReader(io.StringIO(table))
    for shown in (caller.get(f"issues/{number}/").json(), row, written):
        assert not any(shown[field] for field in INTERNAL)
        assert shown["due_at"]
    official = keys.handler.get(f"issues/{number}/").json()
    assert [bool(official[field]) for field in INTERNAL] == [True, True, True, False]
    assert keys.head.get("issues/", {"ordering": "unit_due_at"}).status_code == 200
    # In the link to the next page stands the value the order has come to.
    refusal(caller.get("issues/", {"ordering": "unit_due_at"}), 400)


def test_overdue_for_an_enterprise_is_the_promise(keys, system, in_progress, clock):
    number = in_progress()
    keys.handler.step(number, "return", reason="示例：不属本部门职责")
    later(clock, days=20)
    # The department's clock stands still while the return is ruled.
    for caller, late in ((keys.handler, False), (keys.enterprise, True), (system, True)):
        assert caller.get(f"issues/{number}/").json()["overdue"] is late
        for value, found in (("true", late), ("false", not late)):
            rows = caller.get("issues/", {"overdue": value}).json()["results"]
            assert [row["number"] for row in rows] == ([number] if found else [])


def test_an_official_sees_all_of_it(told, keys):
    body = keys.handler.get(f"issues/{told}/").json()
    assert len(body["events"]) == 8
    assert body["events"][2]["by"] == "示例handler"
    assert body["notices"][0]["colour"] == "yellow"
    assert body["notices"][0]["number"] == "〔2026〕001号"


def test_the_due_time_is_derived_day_by_day(keys, in_progress):
    rows = keys.handler.get(f"issues/{in_progress()}/").json()["due_derivation"]
    assert [row["clock"] for row in rows] == ["promise", "unit"]
    promise = rows[0]
    assert (promise["limit"], promise["unit"], promise["policy"]) == ("5.00", "working_days", 1)
    assert promise["due_at"] == "2026-03-18T17:30:00+08:00"
    days = promise["days"]
    assert (days[0]["date"], days[0]["kind"]) == ("2026-03-11", "receipt")
    assert (days[-1]["date"], days[-1]["running"]) == ("2026-03-18", 5)
    assert promise["calendar_version"]


def test_etag_spares_what_has_not_changed(keys, in_progress, clock):
    number = in_progress()
    path = f"issues/{number}/"
    first = keys.handler.get(path)
    version = first.json()["version"]
    assert first["ETag"].startswith(f'"{version}-')
    again = {"If-None-Match": first["ETag"]}
    same = keys.handler.get(path, headers=again)
    assert (same.status_code, same.content) == (304, b"")
    # another reader, another language, a passed deadline: another answer
    assert keys.leader.get(path, headers=again).status_code == 200
    assert keys.handler.get(path, headers=again | {"Accept-Language": "en"}).status_code == 200
    later(clock, days=20)
    assert keys.handler.get(path, headers=again).status_code == 200
    later(clock, days=-20)
    keys.handler.step(number, "contact", method="phone")
    assert keys.handler.get(path, headers=again).status_code == 200


def test_no_shared_cache_keeps_an_answer(system):
    answer = system.get("issues/")
    assert "private" in answer["Cache-Control"]
    assert "Authorization" in answer["Vary"]


def test_a_record_costs_the_same_however_long_its_history(
    keys, in_progress, django_assert_max_num_queries
):
    number = in_progress()
    for _round in range(2):
        with django_assert_max_num_queries(20):
            assert keys.handler.get(f"issues/{number}/").status_code == 200
        for _step in range(10):
            keys.handler.step(number, "update", text="示例", visibility="public")


def test_the_actions_cost_little(keys, in_progress, django_assert_max_num_queries):
    number = in_progress()
    with django_assert_max_num_queries(30):
        assert keys.coordinator.get(f"issues/{number}/actions/").status_code == 200
