"""A request's body as what Django forms take, so that the API refuses the same values as the pages,
with the same words.

JSON is checked for what a form would quietly turn into text: objects, flags and files in it.
"""

from copy import copy

from django import forms
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError, ValidationError

from api.problems import errors_of_form

LISTS = (forms.MultipleChoiceField, forms.ModelMultipleChoiceField)
DATES = (forms.DateField, forms.DateTimeField)


def body(request):
    """The values by name. Raises ParseError for what is no object."""
    data = request.data
    if not hasattr(data, "keys"):
        raise ParseError(_("请求内容应为 JSON 对象。"))
    return data


def storable(value):
    """Whether every text in `value` can be stored: no NUL, no half of a surrogate pair."""
    if isinstance(value, dict):
        return storable(list(value)) and storable(list(value.values()))
    if isinstance(value, list | tuple):
        return all(map(storable, value))
    return not isinstance(value, str) or printable(value) == value


def printable(text):
    return text.replace("\0", "").encode("utf-8", "ignore").decode()


def version_of(data):
    """The version the caller saw, or None; a wrong one is refused by the form."""
    given = data.get("version")
    if isinstance(given, str) and given.isascii() and given.isdecimal() and len(given) < 10:
        return int(given)
    return given if isinstance(given, int) and not isinstance(given, bool) else None


def refuse_invalid(form):
    """Raises ValidationError with every field's errors at once."""
    wrong = wrong_types(form) | unstorable(form)
    # Fields do not expect such values; without them the others are checked all the same.
    form.data = copy(form.data)
    for name in wrong:
        form.data.pop(name)
    errors = errors_of_form(form) | {printable(name): said for name, said in wrong.items()}
    errors |= lost_files(form)
    if errors:
        raise ValidationError(errors)


def lost_files(form):
    """{name: [sentence]} of files sent under a name that the step does not read: said, not lost."""
    fields = form.fields.items()
    taken = sorted(name for name, field in fields if isinstance(field, forms.FileField))
    said = _("这一步不收名为该字段的文件，可用：%(names)s。") % {"names": ", ".join(taken) or "—"}
    return {printable(name): [said] for name in form.files or () if name not in taken}


def unstorable(form):
    """{name: [sentence]} of values with characters that no database stores."""
    data = form.data
    return {
        name: [_("含有不能保存的字符。")]
        for name in data
        if not storable(data.getlist(name) if hasattr(data, "getlist") else data[name])
    }


def wrong_types(form):
    """{field: [sentence]} of JSON values that are not of the field's type."""
    if hasattr(form.data, "getlist"):
        return {}
    found = {}
    for name, field in form.fields.items():
        value = form.data.get(name)
        if value is not None and value != "" and (problem := wrong_type(field, value)):
            found[name] = [problem]
    return found


def wrong_type(field, value):
    """The sentence that refuses a JSON value for this form field, or None."""
    if isinstance(field, forms.FileField):
        return None if value == [] else _("文件请以 multipart/form-data 发送。")
    if isinstance(field, LISTS):
        fits = isinstance(value, list) and all(isinstance(item, str) for item in value)
        return None if fits else _("应为文本的列表。")
    if isinstance(field, DATES):
        return None if isinstance(value, str) else _("应为文本，例如 2026-03-12。")
    if isinstance(field, forms.BooleanField) or is_scalar(value):
        return None
    return _("应为文本或数字。")


def is_scalar(value):
    return isinstance(value, str | int | float) and not isinstance(value, bool)
