from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from worktime import announced
from worktime.calendars import WorkCalendar

SHANGHAI = ZoneInfo("Asia/Shanghai")
OFFICE = ((510, 720), (840, 1050))  # 08:30-12:00, 14:00-17:30: 420 minutes
WEEKDAYS = (OFFICE,) * 5 + ((), ())


def at(text):
    """ "2026-02-12 09:00" in Shanghai."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def calendar_of(*years, weekly=WEEKDAYS, **changes):
    days = [ruled for year in years for ruled in announced.days_of(year)]
    given = {
        "tz": SHANGHAI,
        "weekly": weekly,
        "holidays": frozenset(day for day, _, is_workday in days if not is_workday),
        "shifts": {day: None for day, _, is_workday in days if is_workday},
        "names": {day: name for day, name, _ in days},
        "announced": frozenset(years),
    }
    return WorkCalendar(**(given | changes))


def entry(day, name="元旦", off=True):
    return {"name": name, "date": day, "isOffDay": off}


def notice(year=2027, days=None, papers=("https://www.gov.cn/2027.htm",)):
    days = [entry(f"{year}-01-01"), entry(f"{year}-01-04")] if days is None else days
    return {"year": year, "papers": list(papers), "days": days}


@pytest.fixture
def cn2026():
    return calendar_of(2026)
