"""The history in words: events as components/_timeline.html takes them, codes turned to labels."""

from datetime import date, datetime

from django.urls import reverse
from django.utils import formats, timezone
from django.utils.dateparse import parse_datetime
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from directory.models import Department
from issues import choices
from issues.models import Category
from issues.workflow import STEPS

# What stands elsewhere on the page, or is said by the mark beside the event.
UNSAID = {
    "submit": {"kind", "title", "description", "enterprise", "category", "client_reference"}
    | {"project"}
    | {"contact_name", "contact_phone", "contact_email"},
    "update": {"visibility"},
    "import": {"title", "description", "category", "department", "status"},
}
GOOD = {"resolve", "close"}
ALERT = {"issue_notice", "urge", "return", "decline", "reopen"}
STEP = {"assign", "sign", "reassign", "submit", "decide_tracking", "merge", "withdraw"}
CLOCKS = dict(choices.CLOCK)
RATINGS = dict(choices.RATING)
OFFICE = gettext_lazy("督查协调机构")


def moment_text(moment):
    """3月12日 17:30 in the district's time; with its year when not the present one."""
    local = timezone.localtime(moment)
    if local.year == timezone.localdate().year:
        return formats.date_format(local, _("n月j日 H:i"))
    return formats.date_format(local, _("Y年n月j日 H:i"))


def day_text(day):
    """3月12日; with its year when not the present one."""
    same = day.year == timezone.localdate().year
    return formats.date_format(day, _("n月j日") if same else _("Y年n月j日"))


def timeline(issue, public_only, events=None):
    """Newest first; `public_only` leaves out what is internal, to the last field and file."""
    words = Words(issue)
    events = issue.events.all() if events is None else events
    shown = [event for event in events if event.public or not public_only]
    return [_item(event, words, public_only) for event in reversed(shown)]


def _item(event, words, public_only):
    said = {"who": who(event, public_only), "what": STEPS[event.action].label}
    return {
        "at": event.at,
        "action": event.action,
        "title": _("%(who)s%(what)s") % said,
        "body": "\n".join(
            _("%(label)s：%(value)s") % {"label": label, "value": value}
            for label, value in words.of(event, public_only)
        ),
        "visibility": "" if public_only else "public" if event.public else "internal",
        "files": [
            attachment_item(row) for row in event.attachments.all() if row.public or not public_only
        ],
        "tone": _tone(event),
    }


def who(event, public_only):
    """The person with the department; an enterprise reads which office it was, and no names."""
    if event.actor_kind != "official":
        return event.actor_label if event.actor_kind == "enterprise" else _("系统")
    if public_only:
        return event.department.label if event.department else str(OFFICE)
    if event.department:
        names = {"name": event.actor_label, "department": event.department.label}
        return _("%(name)s（%(department)s）") % names
    return event.actor_label


def attachment_item(row):
    """For components/_file_list.html."""
    return {
        "name": row.name,
        "url": reverse("issues:file", args=[row.pk]),
        "size": row.size,
        "kind": row.name.rpartition(".")[2].lower()[:4],
    }


def _tone(event):
    if event.data.get("rating") == "dissatisfied" or event.action in ALERT:
        return "alert"
    if event.action in GOOD or event.data.get("rating") in RATINGS:
        return "good"
    return "step" if event.action in STEP else ""


class Words:
    """The data of one issue's events in the reader's language; rows are read only when needed."""

    def __init__(self, issue):
        self.issue = issue

    @cached_property
    def departments(self):
        return {row.code: row.label for row in Department.objects.all()}

    @cached_property
    def categories(self):
        return {row.code: row.label for row in Category.objects.all()}

    def of(self, event, public_only):
        """Yields (label, value) of what the event holds."""
        data, unsaid = event.data, UNSAID.get(event.action, ())
        for field in STEPS[event.action].fields:
            hidden = public_only and not field.public
            if data.get(field.name) in (None, "", []) or field.name in unsaid or hidden:
                continue
            yield choices.FIELD_LABELS[field.name], self.value(field, data[field.name])
        yield from self._extra(event, public_only)

    def value(self, field, raw):
        if isinstance(raw, list):
            return _("、").join(self.value(field, item) for item in raw)
        if field.choices in choices.CHOICES:
            return str(dict(choices.CHOICES[field.choices]).get(raw, raw))
        if field.type == "date":
            return day_text(date.fromisoformat(raw))
        if field.type == "datetime":
            return moment_text(parse_datetime(raw))
        return str(self._row(field.choices, raw))

    def _row(self, source, raw):
        if source == "department":
            return self.departments.get(raw, raw)
        if source == "category":
            return self.categories.get(raw, raw)
        if source in ("instruction", "notice"):
            rows = getattr(self.issue, f"{source}s").all()
            return next((row for row in rows if row.pk == raw), raw)
        return raw

    def _extra(self, event, public_only):
        data = event.data
        if event.action == "issue_notice" and data.get("number"):
            yield _("督办单编号"), data["number"]
        if event.action == "urge" and data.get("count"):
            yield _("累计催办"), _("第 %(count)s 次") % {"count": data["count"]}
        if former := data.get("former_due_at"):
            yield _("原部门时限"), moment_text(datetime.fromisoformat(former))
        for name, old, new in data.get("moved", ()):
            if name == "promise" or not public_only:
                span = {
                    "old": moment_text(datetime.fromisoformat(old)),
                    "new": moment_text(datetime.fromisoformat(new)),
                }
                yield CLOCKS.get(name, name), _("%(old)s 调整为 %(new)s") % span
