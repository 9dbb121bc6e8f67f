"""What an address and the events of a webhook must be."""

from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


def validate_hook_address(value):
    """http or https with a host, nobody's password and no fragment. Where it leads is checked when
    it is connected to: a name may point elsewhere tomorrow.
    """
    try:
        parts = urlsplit(value)
        fits = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        fits = False
    if not fits or parts.username is not None or parts.password is not None or parts.fragment:
        raise ValidationError(
            _("应为 http 或 https 地址，不含用户名、密码和 # 部分。"), code="address"
        )


def validate_kinds(value):
    from api import sync  # noqa: PLC0415 – the registry is filled when the models exist

    if not isinstance(value, list) or not value or set(map(str, value)) - set(sync.told()):
        raise ValidationError(_("请至少选择一种事件。"), code="kinds")
