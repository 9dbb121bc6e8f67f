from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from directory import uscc


def validate_uscc(value):
    """Refuses what is not a 统一社会信用代码 (GB 32100-2015)."""
    if len(value) != 18:
        raise ValidationError(
            _("统一社会信用代码应为18位，您填写了%(length)d位。"),
            params={"length": len(value)},
            code="length",
        )
    if not uscc.is_valid(value):
        raise ValidationError(
            _("统一社会信用代码的校验位不符，请对照营业执照核对（字母 I、O、S、V、Z 不会出现）。"),
            code="check_character",
        )
