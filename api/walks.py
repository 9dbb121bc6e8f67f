"""One walk through what changed since a moment: `updated_since=` on a list."""

from dataclasses import dataclass
from datetime import UTC

from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError

from api import sync
from api.filters import moment
from api.models import Change
from api.pagination import until_in, wrong_cursor


@dataclass
class Gone:
    """`rows` as shown; `last` is the name to go on after, None when there are no more."""

    rows: list
    last: str | None


class Walk:
    """since ≤ stamp < until, the same window on every page. `view` says its `kind`, the `key` by
    which clients know a row, and `lost()`, Q over the changes its caller is told as gone.
    """

    def __init__(self, view, since, until):
        self.view, self.until = view, until
        self.changes = Change.objects.of(view.kind, since, until)

    @property
    def until_text(self):
        return self.until.astimezone(UTC).isoformat().replace("+00:00", "Z")

    def narrow(self, queryset):
        return queryset.filter(pk__in=self.changes.rows())

    def gone_after(self, name, room):
        """Up to `room` rows that the caller has lost, by name."""
        names = self._gone().names_after(name)
        found = list(names[: room + 1])
        more, found = len(found) > room, found[:room]
        last = found[-1] if found else name
        return Gone([self.told(name) for name in found], last if more else None)

    def all_gone(self):
        return map(self.told, self._gone().names_after("").iterator(chunk_size=500))

    def _gone(self):
        visible = self.view.get_queryset().order_by().values("pk")
        return self.changes.gone().filter(self.view.lost()).exclude(row__in=visible)

    def told(self, name):
        return {self.view.key: int(name) if self.view.key == "id" else name, "deleted": True}


def walk_of(view):
    """The Walk a request asks for, or None; its first page publishes what is committed. Raises
    ValidationError for what is no moment.
    """
    given = view.request.query_params.get("updated_since")
    if given is None:
        return None
    since = moment(given)
    if since is None:
        said = _("应为 ISO 8601 时间，例如 2026-03-12T09:00:00+08:00。")
        raise ValidationError({"updated_since": [said]})
    cursor = view.request.query_params.get("cursor")
    return Walk(view, since, _until(cursor) if cursor else sync.publish())


def _until(cursor):
    found = moment(until_in(cursor) or "")
    if found is None:
        raise wrong_cursor()
    return found
