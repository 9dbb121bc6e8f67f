"""Chinese text is divided into lines by its own rules."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from papers import faces, lines

ROOM = 12 * 16


def divided(text, room=ROOM):
    return [line.text for line in lines.divide(text, faces.FANGSONG, 16, room)]


@pytest.mark.parametrize("mark", "。，、；：！？）》”％")
def test_no_line_begins_with_a_closing_mark(mark):
    found = divided("督" * 12 + mark + "办" * 5)
    assert found == ["督" * 11, "督" + mark + "办" * 5]


@pytest.mark.parametrize("mark", "（《“〔")
def test_no_line_ends_with_an_opening_mark(mark):
    assert divided("督" * 11 + mark + "办" * 5) == ["督" * 11, mark + "办" * 5]


@pytest.mark.parametrize("word", ["1,234.56", "96.5%", "HG-2026-0412", "3.5"])
def test_figures_and_words_stay_whole(word):
    for before in range(13):
        found = divided("督" * before + word + "万元以内")
        assert sum(word in line for line in found) == 1


def test_a_word_longer_than_a_line_is_cut():
    address = "https://" + "a" * 80
    assert "".join(divided(address)) == address


@settings(max_examples=200, deadline=None)
@given(st.text("督办。，（）《》“”…—1234.%ab ", max_size=80))
def test_nothing_is_lost_and_every_line_fits(text):
    found = lines.divide(text, faces.FANGSONG, 16, ROOM)
    assert "".join(line.text for line in found).replace(" ", "") == text.replace(" ", "")
    for line in found:
        assert faces.width(line.text.strip(), faces.FANGSONG, 16) <= ROOM + 0.01
