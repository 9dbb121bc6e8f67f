"""Amounts are read exactly or not at all; what is uncertain is kept as written."""

from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from ledgers.money import (
    LIMIT,
    SCALES,
    UNITS,
    Amount,
    AmountError,
    read_amount,
    remark_of,
    show_both,
    write_amount,
)
from ledgers.wording import MAX_TEXT

fen = st.integers(0, LIMIT * 100 - 1)
amounts = fen.map(lambda number: Decimal(number).scaleb(-2))

EXACT = {
    "20.8亿元": "2080000000",
    "4150万元": "41500000",
    "25.5亿": "2550000000",
    "2.1亿元(概算)": "210000000",
    "2.1亿元（概算）": "210000000",
    "2.1亿元（概算）（二期）": "210000000",
    "2.1亿元（其中固投1.2亿元）": "210000000",
    "1.2亿元（2024）": "120000000",
    "208,000万元": "2080000000",
    "208，000万元": "2080000000",
    "２０８，０００．５万元": "2080005000",
    "208 000 万元": "2080000000",
    "1 234 567.89元": "1234567.89",
    "1,234,567.89元": "1234567.89",
    "1亿2000万元": "120000000",
    "1亿 2,000 万元": "120000000",
    "1亿2000万5千元": "120005000",
    "3万亿元": "3000000000000",
    "5百万元": "5000000",
    "5百万": "5000000",
    "2千万元": "20000000",
    "800千元": "800000",
    "800元": "800",
    "800圆整": "800",
    "3億圓": "300000000",
    "¥3,000万元": "30000000",
    "￥3,000万": "30000000",
    "RMB 3亿": "300000000",
    "cny3亿元": "300000000",
    "人民币3亿元整": "300000000",
    "3亿元人民币": "300000000",
    "3000(万元)": "30000000",
    "+5万元": "50000",
    "0": "0",
    "0元": "0",
    "2.08 billion yuan": "2080000000",
    "CNY 41.5 million": "41500000",
    "800 yuan": "800",
    "20.8亿元（208,000万元）": "2080000000",
}
UNKNOWN = """
约300亿元|300亿元左右|近3亿|近150亿元|3亿余元|10多亿元|30余亿元|300多万元|超过5亿|5亿以上|5亿元以上（含5亿）
3-5亿元|3～5亿元|3至5亿元|3亿元—5亿元|3,000-5,000万元|不足1亿|待定|未定|未知|另行确定|不详|—|——|-|…|/
数亿元|上亿元|几千万元|约三亿元|约1亿2000万元|约人民币3亿元|≥5亿|>5亿元|≈3亿|3亿+|3亿元起|大约２亿元
预计3亿元|暂定3亿元|待定（一期3亿元）|3亿元（约）|3亿元（待核实）|about 300 million yuan
more than 5亿|TBD|n/a
"""
REFUSED = """
12O00万元|约3OO亿元|abc|1.2.3|1,23|12,34,567|1,2345|0,123|1 23|12 3456|1234,567|,123|5.|.5亿|三亿元
十亿|无|1亿2000|1亿20000万元|1.5亿2000万|1万2亿|1亿1亿|2026-03-12|2026年|3--5|（5万元）|5万元（|5%|20.8①|20.8亿②元|208000²
约1,23亿元|约|左右|多|元|万元|3人民币5|人民币三亿元|²亿|٣亿|--5万
一期3亿二期2亿|3亿、5亿
"""


def cases(text):
    return text.strip().replace("\n", "|").split("|")


@pytest.mark.parametrize("text", EXACT)
def test_amounts(text):
    assert read_amount(text) == Amount(Decimal(EXACT[text]), text)


@pytest.mark.parametrize("text", cases(UNKNOWN))
def test_uncertain_amounts_are_unknown_and_kept_as_written(text):
    assert read_amount(text) == Amount(None, text)


@pytest.mark.parametrize("text", cases(REFUSED))
def test_anything_else_is_refused_with_how_to_write_it(text):
    with pytest.raises(AmountError) as refused:
        read_amount(text)
    sentence = str(refused.value)
    assert text in sentence
    assert all(words in sentence for words in ("208,000万元", "约3亿元", "待定"))


@pytest.mark.parametrize("text", [None, "", "  \u3000\n", "\x00\u200b"])
def test_nothing_typed(text):
    assert read_amount(text) == Amount(None, "")


@pytest.mark.parametrize(("unit", "yuan"), [("yuan", 3), ("wan", 30_000), ("yi", 300_000_000)])
def test_a_bare_number_takes_the_unit_of_its_field(unit, yuan):
    assert read_amount("3", unit).yuan == yuan
    assert read_amount("3亿元", unit).yuan == 300_000_000


@pytest.mark.parametrize("text", ["¥800", "800 RMB", "人民币800"])
def test_a_currency_is_no_unit_of_a_field_in_wan(text):
    assert read_amount(text, "yuan").yuan == 800
    with pytest.raises(AmountError, match="补上单位"):
        read_amount(text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("0.001元", "精确到分"),
        ("0.0000001万元", "精确到分"),
        ("1.00000000000000000000000000000000001亿元", "精确到分"),
        ("10000000亿元", "检查单位"),
        ("1,000,000,000,000,000元", "检查单位"),
        ("9" * 50, "检查单位"),
        ("5000万美元", "折合成人民币"),
        ("$500万", "折合成人民币"),
        ("5万元（美元）", "折合成人民币"),
        ("20.8亿元（2,080万元）", "不一致"),
        ("-5万元", "不能为负"),
        ("-¥5万元", "不能为负"),
        ("约" * (MAX_TEXT + 1), "不能超过60个字"),
    ],
)
def test_each_refusal_names_its_reason(text, why):
    with pytest.raises(AmountError, match=why):
        read_amount(text)


@pytest.mark.parametrize("text", ["-5万元", "−5万元", "－5万元", "¥-5万元", "-50,000元"])
def test_negative_where_it_is_allowed(text):
    assert read_amount(text, negative=True).yuan == -50_000


def test_the_largest_and_the_smallest():
    assert read_amount("999,999,999,999,999.99元").yuan == LIMIT - Decimal("0.01")
    assert read_amount("0.01元").yuan == Decimal("0.01")


def test_what_is_kept_is_tidy():
    assert read_amount("\u200b 约\t3亿元\n左右\x00 ").text == "约 3亿元 左右"


@pytest.mark.parametrize("text", ["千万" * 30, "1千" * 30, "约" * 59 + "x", "1" * 59 + "x"])
def test_nonsense_is_given_up_without_long_trying(text):
    with pytest.raises(AmountError):
        read_amount(text)


def test_a_float_is_no_amount():
    with pytest.raises(TypeError):
        read_amount(0.1)


@given(amounts, st.sampled_from(list(UNITS)), st.sampled_from(["zh-hans", "en"]))
def test_what_is_written_into_a_field_is_read_back(yuan, unit, language):
    with translation.override(language):
        assert read_amount(write_amount(yuan), unit).yuan == yuan
        assert read_amount(write_amount(-yuan), unit, negative=True).yuan == -yuan


@given(amounts)
def test_what_is_shown_is_read_back(yuan):
    with translation.override("zh-hans"):
        assert read_amount(show_both(yuan)).yuan == yuan


@given(st.integers(0, 10**12), st.sampled_from([unit for unit in SCALES if unit]))
def test_separators_and_scales_change_nothing(number, scale):
    if number * SCALES[scale] < LIMIT:
        spaced = f"{number:,}".replace(",", " ")
        texts = {f"{number}{scale}", f"{number:,}{scale}元", f"{spaced} {scale} 元"}
        assert {read_amount(text).yuan for text in texts} == {number * SCALES[scale]}


@given(st.text(max_size=MAX_TEXT))
def test_any_text_is_read_or_refused(text):
    try:
        amount = read_amount(text, negative=True)
    except AmountError:
        return
    assert isinstance(amount.yuan, Decimal | None)


def test_remarks():
    assert remark_of("2.1亿元（概算）") == "概算"
    assert remark_of("2.1亿元") == remark_of("3000(万元)") == ""


@pytest.mark.parametrize(
    ("yuan", "shown", "english"),
    [
        ("2080000000.00", "20.8亿元（208,000万元）", "CNY 2.08 billion"),
        ("41500000.00", "4,150万元（0.415亿元）", "CNY 41.5 million"),
        ("12345678.90", "1,234.56789万元（0.123456789亿元）", "CNY 12.3456789 million"),
        ("99999999.99", "9,999.999999万元（0.9999999999亿元）", "CNY 99.99999999 million"),
        ("800", "800元（0.08万元）", "CNY 800"),
        ("-41500000", "-4,150万元（-0.415亿元）", "CNY -41.5 million"),
        ("0.00", "0元", "CNY 0"),
    ],
)
def test_shown_in_both_units(yuan, shown, english):
    assert show_both(Decimal(yuan)) == shown
    with translation.override("en"):
        assert show_both(Decimal(yuan)).startswith(english)


def test_unknown_is_said_never_zero():
    assert show_both(None) == "未填报"
