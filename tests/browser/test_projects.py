"""A project in a browser from 谋划 to 投产, by the people of the sample: a move that is refused,
one that is forced with a reason, a leader's visit on a telephone that becomes a request and is
closed.
"""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

pytestmark = pytest.mark.browser
TODAY = datetime.now(ZoneInfo("Asia/Shanghai")).date()
PAPER = {"name": "佐证.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 example"}
PHONE = {"width": 390, "height": 844}


def deed(person, number, address, *, button="[type=submit]", paper=False, **values):
    """Opens the form of one deed, fills it and sends it; the project page must follow."""
    person.go(f"/projects/{number}/{address}/")
    send(person, button, paper, values)
    assert person.page.url.split("#")[0].endswith(f"/projects/{number}/"), person.text
    return person.text


def send(person, button, paper, values):
    form = person.page.locator("form.deed-form")
    for name, value in values.items():
        person.fill(form, name, value)
    if paper:
        form.locator("[name=attachments]").set_input_files(PAPER)
    form.locator(button).first.click()
    person.page.wait_for_load_state()


def enter(planner):
    planner.go("/projects/new/")
    values = {
        "name": "示例·浏览器试验项目",
        "stage": "planning",
        "level": "city",
        "nature": "filing",
        "category": "industry",
        "industry": "materials",
        "owner_name": "示例·浏览器试验有限公司",
        "content": "新建厂房两栋。",
        "total_investment": "约3亿元",
        "lead_department": "zj",
        "start_planned": TODAY.isoformat(),
    }
    send(planner, "[type=submit]", False, values)
    assert "未定（原文：约3亿元）" in planner.text
    return re.search(r"HG-\d{4}-\d{3}", planner.page.url)[0]


def stage(ask, number):
    return ask(
        f"__import__('projects.models').models.KeyProject.objects.get(number='{number}').stage"
    )


def test_from_the_idea_to_production(someone, ask):
    planner = someone("planner")
    number = enter(planner)
    deed(planner, number, "move/negotiating")
    refused_until_complete(planner, number, ask)
    deed(planner, number, "move/preparing")
    forced_with_a_reason(planner, number, ask)
    handler = someone("handler_zj")
    reported_and_verified(handler, planner, number)
    deed(planner, number, "milestones", finish=TODAY.isoformat())
    deed(planner, number, "move/building")
    raised_on_a_visit_and_closed(someone, handler, number)
    deed(handler, number, "actual/finish", paper=True, actual_on=TODAY.isoformat())
    planner.go(f"/projects/{number}/approval/acceptance/")
    planner.page.locator("[name=required]").uncheck()
    send(planner, "[type=submit]", False, {"waived_reason": "示例项目，试验用。"})
    deed(planner, number, "move/finished")
    deed(handler, number, "actual/operation", paper=True, actual_on=TODAY.isoformat())
    deed(planner, number, "edit", stat_entered_on=TODAY.isoformat())
    seen = deed(planner, number, "move/operating")
    assert stage(ask, number) == "operating"
    assert "竣工 → 投产" in seen
    assert "越过的门槛：办结“建筑工程施工许可证”，或注明免办理由" in seen


def refused_until_complete(planner, number, ask):
    """签约 needs its day and a known amount: both are named, each with the way to its form."""
    planner.go(f"/projects/{number}/")
    assert "还缺 2 项" in planner.text
    planner.page.goto(f"{planner.url}/projects/{number}/move/signed/")
    send(planner, "[type=submit]", False, {})
    assert "还缺：填报“签约”实际日期、填报“总投资”" in planner.text
    # The browser itself notes the 409 of the refusal, and nothing else.
    assert [said for said in planner.complaints if "409" not in said] == []
    planner.complaints.clear()
    assert stage(ask, number) == "negotiating"
    planner.page.get_by_role("link", name="填报“签约”实际日期").click()
    send(planner, "[type=submit]", False, {"actual_on": TODAY.isoformat()})
    seen = deed(planner, number, "edit", total_investment="2.5亿元")
    assert "2.5亿元（25,000万元）" in seen
    deed(planner, number, "move/signed")


def forced_with_a_reason(planner, number, ask):
    deed(planner, number, "edit", code="2211-130272-89-01-654321")
    plan = {"category": "starting", "annual_plan": "5000", "approved_on": TODAY.isoformat()}
    deed(planner, number, f"plan/{TODAY.year}", **plan)
    planner.go(f"/projects/{number}/sponsor/")
    leader = ask("__import__('accounts.models').models.User.objects.get(username='leader').pk")
    deed(planner, number, "sponsor", leader=str(leader), lead_department="zj")
    deed(planner, number, "documents", paper=True, kind="contract")
    deed(planner, number, "actual/start", paper=True, actual_on=TODAY.isoformat())
    days = dict.fromkeys(("submitted_on", "accepted_on", "decided_on"), TODAY.isoformat())
    deed(planner, number, "approval/filing", **days)
    seen = deed(planner, number, "override/started", reason="经专题会议研究，容缺开工。")
    assert "经专题会议研究，容缺开工。" in seen
    assert stage(ask, number) == "started"


def reported_and_verified(handler, planner, number):
    """The figures are looked at while they are typed; the planner makes them count."""
    month = f"{TODAY:%Y-%m}"
    address = f"report/{month}"
    values = {"month_invested": "6000", "physical_percent": "10"}
    deed(handler, number, address, button="[name=send]", **values)
    planner.go(f"/projects/{number}/")
    assert "超年度计划" in planner.text
    planner.page.get_by_role("link", name="核实", exact=True).click()
    # What is judged stands above the button; a month that is not over is in no rate yet.
    planner.page.wait_for_load_state()
    assert "6,000万元" in planner.text
    send(planner, "[type=submit]", False, {})
    assert "已核实" in planner.text
    assert "120.0%" not in planner.text


def raised_on_a_visit_and_closed(someone, handler, number):
    leader = someone("leader")
    leader.page.set_viewport_size(PHONE)
    leader.go("/projects/mine/")
    leader.page.get_by_role("link", name="示例·浏览器试验项目").first.click()
    leader.page.get_by_role("link", name="记录走访").first.click()
    values = {
        "findings": "主体施工正常，厂外道路未通。",
        "problem_title": "厂外道路未接通影响设备进场",
        "contact_name": "示例经理",
        "contact_phone": "13800007654",
    }
    assert leader.page.evaluate("document.documentElement.scrollWidth") <= 390
    send(leader, "[type=submit]", True, values)
    request = re.search(r"QH-\d{4}-\d{5}", leader.text)[0]
    office = someone("coordinator")
    office.go(f"/issues/{request}/")
    assert "示例·浏览器试验项目" in office.text
    assert "走访时提出" in office.text
    lead = {"lead_department": "zj", "category": "road", "priority": "normal"}
    office.step(request, "assign", "交办", **lead)
    handler.step(request, "sign", "签收")
    handler.step(request, "contact", "联系企业", method="phone")
    handler.step(
        request, "resolve", "办结", outcome="solved", public_reply="道路已接通，可以进场。"
    )
    office.step(request, "visit", "回访", result="answered", rating="satisfied")
    office.step(request, "close", "销号")
    leader.go(f"/projects/{number}/")
    assert request in leader.text
    assert "已销号" in leader.page.locator("#issues").inner_text()


def test_the_sheet_says_at_once_what_strikes_the_eye(someone):
    handler = someone("handler_zj")
    handler.go("/projects/reports/")
    row = handler.page.locator(".report-row").filter(has=handler.page.locator("form")).first
    row.locator("[name=month_invested]").fill("12O00万元")
    row.locator("[name=month_invested]").blur()
    row.locator(".oddities__wrong").wait_for()
    row.locator("[name=month_invested]").fill("90亿元")
    row.locator("[name=month_invested]").blur()
    row.get_by_text("本年累计已超过年度计划").wait_for()
    assert row.locator(".oddities__wrong").count() == 0


def test_a_row_of_the_sheet_takes_nothing_from_the_others(someone):
    """Refused, it stays on the sheet; sent while another is being filled in, the browser asks."""
    handler = someone("handler_zj")
    handler.go("/projects/reports/")
    rows = handler.page.locator(".report-row").filter(has=handler.page.locator("form"))
    asked = []
    handler.page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    rows.nth(0).locator("[name=month_invested]").fill("12O00万元")
    rows.nth(1).locator("[name=month_invested]").fill("15")
    rows.nth(0).locator("[name=send]").click()
    assert len(asked) == 1
    assert "没有保存" in asked[0]
    assert rows.nth(1).locator("[name=month_invested]").input_value() == "15"
    rows.nth(1).locator("[name=month_invested]").fill("")
    rows.nth(0).locator("[name=send]").click()
    handler.page.locator(".form-errors").wait_for()
    assert rows.count() > 1
    assert rows.nth(0).locator("[name=month_invested]").input_value() == "12O00万元"
    assert len(asked) == 1
    assert [said for said in handler.complaints if "400" not in said] == []
    handler.complaints.clear()


def test_pages_fit_a_telephone_and_speak_english(someone):
    leader = someone("leader")
    leader.page.set_viewport_size(PHONE)
    paths = ["", "reserve/", "roads/", "approvals/", "unfinished/", "mine/", "reports/"]
    for path in paths:
        leader.go(f"/projects/{path}")
        assert leader.page.evaluate("document.documentElement.scrollWidth") <= 390, path
    leader.page.locator(".site-nav__open").click()
    leader.page.locator("button[lang=en]").click()
    for path in paths:
        leader.go(f"/projects/{path}")
        assert leader.page.evaluate("document.documentElement.scrollWidth") <= 390, path
        heading = leader.page.locator("h1").inner_text()
        assert not re.search("[\u4e00-\u9fff]", heading), heading
