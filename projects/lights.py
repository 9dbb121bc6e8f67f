"""Why a project shows which light: a pure interpreter over rules that are rows.

Each dimension is measured (落后百分点, 与序时之比, months, working days), compared exactly with
the thresholds in force, and the worst dimension gives the light. White: nothing is due yet; grey:
停缓建. Default thresholds: practice of Yinchuan (points) and Wuhan (ratio); silence is
never green: a missing report turns yellow, then red.
"""

import calendar
import operator
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from django.utils import formats
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from projects import choices, figures, stages

GREEN, YELLOW, RED, WHITE, GREY = "green", "yellow", "red", "white", "grey"
WORSE = {GREEN: 0, YELLOW: 1, RED: 2}
COMPARE = {"lt": operator.lt, "le": operator.le, "gt": operator.gt, "ge": operator.ge}
ORDER = [code for code, _label in choices.DIMENSION]


@dataclass(frozen=True)
class Inputs:
    """What a light is judged by on `day`. Amounts in yuan; `months` is the last month of the year
    judged with a counting report (1–12), or None; `missing` counts the months whose report was due
    and is not sent; `late_workdays` is the longest delay of an approval.
    """

    day: date
    stage: str
    months: int | None = None
    done: Decimal | None = None
    plan: Decimal | None = None
    own_plan: Decimal | None = None
    start_due: date | None = None
    started_on: date | None = None
    started: bool = False
    finish_due: date | None = None
    finished: bool = False
    operation_due: date | None = None
    operating: bool = False
    entered: bool = False
    missing: int = 0
    missing_month: date | None = None
    late_step: str = ""
    late_step_en: str = ""
    late_workdays: int | None = None
    overdue_issues: int = 0


@dataclass(frozen=True)
class Judged:
    """One dimension: what was measured, the rule that matched (or None), its colour, and the
    thresholds of all its rules.
    """

    dimension: str
    metric: str
    value: Fraction
    colour: str
    rule: object
    borders: tuple


@dataclass(frozen=True)
class Light:
    """`facts` hold everything the sentence says, as JSON."""

    colour: str
    dimension: str
    rule: object
    facts: dict

    @property
    def reason(self):
        return sentence(self.facts)


def judge(rules, inputs):
    """The Light by `rules` (rows with dimension, metric, operator, threshold, colour)."""
    if inputs.stage == stages.PAUSED:
        return _plain(GREY, inputs)
    judged = [row for row in _dimensions(rules, inputs) if row is not None]
    if not judged:
        completed = inputs.stage in stages.COMPLETED
        return _plain(GREEN if completed else WHITE, inputs)
    worst = max(judged, key=lambda row: (WORSE[row.colour], -ORDER.index(row.dimension)))
    facts = _facts(inputs) | {
        "colour": worst.colour,
        "dimension": worst.dimension,
        # Where a dimension has two metrics, the worse one is what is said.
        "all": {row.dimension: _written(row) for row in sorted(judged, key=_severity)},
    }
    return Light(worst.colour, worst.dimension, worst.rule, facts)


def _severity(row):
    return WORSE[row.colour]


def _dimensions(rules, inputs):
    """One Judged or None for each dimension and metric that has rules."""
    grouped = {}
    for rule in rules:
        grouped.setdefault((rule.dimension, rule.metric), []).append(rule)
    for (dimension, metric), own in grouped.items():
        measure = MEASURES.get((dimension, metric))
        value = measure(inputs) if measure else None
        if value is None:
            yield None
            continue
        matched = [row for row in own if holds(row.operator, value, row.threshold)]
        rule = max(matched, key=lambda row: WORSE[row.colour], default=None)
        borders = tuple(row.threshold for row in own)
        yield Judged(dimension, metric, value, rule.colour if rule else GREEN, rule, borders)


def holds(comparison, value, threshold):
    """Exact: neither side is rounded before it is compared."""
    return COMPARE[comparison](Fraction(value), Fraction(threshold))


def months_begun(due, day):
    """0 in the month of `due`, 1 in the next …; None before it."""
    number = (day.year - due.year) * 12 + day.month - due.month
    return number if number >= 0 else None


def months_since(since, day):
    """Months from one day to another with their fraction: exactly 1 on the same day of the next
    month, or on its last day where it is shorter; None before `since`.
    """
    if day < since:
        return None
    whole = (day.year - since.year) * 12 + day.month - since.month
    whole -= day < _months_after(since, whole)
    begun, next_one = _months_after(since, whole), _months_after(since, whole + 1)
    return whole + Fraction((day - begun).days, (next_one - begun).days)


def _months_after(day, months):
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def _start(inputs):
    if inputs.started or inputs.start_due is None:
        return None
    return months_begun(inputs.start_due, inputs.day)


def _finish(inputs):
    if inputs.finished or not inputs.started or inputs.finish_due is None:
        return None
    return months_begun(inputs.finish_due, inputs.day)


def _operation(inputs):
    if inputs.operating or not inputs.started or inputs.operation_due is None:
        return None
    return months_begun(inputs.operation_due, inputs.day)


def _completion(inputs):
    # What is finished is not measured against its last year's plan any more.
    if not inputs.months or inputs.finished:
        return None
    return figures.share(inputs.done, inputs.plan)


def _points(inputs):
    """How many percentage points behind 序时进度; negative when ahead."""
    ratio = _completion(inputs)
    return None if ratio is None else -figures.lead(ratio, inputs.months)


def _ratio(inputs):
    ratio = _completion(inputs)
    return None if ratio is None else ratio / figures.time_progress(inputs.months)


def _report(inputs):
    return inputs.missing if inputs.stage in stages.REPORTING else None


def _entry(inputs):
    if inputs.entered or inputs.started_on is None or inputs.stage in stages.COMPLETED:
        return None
    return months_since(inputs.started_on, inputs.day)


def _approval(inputs):
    return inputs.late_workdays


def _issues(inputs):
    # None overdue says nothing by itself: a project with nothing else to judge stays white.
    return inputs.overdue_issues or None


MEASURES: dict[tuple[str, str], Callable[[Inputs], Fraction | int | None]] = {
    ("start", "months"): _start,
    ("finish", "months"): _finish,
    ("operation", "months"): _operation,
    ("investment", "points"): _points,
    ("investment", "ratio"): _ratio,
    ("report", "months"): _report,
    ("entry", "months"): _entry,
    ("approval", "workdays"): _approval,
    ("issue", "count"): _issues,
}


def _plain(colour, inputs):
    facts = _facts(inputs) | {"colour": colour, "dimension": "", "all": {}}
    return Light(colour, "", None, facts)


def _facts(inputs):
    """The inputs as JSON, exact figures as text."""
    return {
        name: str(value) if isinstance(value, date | Decimal) else value
        for name, value in asdict(inputs).items()
        if value is not None and value != ""
    }


def _written(row):
    return {
        "metric": row.metric,
        "value": _short(figures.half_up(row.value, 8)),
        "colour": row.colour,
        "operator": row.rule.operator if row.rule else "",
        "threshold": _short(row.rule.threshold) if row.rule else "",
        "borders": [_short(border) for border in row.borders],
    }


def _short(number):
    """10 and not 1E+1, 0.8 and not 0.800."""
    return f"{Decimal(number).normalize():f}"


def sentence(facts):
    """Why the light is as it is, in the reader's language, from a snapshot's stored facts."""
    colour = facts["colour"]
    if colour == GREY:
        return _("项目停缓建，暂不评定，按月复核。")
    if not facts["dimension"]:
        if colour == GREEN:
            return _("项目已竣工或投产，没有逾期事项。")
        return _("尚无到期的节点和计划，暂不评定。")
    said = SENTENCES[facts["dimension"]](facts, facts["all"][facts["dimension"]])
    words = {"said": said, "colour": dict(choices.COLOUR)[colour]}
    if colour == GREEN:
        return _("%(said)s，亮%(colour)s。") % words
    return _("%(said)s（规则：%(rule)s），亮%(colour)s。") % (words | {"rule": rule_text(facts)})


def rule_text(facts):
    """The rule that matched: 落后＞30个百分点."""
    row = facts["all"][facts["dimension"]]
    words = {"op": dict(choices.OPERATOR)[row["operator"]], "value": row["threshold"]}
    if row["metric"] == "ratio":
        words["value"] = _short(figures.half_up(Fraction(row["threshold"]) * 100, 1))
    return RULES[facts["dimension"], row["metric"]] % words


RULES = {
    ("start", "months"): gettext_lazy("到期未开工%(op)s%(value)s个月"),
    ("finish", "months"): gettext_lazy("到期未竣工%(op)s%(value)s个月"),
    ("operation", "months"): gettext_lazy("到期未投产%(op)s%(value)s个月"),
    ("investment", "points"): gettext_lazy("落后%(op)s%(value)s个百分点"),
    ("investment", "ratio"): gettext_lazy("达序时进度的比例%(op)s%(value)s%%"),
    ("report", "months"): gettext_lazy("缺报%(op)s%(value)s个月"),
    ("entry", "months"): gettext_lazy("开工后未入库%(op)s%(value)s个月"),
    ("approval", "workdays"): gettext_lazy("超期%(op)s%(value)s个工作日"),
    ("issue", "count"): gettext_lazy("逾期问题%(op)s%(value)s件"),
}


def _day(text):
    return formats.date_format(date.fromisoformat(text), _("Y年n月j日"))


def _say_investment(facts, row):
    ratio = figures.share(Decimal(facts["done"]), Decimal(facts["plan"]))
    words = {
        "months": facts["months"],
        "done": figures.show_percent(ratio),
        "time": figures.show_percent(figures.time_progress(facts["months"])),
        "points": _shown(row),
        "share": f"{_shown(row, 100)}%",
    }
    if row["metric"] == "ratio":
        said = _("截至%(months)d月完成年度投资%(done)s，序时进度%(time)s，达到序时的%(share)s")
    elif Fraction(row["value"]) > 0:
        said = _("截至%(months)d月完成年度投资%(done)s，落后序时进度%(points)s个百分点")
    else:
        said = _("截至%(months)d月完成年度投资%(done)s，超前序时进度%(points)s个百分点")
    return said % words


def _shown(row, scale=1):
    """The size of what was measured with one decimal; with more where its rounding would land on a
    threshold that it has not reached, or passed.
    """
    value = Fraction(row["value"]) * scale
    borders = {Fraction(border) * scale for border in row.get("borders", ())} - {value}
    shown = (figures.half_up(value, places) for places in range(1, 9))
    return abs(next(text for text in shown if Fraction(text) not in borders))


def _say_start(facts, row):
    words = {"due": _day(facts["start_due"]), "months": _whole(row)}
    if not words["months"]:
        return _("计划%(due)s开工，本月到期尚未开工") % words
    return _("计划%(due)s开工，已逾期%(months)d个月未开工") % words


def _say_finish(facts, row):
    words = {"due": _day(facts["finish_due"]), "months": _whole(row)}
    if not words["months"]:
        return _("计划%(due)s竣工，本月到期尚未竣工") % words
    return _("计划%(due)s竣工，已逾期%(months)d个月未竣工") % words


def _say_operation(facts, row):
    words = {"due": _day(facts["operation_due"]), "months": _whole(row)}
    if not words["months"]:
        return _("计划%(due)s投产，本月到期尚未投产") % words
    return _("计划%(due)s投产，已逾期%(months)d个月未投产") % words


def _whole(row):
    return int(figures.half_up(Fraction(row["value"]), 0))


def _say_report(facts, row):
    months = _whole(row)
    if not months:
        return _("月报按时上报，没有逾期事项")
    first = formats.date_format(date.fromisoformat(facts["missing_month"]), _("Y年n月"))
    words = {"first": first, "months": months}
    if months == 1:
        return _("%(first)s月报到期未报") % words
    return _("%(first)s等%(months)d个月月报到期未报") % words


def _say_entry(facts, row):
    months = _short(_shown(row))
    words = {"started": _day(facts["started_on"]), "months": months}
    return _("%(started)s开工，%(months)s个月尚未入库") % words


def _say_approval(facts, row):
    if not _whole(row):
        return _("审批事项均在现定办结日期内")
    name = facts.get("late_step", "")
    if (get_language() or "").startswith("en"):
        name = facts.get("late_step_en") or name
    words = {"item": name, "days": _whole(row)}
    return _("“%(item)s”超过现定办结日期%(days)d个工作日") % words


def _say_issue(facts, row):
    return _("有%(count)d件企业问题逾期未办结") % {"count": _whole(row)}


SENTENCES = {
    "start": _say_start,
    "finish": _say_finish,
    "operation": _say_operation,
    "investment": _say_investment,
    "report": _say_report,
    "entry": _say_entry,
    "approval": _say_approval,
    "issue": _say_issue,
}
