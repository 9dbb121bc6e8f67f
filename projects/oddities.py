"""What strikes the eye in a monthly report, said at once: pure rules over a few figures.

Sources: practice-projects.md 2.4. Nothing here refuses a report: an oddity asks for a word of
explanation, and the planner looks twice.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from projects import figures, stages

# code → what the department reads beside its figures
SENTENCES = {
    "unstarted": _("项目尚未开工却填报了投资（未开先投），请核对阶段或说明情况。"),
    "stalled": _("在建项目连续数月投资为零（疑似停工），请说明原因。"),
    "falling": _("形象进度低于上月，请核对；确有返工的请说明。"),
    "over_plan": _("本年累计已超过年度计划，请核对年度计划是否需要调整。"),
    "over_total": _("累计完成投资明显超过总投资，请说明原因。"),
    "gap": _("与统计口径差距较大，请与统计部门核对后说明。"),
    "negative": _("本月投资为负，只用于更正以前多报的数字，请说明原因。"),
}
# With these a report needs a word of explanation before it is sent.
EXPLAINED = frozenset({"unstarted", "stalled", "falling", "over_total", "negative"})


@dataclass(frozen=True)
class Month:
    """One month's figures with what they are compared to. Amounts in yuan."""

    stage: str
    month: date | None
    started_on: date | None
    invested: Decimal | None
    ytd: Decimal
    total: Decimal
    annual_plan: Decimal | None = None
    total_investment: Decimal | None = None
    stat_ytd: Decimal | None = None
    physical: Decimal | None = None
    last_physical: Decimal | None = None
    # Invested in the months before, the latest first.
    before: tuple = ()
    # An amount of the year is not known: `ytd` is what it is at least.
    unknown: bool = False


def found(month, *, gap_percent, over_total_percent, idle_months):
    """[code] in the order of SENTENCES."""
    checks = {
        "unstarted": _unstarted(month),
        "stalled": _stalled(month, idle_months),
        "falling": _falling(month),
        "over_plan": month.annual_plan is not None and month.ytd > month.annual_plan,
        "over_total": _over_total(month, over_total_percent),
        "gap": _gap(month, gap_percent),
        "negative": month.invested is not None and month.invested < 0,
    }
    return [code for code in SENTENCES if checks[code]]


def _unstarted(month):
    """Money before the month of the actual start; without a known day the stage decides."""
    if month.started_on is not None and month.month is not None:
        return bool(month.invested) and month.month < month.started_on.replace(day=1)
    return bool(month.invested) and month.stage not in stages.STARTED_OR_LATER


def _stalled(month, idle_months):
    if month.stage != stages.BUILDING or month.invested is None:
        return False
    row = (month.invested, *month.before)[:idle_months]
    return len(row) == idle_months and not any(row)


def _falling(month):
    known = month.physical is not None and month.last_physical is not None
    return known and month.physical < month.last_physical


def _over_total(month, percent):
    if not month.total_investment:
        return False
    return month.total > month.total_investment * (100 + percent) / 100


def gap_of(ytd, stat_ytd):
    """(ytd − statistics) ÷ statistics as a Fraction, or None."""
    return None if None in (ytd, stat_ytd) else figures.share(ytd - stat_ytd, stat_ytd)


def _gap(month, percent):
    if month.stat_ytd == 0:
        return month.ytd != 0
    gap, limit = gap_of(month.ytd, month.stat_ytd), Fraction(percent, 100)
    if gap is None:
        return False
    return gap > limit or (gap < -limit and not month.unknown)
