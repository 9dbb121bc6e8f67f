"""Form fields of ledgers: saving what a field offered changes nothing."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone, translation
from django.utils.datastructures import MultiValueDict
from hypothesis import given
from hypothesis import strategies as st

from ledgers.dates import Day
from ledgers.fields import AmountField, DayField, FilesField
from ledgers.money import LIMIT, Amount

amounts = st.integers(0, LIMIT * 100 - 1).map(lambda number: Decimal(number).scaleb(-2))
YI = Decimal(100_000_000)


def error_of(field, value):
    with pytest.raises(forms.ValidationError) as refused:
        field.clean(value)
    return refused.value


def test_an_amount_is_cleaned_in_the_unit_of_the_field():
    assert AmountField().clean("208,000") == Amount(Decimal(2_080_000_000), "208,000")
    assert AmountField(unit="yuan").clean("208,000").yuan == 208_000
    assert AmountField().clean("约3亿元") == Amount(None, "约3亿元")
    assert AmountField(required=False).clean("") == Amount(None, "")


def test_an_amount_is_refused():
    assert error_of(AmountField(), "").code == "required"
    assert error_of(AmountField(), " \u200b").code == "required"
    assert "12O00万元" in error_of(AmountField(), "12O00万元").message
    assert "不能为负" in error_of(AmountField(), "-5").message
    assert AmountField(negative=True).clean("-5").yuan == -50_000
    assert error_of(AmountField(allow_unknown=False), "待定").code == "unknown"
    assert AmountField(allow_unknown=False, required=False).clean("").yuan is None


def test_bounds_bind_known_amounts_only():
    field = AmountField(min_yuan=Decimal(5_000_000), max_yuan=YI)
    assert error_of(field, "499.9999").messages == ["金额不能少于500万元。"]
    assert error_of(field, "1.01亿").messages == ["金额不能超过10,000万元。"]
    assert [field.clean(text).yuan for text in ("500", "1亿", "约2亿")] == [5_000_000, YI, None]


@pytest.mark.parametrize(
    ("initial", "shown"),
    [
        (Amount(Decimal("2080000000.00"), "20.8亿元"), "208,000万元"),
        (Amount(Decimal("2080000000.00"), ""), "208,000万元"),
        (Decimal("2080000000.00"), "208,000万元"),
        (Decimal("800.50"), "0.08005万元"),
        (0, "0万元"),
        (Amount(None, "约3亿元"), "约3亿元"),
        (Amount(None, ""), ""),
        (Amount(Decimal(210_000_000), "2.1亿元（概算）"), "2.1亿元（概算）"),
        # The row was changed elsewhere and the text left behind: the number counts.
        (Amount(Decimal(310_000_000), "2.1亿元（概算）"), "31,000万元"),
        ("12O00万元", "12O00万元"),
        (None, None),
    ],
)
def test_an_amount_is_offered_for_editing(initial, shown):
    assert AmountField().prepare_value(initial) == shown


@given(amounts, st.sampled_from(["yuan", "wan", "yi"]), st.sampled_from(["zh-hans", "en"]))
def test_saving_what_is_offered_changes_no_amount(yuan, unit, language):
    field = AmountField(unit=unit)
    with translation.override(language):
        offered = field.prepare_value(yuan)
        assert field.clean(offered).yuan == yuan
        assert not field.has_changed(yuan, offered)


def test_whether_an_amount_changed():
    changed = AmountField().has_changed
    known, rough = Amount(Decimal(210_000_000), "2.1亿元（概算）"), Amount(None, "约3亿元")
    assert not changed(known, "21,000 万元(概算)")
    assert not changed(YI, "1亿元")
    assert not changed(rough, "约３亿元")
    assert not changed(None, "")
    assert not changed(Amount(None, ""), None)
    assert changed(known, "2.1亿元（决算）")
    assert changed(known, "2.2亿元（概算）")
    assert changed(rough, "约4亿元")
    assert changed(rough, "")
    assert changed(None, "0")
    assert changed(YI, "1亿元元")
    assert not AmountField(disabled=True).has_changed(YI, "2亿")


def test_a_day_is_cleaned():
    assert DayField().clean("2026年3月12日") == Day(date(2026, 3, 12), "2026年3月12日")
    assert DayField().clean("2026年三季度") == Day(None, "2026年三季度")
    assert DayField(required=False).clean("") == Day(None, "")


def test_a_day_is_refused():
    assert error_of(DayField(), "").code == "required"
    assert "2026-02-30" in error_of(DayField(), "2026-02-30").message
    assert error_of(DayField(allow_unknown=False), "年内").code == "unknown"


def test_what_has_happened_was_not_tomorrow():
    field, today = DayField(future=False), timezone.localdate()
    assert field.clean(today.isoformat()).day == today
    late = error_of(field, (today + timedelta(days=1)).isoformat())
    assert late.messages == ["实际日期不能晚于今天。"]
    assert field.clean("明年").day is None


@pytest.mark.parametrize("field", [DayField(), DayField(allow_unknown=False)])
def test_a_day_is_offered_for_editing_and_unchanged(field):
    for initial in (date(2026, 3, 12), Day(date(2026, 3, 12), "2026.3.12")):
        assert field.prepare_value(initial) == "2026-03-12"
        assert not field.has_changed(initial, "2026-03-12")
        assert field.has_changed(initial, "2026-03-13")
        assert field.has_changed(initial, "2026-02-30")
    assert field.prepare_value(Day(None, "年内")) == "年内"
    assert not field.has_changed(Day(None, "年内"), " 年内 ")
    assert not field.has_changed(None, "")
    assert field.has_changed(Day(None, "年内"), "2026-03-12")


class Sheet(forms.Form):
    cost = AmountField(label="总投资")
    began = DayField(allow_unknown=False, required=False)
    finish = DayField(required=False)
    proof = FilesField(required=False)


def test_a_form_shows_rows_and_gives_back_what_was_typed():
    fresh = Sheet(initial={"cost": Amount(YI, "1亿"), "finish": Day(None, "年内")})
    page = fresh.as_p()
    assert 'value="10,000万元"' in page
    assert 'value="年内"' in page
    assert 'type="date"' in page
    assert "不写单位的按万元计" in page
    typed = Sheet({"cost": "12O00万元", "finish": "2026-02-30"})
    assert set(typed.errors) == {"cost", "finish"}
    assert 'value="12O00万元"' in typed.as_p()


def test_a_form_knows_what_changed():
    initial = {"cost": YI, "began": date(2026, 3, 12), "finish": Day(None, "年内")}
    same = {"cost": "1亿元", "began": "2026-03-12", "finish": "年内"}
    assert Sheet(same, initial=initial).changed_data == []
    assert Sheet(same | {"finish": "明年"}, initial=initial).changed_data == ["finish"]


def test_several_files_and_their_refusals():
    good = [SimpleUploadedFile(name, b"%PDF-1") for name in ("a.pdf", "b.pdf")]
    form = Sheet({"cost": "待定"}, MultiValueDict({"proof": good}))
    assert form.is_valid()
    assert [upload.name for upload in form.cleaned_data["proof"]] == ["a.pdf", "b.pdf"]
    assert form.changed_data == ["cost", "proof"]
    bad = MultiValueDict({"proof": [SimpleUploadedFile("a.exe", b"MZ")]})
    assert "a.exe" in Sheet({"cost": "待定"}, bad).errors["proof"][0]


def test_no_file():
    assert FilesField(required=False).clean([]) == []
    assert not FilesField().has_changed(None, [])
    assert error_of(FilesField(), []).code == "required"
