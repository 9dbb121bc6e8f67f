"""督查通报: composed from the same queries as the pages, kept with the table that reproduces it,
numbered and sent when the office issues it.
"""

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts import roles
from accounts.models import User
from cockpit import dates, rates
from cockpit.models import Circular, Letterhead, RankingRule, RateSnapshot
from directory.models import Sequence
from issues import statistics
from issues.choices import COLOUR
from issues.models import Category, Notice
from notifications import services as messages
from worktime import clock
from worktime.services import current_calendar

KIND, DRAFT_KIND = "cockpit.circular", "cockpit.draft"
PERIODS = {Circular.Kind.WEEKLY: dates.WEEK, Circular.Kind.MONTHLY: dates.MONTH}
LETTERHEAD = ("head", "code", "notice_code", "issuer", "addressee", "copied_to")


class Refused(Exception):
    """The deed does not stand; the sentence says why."""


def keep(start, end, as_of, by=None, now=None):
    """Stores the table of rates of this period as it stands at `as_of`."""
    rule = RankingRule.objects.valid_at(as_of)
    return RateSnapshot.objects.create(
        start=start,
        end=end,
        as_of=as_of,
        rule=rule,
        data=rates.table(start, end, as_of, rule),
        taken_at=now or timezone.now(),
        taken_by=by,
    )


def compose(kind, start, end, as_of):
    """What a circular says beside the rates, as plain data."""
    begin, finish = dates.moments(start, end)
    last = dates.moments(*dates.before(PERIODS[kind], start))
    topics = statistics.topics(begin, finish, as_of)
    return {
        "flow": statistics.flow(begin, finish, as_of),
        "before": statistics.flow(*last, as_of),
        "topics": _topics(topics),
        "notices": statistics.notices(begin, finish, as_of),
        "named": [
            {
                "notice": row.number,
                "issue": row.issue.number,
                "title": row.issue.title,
                "department": row.department.name,
                "answered": bool(row.answered_at and row.answered_at <= as_of),
            }
            for row in statistics.named(begin, finish, as_of)
        ],
        "overdue": _overdue(as_of),
    }


def _topics(counted):
    names = Category.objects.in_bulk([pk for pk, _number in counted if pk])
    tenths = rates.shares([number for _pk, number in counted])
    return [
        {
            "code": names[pk].code if pk else "",
            "name": names[pk].name if pk else "",
            "name_en": names[pk].name_en if pk else "",
            "count": number,
            "tenths": tenths[position],
        }
        for position, (pk, number) in enumerate(counted)
    ]


def _overdue(as_of):
    calendar = current_calendar()
    rows = list(statistics.overdue_at(as_of))
    colours = _highest([row.issue_id for row in rows], as_of)
    return [
        {
            "issue": row.issue.number,
            "title": row.issue.title,
            "department": row.department.name,
            "department_en": row.department.name_en,
            "due_at": row.due_at.isoformat(),
            "days": clock.workdays_between(
                calendar, timezone.localdate(row.due_at), timezone.localdate(as_of)
            ),
            "colour": colours.get(row.issue_id, ""),
        }
        for row in rows
    ]


def _highest(issues, as_of):
    """{issue pk: the highest colour it had been sent by then}."""
    levels = [code for code, _label in COLOUR]
    found = {}
    sent = Notice.objects.filter(issue__in=issues, issued_at__lte=as_of, withdrawn_at=None)
    for issue, colour in sent.values_list("issue", "colour"):
        if issue not in found or levels.index(colour) > levels.index(found[issue]):
            found[issue] = colour
    return found


def draft(kind, day, by=None, now=None):
    """(circular, created): the draft of the week or month that holds `day`, composed anew; issued
    ones are left as they are.
    """
    now = now or timezone.now()
    start, end = dates.around(PERIODS[kind], day)
    if start > timezone.localdate(now):
        raise Refused(_("这一期还没有开始，没有可通报的内容。"))
    with transaction.atomic():
        found = Circular.objects.select_for_update().filter(kind=kind, start=start).first()
        if found is not None and found.status == Circular.Status.ISSUED:
            return found, False
        letterhead = Letterhead.objects.get()
        # A period that is over is judged by what is known when the draft is made.
        as_of = now
        values = {
            "data": compose(kind, start, end, as_of),
            "letterhead": {name: getattr(letterhead, name) for name in LETTERHEAD},
            "drafted_at": now,
        }
        if found is None:
            return _first_draft(kind, start, end, as_of, by, values, letterhead), True
        former = found.snapshot
        found.snapshot = keep(start, end, as_of, by, now)
        for name, value in values.items():
            setattr(found, name, value)
        found.save()
        former.delete()
        return found, False


def _first_draft(kind, start, end, as_of, by, values, letterhead):
    return Circular.objects.create(
        kind=kind,
        start=start,
        end=end,
        title=_title(kind, start, end),
        requirements=letterhead.requirements,
        snapshot=keep(start, end, as_of, by, values["drafted_at"]),
        **values,
    )


def _title(kind, start, end):
    with translation.override("zh-hans"):
        if kind == Circular.Kind.MONTHLY:
            said = {"year": start.year, "month": start.month}
            return _("关于%(year)s年%(month)s月企业诉求办理情况的通报") % said
        said = {"year": start.year, "start": _day(start), "end": _day(end)}
        return _("关于%(year)s年%(start)s至%(end)s企业诉求办理情况的通报") % said


def _day(day):
    return _("%(month)d月%(day)d日") % {"month": day.month, "day": day.day}


def revise(circular, *, title, requirements):
    """The office's own words on a draft."""
    with transaction.atomic():
        row = Circular.objects.select_for_update().get(pk=circular.pk)
        _refuse_issued(row)
        row.title, row.requirements = title, requirements
        row.save(update_fields=["title", "requirements"])
    return row


def _refuse_issued(circular):
    if circular.status != Circular.Status.DRAFT:
        raise Refused(_("通报已印发，不能再改；有误的请另发更正。"))


def issue(circular, by, papers, now=None):
    """Numbers a draft, keeps its Word and PDF (`papers(circular)` → (docx, pdf) as bytes) and tells
    whom it concerns. The composed figures are those of the draft: what was previewed is issued.
    """
    now = now or timezone.now()
    with transaction.atomic():
        row = Circular.objects.select_for_update().select_related("snapshot").get(pk=circular.pk)
        _refuse_issued(row)
        row.year = timezone.localdate(now).year
        row.serial = Sequence.take("circular", row.year)
        row.status, row.issued_by, row.issued_at = Circular.Status.ISSUED, by, now
        word, pdf = papers(row)
        name = f"{row.kind}-{row.start:%Y%m%d}"
        row.word.save(f"{name}.docx", ContentFile(word), save=False)
        row.pdf.save(f"{name}.pdf", ContentFile(pdf), save=False)
        row.save()
        _tell(KIND, row, _concerned(row), now, exclude=by)
    return row


def _concerned(circular):
    """The heads of every department the table or the lists name, the leaders, and the office."""
    codes = {row["code"] for row in circular.snapshot.data["departments"]}
    names = {row["department"] for row in (*circular.data["overdue"], *circular.data["named"])}
    named = Q(department__code__in=codes) | Q(department__name__in=names)
    heads = named & Q(groups__name=roles.HEAD)
    office = Q(groups__name__in=[roles.LEADER, roles.COORDINATOR])
    people = User.objects.filter(heads | office).values("pk")
    return list(User.objects.filter(is_active=True, pk__in=people))


def _tell(kind, circular, people, now, exclude=None):
    messages.post(
        kind=kind,
        recipients=people,
        data={"circular": circular.pk, "title": circular.title, "number": circular.number},
        dedupe_key=f"cockpit:circular:{circular.pk}:{kind}",
        urgent=False,
        now=now,
        exclude=exclude,
    )


def draft_due(now=None):
    """Drafts last week's and last month's circular on their first working day, once, and tells the
    office; how many were drafted.
    """
    now, drafted = now or timezone.now(), 0
    calendar, today = current_calendar(), timezone.localdate(now)
    for kind, period in PERIODS.items():
        first = dates.around(period, today)[0]
        # A week without a working day has its own first one only in the next.
        working = clock.shift_workdays(calendar, first, 0)
        if now < clock.opening(calendar, working):
            continue
        start, _end = dates.before(period, today)
        if Circular.objects.filter(kind=kind, start=start).exists():
            continue
        try:
            with transaction.atomic():
                row, created = draft(kind, start, now=now)
                office = User.objects.filter(is_active=True, groups__name=roles.COORDINATOR)
                _tell(DRAFT_KIND, row, list(office), now)
                drafted += created
        except IntegrityError:
            continue  # another process has just drafted it
    return drafted
