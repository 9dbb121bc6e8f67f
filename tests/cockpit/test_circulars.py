"""督查通报: drafted, previewed, issued, sent; the paper says what the page says."""

import io
import re
from datetime import date, datetime, timedelta

import pytest
from django.urls import reverse
from docx import Document
from pypdf import PdfReader

from cockpit import circulars, documents, wording
from cockpit.models import Circular, Letterhead
from issues import reminders
from notifications.models import Message
from tests.factories import SHANGHAI

MONDAY = datetime(2026, 4, 1, 9, 0, tzinfo=SHANGHAI)  # a Wednesday, the month's first working day


@pytest.fixture
def march(loop, frozen):
    for _turn in range(5):
        loop.do(loop.issue_in("resolved"), "rate")
    late = loop.issue_in("in_progress", title="厂区用电增容")
    reminders.sweep(datetime(2026, 3, 27, 9, 0, tzinfo=SHANGHAI))
    loop.now = MONDAY
    frozen.move_to(MONDAY)
    return late


@pytest.fixture
def draft(march, coordinator):
    return circulars.draft("monthly", date(2026, 3, 10), by=coordinator)[0]


@pytest.fixture
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def text_of(content):
    document = Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([paragraph.text for paragraph in document.paragraphs] + cells)


def pdf_text(content):
    pages = PdfReader(io.BytesIO(content)).pages
    return re.sub(r"\s", "", "".join(page.extract_text() for page in pages))


def test_a_draft_says_what_happened(draft, march):
    assert draft.title == "关于2026年3月企业诉求办理情况的通报"
    assert (draft.start, draft.end, draft.number) == (date(2026, 3, 1), date(2026, 3, 31), "")
    assert draft.data["flow"]["received"] == 6
    assert [row["issue"] for row in draft.data["overdue"]] == [march.number]
    assert draft.data["overdue"][0]["colour"] == "red"
    assert draft.data["notices"]["issued"] == {"red": 1}
    assert [row["title"] for row in draft.data["named"]] == ["厂区用电增容"]
    assert sum(topic["tenths"] for topic in draft.data["topics"]) == 1000


def test_the_paper_and_the_page_say_the_same(client, draft, coordinator):
    client.force_login(coordinator)
    page = client.get(reverse("cockpit:circular", args=[draft.pk]))
    word = text_of(documents.docx(documents.circular_paper(draft)))
    pdf = pdf_text(documents.pdf(documents.circular_paper(draft)))
    said = [page.context["opening"], *page.context["overall"], *page.context["supervised"]]
    said += page.context["ranking"]
    assert len(said) >= 6
    for sentence in said:
        assert sentence in page.content.decode()
        assert sentence in word
        assert re.sub(r"\s", "", sentence) in pdf
    for row in page.context["rows"]:
        for rate in row["rates"][:1] + row["rates"][2:]:
            assert rate["value"] in word
    for topic in page.context["topics"]:
        assert topic["share"] in word
        assert topic["share"] in pdf


def test_issued_it_is_numbered_kept_and_sent(
    client, draft, coordinator, head, leader, outsider, enterprise, media
):
    client.force_login(coordinator)
    address = reverse("cockpit:circular", args=[draft.pk])
    posted = {"title": draft.title, "requirements": "请抓紧办理。", "issue": "1"}
    assert client.post(address, posted).status_code == 302
    draft.refresh_from_db()
    assert (draft.status, draft.number) == ("issued", "汉督通〔2026〕1号")
    assert "请抓紧办理。" in text_of(draft.word.read())
    assert "汉督通〔2026〕1号" in pdf_text(draft.pdf.read())
    told = Message.objects.filter(kind="cockpit.circular").values_list("recipient", flat=True)
    assert set(told) == {head.pk, leader.pk}
    assert client.post(address, posted).status_code == 409
    client.force_login(outsider)
    assert client.get(address).status_code == 200
    paper = client.get(reverse("cockpit:circular_paper", args=[draft.pk, "pdf"]))
    assert b"".join(paper.streaming_content)[:5] == b"%PDF-"
    client.force_login(enterprise)
    assert client.get(address).status_code == 404
    assert client.get(reverse("cockpit:circulars")).status_code == 403


def test_a_draft_is_the_offices_alone(client, draft, leader, head):
    for user in (leader, head):
        client.force_login(user)
        assert client.get(reverse("cockpit:circular", args=[draft.pk])).status_code == 404
        assert client.post(reverse("cockpit:draft"), {"kind": "weekly"}).status_code == 403


def test_from_its_snapshot_it_says_the_same_after_the_rows_changed(
    loop, draft, march, coordinator, media
):
    issued = circulars.issue(draft, coordinator, documents.both)
    before = (issued.word.read(), issued.pdf.read())
    loop.do(march, "resolve")
    Letterhead.objects.update(head="改了的版头")
    again = Circular.objects.get(pk=issued.pk)
    assert documents.both(again) == before
    fresh = circulars.compose("monthly", again.start, again.end, loop.now)
    assert fresh["overdue"] == []
    assert again.data["overdue"] != []


def test_composed_anew_a_draft_follows_the_rows_and_keeps_the_offices_words(
    loop, draft, march, coordinator, frozen
):
    circulars.revise(draft, title="示例标题", requirements="示例要求")
    loop.do(march, "resolve")
    frozen.move_to(MONDAY + timedelta(hours=1))
    again, created = circulars.draft("monthly", date(2026, 3, 31), by=coordinator)
    assert (again.pk, created, again.title) == (draft.pk, False, "示例标题")
    assert again.data["overdue"] == []
    assert Circular.objects.count() == 1


def test_the_timer_drafts_each_period_once_on_its_first_working_day(march, coordinator, frozen):
    assert circulars.draft_due(MONDAY - timedelta(hours=1)) == 1  # last week's, not yet March's
    assert circulars.draft_due(MONDAY) == 1
    assert circulars.draft_due(MONDAY + timedelta(hours=3)) == 0
    drafted = Circular.objects.values_list("kind", "start")
    assert set(drafted) == {("monthly", date(2026, 3, 1)), ("weekly", date(2026, 3, 23))}
    assert Message.objects.filter(kind="cockpit.draft", recipient=coordinator).count() == 2


def test_a_period_not_begun_has_none(client, coordinator, frozen):
    client.force_login(coordinator)
    asked = client.post(
        reverse("cockpit:draft"), {"kind": "monthly", "on": "2027-01-01"}, follow=True
    )
    assert "这一期还没有开始" in asked.content.decode()
    assert not Circular.objects.exists()


def test_a_notice_as_paper_for_whom_it_concerns(client, loop, march, head, outsider):
    notice = march.notices.get()
    client.force_login(head)
    address = reverse("cockpit:notice_paper", args=[notice.pk, "docx"])
    said = text_of(client.get(address).content)
    for word in ("汉督单〔2026〕001号", "督办单（红色）", march.number, "厂区用电增容"):
        assert word in said
    assert wording.day(notice.answer_due_at.astimezone(SHANGHAI)) in said
    assert client.get(reverse("cockpit:notice_paper", args=[notice.pk, "exe"])).status_code == 404
    client.force_login(outsider)
    assert client.get(address).status_code == 404
