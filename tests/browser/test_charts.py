"""The charts of the style guide in Chromium, under the portal's own Content Security Policy."""

from urllib.parse import urlsplit

import pytest

pytestmark = pytest.mark.browser
CHARTS = "figure.chart"
FILLS = """figure => [...figure.querySelectorAll('svg [fill], svg [stroke]')]
    .map(mark => `${mark.getAttribute('fill')} ${mark.getAttribute('stroke')}`).join('|')"""


@pytest.fixture
def guide(someone):
    """guide(**options of the window): the opened style guide with every chart drawn."""

    def open_guide(**options):
        # Without movement the drawing is complete at once.
        person = someone(reduced_motion="reduce", **options)
        person.hosts = set()
        person.page.on("request", lambda asked: person.hosts.add(urlsplit(asked.url).netloc))
        person.go("/styleguide/")
        page = person.page
        page.wait_for_function(
            "() => document.querySelectorAll('.chart__canvas svg').length"
            " === document.querySelectorAll('.chart').length"
        )
        return person

    return open_guide


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("language", ["zh-CN", "en-US"])
def test_every_chart_is_drawn_and_its_table_is_within_reach(guide, portal, language, width):
    person = guide(locale=language, viewport={"width": width, "height": 900})
    page = person.page
    assert page.get_attribute("html", "lang") == language.removesuffix("-US")
    charts = page.locator(CHARTS).all()
    assert len(charts) == 4
    for chart in charts:
        canvas = chart.locator("[role=img]")
        assert canvas.get_attribute("aria-label")
        drawing = canvas.locator("svg")
        assert drawing.locator("path").count() > 10
        assert drawing.locator("text").count() > 10
        assert drawing.bounding_box()["width"] == pytest.approx(canvas.bounding_box()["width"], 1)
        table = chart.get_by_role("table")
        assert not table.is_visible()
        chart.locator("summary").press("Enter")
        assert table.is_visible()
        assert table.locator("tbody tr").count() >= 5
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert person.hosts == {urlsplit(portal.url).netloc}


def test_a_tooltip_is_drawn_without_inline_styles(guide):
    page = guide(viewport={"width": 1440, "height": 900}).page
    chart = page.locator("#chart-investment")
    canvas = chart.locator("[role=img]")
    assert canvas.get_by_text("32,500").count() == 0
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    # August is the eighth of twelve.
    page.mouse.move(box["x"] + box["width"] * 0.64, box["y"] + box["height"] * 0.6)
    canvas.get_by_text("32,500 万元").wait_for()


def test_a_chart_follows_the_theme_and_the_window_and_comes_with_a_swap(guide):
    page = guide(viewport={"width": 1440, "height": 900}, color_scheme="light").page
    charts = page.locator(CHARTS).all()
    by_day = [chart.evaluate(FILLS) for chart in charts]
    page.emulate_media(color_scheme="dark")
    page.wait_for_timeout(300)
    by_night = [chart.evaluate(FILLS) for chart in charts]
    assert all(day != night for day, night in zip(by_day, by_night, strict=True))
    page.locator("[data-theme-switch] [value=light]").first.click()
    page.wait_for_timeout(300)
    assert [chart.evaluate(FILLS) for chart in charts] == by_day

    page.set_viewport_size({"width": 700, "height": 900})
    page.wait_for_timeout(500)
    for chart in charts:
        svg, canvas = chart.locator("svg"), chart.locator("[role=img]")
        assert svg.bounding_box()["width"] == canvas.bounding_box()["width"]

    page.locator("#chart-bars").evaluate("chart => chart.setAttribute('data-before', '')")
    page.evaluate(
        "htmx.ajax('GET', '/styleguide/', "
        "{target: '#chart-bars', select: '#chart-bars', swap: 'outerHTML'})"
    )
    page.locator("#chart-bars:not([data-before]) svg text").first.wait_for()
    assert not page.locator("#chart-bars table").is_visible()


def test_paper_gets_the_colours_of_the_day(guide):
    day = guide(viewport={"width": 1440, "height": 900}, color_scheme="light").page
    page = guide(viewport={"width": 1440, "height": 900}, color_scheme="dark").page
    chart = page.locator("#chart-bars")
    night, width = chart.evaluate(FILLS), chart.locator("svg").get_attribute("width")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    colours = set(day.locator("#chart-bars").evaluate(FILLS).split("|"))
    assert len(colours) > 5
    assert set(chart.evaluate(FILLS).split("|")) == colours
    assert int(chart.locator("svg").get_attribute("width")) < 700 < int(width)
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    page.wait_for_timeout(300)
    assert chart.evaluate(FILLS) == night
    assert chart.locator("svg").get_attribute("width") == width


def test_without_scripts_the_tables_say_it_all(someone):
    person = someone(java_script_enabled=False)
    person.go("/styleguide/")
    charts = person.page.locator(CHARTS).all()
    assert len(charts) == 4
    for chart in charts:
        assert chart.get_by_role("table").is_visible()
        assert not chart.locator(".chart__canvas").is_visible()
