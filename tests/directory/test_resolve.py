"""Which enterprise is meant by what somebody wrote."""

import pytest

from directory.models import Enterprise

pytestmark = pytest.mark.django_db


def test_a_number_means_a_row_only_where_numbers_may_be_used(firm):
    assert Enterprise.objects.resolve(firm.pk) is None
    assert Enterprise.objects.resolve(str(firm.pk)) is None
    assert Enterprise.objects.resolve(firm.pk, by_number=True) == firm
    assert Enterprise.objects.resolve(firm.pk + 1, by_number=True) is None


def test_a_name_of_digits_is_a_name_like_others():
    named = Enterprise.objects.create(name="3602")
    assert Enterprise.objects.resolve("3602") == named


def test_names_and_codes_are_understood_everywhere(firm):
    firm.uscc = "91130200000000000X"
    firm.save()
    for given in (f" {firm.name}", firm.uscc.lower()):
        assert Enterprise.objects.resolve(given) == firm
        assert Enterprise.objects.resolve(given, by_number=True) == firm


def test_two_of_one_name_are_nobody(firm):
    Enterprise.objects.create(name=f"{firm.name} ")
    assert Enterprise.objects.resolve(firm.name) is None
    assert Enterprise.objects.resolve("") is None
