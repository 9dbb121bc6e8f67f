"""The closed loop with nothing but REST keys, as a system of an enterprise and the officials' own
programs take it.
"""

from tests.api.conftest import ASSIGN, ISSUE, later


def test_the_whole_loop(keys, system, departments, enterprise, clock):
    sent = system.post("issues/", ISSUE | {"client_reference": "ERP-7"})
    assert sent.status_code == 201
    receipt = sent.json()
    assert set(receipt) == {"number", "tracking_code", "status", "due_at"}
    assert receipt["status"] == "submitted"
    # Five working days after a Wednesday: the next Wednesday at closing time.
    assert receipt["due_at"] == "2026-03-18T17:30:00+08:00"
    number = receipt["number"]
    assert sent["Location"].endswith(f"/api/v1/issues/{number}/")

    assigned = keys.coordinator.step(number, "assign", **ASSIGN, co_departments=["land-bureau"])
    assert assigned.status_code == 200, assigned.content
    assert assigned.json()["status"] == "assigned"
    assert assigned.json()["co_departments"] == ["land-bureau"]

    later(clock, hours=1)
    assert keys.handler.step(number, "sign").json()["status"] == "in_progress"
    called = keys.handler.step(number, "contact", method="phone", note="示例：已约定勘查时间")
    assert called.status_code == 200
    answered = keys.other.step(number, "update", text="示例：用地无碍", visibility="internal")
    assert answered.status_code == 200

    asked = keys.handler.step(
        number,
        "request_extension",
        new_due_on="2026-03-25",
        reason_code="investigation",
        reason="示例：须停电勘查",
    )
    assert asked.status_code == 200, asked.content
    granted = keys.coordinator.step(number, "decide_extension", decision="approve")
    assert granted.json()["unit_due_at"] == "2026-03-25T17:30:00+08:00"

    later(clock, days=1)
    solved = keys.head.step(number, "resolve", outcome="solved", public_reply="示例：已批复增容。")
    assert solved.json()["status"] == "resolved"
    rated = system.step(number, "rate", rating="satisfied")
    assert (rated.json()["status"], rated.json()["rating"]) == ("confirmed", "satisfied")
    closed = keys.coordinator.step(number, "close", note="示例：佐证齐全")
    assert closed.json()["status"] == "closed"
    actions = [event["action"] for event in closed.json()["events"]]
    taken = "submit assign sign contact update request_extension decide_extension resolve rate"
    assert actions == [*taken.split(), "close"]


def test_an_enterprises_own_key_rates_and_sends_it_back(keys, departments, enterprise):
    number = keys.enterprise.post("issues/", ISSUE | {"enterprise": ""}).json()["number"]
    keys.coordinator.step(number, "assign", **ASSIGN)
    keys.handler.step(number, "sign")
    keys.head.step(number, "resolve", outcome="explained", public_reply="示例：已说明。")
    rated = keys.enterprise.step(number, "rate", rating="dissatisfied", reason="示例：未解决")
    assert rated.status_code == 200, rated.content
    assert rated.json()["status"] == "in_progress"
    assert rated.json()["rating"] == "dissatisfied"


def test_the_open_actions_are_those_that_work(keys, submitted):
    number = submitted()
    listed = keys.coordinator.get(f"issues/{number}/actions/").json()
    assert [row["action"] for row in listed] == ["decline", "merge", "assign"]
    fields = {field["name"]: field for field in listed[2]["fields"]}
    assert fields["priority"]["type"] == "choice"
    assert [choice["value"] for choice in fields["priority"]["choices"]] == [
        "normal",
        "urgent",
        "critical",
    ]
    codes = [choice["value"] for choice in fields["lead_department"]["choices"]]
    assert set(codes) == {"construction-bureau", "land-bureau"}
    assert fields["co_departments"]["required"] is False


def test_a_notice_is_answered_by_its_number_from_the_actions(keys, in_progress):
    number = in_progress()
    issued = keys.coordinator.step(number, "issue_notice", colour="yellow", text="示例：请说明")
    notice = issued.json()["notices"][0]
    listed = {row["action"]: row for row in keys.head.get(f"issues/{number}/actions/").json()}
    field = listed["answer_notice"]["fields"][0]
    assert [choice["value"] for choice in field["choices"]] == [str(notice["id"])]
    done = keys.head.step(number, "answer_notice", notice=notice["id"], text="示例：本周办结")
    assert done.json()["notices"][0]["answer"] == "示例：本周办结"


def test_who_hands_an_issue_over_still_gets_its_answer(keys, in_progress):
    number = in_progress()
    moved = keys.coordinator.step(
        number, "reassign", lead_department="land-bureau", reason="示例：属用地事项"
    )
    assert moved.json()["lead_department"] == "land-bureau"
    assert keys.handler.get(f"issues/{number}/").status_code == 404
