"""统一社会信用代码 by GB 32100-2015, and names that mean the same firm."""

import pytest
from django.core.exceptions import ValidationError

from directory.models import Enterprise
from directory.uscc import ALPHABET, check_character, is_valid

# Published codes of well-known companies.
REAL = ["9144030071526726XG", "914403001922038216", "91110000802100433B", "91330100799655058B"]


@pytest.mark.parametrize("code", REAL)
def test_real_codes_hold(code):
    assert is_valid(code)
    assert check_character(code[:17]) == code[17]


@pytest.mark.parametrize("code", REAL)
def test_any_single_slip_is_noticed(code):
    for place in range(18):
        for other in ALPHABET.replace(code[place], ""):
            assert not is_valid(code[:place] + other + code[place + 1 :])


@pytest.mark.parametrize("code", ["", "91440300715267", "9144030071526726Xg", "9144030071526726IG"])
def test_what_is_no_code(code):
    assert not is_valid(code)


@pytest.mark.parametrize(
    ("code", "word"), [("9144030071526726X", "18位"), ("9144030071526726XH", "校验位")]
)
def test_an_enterprise_with_a_wrong_code_is_told_which_fault(db, code, word):
    with pytest.raises(ValidationError) as refused:
        Enterprise(name="示例公司", uscc=code).full_clean()
    assert word in refused.value.message_dict["uscc"][0]


def test_a_code_typed_in_small_letters_is_kept_in_capitals(db):
    firm = Enterprise(name="示例公司", uscc=" 9144030071526726xg ")
    firm.clean()
    assert firm.uscc == REAL[0]


@pytest.mark.parametrize(
    "written", ["示例（汉沽）公司", "示例(汉沽)公司", "示例 （汉沽） 公司", " 示例汉沽公司 "]
)
def test_a_firm_is_found_however_its_name_is_written(db, written):
    firm = Enterprise.objects.create(name="示例（汉沽）公司", uscc=REAL[0])
    assert Enterprise.objects.resolve(written) == firm
    assert Enterprise.objects.resolve(REAL[0].lower()) == firm


def test_two_firms_of_one_name_are_not_guessed(db):
    for _ in range(2):
        Enterprise.objects.create(name="示例公司")
    assert Enterprise.objects.resolve("示例公司") is None
