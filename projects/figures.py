"""Arithmetic of progress and rates, practice-projects.md §3.1, §3.3 and §3.5. Pure and exact.

Amounts are Decimal yuan, counts and days int, ratios Fraction (1 is 100%). None is an unknown: a
figure that needs one is None, and so is one without a denominator; both are shown as "—", never as
0. Nothing is rounded before it is shown.
"""

from collections.abc import Iterable
from decimal import Context, Decimal, Inexact
from fractions import Fraction
from math import floor

MISSING = "—"
MONTHS = 12
Number = Decimal | Fraction | int
# Digits enough for any sum of money; one that would not fit is an error, not a rounding.
EXACT = Context(prec=60, traps=[Inexact])


def half_up(value: Number | None, places: int) -> Decimal | None:
    """`value` with `places` decimals, a half away from zero: how bulletins round (§3.1 checks)."""
    if value is None:
        return None
    scaled = floor(abs(_exact(value)) * 10**places + Fraction(1, 2))
    # A zero rounded from below has no sign.
    negative = value < 0 and scaled > 0
    return Decimal((int(negative), tuple(map(int, str(scaled))), -places))


def share(part: Number | None, whole: Number | None) -> Fraction | None:
    """Part ÷ whole, §3.3: started ÷ planned, deals in performance ÷ signed, receipts ÷ contract
    amount of the same deals. None when either is unknown or the whole is 0.
    """
    if part is None or not whole:
        return None
    return _exact(part) / _exact(whole)


def completion(done: Number | None, plan: Number | None) -> Fraction | None:
    """年度投资完成率, §3.1: invested this year ÷ annual plan, both in yuan; over 1 is allowed."""
    return share(done, plan)


def percent(ratio: Number | None, places: int = 1) -> Decimal | None:
    """A ratio as a percentage, rounded to be shown."""
    return None if ratio is None else half_up(_exact(ratio) * 100, places)


def time_progress(months: int) -> Fraction:
    """序时进度, §3.1: months elapsed ÷ 12. Raises ValueError outside 0 to 12."""
    if not 0 <= months <= MONTHS:
        raise ValueError(f"{months} months of a year")
    return Fraction(months, MONTHS)


def lead(completion_ratio: Number | None, months: int) -> Fraction | None:
    """Completion less 序时进度 in percentage points, §3.1; negative when behind."""
    elapsed = time_progress(months)
    return None if completion_ratio is None else (_exact(completion_ratio) - elapsed) * 100


def lead_against_plan(
    done: Number | None, planned_cumulative: Number | None, annual_plan: Number | None
) -> Fraction | None:
    """The same against the project's own monthly plan, §3.1: amounts in yuan, percentage points
    of the annual plan. Winters are in the plan, so it does not punish them.
    """
    reached = completion(done, annual_plan)
    planned = completion(planned_cumulative, annual_plan)
    return None if reached is None or planned is None else (reached - planned) * 100


def growth(now: Number | None, before: Number | None) -> Fraction | None:
    """同比增长 as a ratio: (now − before) ÷ before. None when unknown, and when there was nothing
    or less before: no percentage says what grew out of that.
    """
    if now is None or before is None or before <= 0:
        return None
    return share(_exact(now) - _exact(before), before)


def total(parts: Iterable[Decimal | int | None]) -> Decimal | None:
    """Exact sum; 0 of none. None when a part is unknown: who wants the known ones leaves the
    unknown out and prints how many they are.
    """
    listed = _known(parts)
    if listed is None:
        return None
    summed = Decimal(0)
    for part in listed:
        summed = EXACT.add(summed, part)
    return summed


def median(values: Iterable[Decimal | int | None]) -> Decimal | None:
    """The middle value, of an even number the mean of the two middle ones; in the values' own
    unit (§3.4: the mean of deals hides a very large one; §3.5: days). None of none or unknown.
    """
    ordered = sorted(_known(values) or ())
    if not ordered:
        return None
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[middle]
    return EXACT.multiply(EXACT.add(ordered[middle - 1], ordered[middle]), Decimal("0.5"))


def p90(values: Iterable[Decimal | int | None]) -> Decimal | None:
    """90th percentile by nearest rank, §3.5: the smallest value that at least 90% do not exceed,
    so always one that occurred. None of none or unknown.
    """
    ordered = sorted(_known(values) or ())
    return ordered[-(-len(ordered) * 9 // 10) - 1] if ordered else None


def largest_share(values: Iterable[Decimal | int | None]) -> Fraction | None:
    """The largest value ÷ the sum of all, §3.4; values are not negative. None of none or
    unknown.
    """
    listed = _known(values)
    return share(max(listed), total(listed)) if listed else None


def compression(
    actual_days: Iterable[int | None], base_days: Iterable[int | None]
) -> Fraction | None:
    """压缩率, §3.5: 1 − Σactual ÷ Σbase working days, item by item in the same order; for
    承诺压缩率 the actual are the committed and the base the statutory days.

    An item without one of the two is left out of both sums, or they would not be of the same
    items. Raises ValueError for lists of different lengths.
    """
    pairs = [
        (actual, base)
        for actual, base in zip(actual_days, base_days, strict=True)
        if actual is not None and base is not None
    ]
    left = share(total(actual for actual, _base in pairs), total(base for _actual, base in pairs))
    return None if left is None else 1 - left


def show_percent(ratio: Number | None, places: int = 1) -> str:
    """97.2%, or — when there is none."""
    shown = percent(ratio, places)
    return MISSING if shown is None else f"{_signed(shown)}%"


def show_points(value: Number | None, places: int = 1) -> str:
    """+13.8, −8.3, 0.0, or — when there is none; the unit is the caller's."""
    shown = half_up(value, places)
    if shown is None:
        return MISSING
    return f"+{shown}" if shown > 0 else _signed(shown)


def _exact(value):
    # A float has rounded already; Fraction would take it without a word.
    if isinstance(value, float):
        raise TypeError("a float is not exact")
    return Fraction(value)


def _known(values):
    """[Decimal], or None when one of them is unknown."""
    listed = list(values)
    if any(isinstance(value, float) for value in listed):
        raise TypeError("a float is not exact")
    return None if None in listed else [Decimal(value) for value in listed]


def _signed(number):
    """With a minus as wide as a plus."""
    return f"−{-number:f}" if number < 0 else f"{number:f}"
