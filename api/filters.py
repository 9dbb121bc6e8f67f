"""What a list may be asked: its filters, search=, ordering=, fields=, format= and the pager's own.
Anything else is refused by name, since a filter that is silently ignored gives wrong figures.
"""

import re
from datetime import UTC

import django_filters
from django import forms
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework.exceptions import ValidationError

from api.exports import FORMATS

# A query in which a plus sign was not encoded: 10:00:00 08:00
LOST_PLUS = re.compile(r" (\d\d:?\d\d)$")
PAGER = frozenset({"cursor", "page_size", "count"})
LIST = frozenset({"search", "ordering", "fields", "format", "updated_since"}) | PAGER
RECORD = frozenset({"fields"})


class MomentField(forms.CharField):
    def clean(self, value):
        text = super().clean(value)
        found = moment(text) if text else None
        if text and found is None:
            raise forms.ValidationError(_("应为 ISO 8601 时间，例如 2026-03-12T09:00:00+08:00。"))
        return found


@extend_schema_field(OpenApiTypes.STR)
class CodesFilter(django_filters.ModelMultipleChoiceFilter):
    """Rows of a foreign key named by their codes; the parameter may be repeated."""

    def __init__(self, name, queryset, **kwargs):
        super().__init__(
            field_name=f"{name}__code",
            to_field_name="code",
            queryset=queryset,
            distinct=False,
            **kwargs,
        )


@extend_schema_field(OpenApiTypes.DATETIME)
class MomentFilter(django_filters.CharFilter):
    """A time as `moment` reads it."""

    field_class = MomentField


def moment(text):
    """The aware datetime of an ISO time with zone; without one it is the district's, a date alone
    its midnight. None for anything else.
    """
    text = LOST_PLUS.sub(r"+\1", text.strip())
    try:
        found = parse_datetime(text)
        if found is None and (day := parse_date(text)):
            found = parse_datetime(f"{day}T00:00:00")
        if found is not None and timezone.is_naive(found):
            found = timezone.make_aware(found)
        # The very first and last days have no counterpart in UTC.
        return found and found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def check_parameters(request, known):
    """Raises ValidationError that names every unknown parameter and every one with a NUL byte."""
    errors = {}
    for name, values in request.query_params.lists():
        if name not in known:
            said = _("未知的参数。可用：%(known)s。") % {"known": ", ".join(sorted(known))}
            errors[name.replace("\0", "")] = [said]
        elif any("\0" in value for value in values):
            errors[name] = [_("不能含有空字符。")]
    if errors:
        raise ValidationError(errors)


class StrictFilterBackend(DjangoFilterBackend):
    """The view's `filterset_class`, then search= through the view's own `search`, then what
    changed in the window of its walk.
    """

    def filter_queryset(self, request, queryset, view):
        filterset_class = getattr(view, "filterset_class", None)
        own = set(filterset_class.base_filters) if filterset_class else set()
        check_parameters(request, own | self.general(view))
        queryset = super().filter_queryset(request, queryset, view)
        words = request.query_params.get("search", "")
        if words.strip():
            queryset = view.search(queryset, words)
        return view.walk.narrow(queryset) if view.walk else queryset

    def general(self, view):
        return LIST if view.searchable else LIST - {"search"}


def export_format(request):
    """The file format asked for, or None for JSON. Raises ValidationError for an unknown one."""
    given = request.query_params.get("format", "json")
    if given == "json":
        return None
    if given not in FORMATS:
        known = ", ".join(["json", *FORMATS])
        raise ValidationError({"format": [_("可用的格式：%(known)s。") % {"known": known}]})
    return given
