"""Who acts from a page that somebody else has overtaken is told so, and nothing is lost."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction

from notifications.models import Delivery
from projects import reporting
from projects.errors import Conflict
from projects.models import Document, ProgressReport
from tests.projects.works import at, fresh, pdf, wan

JANUARY, FEBRUARY = date(2026, 1, 1), date(2026, 2, 1)
PATH = "report/2026-02/"


@pytest.fixture
def building(works):
    project = works.project(
        "building",
        now=at(2026, 1, 5),
        days={"finish": (date(2026, 9, 1), None), "topping": (date(2026, 8, 1), None)},
    )
    works.report(project, JANUARY, wan(100), now=at(2026, 2, 3))
    return fresh(project)


@pytest.fixture
def go(client, frozen, works):
    """go(user, "HG-2026-001/edit/", data): GET, or POST where there is data; a minute passes."""

    def call(user, path, data=None):
        works.now += timedelta(minutes=1)
        frozen.move_to(works.now)
        client.force_login(user)
        address = f"/projects/{path}"
        return client.get(address) if data is None else client.post(address, data)

    return call


def refused(error, call):
    with pytest.raises(error) as caught, transaction.atomic():
        call()
    return caught.value


def test_a_draft_that_was_saved_meanwhile_is_not_written_over(works, building):
    first = works.draft(building, FEBRUARY, wan(1), seen="")
    old = reporting.mark_of(first)
    second = works.draft(building, FEBRUARY, wan(2), seen=old, by="head")
    for seen in ("", old, "nonsense"):
        for send in (False, True):
            error = refused(
                Conflict,
                lambda s=seen, go=send: works.draft(building, FEBRUARY, wan(3), seen=s, send=go),
            )
            assert (error.status, error.code) == (409, "draft")
    assert fresh(first).month_invested == wan(2)
    works.draft(building, FEBRUARY, wan(3), seen=reporting.mark_of(fresh(second)), send=True)
    # Who does not say what he saw is not asked; what was handed in is another matter.
    other = works.draft(building, date(2026, 3, 1), wan(1))
    assert works.draft(building, date(2026, 3, 1), wan(2)).pk == other.pk
    late = refused(Conflict, lambda: works.draft(building, FEBRUARY, wan(4), seen=old))
    assert late.code == "submitted"


def test_the_mark_is_of_what_is_stored(works, building):
    assert reporting.mark_of(reporting.open_report(building, FEBRUARY)) == ""
    row = works.draft(building, FEBRUARY, wan(1))
    mark = reporting.mark_of(row)
    assert mark == reporting.mark_of(fresh(row))
    assert mark == reporting.mark_of(reporting.open_report(building, FEBRUARY))
    works.draft(building, FEBRUARY, wan(1))
    assert reporting.mark_of(fresh(row)) != mark


@pytest.mark.parametrize("begun", [False, True])
def test_two_who_fill_in_one_report(go, works, building, handler, head, begun):
    """Be it begun before or not: the later one keeps his words and may send them once more."""
    path = f"{building.number}/{PATH}"
    if begun:
        go(handler, path, {"month_invested": "90", "seen": ""})
    seen = go(handler, path).context["form"]["seen"].value() or ""
    assert bool(seen) is begun
    assert go(head, path, {"month_invested": "110", "seen": seen}).status_code == 302
    typed = {"month_invested": "120万元", "image_progress": "主体封顶", "send": "1"}
    answer = go(handler, path, typed | {"seen": seen})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "被他人修改过" in page
    assert "120万元" in page
    assert "主体封顶" in page
    report = building.reports.get(month=FEBRUARY)
    assert (report.status, report.month_invested) == ("draft", wan(110))
    again = answer.context["form"]["seen"].value()
    assert go(handler, path, typed | {"seen": again}).status_code == 302
    assert fresh(report).month_invested == wan(120)


def test_the_sheets_rows_know_what_they_show(go, works, building, handler):
    works.draft(building, FEBRUARY, wan(1))
    mark = reporting.mark_of(building.reports.get(month=FEBRUARY))
    page = go(handler, "reports/?month=2026-02").content.decode()
    assert f'name="seen" value="{mark}"' in page
    go(handler, f"{building.number}/{PATH}", {"month_invested": "2"})  # no page, no mark
    assert building.reports.get(month=FEBRUARY).month_invested == wan(2)


# deed → (who, address, what is typed)
STALE = {
    "verify": ("planner", "verify/{report}/", {}),
    "return": ("planner", "return/{report}/", {"reason": "请附照片。"}),
    "correct": ("handler", "correct/2026-01/", {"reason": "多报。"}),
    "decide": ("planner", "decide/{change}/", {"decision": "approve"}),
    "actual": ("handler", "actual/land/", {"actual_on": "2026-03-10"}),
    "change": (
        "handler",
        "change/finish/",
        {"new_on": "2026-12-01", "reason_code": "land", "reason": "征地。"},
    ),
}


@pytest.mark.parametrize("deed", STALE)
def test_a_deed_from_an_overtaken_page_is_a_conflict(go, works, building, deed):
    """The form carries the version it was shown under, and the newer one after the conflict."""
    report = works.draft(building, FEBRUARY, wan(1), by="handler", send=True)
    change = works.ask(building, "topping", new_on=date(2026, 9, 1))
    name, address, typed = STALE[deed]
    user, path = works.person(name), address.format(report=report.pk, change=change.pk)
    path = f"{building.number}/{path}"
    shown = go(user, path).context["form"]
    typed = typed | {"version": shown["version"].value()}
    assert typed["version"] == fresh(building).version
    works.change(building, content="年产两万吨。")
    count = building.events.count()
    answer = go(user, path, typed)
    assert answer.status_code == 409
    assert "修改项目信息" in answer.content.decode()
    assert building.events.count() == count
    typed["version"] = answer.context["form"]["version"].value()
    assert go(user, path, typed).status_code == 302
    assert building.events.count() == count + 1


# A correction that is not sent can be taken back.


def begin(works, project, **given):
    usual = {"by": "handler", "month": JANUARY, "reason": "多报。"}
    return works.deed(reporting.begin_correction, project, **usual | given)


def counting(project):
    return project.reports.in_force().get(month=JANUARY)


def test_a_correction_is_discarded_and_the_month_stays_as_it_counts(works, building):
    draft = begin(works, building)
    works.draft(building, JANUARY, wan(70), files=[pdf("现场.pdf")])
    works.discard(building, JANUARY, by="head")
    assert not ProgressReport.objects.filter(pk=draft.pk).exists()
    assert not Document.objects.filter(name="现场.pdf").exists()
    assert (counting(building).version, counting(building).month_invested) == (1, wan(100))
    event = building.events.last()
    assert event.action == "discard"
    assert event.data == {"month": "2026-01-01", "report_version": 2}
    assert event.version == fresh(building).version
    assert begin(works, building).version == 2


def test_a_returned_correction_is_discarded_with_the_mail_about_it(works, building):
    works.send_back(works.correct(building, JANUARY, wan(70)))
    mails = Delivery.objects.filter(message__kind="projects.report_returned")
    assert set(mails.values_list("state", flat=True)) == {"queued"}
    works.discard(building, JANUARY)
    assert set(mails.values_list("state", flat=True)) == {"cancelled"}
    assert counting(building).month_invested == wan(100)


def test_only_a_correction_that_is_open_and_not_sent_is_discarded(works, building):
    def nothing(month):
        return refused(Conflict, lambda: works.discard(building, month)).code == "none"

    assert nothing(JANUARY)  # counts, and no correction is begun
    works.draft(building, FEBRUARY, wan(1))
    assert nothing(FEBRUARY)  # a first report is filled in, not taken back
    begin(works, building)
    refused(PermissionDenied, lambda: works.discard(building, JANUARY, by="outsider"))
    sent = works.draft(building, JANUARY, wan(70), send=True)
    assert nothing(JANUARY)
    works.verify(sent)
    assert nothing(JANUARY)
    assert building.reports.filter(month=JANUARY).count() == 2


def test_a_step_done_meanwhile_gives_back_what_was_typed(go, works, building, planner):
    report = works.draft(building, FEBRUARY, wan(1), send=True)
    works.verify(report, by="second_planner")
    path = f"{building.number}/return/{report.pk}/"
    assert go(planner, path).status_code == 404
    answer = go(planner, path, {"version": "1", "reason": "与统计差距大，请核对。"})
    assert answer.status_code == 409
    assert "与统计差距大，请核对。" in answer.content.decode()
    assert f"/projects/{building.number}/" in answer.content.decode()


def test_a_correction_is_discarded_by_its_page(go, works, building, handler, planner):
    path = f"{building.number}/discard/2026-01/"
    assert go(handler, path).status_code == 404
    begin(works, building)
    page = go(handler, f"{building.number}/").content.decode()
    assert f"/projects/{path}" in page
    assert "放弃更正" in page
    assert go(handler, f"{building.number}/discard/nonsense/").status_code == 404
    assert building.reports.filter(month=JANUARY).count() == 2  # looking at the form does nothing
    answer = go(handler, path)
    assert answer.context["confirm"]["is_danger"]
    done = go(handler, path, {})
    assert done.url == f"/projects/{building.number}/#investment"
    assert building.reports.get(month=JANUARY).month_invested == wan(100)
    assert "放弃更正" in go(planner, f"{building.number}/").content.decode()  # in its record
    works.draft(building, FEBRUARY, wan(1))
    assert go(handler, f"{building.number}/discard/2026-02/").status_code == 404
