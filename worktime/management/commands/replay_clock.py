import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from worktime import clock
from worktime.calendars import WorkCalendar, minute_of_day
from worktime.services import current_calendar

WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# The limit of a "due" case: ten years of whole days; more is a slip of the keyboard, and a long
# search.
MOST_MINUTES = 10 * 366 * 24 * 60


class Command(BaseCommand):
    help = (
        'Answer a list of clock cases, one JSON line each: {"id", "result"} or {"id", "error"}. '
        "A case carries its own calendar (kind due or elapsed: tz, hours, holidays, shifts) or "
        'says "calendar": "portal" (kinds due_days, due and elapsed). '
        "Example: manage.py replay_clock cases.json"
    )

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="FILE.json", help="a JSON list of cases")

    def handle(self, *, file, **options):
        for case in _cases(file):
            self.stdout.write(json.dumps(_answer(case), ensure_ascii=False))


def _cases(file):
    try:
        cases = json.loads(Path(file).read_text("utf-8-sig"), parse_float=Decimal)
    except OSError as error:
        raise CommandError(
            _("无法读取 %(file)s：%(reason)s") % {"file": file, "reason": error.strerror}
        ) from error
    except (ValueError, RecursionError) as error:
        raise CommandError(
            _("%(file)s 不是有效的 JSON：%(reason)s") % {"file": file, "reason": error}
        ) from error
    if not isinstance(cases, list):
        raise CommandError(_("%(file)s 应为用例的列表。") % {"file": file})
    return cases


def _answer(case):
    number = case.get("id") if isinstance(case, dict) else None
    try:
        if not isinstance(case, dict):
            raise ValueError(_("用例应为对象。"))
        return {"id": number} | _result(case)
    except ZoneInfoNotFoundError as error:
        return {"id": number, "error": error.args[0]}
    except KeyError as error:
        return {"id": number, "error": _("缺少“%(key)s”。") % {"key": error.args[0]}}
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        return {"id": number, "error": str(error) or type(error).__name__}


def _result(case):
    if case.get("boundary", "same") != "same":
        raise ValueError(_("“boundary”只支持 same。"))
    portal = case.get("calendar") == "portal"
    calendar, start = current_calendar() if portal else _own_calendar(case), _moment(case["start"])
    pauses = [(_moment(begin), end and _moment(end)) for begin, end in case.get("pauses", ())]
    if case["kind"] == "elapsed":
        end = _moment(case["end"])
        result = clock.elapsed(calendar, start, end, pauses)
    else:
        end = _due(calendar, case, start, pauses)
        result = end.isoformat() if portal else _zulu(end)
    provisional = portal and clock.is_provisional(calendar, start, max(start, end))
    return {"result": result} | ({"provisional": True} if provisional else {})


def _due(calendar, case, start, pauses):
    if case["kind"] == "due_days":
        return clock.due_after_days(
            calendar, start, _number(case["days"], MOST_MINUTES // 1440), pauses
        )
    if case["kind"] not in ("due", "due_minutes"):
        raise ValueError(_("不认识的“kind”：%(kind)s") % {"kind": case["kind"]})
    return clock.due_after_minutes(
        calendar, start, int(_number(case["minutes"], MOST_MINUTES)), pauses
    )


def _number(value, most):
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or not 0 <= value <= most:
        raise ValueError(
            _("期限应为 0 至 %(most)s 的数：%(value)s") % {"most": most, "value": value}
        )
    return value


def _moment(text):
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(_("时间没有时区：%(text)s") % {"text": text})
    return moment


def _zulu(moment):
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _own_calendar(case):
    if unknown := set(case["hours"]) - set(WEEK):
        raise ValueError(_("不认识的星期：%(days)s") % {"days": ", ".join(sorted(unknown))})
    return WorkCalendar(
        tz=ZoneInfo(case["tz"]),
        weekly=tuple(_periods(case["hours"].get(day, ())) for day in WEEK),
        holidays=frozenset(date.fromisoformat(day) for day in case.get("holidays", ())),
        shifts={
            date.fromisoformat(day): _periods(periods)
            for day, periods in case.get("shifts", {}).items()
        },
    )


def _periods(pairs):
    return tuple((minute_of_day(begin), minute_of_day(end)) for begin, end in pairs)
