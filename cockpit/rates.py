"""三率 by department: numerators, denominators, what is left out, score and rank. Plain data, so
that a kept table is shown exactly as the live one. Definitions: docs/definitions.md.
"""

from collections import Counter
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext_lazy as _

from cockpit import dates
from directory.models import Department
from issues import statistics

CLOCK_RATES = {"response": "contact", "sign": "sign", "on_time": "unit"}
RATES = {
    "response": _("响应率"),
    "sign": _("签收率"),
    "on_time": _("按时办结率"),
    "solved": _("解决率"),
    "satisfied": _("满意率"),
}
DEFINITIONS = {
    "response": _(
        "首次联系企业未超时限的件数 ÷ 首次联系时限在期内到期的件数；"
        "退回成立、改派和终止办理的除外。"
    ),
    "sign": _("签收未超时限的件数 ÷ 签收时限在期内到期的件数；退回成立、改派和终止办理的除外。"),
    "on_time": _(
        "按期办结（含经批准延期，另列）的件数 ÷ 部门时限在期内到期的件数；逾期未办结和逾期办结"
        "都在分母内；退回成立、改派和终止办理的除外，无时限的单列，不计按时。"
    ),
    "solved": _("企业认为已解决的件数 ÷ 企业已评价的件数；未评价的除外。"),
    "satisfied": _("（满意＋基本满意×折算）÷ 企业已评价的件数；未评价的除外，不计满意。"),
}
UNRANKED = {
    "few": _("件数不足，不参加排名"),
    "no_answers": _("尚无企业评价，不参加排名"),
    "external": _("区外单位，不参加排名"),
}
COUNTED = (*statistics.JUDGED, "pending", *statistics.EXCLUDED, "put_off")


def table(start, end, as_of, rule):
    """The whole table of cases due from `start` to `end` (dates, inclusive) as they stood at
    `as_of`, ranked by `rule`: {"start", "end", "as_of", "rule", "departments": [row], "all": row}.

    A row is {"code", "name", "name_en", "cases", "answers", "rates", "deducted", "score", "rank",
    "unranked"}; a rate {"numerator", "denominator", "excluded", "value"}, numerator and value as
    text (the numerator of 满意率 is weighted), value None where there is nothing to divide by.
    """
    begin, finish = dates.moments(start, end)
    found = statistics.cases(begin, finish, as_of)
    answers = statistics.answers(begin, finish, as_of)
    undated = statistics.without_deadline(begin, finish, as_of)
    departments = Department.objects.in_bulk({*found, *answers, *undated} - {None})
    rows, whole = [], _Sums()
    for pk, department in departments.items():
        sums = _Sums(found.get(pk, {}), answers.get(pk, Counter()), undated.get(pk, 0))
        whole.add(sums)
        rows.append(_row(department, sums, rule))
    _rank(rows)
    rows.sort(key=lambda row: (row["rank"] is None, row["rank"] or 0, row["order"], row["code"]))
    return {
        "start": start.isoformat(),
        "end": end.isoformat(),
        "as_of": as_of.isoformat(),
        "rule": _rule(rule),
        "departments": rows,
        "all": _figures(whole, rule),
    }


class _Sums:
    """What was counted for one department, or for all."""

    def __init__(self, clocks=None, answers=None, no_deadline=0):
        self.clocks = {name: Counter((clocks or {}).get(name)) for name in statistics.MEASURED}
        self.answers, self.no_deadline = Counter(answers), no_deadline

    def add(self, other):
        for name, counts in other.clocks.items():
            self.clocks[name].update(counts)
        self.answers.update(other.answers)
        self.no_deadline += other.no_deadline


def _rule(rule):
    return {
        "version": rule.version,
        "name": rule.name,
        "response": rule.response_weight,
        "solved": rule.solved_weight,
        "satisfied": rule.satisfied_weight,
        "basically": str(Decimal(rule.basically_weight).normalize()),
        "minimum": rule.minimum_cases,
        "floor": rule.satisfied_floor,
    }


def _row(department, sums, rule):
    row = {
        "code": department.code,
        "name": department.name,
        "name_en": department.name_en,
        "order": department.order,
    } | _figures(sums, rule)
    row |= {"rank": None, "score": None, "unranked": _unranked(department, row, rule)}
    if not row["unranked"]:
        row["score"] = str(_score(row, rule))
    return row


def _figures(sums, rule):
    cases = {name: sums.clocks["unit"][name] for name in COUNTED}
    cases["due"] = sum(cases[name] for name in statistics.JUDGED)
    cases["no_deadline"] = sums.no_deadline
    answers = {
        name: sums.answers[name]
        for name in ("satisfied", "basically_satisfied", "dissatisfied", "not_rated", "answered")
    }
    rates = {name: _clock_rate(sums.clocks[clock]) for name, clock in CLOCK_RATES.items()}
    satisfied = answers["satisfied"] + answers["basically_satisfied"] * Decimal(
        rule.basically_weight
    )
    answered, silent = answers["answered"], answers["not_rated"]
    rates["solved"] = rate(sums.answers["solved"], answered, silent)
    rates["satisfied"] = rate(satisfied, answered, silent)
    return {
        "cases": cases,
        "answers": answers,
        "rates": rates,
        "deducted": {
            "return": _share(cases["returned"], cases["due"] + cases["returned"]),
            "rework": _share(answers["dissatisfied"], answered),
            "extension": _share(cases["put_off"], cases["due"]),
        },
    }


def _clock_rate(counts):
    due = sum(counts[name] for name in statistics.JUDGED)
    return rate(counts["on_time"], due, sum(counts[name] for name in statistics.EXCLUDED))


def rate(numerator, denominator, excluded=0):
    """One rate as plain data; the value has six decimals, enough to show tenths of a percent."""
    return {
        "numerator": f"{Decimal(numerator).normalize():f}",
        "denominator": denominator,
        "excluded": excluded,
        "value": _share(numerator, denominator),
    }


def _share(numerator, denominator):
    if not denominator:
        return None
    exact = Decimal(numerator) / Decimal(denominator)
    return str(exact.quantize(Decimal("0.000001"), ROUND_HALF_UP))


def _unranked(department, row, rule):
    """Why it is listed and not ranked; "" when it is."""
    if department.kind == Department.Kind.EXTERNAL:
        return "external"
    if row["cases"]["due"] < rule.minimum_cases:
        return "few"
    rated = ("response", "solved", "satisfied")
    return "" if all(row["rates"][name]["value"] for name in rated) else "no_answers"


def _score(row, rule):
    """Points of 100: the three weighted rates less the deductions, two decimals, never negative."""
    points = sum(
        Decimal(row["rates"][name]["value"]) * getattr(rule, f"{name}_weight")
        for name in ("response", "solved", "satisfied")
    )
    for name, share in row["deducted"].items():
        points -= Decimal(share or 0) * 100 * Decimal(getattr(rule, f"{name}_deduction"))
    return max(points, Decimal(0)).quantize(Decimal("0.01"), ROUND_HALF_UP)


def _rank(rows):
    """Ranks by score; equal scores share a rank and the next one is left out."""
    ranked = sorted((row for row in rows if row["score"]), key=lambda row: -Decimal(row["score"]))
    for position, row in enumerate(ranked, 1):
        above = ranked[position - 2] if position > 1 else None
        same = above is not None and above["score"] == row["score"]
        row["rank"] = above["rank"] if same else position


def percent(value):
    """ "85.7%" of a share as text, "—" of None; rounded half up."""
    if value is None:
        return "—"
    return f"{(Decimal(value) * 100).quantize(Decimal('0.1'), ROUND_HALF_UP)}%"


def shares(counts):
    """[tenths of a percent] of whole numbers, adding up to exactly 1000 by largest remainder."""
    base = sum(counts)
    if not base:
        return [0 for _count in counts]
    exact = [Decimal(count) * 1000 / base for count in counts]
    found = [int(part) for part in exact]
    by_rest = sorted(range(len(counts)), key=lambda n: (found[n] - exact[n], n))
    for position in by_rest[: 1000 - sum(found)]:
        found[position] += 1
    return found
