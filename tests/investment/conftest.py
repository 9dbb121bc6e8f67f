"""The people and the builder of the tests of promotion work."""

import pytest

from tests.investment.pipeline import Pipeline


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def second(person):
    """A promoter who recognises what the other entered."""
    return person("second", "promoter")


@pytest.fixture
def pipeline(promoter, second, planner, leader):
    """pipeline.prospect(), pipeline.deal(wan(5000)), pipeline.money(deal, wan(300))."""
    people = {"promoter": promoter, "second": second, "planner": planner, "leader": leader}
    return Pipeline(people)
