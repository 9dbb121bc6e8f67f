"""A full date is a day; anything less is kept as written."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledgers.dates import DateError, Day, read_date
from ledgers.wording import MAX_TEXT

FULL = """
2026-03-12|2026-3-12|2026/3/12|2026.3.12|2026.03.12|2026年3月12日|2026年03月12号|2026年3月12|20260312
２０２６－０３－１２|２０２６年３月１２日|2026 年 3 月 12 日|2026–03–12|2026-03-12 00:00:00
2026-03-12T08:30
"""
UNKNOWN = """
2019-10|2021-09|month 3 (year removed)|11-30 (year not given)|2019-05 (5·18经洽会)
2020-08 (10月投产)
2020-03 (reported 03-04)|2020Q3|2026年三季度|年内|待定|2026|2026年|2026年3月|3月12日
26-03-12|12/3/2026|—
2026.3-12|2026-03-12至2026-04-01|2026-03-12前|二〇二六年三月十二日
"""
NO_DAY = """
2026-02-30|2026-13-01|2026-00-10|2026年2月29日|2026/4/31|20261301|20260230|2026-3-123|99999999999-1-1
20262-03-12|202-03-40
"""


def cases(text):
    return text.strip().replace("\n", "|").split("|")


@pytest.mark.parametrize("text", cases(FULL))
def test_full_dates(text):
    assert read_date(text) == Day(date(2026, 3, 12), text)


@pytest.mark.parametrize("text", cases(UNKNOWN))
def test_less_than_a_full_date_is_unknown_and_kept_as_written(text):
    assert read_date(text) == Day(None, text)


@pytest.mark.parametrize("text", cases(NO_DAY))
def test_a_full_date_that_is_none_is_refused(text):
    with pytest.raises(DateError) as refused:
        read_date(text)
    assert text in str(refused.value)


@pytest.mark.parametrize("text", ["1948-12-31", "2101-01-01", "0226-03-12", "12340101"])
def test_years_outside_a_projects_life_are_refused(text):
    with pytest.raises(DateError, match="1949年至2100年"):
        read_date(text)


def test_the_first_and_the_last_day():
    assert read_date("1949-01-01").day == date(1949, 1, 1)
    assert read_date("2100年12月31日").day == date(2100, 12, 31)


@pytest.mark.parametrize("text", [None, "", " \u3000", "\x00"])
def test_nothing_typed(text):
    assert read_date(text) == Day(None, "")


def test_a_long_text_is_refused():
    assert read_date("年" * MAX_TEXT).text == "年" * MAX_TEXT
    with pytest.raises(DateError, match="60个字"):
        read_date("年" * (MAX_TEXT + 1))


@given(
    st.dates(date(1949, 1, 1), date(2100, 12, 31)),
    st.sampled_from(["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d"]),
)
def test_every_day_is_read_back(day, form):
    assert read_date(day.strftime(form)).day == day


@given(st.text(max_size=MAX_TEXT))
def test_any_text_is_read_or_refused(text):
    try:
        read = read_date(text)
    except DateError:
        return
    assert isinstance(read.day, date | None)
