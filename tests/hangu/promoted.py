"""The sample with its promotion work, and the figures the district publishes of it."""

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from accounts.models import User
from hangu.sample import load
from hangu.sample.almanac import Almanac
from investment import funnel
from worktime.services import current_calendar

SHANGHAI = ZoneInfo("Asia/Shanghai")
ANCHOR = datetime(2026, 11, 26, 10, 0, tzinfo=SHANGHAI)
TODAY = ANCHOR.date()
# The days of test_sample_projects.py, where all of this is loaded too, and one in spring.
ANCHORS = [
    datetime(2025, 10, 8, 12, 0, tzinfo=SHANGHAI),
    datetime(2026, 3, 12, 9, 30, tzinfo=SHANGHAI),
    datetime(2027, 1, 4, 8, 0, tzinfo=SHANGHAI),
]
PUBLISHED = Decimal(13_691_000_000)


def tell(anchor):
    """Promotion work with the projects it led to; of their reports the last months will do."""
    since = Almanac(current_calendar(), anchor).back(2)
    load.load(anchor=anchor, choose=lambda story: False, since=since)


def promoter():
    return User.objects.get(username="promoter")


def published(year=2023):
    return funnel.year_figures(promoter(), year)


def shown(year=2023):
    """The four figures the district publishes."""
    found = published(year)
    deals = found["deals"]
    return found["trips"], found["prospects"], deals["count"], deals["amount"]
