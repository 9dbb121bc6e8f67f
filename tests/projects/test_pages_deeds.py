"""The project page and the forms of its deeds: who reaches them, what they refuse, what is kept."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from issues.models import Issue
from projects.deeds import DEEDS
from projects.models import KeyProject, ProgressReport
from tests.projects.works import at, fresh, pdf, wan

pytestmark = pytest.mark.django_db
PAGE_QUERIES = 40
FACTS = {
    "name": "示例新能源电池项目",
    "level": "city",
    "nature": "filing",
    "category": "industry",
    "stage": "planning",
}


@pytest.fixture
def go(client, frozen, works):
    """go(user, "HG-2026-001/edit/", data): GET, or POST where there is data."""

    def call(user, path, data=None, **headers):
        frozen.move_to(works.now)
        client.force_login(user)
        address = f"/projects/{path}"
        if data is None:
            return client.get(address, headers=headers)
        return client.post(address, data, headers=headers)

    return call


@pytest.fixture
def built(works):
    project = works.project(
        "building", owner_name="示例蓝天玻璃有限公司", total_investment=wan(9000)
    )
    works.sponsor(project)
    return fresh(project)


def errors(response):
    return {name: list(said) for name, said in response.context["form"].errors.items()}


def test_another_sees_404_and_who_may_not_403(go, works, built, outsider, promoter, enterprise):
    hidden = works.project("building", is_public=False, lead_department=None)
    assert go(outsider, f"{hidden.number}/").status_code == 404
    assert go(outsider, f"{hidden.number}/edit/").status_code == 404
    assert go(outsider, f"{built.number}/").status_code == 200
    keys = {"move": "finished", "override": "finished", "report": "2026-02", "plan": "2026"}
    for name, deed in DEEDS.items():
        path = f"{built.number}/{name}/" + (f"{keys.get(name, 'start')}/" if deed.keyed else "")
        for user in (outsider, promoter, enterprise):
            expected = 404 if user == enterprise and not built.owner_id else 403
            assert go(user, path).status_code == expected, (name, user)


def test_an_enterprise_reads_its_own_project_and_no_internal_word(go, works, firm, enterprise):
    own = works.project("building", owner_name=firm.name, contact_phone="13800009999")
    works.sponsor(own)
    works.report(own, date(2026, 2, 1), wan(321))
    page = go(enterprise, f"{own.number}/").content.decode()
    assert own.name in page
    for hidden in ("321万元", "13800009999", "示例leader", "项目记录"):
        assert hidden not in page
    other = works.project("building", owner_name="示例别家")
    assert go(enterprise, f"{other.number}/").status_code == 404


def test_the_page_costs_a_fixed_number_of_queries(go, works, built, planner):
    def cost():
        go(planner, f"{built.number}/")
        with CaptureQueriesContext(connection) as caught:
            assert go(planner, f"{built.number}/").status_code == 200
        return len(caught)

    def live():
        for number in (1, 2):
            month = date(2026, number, 1)
            if not built.reports.filter(month=month).exists():
                works.report(built, month, wan(100))
        works.visit(built, by="leader")
        works.actual(built, "start", date(2026, 1, 5))
        works.step(built, "site", submitted_on=works.today, accepted_on=works.today)

    live()
    works.plan(built, 2026, wan(5000))
    first = cost()
    for _round in range(3):
        live()
    assert cost() == first
    assert first <= PAGE_QUERIES


def test_amounts_are_read_as_typed_and_shown_in_both(go, planner):
    for typed, shown in (
        ("20.8亿元", "20.8亿元（208,000万元）"),
        ("208,000", "20.8亿元（208,000万元）"),
        ("２０８，０００万元", "20.8亿元（208,000万元）"),
        ("4150万元", "4,150万元（0.415亿元）"),
    ):
        answer = go(planner, "new/", FACTS | {"total_investment": typed})
        assert answer.status_code == 302, errors(answer)
        number = answer.url.split("/")[2]
        assert shown in go(planner, f"{number}/").content.decode()
        KeyProject.objects.all().delete()


def test_what_is_unknown_stays_unknown_with_its_words(go, planner):
    given = {"total_investment": "约300亿元", "start_planned": "month 3 (year removed)"}
    number = go(planner, "new/", FACTS | given).url.split("/")[2]
    project = KeyProject.objects.get(number=number)
    assert (project.total_investment, project.total_investment_text) == (None, "约300亿元")
    start = project.milestones.get(code="start")
    assert (start.original_on, start.current_on, start.original_text) == (
        None,
        None,
        "month 3 (year removed)",
    )
    assert "未定（原文：约300亿元）" in go(planner, f"{number}/").content.decode()
    form = go(planner, f"{number}/edit/").context["form"]
    assert form["total_investment"].value() == "约300亿元"


def test_level_nature_and_category_may_stay_empty(go, planner):
    """And a remark says what no field asks for."""
    given = {"name": FACTS["name"], "stage": "planning", "note": "年份不详：三千万元。"}
    number = go(planner, "new/", given).url.split("/")[2]
    project = KeyProject.objects.get(number=number)
    assert (project.level, project.nature, project.category) == ("", "", "")
    assert project.note == given["note"]
    page = go(planner, f"{number}/").content.decode()
    assert "年份不详：三千万元。" in page
    form = go(planner, f"{number}/edit/").context["form"]
    assert [form[name].value() for name in ("level", "nature", "category")] == ["", "", ""]
    assert go(planner, f"{number}/edit/", given | {"level": "city"}).status_code == 302
    assert fresh(project).level == "city"
    wrong = go(planner, f"{number}/edit/", given | {"note": "长" * 1001, "level": "village"})
    assert set(errors(wrong)) == {"note", "level"}


def test_a_future_approval_and_a_passed_day_are_refused_at_their_fields(go, works, built, planner):
    works.planned(built, start=date(2026, 5, 1), finish=date(2026, 9, 1))
    plan = {"category": "continuing", "annual_plan": "100", "approved_on": "2026-03-13"}
    answer = go(planner, f"{built.number}/plan/2026/", plan)
    assert list(errors(answer)) == ["approved_on"]
    ask = {"reason_code": "land", "reason": "征地。"}
    for day in ("2026-03-11", "2026-04-30"):
        answer = go(planner, f"{built.number}/change/finish/", ask | {"new_on": day})
        assert (answer.status_code, list(errors(answer))) == (400, ["new_on"])
    assert go(planner, f"{built.number}/change/finish/", ask | {"new_on": "2026-05-01"}).url


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("total_investment", "12O00万元", "金额"),
        ("code", "2211-130272-89-01-12345", "2211-130272-89-01-123456"),
        ("code", "2213-130272-89-01-123456", "年份和月份"),
        ("start_actual", "2026-03-13", "不能晚于今天"),
        ("start_planned", "2026-02-30", "2026-02-30"),
        ("name", "", "必填"),
    ],
)
def test_bad_input_is_refused_at_its_field_and_nothing_is_lost(go, planner, field, value, said):
    typed = FACTS | {"owner_name": "示例已填写的单位", field: value}
    answer = go(planner, "new/", typed)
    assert answer.status_code == 400
    assert list(errors(answer)) == [field]
    assert said in errors(answer)[field][0]
    page = answer.content.decode()
    assert "示例已填写的单位" in page
    assert value in page
    assert KeyProject.objects.count() == 0


def test_a_completion_before_the_start_is_refused_at_the_field(go, works, built, planner, handler):
    given = {"start_actual": "2026-02-01", "finish_actual": "2026-01-31"}
    assert list(errors(go(planner, "new/", FACTS | given))) == ["finish_actual"]
    works.actual(built, "start", date(2026, 2, 1))
    answer = go(
        handler, f"{built.number}/actual/finish/", {"actual_on": "2026-01-31", "attachments": pdf()}
    )
    assert list(errors(answer)) == ["actual_on"]
    assert not built.milestones.filter(code="finish").exists()


def test_the_same_code_on_two_projects_is_refused(go, works, built, planner):
    works.change(built, code="2211-130272-89-01-123456")
    answer = go(planner, "new/", FACTS | {"code": "2211-130272-89-01-123456"})
    assert list(errors(answer)) == ["code"]


def test_a_second_report_for_a_month_is_refused_with_what_was_typed(go, works, built, handler):
    works.report(built, date(2026, 2, 1), wan(100))
    typed = {"month_invested": "250万元", "image_progress": "主体封顶", "send": "1"}
    answer = go(handler, f"{built.number}/report/2026-02/", typed)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "不能重复填报" in page
    assert "250万元" in page
    assert "主体封顶" in page
    assert ProgressReport.objects.get(counts=True).month_invested == wan(100)


def test_a_refused_move_names_what_is_missing_and_saves_nothing(go, works, planner):
    project = works.project("negotiating", owner_name="示例单位")
    page = go(planner, f"{project.number}/move/signed/").content.decode()
    assert f"/projects/{project.number}/actual/signing/" in page
    before = fresh(project).version
    answer = go(planner, f"{project.number}/move/signed/", {"version": before})
    assert answer.status_code == 409
    assert "填报“签约”实际日期" in answer.content.decode()
    assert (fresh(project).stage, fresh(project).version) == ("negotiating", before)


def test_who_opened_an_older_version_gets_409_and_keeps_his_words(go, works, built, planner):
    old = fresh(built).version
    works.change(built, place="示例大道1号")
    typed = {"version": old, **FACTS, "name": "示例改过的名称", "content": "很长的内容"}
    answer = go(planner, f"{built.number}/edit/", typed)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "修改项目信息" in page
    assert "示例改过的名称" in page
    # Sent once more it goes through: the form now stands on the present version.
    version = answer.context["form"]["version"].value()
    assert go(planner, f"{built.number}/edit/", typed | {"version": version}).status_code == 302
    assert fresh(built).former_names == [built.name]


def test_checking_a_row_while_typing_stores_nothing(go, works, built, handler):
    works.plan(built, 2026, wan(1000))
    target = f"check-{built.number}"
    path = f"{built.number}/report/2026-02/"
    said = go(handler, path, {"month_invested": "1500"}, hx_request="true", hx_target=target)
    text = said.content.decode()
    assert said.status_code == 200
    assert "本年累计已超过年度计划" in text
    assert "150.0%" in text
    wrong = go(handler, path, {"month_invested": "15O0"}, hx_request="true", hx_target=target)
    assert "本月完成投资" in wrong.content.decode()
    assert ProgressReport.objects.count() == 0


def test_the_way_of_a_report_by_its_pages(go, works, built, handler, planner):
    works.now = at(2026, 3, 3)
    path = f"{built.number}/report/2026-02/"
    assert go(handler, path, {"month_invested": "100", "keep": "1"}).status_code == 302
    sent = {"month_invested": "120", "physical_percent": "10", "send": "1", "next": "sheet"}
    assert go(handler, path, sent).url == "/projects/reports/?month=2026-02"
    report = built.reports.get()
    assert (report.status, report.month_invested) == ("submitted", wan(120))
    page = go(planner, f"{built.number}/").content.decode()
    assert f"/verify/{report.pk}/" in page
    go(planner, f"{built.number}/return/{report.pk}/", {"reason": "请附照片。"})
    page = go(handler, path).content.decode()
    assert "120万元" in page
    go(handler, path, sent)
    assert go(handler, f"{built.number}/verify/{report.pk}/", {}).status_code == 403
    assert go(planner, f"{built.number}/verify/{report.pk}/", {}).status_code == 302
    report.refresh_from_db()
    assert (report.status, report.counts) == ("verified", True)
    go(handler, f"{built.number}/correct/2026-02/", {"reason": "少报。"})
    go(handler, path, {"month_invested": "150", "send": "1", "explanation": "少报。"})
    assert [row.month_invested for row in built.reports.order_by("version")] == [wan(120), wan(150)]


def test_a_visit_in_one_form_becomes_an_issue_once(go, works, built, leader):
    form = go(leader, f"{built.number}/visit/").context["form"]
    typed = {
        "visited_on": "2026-03-12",
        "findings": "设备进场受阻。",
        "problem_title": "厂外道路未通",
        "contact_name": "示例经理",
        "contact_phone": "13800001234",
        "token": form["token"].value(),
    }
    assert list(errors(go(leader, f"{built.number}/visit/", typed | {"contact_phone": ""}))) == [
        "contact_phone"
    ]
    for _again in range(2):
        assert go(leader, f"{built.number}/visit/", typed).status_code == 302
    (issue,) = Issue.objects.all()
    assert (issue.project, issue.visit.project, issue.submitted_by) == (built, built, leader)
    assert issue.number in go(leader, f"{built.number}/").content.decode()


def test_a_disguised_file_is_refused_at_its_field(go, built, planner):
    disguised = SimpleUploadedFile("合同.pdf", b"MZ\x90\x00 not a paper")
    answer = go(
        planner, f"{built.number}/documents/", {"kind": "contract", "attachments": disguised}
    )
    assert list(errors(answer)) == ["attachments"]
    assert built.documents.count() == 0


def test_papers_are_for_the_inside_only(go, works, built, planner, outsider, head):
    go(planner, f"{built.number}/documents/", {"kind": "contract", "attachments": pdf("合同.pdf")})
    paper = built.documents.get()
    assert go(head, f"files/{paper.pk}/")["Content-Disposition"].startswith("attachment")
    assert go(outsider, f"files/{paper.pk}/").status_code == 404


def test_the_22_published_projects_are_entered_by_the_form(go, planner, practice):
    rows = practice("real_projects")
    for row in rows:
        answer = go(planner, "new/", FACTS | published(row))
        assert answer.status_code == 302, (row["id"], errors(answer))
        check(KeyProject.objects.get(number=answer.url.split("/")[2]), row)
    assert len(rows) == KeyProject.objects.count() == 22


def published(row):
    """The row's cells as they stand, each in the field it belongs to."""
    return {
        "name": row["project"],
        "owner_name": row["owner"],
        "place": row["place"],
        "content": row["content_summary"],
        "total_investment": row["total_investment_raw"],
        "land_mu": row["area_mu"],
        "carried_investment": row["invested_wan"],
        "start_actual": row["started"],
        "finish_planned": row["planned_finish"],
        "source_doc": row["source_title"],
        "stage": "building",
    }


def check(project, row):
    wanted = wan(row["total_investment_wan"]) if row["total_investment_wan"] else None
    assert project.total_investment == wanted
    assert project.owner_name == row["owner"]
    for code, cell, name in (
        ("start", row["started"], "actual"),
        ("finish", row["planned_finish"], "original"),
    ):
        milestone = project.milestones.filter(code=code).first()
        if not cell:
            assert milestone is None or getattr(milestone, f"{name}_on") is None
            continue
        known, words = getattr(milestone, f"{name}_on"), getattr(milestone, f"{name}_text")
        assert (known.isoformat() if known else words) == cell
