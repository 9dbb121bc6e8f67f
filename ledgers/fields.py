"""Form fields for what a ledger holds: amounts and dates that may be unknown, files."""

from datetime import date
from decimal import Decimal

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ledgers import files
from ledgers.dates import Day, read_date
from ledgers.money import Amount, AmountError, read_amount, remark_of, write_amount
from ledgers.wording import plain

AMOUNT_HELP = {
    "yuan": _("不写单位的按元计，也可写明单位，例如 3,250万元。"),
    "wan": _("不写单位的按万元计，也可写明单位，例如 20.8亿元。"),
    "yi": _("不写单位的按亿元计，也可写明单位，例如 4,150万元。"),
}
AMOUNT_OR_UNKNOWN_HELP = {
    "yuan": _(
        "不写单位的按元计，也可写明单位，例如 3,250万元。金额未定的请照实写：约3亿元、待定。"
    ),
    "wan": _(
        "不写单位的按万元计，也可写明单位，例如 20.8亿元。金额未定的请照实写：约3亿元、待定。"
    ),
    "yi": _(
        "不写单位的按亿元计，也可写明单位，例如 4,150万元。金额未定的请照实写：约3亿元、待定。"
    ),
}
DAY_HELP = _("例如 2026-03-12 或 2026年3月12日；日期未定的请照实写：2026年三季度、待定。")


class TypedField(forms.Field):
    """A text read into a value that has a `text` beside what is known.

    For subclasses: `read(text)` makes the value or raises ValueError with a sentence; `known` is
    the attribute that holds it; `valued(initial)` turns what a row holds into such a value.
    """

    widget = forms.TextInput(attrs={"autocomplete": "off"})
    known = ""

    def __init__(self, *, allow_unknown=True, **kwargs):
        super().__init__(**kwargs)
        self.allow_unknown = allow_unknown

    def to_python(self, value):
        if not isinstance(value, str | None):
            return self.valued(value)
        try:
            return self.read(value)
        except ValueError as error:
            raise forms.ValidationError(str(error), code="invalid") from error

    def validate(self, value):
        if getattr(value, self.known) is not None:
            self.check(getattr(value, self.known))
        elif not value.text:
            super().validate("")
        elif not self.allow_unknown:
            raise forms.ValidationError(self.error_messages["unknown"], code="unknown")

    def check(self, known):
        """For bounds: raises ValidationError."""

    def has_changed(self, initial, data):
        if self.disabled:
            return False
        try:
            return self.key(self.to_python(data)) != self.key(self.to_python(initial))
        except forms.ValidationError:
            return True


class AmountField(TypedField):
    """Its cleaned value is an Amount. `unit` (yuan, wan, yi) is that of a number without one;
    `min_yuan` and `max_yuan` are Decimal and bind known amounts only.
    """

    known = "yuan"
    default_error_messages = {"unknown": _("这里须填写确定的金额。")}

    def __init__(
        self,
        *,
        unit="wan",
        negative=False,
        min_yuan=None,
        max_yuan=None,
        allow_unknown=True,
        **kwargs,
    ):
        helps = AMOUNT_OR_UNKNOWN_HELP if allow_unknown else AMOUNT_HELP
        kwargs.setdefault("help_text", helps[unit])
        super().__init__(allow_unknown=allow_unknown, **kwargs)
        self.unit, self.negative = unit, negative
        self.min_yuan, self.max_yuan = min_yuan, max_yuan

    def read(self, text):
        return read_amount(text, self.unit, negative=self.negative)

    def valued(self, initial):
        return initial if isinstance(initial, Amount) else Amount(Decimal(initial), "")

    def check(self, known):
        if self.min_yuan is not None and known < self.min_yuan:
            raise forms.ValidationError(
                _("金额不能少于%(limit)s。"), "min", {"limit": write_amount(self.min_yuan)}
            )
        if self.max_yuan is not None and known > self.max_yuan:
            raise forms.ValidationError(
                _("金额不能超过%(limit)s。"), "max", {"limit": write_amount(self.max_yuan)}
            )

    def prepare_value(self, value):
        if value is None or isinstance(value, str):
            return value
        amount = self.valued(value)
        if amount.yuan is None or self._says_more(amount):
            return amount.text
        return write_amount(amount.yuan)

    def _says_more(self, amount):
        """Whether the text has a remark, and still says this amount: it would be lost."""
        try:
            return bool(remark_of(amount.text)) and self.read(amount.text).yuan == amount.yuan
        except AmountError:
            return False

    def key(self, value):
        return value.yuan, remark_of(value.text) if value.yuan is not None else plain(value.text)


class DayField(TypedField):
    """Its cleaned value is a Day. With `future=False` it is of what has happened: no day after
    today. Where the day must be known, the browser's own picker is offered.
    """

    known = "day"
    default_error_messages = {
        "unknown": _("这里须填写完整的日期，例如 2026-03-12。"),
        "future": _("实际日期不能晚于今天。"),
    }

    def __init__(self, *, allow_unknown=True, future=True, **kwargs):
        if allow_unknown:
            kwargs.setdefault("help_text", DAY_HELP)
        else:
            picker = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
            kwargs.setdefault("widget", picker)
        super().__init__(allow_unknown=allow_unknown, **kwargs)
        self.future = future

    def read(self, text):
        return read_date(text)

    def valued(self, initial):
        return initial if isinstance(initial, Day) else Day(initial, "")

    def check(self, known):
        if not self.future and known > timezone.localdate():
            raise forms.ValidationError(self.error_messages["future"], code="future")

    def prepare_value(self, value):
        if isinstance(value, date):
            return value.isoformat()
        if not isinstance(value, Day):
            return value
        return value.text if value.day is None else value.day.isoformat()

    def key(self, value):
        return value.day, plain(value.text) if value.day is None else ""


class MultipleFileInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files; each is checked by ledgers/files.py, here already, so that errors stand at
    the field. Its cleaned value is the list of uploads.
    """

    widget = MultipleFileInput(attrs={"accept": files.ACCEPT})

    def __init__(self, **kwargs):
        kwargs.setdefault("help_text", _("可多选，每个不超过20MB。"))
        super().__init__(**kwargs)

    def clean(self, data, initial=None):
        uploads = self._uploads(data)
        if self.required and not uploads:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        files.check_all(uploads)
        return uploads

    def has_changed(self, initial, data):
        return not self.disabled and bool(self._uploads(data))

    def _uploads(self, data):
        return [upload for upload in (data if isinstance(data, list | tuple) else [data]) if upload]


class PhoneField(forms.RegexField):
    """At least seven digits, at most 20 characters as stored; so there are always the last four
    that open the tracking page.
    """

    def __init__(self, **kwargs):
        super().__init__(
            r"^(?=(?:[^0-9]*[0-9]){7})(?=.{7,20}$)\+?[0-9][0-9 \-]*[0-9]$",
            error_messages={
                "invalid": _("请填写手机号码或带区号的座机号码，例如 13800001234、022-67120000。")
            },
            **kwargs,
        )
