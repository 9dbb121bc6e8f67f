import json
from datetime import datetime, time, timedelta

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from directory.models import Department
from issues import statistics

COLUMNS = "total with_deadline on_time late overdue_open no_deadline on_time_rate".split()


class Command(BaseCommand):
    help = (
        "Cases by department: those due in a period, as they stood at a moment. Example: "
        "manage.py issue_stats --by department --from 2026-01-01 --to 2026-03-31 --json"
    )

    def add_arguments(self, parser):
        parser.add_argument("--by", choices=["department"], default="department")
        parser.add_argument("--from", dest="start", metavar="DATE", help="due on or after")
        parser.add_argument("--to", dest="end", metavar="DATE", help="due on or before")
        parser.add_argument("--as-of", metavar="ISO", help="a day (its beginning) or a moment")
        parser.add_argument("--json", action="store_true")

    def handle(self, *, start, end, as_of, **options):
        start, end = self._day("--from", start), self._day("--to", end)
        as_of = self._moment(as_of) if as_of else timezone.now()
        found = table(_begin(start), _begin(end and end + timedelta(days=1)), as_of)
        if options["json"]:
            self.stdout.write(json.dumps(found, ensure_ascii=False))
            return
        for row in [*found["departments"], {"department": _("合计")} | found["all"]]:
            cells = " ".join(f"{name}={row[name]}" for name in COLUMNS)
            self.stdout.write(f"{row['department']} {cells}")

    def _day(self, option, text):
        try:
            day = parse_date(text) if text else None
        except ValueError:
            day = None
        if text and day is None:
            said = {"option": option, "text": text}
            raise CommandError(_("%(option)s 应为日期，如 2026-01-01：%(text)s") % said)
        return day

    def _moment(self, text):
        try:
            day = parse_date(text)
            moment = _begin(day) if day else parse_datetime(text)
        except ValueError:
            moment = None
        if moment is None:
            raise CommandError(_("--as-of 应为日期或时刻：%(text)s") % {"text": text})
        return moment if moment.tzinfo else timezone.make_aware(moment)


def _begin(day):
    return day and timezone.make_aware(datetime.combine(day, time.min))


def table(start, end, as_of):
    """{"departments": [{"department", *COLUMNS}], "all": {*COLUMNS}}; the rate is a fraction with
    4 decimals, None where nothing was due.
    """
    found = statistics.cases(start, end, as_of)
    undated = statistics.without_deadline(start, end, as_of)
    rows = []
    for department in Department.objects.filter(pk__in={*found, *undated}):
        counts = found[department.pk]["unit"] if department.pk in found else {}
        row = _row(counts, undated.get(department.pk, 0))
        if row["total"]:
            rows.append({"department": department.name} | row)
    whole = {name: sum(row[name] for row in rows) for name in COLUMNS if name != "on_time_rate"}
    return {"departments": rows, "all": whole | {"on_time_rate": _rate(whole)}}


def _row(counts, undated):
    row = {name: counts.get(name, 0) for name in statistics.JUDGED}
    row["with_deadline"] = sum(row.values()) + counts.get("pending", 0)
    row |= {"no_deadline": undated, "total": row["with_deadline"] + undated}
    return row | {"on_time_rate": _rate(row)}


def _rate(row):
    due = sum(row[name] for name in statistics.JUDGED)
    return round(row["on_time"] / due, 4) if due else None
