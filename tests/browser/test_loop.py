"""The loop in a browser, by the people of the sample, with the worker delivering the mails."""

import re
from datetime import datetime, timedelta

import pytest

from tests.portal import wait_for

pytestmark = pytest.mark.browser
MAIL = "firm@sample.invalid"
STAGES = ("问题收集", "精准交办", "限时办结", "督导通报", "结果反馈", "问题销号")


def submit(person, **changes):
    """Fills in the request form as an enterprise without an account; (number, tracking code)."""
    values = {
        "kind": "problem",
        "title": "厂区大门外道路塌陷",
        "description": "雨后大门外道路塌陷约两米，货车无法进出。",
        "enterprise": "示例·尚未入库有限公司",
        "contact_name": "示例联系人",
        "contact_phone": "13800009876",
        "contact_email": MAIL,
    } | changes
    person.go("/submit/")
    form = person.page.locator("main form")
    for name, value in values.items():
        person.fill(form, name, value)
    form.locator("[name=attachments]").set_input_files(
        {
            "name": "现场照片.png",
            "mimeType": "image/png",
            "buffer": b"\x89PNG\r\n\x1a\n" + b"0" * 64,
        }
    )
    form.locator("[name=consent]").check()
    form.locator("[type=submit]").click()
    code = person.page.locator("output[data-tracking-code]").inner_text()
    return re.search(r"QH-\d{4}-\d{5}", person.text)[0], code


def track(person, code, digits="9876"):
    person.go("/track/?new")
    person.page.fill("[name=code]", code.lower())
    person.page.fill("[name=digits]", digits)
    person.page.click("main [type=submit]")
    return person.text


def letters(post_office, word):
    return [
        mail.get_body(("plain",)).get_content()
        for to, mail in list(post_office.mails)
        if to == [MAIL] and word in mail["Subject"]
    ]


def test_from_the_form_to_the_closing(someone, ask, post_office):
    firm, office, handler = someone(), someone("coordinator"), someone("handler_zj")
    number, code = submit(firm)
    assert len(code) == 16
    assert "查询码或电话后四位不对" in track(firm, code, "0000")
    assert number in track(firm, code)
    assigned_and_signed(number, office, handler)
    assert "住房和城乡建设局" in track(firm, code)
    extended(number, office, handler, ask)
    seen = track(firm, code)
    assert "抢修队已进场。" in seen
    assert "内部会商纪要" not in seen
    assert "需与交通部门会商。" not in seen
    resolved_after_the_co_handler_answered(number, handler, someone("handler_zr"))
    rated_by_whoever_has_the_link(number, someone(), ask, post_office)
    office.step(number, "close", "销号")
    seen = track(firm, code)
    assert all(stage in seen for stage in STAGES)
    assert "已销号" in seen
    assert len(letters(post_office, "请评价")) == 1


def assigned_and_signed(number, office, handler):
    road = {"lead_department": "zj", "co_departments": "zr", "category": "road"}
    office.step(number, "assign", "交办", priority="normal", **road)
    handler.step(number, "sign", "签收")
    handler.step(number, "contact", "联系企业", method="phone", note="已约定现场查看。")
    handler.step(number, "update", "办理进展", text="内部会商纪要", visibility="internal")
    handler.step(number, "update", "办理进展", text="抢修队已进场。", visibility="public")


def extended(number, office, handler, ask):
    due = ask(f"Issue.objects.get(number='{number}').unit_due_at.isoformat()")
    later = (datetime.fromisoformat(due) + timedelta(days=4)).date().isoformat()
    why = {"reason_code": "coordination", "reason": "需与交通部门会商。"}
    handler.step(number, "request_extension", "申请延期", new_due_on=later, **why)
    office.step(number, "decide_extension", "审批延期", decision="approve", reason="同意。")
    assert ask(f"Issue.objects.get(number='{number}').unit_due_at.isoformat()") > due


def resolved_after_the_co_handler_answered(number, handler, co_handler):
    answer = {"text": "用地边界已核对。", "visibility": "internal"}
    co_handler.step(number, "update", "办理进展", **answer)
    reply = {"outcome": "solved", "public_reply": "道路已修复并恢复通行。"}
    handler.step(number, "resolve", "办结", **reply)


def rated_by_whoever_has_the_link(number, person, ask, post_office):
    """The worker mails the link; it works without code or account, and once."""
    (letter,) = wait_for(lambda: letters(post_office, "请评价"), 60, "the worker's mail")
    link = re.search(r"/rate/\S+", letter)[0]
    person.go(link)
    assert "道路已修复并恢复通行。" in person.text
    form = person.page.locator("main form")
    person.fill(form, "rating", "satisfied")
    form.locator("[type=submit]").click()
    person.page.wait_for_load_state()
    assert ask(f"Issue.objects.get(number='{number}').status") == "confirmed"
    person.go(link)
    assert person.page.locator("[name=rating]").count() == 0


def test_a_reminder_is_fired_and_delivered_by_the_worker_once(someone, portal, ask, post_office):
    # Rows decide: urgent issues get four hours and 36 seconds, so that the first rung (four hours
    # before) falls due while we watch.
    ask("Limit.objects.filter(clock='unit', time_class='urgent').update(number='4.01')")
    firm = someone()
    number, _code = submit(firm, title="主变压器故障全厂停产")
    office = someone("coordinator")
    office.step(number, "assign", "交办", lead_department="zj", category="power", priority="urgent")
    fired = f"PlannedReminder.objects.filter(issue__number='{number}', state='fired').count()"
    wait_for(lambda: ask(fired) == 1, 150, "the sweep by beat and worker")
    told = f"Message.objects.filter(kind='issues.reminder', data__issue='{number}')"
    people = f"sorted({told}.values_list('recipient__username', flat=True))"
    assert ask(people) == ["handler_zj", "head_zj"]
    sent = f"{told}.filter(deliveries__state='sent').count()"
    wait_for(lambda: ask(sent) == 2, 60, "both mails")
    portal.manage("sweep_deadlines")
    portal.manage("deliver_messages")
    assert ask(people) == ["handler_zj", "head_zj"]
    attempts = f"Attempt.objects.filter(delivery__message__in={told})"
    outcomes = ask(f"list({attempts}.values_list('outcome', 'process'))")
    assert [outcome for outcome, _process in outcomes] == ["sent", "sent"]
    assert all(process.startswith("celery@") for _outcome, process in outcomes)
    subjects = [mail["Subject"] for _to, mail in post_office.mails if "提醒" in mail["Subject"]]
    assert sum("主变压器故障" in subject for subject in subjects) == 2
    everything = ask("list(Attempt.objects.values_list('process', flat=True).distinct())")
    assert not any("gunicorn" in process for process in everything)

    officer = someone("handler_zj")
    officer.go("/inbox/")
    assert "主变压器故障全厂停产" in officer.text
