"""The State Council's notices on rest days and make-up workdays, retyped; what a new database
starts with.

Per year the addresses of the notices, then per holiday its rest days (`first..last`) and make-up
workdays (`+day`). A day without a year lies in the notice's own year; a notice may also rule days
of the December before. Sources: 国务院办公厅关于部分节假日安排的通知, one for each year;
2019 and 2020 were amended once (劳动节; 春节 prolonged).
"""

from datetime import date, time, timedelta

NOTICES = {
    2019: (
        (
            "http://www.gov.cn/zhengce/zhengceku/2018-12/06/content_5346276.htm",
            "http://www.gov.cn/zhengce/zhengceku/2019-03/22/content_5375877.htm",
        ),
        {
            "元旦": "2018-12-30..2019-01-01 +2018-12-29",
            "春节": "02-04..02-10 +02-02 +02-03",
            "清明节": "04-05",
            "劳动节": "05-01..05-04 +04-28 +05-05",
            "端午节": "06-07",
            "中秋节": "09-13",
            "国庆节": "10-01..10-07 +09-29 +10-12",
        },
    ),
    2020: (
        (
            "http://www.gov.cn/zhengce/zhengceku/2019-11/21/content_5454164.htm",
            "http://www.gov.cn/zhengce/zhengceku/2020-01/27/content_5472352.htm",
        ),
        {
            "元旦": "01-01",
            "春节": "01-24..02-02 +01-19 +02-03",
            "清明节": "04-04..04-06",
            "劳动节": "05-01..05-05 +04-26 +05-09",
            "端午节": "06-25..06-27 +06-28",
            "国庆节、中秋节": "10-01..10-08 +09-27 +10-10",
        },
    ),
    2021: (
        ("http://www.gov.cn/zhengce/zhengceku/2020-11/25/content_5564127.htm",),
        {
            "元旦": "01-01..01-03",
            "春节": "02-11..02-17 +02-07 +02-20",
            "清明节": "04-03..04-05",
            "劳动节": "05-01..05-05 +04-25 +05-08",
            "端午节": "06-12..06-14",
            "中秋节": "09-19..09-21 +09-18",
            "国庆节": "10-01..10-07 +09-26 +10-09",
        },
    ),
    2022: (
        ("http://www.gov.cn/zhengce/zhengceku/2021-10/25/content_5644835.htm",),
        {
            "元旦": "01-01..01-03",
            "春节": "01-31..02-06 +01-29 +01-30",
            "清明节": "04-03..04-05 +04-02",
            "劳动节": "04-30..05-04 +04-24 +05-07",
            "端午节": "06-03..06-05",
            "中秋节": "09-10..09-12",
            "国庆节": "10-01..10-07 +10-08 +10-09",
        },
    ),
    2023: (
        ("http://www.gov.cn/zhengce/zhengceku/2022-12/08/content_5730844.htm",),
        {
            "元旦": "2022-12-31..2023-01-02",
            "春节": "01-21..01-27 +01-28 +01-29",
            "清明节": "04-05",
            "劳动节": "04-29..05-03 +04-23 +05-06",
            "端午节": "06-22..06-24 +06-25",
            "中秋节、国庆节": "09-29..10-06 +10-07 +10-08",
        },
    ),
    2024: (
        ("https://www.gov.cn/zhengce/zhengceku/202310/content_6911528.htm",),
        {
            "元旦": "01-01",
            "春节": "02-10..02-17 +02-04 +02-18",
            "清明节": "04-04..04-06 +04-07",
            "劳动节": "05-01..05-05 +04-28 +05-11",
            "端午节": "06-10",
            "中秋节": "09-15..09-17 +09-14",
            "国庆节": "10-01..10-07 +09-29 +10-12",
        },
    ),
    2025: (
        ("https://www.gov.cn/zhengce/zhengceku/202411/content_6986383.htm",),
        {
            "元旦": "01-01",
            "春节": "01-28..02-04 +01-26 +02-08",
            "清明节": "04-04..04-06",
            "劳动节": "05-01..05-05 +04-27",
            "端午节": "05-31..06-02",
            "国庆节、中秋节": "10-01..10-08 +09-28 +10-11",
        },
    ),
    2026: (
        ("https://www.gov.cn/zhengce/zhengceku/202511/content_7047091.htm",),
        {
            "元旦": "01-01..01-03 +01-04",
            "春节": "02-15..02-23 +02-14 +02-28",
            "清明节": "04-04..04-06",
            "劳动节": "05-01..05-05 +05-09",
            "端午节": "06-19..06-21",
            "中秋节": "09-25..09-27",
            "国庆节": "10-01..10-07 +09-20 +10-10",
        },
    ),
}

HOURS = {
    "name": "全年作息",
    "am_start": time(8, 30),
    "am_end": time(12, 0),
    "pm_start": time(14, 0),
    "pm_end": time(17, 30),
    "valid_from": date(2000, 1, 1),
}


def papers_of(year):
    return list(NOTICES[year][0])


def days_of(year):
    """[(date, name, is_workday)] of the year's notice, by date."""
    days = []
    for name, ruled in NOTICES[year][1].items():
        for word in ruled.split():
            first, _, last = word.removeprefix("+").partition("..")
            days += [
                (day, name, word.startswith("+")) for day in _range(year, first, last or first)
            ]
    return sorted(days)


def _range(year, first, last):
    day, last = _day(year, first), _day(year, last)
    while day <= last:
        yield day
        day += timedelta(days=1)


def _day(year, text):
    return date.fromisoformat(text if len(text) == 10 else f"{year}-{text}")


def seed(apps, years):
    """Fill an empty database; `apps` is Django's registry or a migration's."""
    year_model = apps.get_model("worktime", "CalendarYear")
    day_model = apps.get_model("worktime", "CalendarDay")
    for number in years:
        year = year_model.objects.create(year=number, papers=papers_of(number), version=1)
        day_model.objects.bulk_create(
            day_model(date=day, name=name, is_workday=is_workday, year=year)
            for day, name, is_workday in days_of(number)
        )
    apps.get_model("worktime", "WorkHours").objects.create(**HOURS)
    apps.get_model("worktime", "CalendarChange").objects.create(diff={"initial": list(years)})
