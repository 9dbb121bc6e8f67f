"""The style guide shows every component in both languages and keeps the rules of the house."""

import re
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.template.loader import get_template, render_to_string
from django.test import RequestFactory
from django.utils.translation import override

from hangu.styleguide import SampleForm, samples, styleguide
from hangu.templatetags.portal import local_due, magnitude, money, money_in

ROOT = Path(__file__).resolve().parents[2]
COMPONENTS = ROOT / "templates" / "components"
CSS = ROOT / "static" / "css"
# Parts of the frame or of another component: seen wherever that is seen.
FRAME = {"account", "day_kind", "field_notes", "footer", "header", "layout_samples", "styles"}
SHANGHAI = ZoneInfo("Asia/Shanghai")


def rendered(component, **context):
    return " ".join(render_to_string(f"components/_{component}.html", context).split())


@pytest.fixture(params=["zh-hans", "en"])
def guide(request):
    with override(request.param):
        response = styleguide(RequestFactory().get("/styleguide/"))
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize(("language", "code"), [("zh-hans", "zh-CN"), ("en", "en")])
def test_the_page_says_its_language(language, code):
    with override(language):
        assert f'<html lang="{code}">' in styleguide(RequestFactory().get("/")).content.decode()


def test_every_component_is_shown():
    names = {path.stem.removeprefix("_") for path in COMPONENTS.glob("_*.html")}
    assert len(names) > 20
    assert names - FRAME == set(samples())


def test_every_template_is_headed_by_its_context():
    paths = [path for path in (ROOT / "templates").glob("**/*.html") if path.parent == COMPONENTS]
    assert len(paths) > 20
    unheaded = [
        path.name for path in paths if not path.read_text().startswith("{% comment %}\nContext:")
    ]
    assert unheaded == []


def test_no_inline_style_or_script(guide):
    assert len(guide) > 20_000
    assert re.findall(r"<style|\sstyle=|\son[a-z]+=\"|javascript:", guide) == []
    # Data that a script reads is no script: the browser runs none of it.
    assert re.findall(r'<script(?![^>]*\s(?:src=|type="application/json"))', guide) == []


def test_ids_are_unique_and_what_names_them_finds_them(guide):
    ids = re.findall(r'\sid="([^"]+)"', guide)
    assert len(ids) > 30
    assert len(ids) == len(set(ids))
    named = re.findall(r'\sfor="([^"]+)"', guide)
    for words in re.findall(r'\saria-describedby="([^"]+)"', guide):
        named += words.split()
    assert len(named) > 20
    assert [name for name in named if name not in ids] == []


def test_every_link_within_the_page_finds_its_place(guide):
    targets = set(re.findall(r'href="#([^"]+)"', guide))
    assert len(targets) > 15
    assert targets - set(re.findall(r'\sid="([^"]+)"', guide)) == set()


def test_every_style_sheet_is_linked_and_exists():
    linked = set(re.findall(r"'(css/[^']+)'", (COMPONENTS / "_styles.html").read_text()))
    present = {
        f"css/{path.relative_to(CSS)}"
        for path in [*CSS.glob("*.css"), *CSS.glob("components/*.css")]
    }
    assert len(linked) > 15
    assert present - linked == {"css/components/styleguide.css"}
    assert linked - present == set()


def test_colours_are_written_in_the_tokens_alone():
    sheets = [*CSS.glob("[cp]*/*.css"), CSS / "base.css", CSS / "layout.css"]
    assert len(sheets) > 15
    raw = {path.name for path in sheets if re.search(r"#[0-9a-f]{3,8}\b|rgba?\(", path.read_text())}
    assert raw == set()


def test_the_night_values_are_the_same_by_system_and_by_choice():
    tokens = (CSS / "tokens.css").read_text()
    by_system = re.search(r'not\(\[data-bs-theme="light"\]\) \{(.*?)\}', tokens, re.DOTALL).group(1)
    by_choice = re.search(r'data-bs-theme="dark"\] \{(.*?)\}', tokens, re.DOTALL).group(1)
    assert by_system.count("--") > 30
    assert by_system.split() == by_choice.split()


def luminance(colour):
    """Relative luminance of #rrggbb as WCAG 2.2 defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("theme", [r":root \{(.*?)\}", r'data-bs-theme="dark"\] \{(.*?)\}'])
@pytest.mark.parametrize(
    ("ink", "paper"),
    [
        ("text", "paper"),
        ("muted", "paper"),
        ("muted", "sunken"),
        ("ink", "ink-soft"),
        ("accent", "paper"),
        ("accent-hover", "accent-soft"),
        ("on-accent", "accent"),
        ("alert", "alert-soft"),
        ("on-ink", "ink"),
        ("bar-muted", "bar"),
        ("bar-muted", "bar-deep"),
    ],
)
def test_text_stands_out_from_its_ground(theme, ink, paper):
    block = re.search(theme, (CSS / "tokens.css").read_text(), re.DOTALL).group(1)
    values = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", block))
    dark, light = sorted([luminance(values[ink]), luminance(values[paper])])
    assert (light + 0.05) / (dark + 0.05) >= 4.5


@pytest.mark.parametrize(
    ("amount", "chinese", "english"),
    [
        ("13691000000", "136.91亿元", "CNY 13.691 billion"),
        ("250000000", "2.5亿元", "CNY 250 million"),
        ("99999999", "1亿元", "CNY 100 million"),
        ("99994999", "9,999.5万元", "CNY 99.99 million"),
        ("999999999", "10亿元", "CNY 1 billion"),
        ("10000", "1万元", "CNY 10,000"),
        ("12345.6", "1.23万元", "CNY 12,345.6"),
        ("800", "800元", "CNY 800"),
        ("0", "0元", "CNY 0"),
        ("-32500000", "-3,250万元", "CNY -32.5 million"),
    ],
)
def test_money_is_written_as_officials_write_it(amount, chinese, english):
    assert money(Decimal(amount)) == chinese
    with override("en"):
        assert money(Decimal(amount)) == english


def test_unknown_money_is_not_zero():
    assert money(None) == "未填报"
    assert money_in(None, "yi") == "—"
    assert "0元" not in rendered("money", amount=None)
    assert "0元" in rendered("money", amount=Decimal(0))


def test_money_in_one_unit_keeps_two_decimals():
    assert money_in(Decimal("13691000000"), "yi") == "136.91"
    assert money_in(Decimal("120000000"), "wan") == "12,000.00"


@time_machine.travel(datetime(2026, 3, 10, 9, 0, tzinfo=SHANGHAI), tick=False)
def test_due_times_are_local_and_name_another_year():
    due = datetime(2026, 3, 12, 9, 30, tzinfo=ZoneInfo("UTC"))
    assert local_due(due) == "3月12日 17:30"
    assert local_due(due.replace(year=2027)) == "2027年3月12日 17:30"
    assert local_due(date(2026, 3, 12)) == "3月12日"
    assert local_due(None) == ""
    # 00:30 on New Year's Day in Shanghai is still the old year in UTC.
    assert local_due(datetime(2025, 12, 31, 16, 30, tzinfo=ZoneInfo("UTC"))) == "1月1日 00:30"


@pytest.mark.parametrize(
    ("context", "words", "state"),
    [
        ({"left": 2}, "剩 2 个工作日", "due--soon"),
        ({"left": 1}, "剩 1 个工作日", "due"),
        ({"left": 0}, "剩不足 1 个工作日", "due"),
        ({"left": -2, "overdue": True}, "逾期 2 个工作日", "due--over"),
        ({"left": 0, "overdue": True}, "逾期不足 1 个工作日", "due--over"),
        ({"left": None, "overdue": True}, "已逾期", "due--over"),
        ({"left": -3, "overdue": True, "done": True}, "已办结", "due--done"),
        ({"left": 30, "provisional": True}, "待国务院办公厅通知", "due__note"),
    ],
)
def test_the_due_clock_says_what_is_left(context, words, state):
    html = rendered("due_clock", due=datetime(2026, 3, 12, 17, 30, tzinfo=SHANGHAI), **context)
    assert words in html
    assert (state in html) is (context.get("left") != 2)


def test_the_due_clock_counts_nothing_once_done():
    due = datetime(2026, 3, 12, 17, 30, tzinfo=SHANGHAI)
    html = rendered("due_clock", due=due, left=-3, overdue=True, provisional=True, done=True)
    assert "逾期" not in html
    assert "国务院" not in html
    assert rendered("due_clock", due=None).count("未设期限") == 1


def test_every_light_has_a_shape_and_a_word_of_its_own():
    lights = [rendered("light", colour=c) for c in ("green", "blue", "yellow", "orange", "red", "")]
    shapes = {re.search(r'<(\w+) class="light__fill"([^/]*)/>', html).groups() for html in lights}
    words = {re.search(r'light__word">([^<]+)<', html).group(1) for html in lights}
    assert len(shapes) == len(words) == len(lights)


def test_a_wrong_field_ties_its_errors_to_its_input():
    form = SampleForm({"title": "", "kind": "other"})
    html = rendered("field", field=form["title"])
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="id_title_helptext id_title_error"' in html
    assert 'id="id_title_error"' in html
    assert "必填" in html
    group = rendered("field", field=form["kind"])
    assert group.startswith("<fieldset")
    assert 'aria-describedby="id_kind_error"' in group


def test_the_sentence_above_a_form_links_to_each_wrong_field():
    html = rendered("form_errors", form=SampleForm({"title": "", "kind": "other"}))
    assert "有 4 处需要修改" in html
    links = re.findall(r'href="#([^"]+)"', html)
    assert links == ["id_title", "id_kind_group", "id_description", "id_consent"]
    assert rendered("form_errors", form=SampleForm()) == ""


def test_what_people_wrote_is_escaped():
    evil = "<script>alert(1)</script>"
    event = {
        "title": evil,
        "actor": evil,
        "body": evil,
        "at": datetime(2026, 3, 1, tzinfo=SHANGHAI),
    }
    file = {"name": evil, "url": "/f", "size": 1, "kind": evil}
    for html in (
        rendered("timeline", events=[event | {"files": [file]}]),
        rendered("badge", text=evil),
        rendered("light", colour="red", reason=evil),
        rendered("empty", title=evil, hint=evil),
        rendered("confirm", what=evil, told=[evil]),
        rendered("table", columns=[{"label": evil}], rows=[[evil]]),
        rendered("messages", messages=[evil]),
    ):
        assert "&lt;script&gt;" in html
        assert "<script>" not in html


def test_numeric_columns_are_right_aligned():
    columns = [{"label": "a"}, {"label": "b", "numeric": True}, {"label": "c"}]
    html = rendered("table", columns=columns, rows=[["x", "1", "y"]])
    assert '<td class="num">1</td>' in html
    assert "<td>y</td>" in html


def test_only_the_current_stage_is_announced_as_current():
    stages = [
        {"label": str(n), "state": state} for n, state in enumerate(["done", "current", "beside"])
    ]
    assert rendered("stage_bar", stages=stages).count('aria-current="step"') == 1


@pytest.mark.parametrize("code", ["400", "403", "403_csrf", "404", "409", "500"])
def test_error_pages_stand_without_a_request(code):
    html = get_template(f"{code}.html").render()
    assert "<h1>" in html
    assert "stylesheet" in html


def test_magnitude_has_no_sign():
    assert [magnitude(number) for number in (-2, 0, 3)] == [2, 0, 3]
