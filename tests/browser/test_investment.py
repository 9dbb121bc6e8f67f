"""Promotion in a browser: a trip to Guangzhou noted on a telephone, the company it called on as a
prospect, its agreement, the key project it became and money recognised by a second person.
"""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

pytestmark = pytest.mark.browser
TODAY = datetime.now(ZoneInfo("Asia/Shanghai")).date()
PHONE = {"width": 390, "height": 844}
COMPANY = "示例·广州浏览器试验股份有限公司"


def send(person, **values):
    form = person.page.locator("form.deed-form")
    for name, value in values.items():
        person.fill(form, name, value)
    form.locator("[type=submit]").first.click()
    person.page.wait_for_load_state()


def press(person, label, **values):
    """One button carries the data over: only what is new is filled in."""
    person.page.get_by_role("link", name=label, exact=True).first.click()
    person.page.wait_for_load_state()
    send(person, **values)
    assert person.page.locator(".form-errors").count() == 0, person.text


def number(person, prefix):
    return re.search(rf"{prefix}-\d{{4}}-\d{{3}}", person.page.url)[0]


def test_from_a_trip_to_a_recognised_receipt(someone):
    promoter = someone("promoter")
    promoter.page.set_viewport_size(PHONE)
    trip = on_the_road(promoter)
    prospect = followed_up(promoter)
    promoter.page.set_viewport_size({"width": 1440, "height": 900})
    deal = signed(promoter)
    project = landed(promoter)
    receipt = recognised_by_another(promoter, someone("leader"), deal)
    promoter.go(f"/investment/deals/{deal}/")
    seen = promoter.text
    for said in ("浏览器试验招商", COMPANY, "3,000万元", receipt, project, "到位率 25.0%"):
        assert said in seen, (said, seen)
    promoter.go(f"/investment/trips/{trip}/")
    assert prospect in promoter.text
    assert deal in promoter.text
    planner = someone("planner")
    planner.go(f"/projects/{project}/")
    assert "示例·试验生产线" in planner.text
    planner.go(f"/investment/deals/{deal}/")
    assert receipt not in planner.text


def on_the_road(promoter):
    promoter.go("/investment/trips/new/")
    day = TODAY.isoformat()
    send(promoter, theme="浏览器试验招商", start_on=day, end_on=day, cities="广州")
    trip = number(promoter, "WC")
    press(promoter, "登记拜访", company=COMPANY, notes="有意建设第二条生产线。")
    width = promoter.page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE["width"]
    return trip


def followed_up(promoter):
    """A prospect that is open names its next step: without one nothing is saved or lost."""
    promoter.page.get_by_role("link", name="转为线索", exact=True).click()
    promoter.page.wait_for_load_state()
    form = promoter.page.locator("form.deed-form")
    assert form.locator("[name=company]").input_value() == COMPANY
    known = {"title": "示例·试验生产线", "channel": "association"}
    send(promoter, **known, intended_investment="约1亿元")
    assert "在谈的线索必须写明下一步。" in promoter.text
    # The browser itself notes the 400 of the refusal, and nothing else.
    assert [said for said in promoter.complaints if "400" not in said] == []
    promoter.complaints.clear()
    send(promoter, next_action="邀请来访", next_on=TODAY.isoformat())
    assert "未定（原文：约1亿元）" in promoter.text
    prospect = number(promoter, "XS")
    press(promoter, "更新进展", text="企业已来访。", next_action="签约", next_on=TODAY.isoformat())
    press(promoter, "转入“洽谈”")
    assert "线索 → 洽谈" in promoter.text
    return prospect


def signed(promoter):
    press(
        promoter,
        "转为签约项目",
        type="formal",
        signed_on=TODAY.isoformat(),
        agreement_amount="1.2亿元",
    )
    assert "1.2亿元（12,000万元）" in promoter.text
    return number(promoter, "QY")


def landed(promoter):
    address = promoter.page.url
    press(promoter, "转为重点项目")
    promoter.page.goto(address)
    return re.search(r"HG-\d{4}-\d{3}", promoter.page.content())[0]


def recognised_by_another(promoter, leader, deal):
    values = {"sub_kind": "capital", "amount": "3000", "evidence": "bank"}
    press(promoter, "登记到位资金", **values, evidence_no="浏览器试验-1")
    assert "待认定" in promoter.text
    assert promoter.page.get_by_role("link", name="认定", exact=True).count() == 0
    leader.go(f"/investment/deals/{deal}/")
    press(leader, "认定")
    assert "已认定" in leader.text
    return re.search(r"DZ-\d{4}-\d{4}", leader.text)[0]
