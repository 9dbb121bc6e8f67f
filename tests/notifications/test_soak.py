"""The small twin of make soak: real processes, killed at random, on the database of the tests."""

import random

import pytest

from bench.soak import killed


@pytest.mark.parametrize(("number", "kills"), [(300, 5), (150, 0)])
def test_killed_at_random_nothing_is_lost_and_copies_are_few(number, kills):
    found, wrong = killed(
        number,
        kills,
        dispatchers=2,
        sweepers=2,
        chance=random.Random(6),
        pause=0.5,
        seconds=120,
    )
    assert wrong == [], found
    assert sum(found["kills"].values()) == kills
