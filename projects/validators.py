"""Forms that a standard or the portal itself fixes."""

import re
from decimal import Decimal, InvalidOperation

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

# GB/T 40058-2021: year and month, district, ministry, type, five random digits and a check digit
# whose rule is not published, so the form alone is looked at.
CODE = re.compile(r"\d{2}(0[1-9]|1[0-2])-\d{6}-\d{2}-\d{2}-\d{6}")


def validate_project_code(value):
    if not CODE.fullmatch(value):
        raise ValidationError(
            _("项目代码应为24位，形如 2211-130272-89-01-123456，前四位是年份和月份。")
        )


def validate_cumulative(values):
    """Twelve amounts in yuan that never fall, or none at all."""
    if not values:
        return
    try:
        amounts = [Decimal(value) for value in values]
    except (InvalidOperation, TypeError, ValueError):
        raise ValidationError(_("逐月累计计划应为金额。")) from None
    if len(amounts) != 12:
        raise ValidationError(_("逐月累计计划须填满12个月，或者全部留空。"))
    if any(not amount.is_finite() or amount < 0 for amount in amounts):
        raise ValidationError(_("逐月累计计划不能为负。"))
    if any(late < early for early, late in zip(amounts, amounts[1:], strict=False)):
        raise ValidationError(_("逐月累计计划只增不减，请检查后面月份小于前面月份的地方。"))


def validate_geometry(value):
    """A GeoJSON point, line or polygon in WGS84, longitude first."""
    shapes = {"Point": 0, "LineString": 1, "Polygon": 2}
    wrong = ValidationError(_("位置应为 GeoJSON 的 Point、LineString 或 Polygon，经度在前。"))
    if not isinstance(value, dict) or value.get("type") not in shapes:
        raise wrong
    if not _positions(value.get("coordinates"), shapes[value["type"]]):
        raise wrong


def _positions(given, depth):
    if not isinstance(given, list) or not given:
        return False
    if depth:
        return all(_positions(item, depth - 1) for item in given)
    numbers = all(isinstance(n, int | float) and not isinstance(n, bool) for n in given)
    return numbers and len(given) in (2, 3) and -180 <= given[0] <= 180 and -90 <= given[1] <= 90
