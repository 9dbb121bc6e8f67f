"""Cursor pages: the next page begins after the last row seen, so rows that come or go while a
client pages are neither skipped nor repeated.

The position is the row's values in the order asked for, ended by its primary key; empty values
come last.
"""

import base64
import binascii
import json

from django.core.exceptions import ValidationError as Unreadable
from django.db.models import F, Q
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.response import Response

PAGE_SIZE = 50
PAGE_SIZE_LIMIT = 500
MAX_KEY = 2**63 - 1
NOTHING = Q(pk__in=[])
# What a cursor goes on with.
FORWARDS, BACKWARDS, GONE = 0, 1, 2
UNREADABLE = (ValueError, TypeError, binascii.Error, Unreadable, RecursionError)


class Key:
    """One column of an order: `name`, whether it descends and whether it may be empty."""

    def __init__(self, model, name, descending):
        self.name, self.descending = name, descending
        self.field = model._meta.pk if name == "pk" else model._meta.get_field(name)
        self.nullable = self.field.null

    def expression(self, backwards):
        descending = self.descending != backwards
        if not self.nullable:
            return f"-{self.name}" if descending else self.name
        column = F(self.name)
        order = column.desc if descending else column.asc
        return order(nulls_first=True) if backwards else order(nulls_last=True)

    def beyond(self, value, backwards):
        """Rows strictly after `value` in reading direction."""
        if value is None:
            return Q(**{f"{self.name}__isnull": False}) if backwards else NOTHING
        word = "lt" if self.descending != backwards else "gt"
        rows = Q(**{f"{self.name}__{word}": value})
        if self.nullable and not backwards:
            rows |= Q(**{f"{self.name}__isnull": True})
        return rows

    def equal(self, value):
        return Q(**({f"{self.name}__isnull": True} if value is None else {self.name: value}))


def keys_of(model, names):
    """The Keys of `names` (a leading minus descends), made total by the primary key."""
    keys = [Key(model, name.lstrip("-"), name.startswith("-")) for name in names]
    return keys if names == ["pk"] else [*keys, Key(model, "pk", keys[0].descending)]


def after(keys, values, backwards):
    """The rows beyond a position: later in the first column, or equal there and later in the
    next.
    """
    found = NOTHING
    for key, value in reversed(list(zip(keys, values, strict=True))):
        found = key.beyond(value, backwards) | (key.equal(value) & found)
    return found


def ordering_of(request, view):
    """The names asked for by ordering=, else the view's own. Raises ValidationError for one that
    is not declared.
    """
    given = [name for name in request.query_params.get("ordering", "").split(",") if name]
    # A walk is unordered unless asked: nothing else stands still while rows are written.
    names = given or (["pk"] if getattr(view, "walk", None) else [view.ordering])
    if names == ["pk"]:
        return names
    wrong = [name for name in names if name.removeprefix("-") not in view.ordering_fields]
    if wrong or len({name.lstrip("-") for name in names}) != len(names):
        known = ", ".join(view.ordering_fields)
        raise ValidationError(
            {"ordering": [_("只能按以下字段排序：%(known)s。") % {"known": known}]}
        )
    return names


def ordered(queryset, request, view):
    """The rows in the order of the list, for exports too."""
    keys = keys_of(queryset.model, ordering_of(request, view))
    return queryset.order_by(*(key.expression(False) for key in keys))


class CursorPagination(BasePagination):
    """Of a walk (`updated_since`, api/walks.py) the rows come first and then what has gone."""

    def paginate_queryset(self, queryset, request, view=None):
        self.request, self.walk = request, getattr(view, "walk", None)
        self.names = ordering_of(request, view)
        self.keys = keys_of(queryset.model, self.names)
        self.size = page_size(request)
        self.count = queryset.count() if wants_count(request) else None
        values, way = self._cursor()
        self.rows, self.has_next, self.has_previous, self.gone = [], False, False, None
        if way != GONE:
            self._read(queryset, values, bool(way))
        if self.walk:
            self.has_previous = False
            if not self.has_next:
                after = values[0] if way == GONE else ""
                self.gone = self.walk.gone_after(after, self.size - len(self.rows))
        return self.rows

    def _read(self, queryset, values, backwards):
        rows = queryset.order_by(*(key.expression(backwards) for key in self.keys))
        if values is not None:
            rows = rows.filter(after(self.keys, values, backwards))
        rows = list(rows[: self.size + 1])
        more, self.rows = len(rows) > self.size, rows[: self.size]
        if backwards:
            self.rows.reverse()
        self.has_next = bool(self.rows) and (backwards or more)
        self.has_previous = bool(self.rows) and (more if backwards else values is not None)

    def get_paginated_response(self, data):
        body = {"next": None, "previous": None, "results": data}
        if self.has_next:
            body["next"] = self._link(self._position(self.rows[-1]), FORWARDS)
        if self.has_previous:
            body["previous"] = self._link(self._position(self.rows[0]), BACKWARDS)
        if self.gone:
            body["results"] = [*data, *self.gone.rows]
            if self.gone.last is not None:
                body["next"] = self._link([self.gone.last], GONE)
        if self.walk:
            body["until"] = self.walk.until_text
        return Response(body if self.count is None else {"count": self.count} | body)

    def _position(self, row):
        # attname, so that a foreign key gives its number without another query
        return [getattr(row, key.field.attname) for key in self.keys]

    def _link(self, values, way):
        # Written anew: a client may have sent its parameters without encoding them.
        query = self.request.query_params.copy()
        query["cursor"] = encode(self.names, values, way, self.walk and self.walk.until_text)
        return f"{self.request.build_absolute_uri(self.request.path)}?{query.urlencode()}"

    def _cursor(self):
        given = self.request.query_params.get("cursor")
        if not given:
            return None, FORWARDS
        values, way = decode(given, self.names, self.keys)
        if way != FORWARDS and (way == GONE) != bool(self.walk):
            raise wrong_cursor()
        return values, way

    def get_schema_operation_parameters(self, view):
        texts = {
            "cursor": {"type": "string"},
            "page_size": {"type": "integer", "minimum": 1, "maximum": PAGE_SIZE_LIMIT},
            "count": {"type": "string", "enum": ["0", "1"]},
        }
        return [
            {"name": name, "in": "query", "required": False, "schema": schema}
            for name, schema in texts.items()
        ]

    def get_paginated_response_schema(self, schema):
        link = {"type": "string", "nullable": True, "format": "uri"}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {
                "count": {"type": "integer"},
                "next": link,
                "previous": link,
                "results": schema,
                "until": {"type": "string", "format": "date-time"},
            },
        }


def page_size(request):
    given = request.query_params.get("page_size")
    if given is None:
        return PAGE_SIZE
    if given.isascii() and given.isdecimal() and len(given) < 6:
        if 1 <= int(given) <= PAGE_SIZE_LIMIT:
            return int(given)
    said = _("应为1到%(limit)d之间的整数。") % {"limit": PAGE_SIZE_LIMIT}
    raise ValidationError({"page_size": [said]})


def wants_count(request):
    given = request.query_params.get("count", "0")
    if given not in ("0", "1"):
        raise ValidationError({"count": [_("应为0或1。")]})
    return given == "1"


def encode(names, values, way, until=None):
    position = [names, [_written(value) for value in values], way, until]
    text = json.dumps(position, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _written(value):
    if value is None or isinstance(value, bool | int | str):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def decode(text, names, keys):
    """(values, way). Raises ValidationError for a cursor not made for this order."""
    try:
        stored, given, way, _until = unpacked(text)
        if stored != names or way not in (FORWARDS, BACKWARDS, GONE) or not isinstance(given, list):
            raise ValueError
        if way == GONE:
            return [_name(*given)], way
        values = [_read(key, value) for key, value in zip(keys, given, strict=True)]
    except UNREADABLE:
        raise wrong_cursor() from None
    return values, way


def until_in(text):
    """The end of the walk a cursor belongs to, as text; None outside walks."""
    try:
        _names, _values, _way, until = unpacked(text)
    except UNREADABLE:
        raise wrong_cursor() from None
    return until if isinstance(until, str) else None


def unpacked(text):
    padded = text.encode("ascii") + b"=" * (-len(text) % 4)
    names, values, way, until = json.loads(base64.b64decode(padded, b"-_", validate=True))
    return names, values, way, until


def wrong_cursor():
    return ValidationError({"cursor": [_("游标无效，请从第一页重新读取。")]})


def _name(value):
    if not isinstance(value, str) or "\0" in value:
        raise ValueError
    return value


def _read(key, value):
    if value is None and key.nullable:
        return None
    if value is None or isinstance(value, list | dict | float) or "\0" in str(value):
        raise ValueError
    value = (key.field.target_field if key.field.is_relation else key.field).to_python(value)
    if isinstance(value, int) and not 0 <= value <= MAX_KEY:
        raise ValueError
    return value
