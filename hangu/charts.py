"""The charts the style guide shows, one of each kind, as components/_chart.html takes them."""

from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext, pgettext

NOT_FILLED_IN = "—"


def samples():
    """[(state in words, context), …]"""
    charts = [investment(), schedule(), bars(), bars(horizontal=True)]
    return [(chart["kind"], {"chart": chart}) for chart in charts]


def investment():
    months = [date_format(date(2026, month, 1), gettext("n月")) for month in range(1, 13)]
    plan = [1200, 3000, 6500, 11000, 16000, 21500, 27000, 32500, 38000, 43000, 47000, 50000]
    actual = [900, 2400, 6100, 11800, 17300, 22100, 26400, None, 36200, 40150, None, None]
    statistics = [None, 2100, 5600, 10900, 16200, 20800, 25100, 29700, 34000, 38600, None, None]
    month = [900, 1500, 3700, 5700, 5500, 4800, 4300, None, None, 3950, None, None]
    series = [
        (gettext("累计计划"), "line", "plan", plan),
        (gettext("累计完成（项目单位填报）"), "line", "actual", actual),
        (gettext("累计完成（统计入库）"), "line", "statistics", statistics),
        (gettext("当月完成"), "bar", "month", month),
    ]
    unit = gettext("万元")
    return {
        "id": "chart-investment",
        "kind": "investment",
        "title": gettext("2026年投资完成情况"),
        "summary": gettext("截至10月累计完成40,150万元，占年度计划的80.3%；8月未填报。"),
        "data": {
            "labels": months,
            "unit": unit,
            "series": [
                {"name": name, "shape": shape, "role": role, "values": values}
                for name, shape, role, values in series
            ],
        },
        "table": _table(gettext("月份"), months, unit, [(row[0], row[3]) for row in series]),
    }


def schedule():
    states = {
        "met": gettext("如期完成"),
        "late": gettext("逾期完成"),
        "open": gettext("未到期"),
        "overdue": gettext("逾期未完成"),
        "unknown": gettext("未定日期"),
    }
    rows = [
        (gettext("签订投资协议"), "2023-03-01", "2023-03-01", "2023-02-20", "met"),
        (gettext("用地批复"), "2023-09-30", "2024-03-31", "2024-03-15", "met"),
        (gettext("施工许可"), "2024-03-31", "2024-06-30", "2024-10-18", "late"),
        (gettext("主体结构封顶"), "2025-06-30", "2025-12-31", "2026-01-20", "late"),
        (gettext("消防和环保设施联合验收"), "2026-03-31", "2026-08-31", None, "overdue"),
        (gettext("试生产"), "2026-09-30", "2027-03-31", None, "open"),
        (gettext("达产达标"), None, None, None, "unknown"),
    ]
    names = {"original": gettext("原定"), "current": gettext("现定"), "actual": gettext("实际")}
    fields = ("label", "original", "current", "actual", "state")
    heads = [gettext("节点"), *names.values(), gettext("状态")]
    return {
        "id": "chart-schedule",
        "kind": "schedule",
        "title": gettext("关键节点"),
        "summary": gettext("7 个节点中 4 个已完成、1 个逾期；试生产时间比原定推迟 6 个月。"),
        "data": {
            "rows": [dict(zip(fields, row, strict=True)) for row in rows],
            "today": "2026-11-26",
            "names": names | {"today": gettext("今天")},
        },
        "table": {
            "columns": [{"label": label} for label in heads],
            "rows": [[*(day or NOT_FILLED_IN for day in row[:4]), states[row[4]]] for row in rows],
        },
    }


def bars(*, horizontal=False):
    labels = [
        gettext("用地规划许可"),
        gettext("工程规划许可"),
        gettext("施工许可"),
        gettext("环境影响评价"),
        gettext("竣工联合验收"),
    ]
    series = [
        (gettext("法定时限"), "plan", [20, 20, 7, 60, 15]),
        (gettext("平均用时"), "actual", [8.5, 6, 3.25, 22, None]),
        (gettext("本项目用时"), "statistics", [11, 5, 3, 31, None]),
    ]
    unit = pgettext("unit", "工作日")
    return {
        "id": "chart-bars-horizontal" if horizontal else "chart-bars",
        "kind": "bars",
        "title": gettext("审批用时"),
        "summary": gettext("本项目四项审批均在法定时限内办结，两项慢于平均。"),
        "data": {
            "labels": labels,
            "unit": unit,
            "horizontal": horizontal,
            "series": [
                {"name": name, "role": role, "values": values} for name, role, values in series
            ],
        },
        "table": _table(gettext("事项"), labels, unit, [(row[0], row[2]) for row in series]),
    }


def _table(first, labels, unit, series):
    heads = [{"label": name, "unit": unit, "numeric": True} for name, _values in series]
    cells = [[_figure(value) for value in values] for _name, values in series]
    return {
        "columns": [{"label": first}, *heads],
        "rows": [list(row) for row in zip(labels, *cells, strict=True)],
    }


def _figure(value):
    return NOT_FILLED_IN if value is None else f"{value:,}"
