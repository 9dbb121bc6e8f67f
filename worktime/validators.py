"""A State Council notice as JSON: {"year", "papers", "days": [{"name", "date", "isOffDay"}]}; all
that is wrong with it.
"""

import json
import re
from dataclasses import dataclass
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

# A notice rules New Year's holiday too, whose rest and make-up days may lie in the neighbouring
# year.
REACH = timedelta(days=15)
SPACE = re.compile(r"[ \t\r\n]*")


@dataclass(frozen=True)
class Notice:
    year: int
    papers: tuple[str, ...]
    days: dict[date, tuple[str, bool]]  # {date: (name, is_workday)}


def read_notice(content):
    """(data, lines) of a file's bytes: the JSON value and the line on which each entry of "days"
    begins.

    Raises ValidationError naming line and column.
    """
    try:
        text = content.decode("utf-8-sig")
        return json.loads(text), _day_lines(text)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise ValidationError(
            _("第 %(line)s 行：文件不是 UTF-8 编码。") % {"line": line}
        ) from error
    except json.JSONDecodeError as error:
        raise ValidationError(
            _("第 %(line)s 行第 %(column)s 列：不是有效的 JSON（%(reason)s）。")
            % {"line": error.lineno, "column": error.colno, "reason": error.msg}
        ) from error
    except RecursionError as error:
        raise ValidationError(_("文件嵌套过深，不是节假日安排文件。")) from error


def check_notice(data, lines=()):
    """The Notice in `data`; `lines` as read_notice gives them. Raises ValidationError with every
    error at once.
    """
    if not isinstance(data, dict):
        raise ValidationError(_("文件内容应为一个对象，含 year、papers、days 三项。"))
    missing = [key for key in ("year", "papers", "days") if key not in data]
    if missing:
        raise ValidationError([_("缺少“%(key)s”。") % {"key": key} for key in missing])
    errors = _head_errors(data)
    if errors:
        raise ValidationError(errors)
    if not data["days"]:
        raise ValidationError(
            _("%(year)s 年节假日安排尚未公布（days 为空），未作任何更改。") % {"year": data["year"]}
        )
    days, errors, seen = {}, [], {}
    for number, entry in enumerate(data["days"], 1):
        wrong = _entry_error(entry, data["year"]) or _repeated(entry, seen, number)
        if wrong:
            errors.append(_place(number, lines) + wrong)
        else:
            days[date.fromisoformat(entry["date"])] = (entry["name"].strip(), not entry["isOffDay"])
    if errors:
        raise ValidationError(errors)
    return Notice(data["year"], tuple(data["papers"]), days)


def _head_errors(data):
    year, papers, errors = data["year"], data["papers"], []
    if type(year) is not int or not 1949 <= year <= 2200:
        errors.append(_("“year”应为四位年份整数，现为 %(value)s。") % {"value": _shown(year)})
    if not isinstance(papers, list) or not all(_is_address(paper) for paper in papers):
        errors.append(_("“papers”应为通知网址的列表，现为 %(value)s。") % {"value": _shown(papers)})
    if not isinstance(data["days"], list):
        errors.append(_("“days”应为列表，现为 %(value)s。") % {"value": _shown(data["days"])})
    return errors


def _is_address(value):
    return isinstance(value, str) and re.fullmatch(r"https?://\S+", value) is not None


def _entry_error(entry, year):
    if not isinstance(entry, dict):
        return _("应为对象，现为 %(value)s。") % {"value": _shown(entry)}
    missing = [key for key in ("name", "date", "isOffDay") if key not in entry]
    if missing:
        return _("缺少 %(keys)s。") % {"keys": "、".join(missing)}
    name = entry["name"]
    if not isinstance(name, str) or not 0 < len(name.strip()) <= 40:
        return _("“name”应为 1 至 40 字的名称，现为 %(value)s。") % {"value": _shown(name)}
    if not isinstance(entry["isOffDay"], bool):
        return _("“isOffDay”应为 true 或 false，现为 %(value)s。") % {
            "value": _shown(entry["isOffDay"])
        }
    return _date_error(entry["date"], year)


def _date_error(value, year):
    try:
        # fromisoformat alone would also take 20270101 and 2027-W01-1.
        if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
            raise ValueError
        day = date.fromisoformat(value)
    except ValueError:
        return _("“date”应为 YYYY-MM-DD 形式的真实日期，现为 %(value)s。") % {
            "value": _shown(value)
        }
    if not date(year, 1, 1) - REACH <= day <= date(year, 12, 31) + REACH:
        return _("日期 %(date)s 不在 %(year)s 年内（前后至多相差 15 天）。") % {
            "date": value,
            "year": year,
        }
    return None


def _repeated(entry, seen, number):
    first = seen.setdefault(entry["date"], number)
    if first != number:
        return _("日期 %(date)s 与第 %(first)s 条重复。") % {"date": entry["date"], "first": first}
    return None


def _place(number, lines):
    if len(lines) >= number:
        return _("第 %(number)s 条（第 %(line)s 行）：") % {
            "number": number,
            "line": lines[number - 1],
        }
    return _("第 %(number)s 条：") % {"number": number}


def _shown(value):
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else text[:60] + "…"


def _day_lines(text):
    """Lines of the entries of the top-level "days" in valid JSON; empty where there is none."""
    at = _skip(text, 0)
    if text[at] != "{":
        return []
    lines, decoder = [], json.JSONDecoder()
    at = _skip(text, at + 1)
    while text[at] != "}":
        key, at = decoder.raw_decode(text, at)
        at = _skip(text, _skip(text, at) + 1)
        if key == "days" and text[at] == "[":
            lines = _entry_lines(text, at, decoder)
        at = _next(text, decoder.raw_decode(text, at)[1])
    return lines


def _entry_lines(text, at, decoder):
    lines, at = [], _skip(text, at + 1)
    while text[at] != "]":
        lines.append(text.count("\n", 0, at) + 1)
        at = _next(text, decoder.raw_decode(text, at)[1])
    return lines


def _next(text, at):
    at = _skip(text, at)
    return _skip(text, at + 1) if text[at] == "," else at


def _skip(text, at):
    return SPACE.match(text, at).end()
