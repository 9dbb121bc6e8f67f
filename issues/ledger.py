"""Foreign work orders: a CSV of another system and a mapping of its columns and words to ours.

The whole file is read and checked before the first row is stored; one unreadable row refuses it.
"""

import csv
import io
import tomllib
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from zlib import crc32
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.dateparse import parse_datetime
from django.utils.text import slugify
from django.utils.translation import gettext as _

from directory.models import Department
from issues import services, workflow
from issues.models import Category

COLUMNS = (
    "client_reference title description category department status received_at due_at closed_at "
    "source_verdict"
).split()
NEEDED = ("client_reference", "department", "status", "received_at")
# A tracked issue needs its next report, a merged one the issue it joined: a file has neither.
UNREACHABLE = (workflow.TRACKING, workflow.MERGED)
SETTLED = (workflow.RESOLVED, workflow.CONFIRMED, workflow.CLOSED)
TITLE, DESCRIPTION, REFERENCE = 120, 5000, 100


@dataclass(frozen=True)
class Mapping:
    """`source` names the system in our rows; `columns` ours → the file's heading; `statuses` the
    file's words → ours; `timezone` that of the file's times.
    """

    source: str
    timezone: ZoneInfo
    columns: dict
    statuses: dict


@dataclass
class Orders:
    """What a file says: `rows` ready for services.take_over, `wrong` as (line, reasons)."""

    rows: list = field(default_factory=list)
    wrong: list = field(default_factory=list)


def read_mapping(content):
    """The Mapping of a TOML file; ValidationError says everything that is wrong with it."""
    try:
        told = tomllib.loads(content.decode("utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ValidationError(_("对照文件不是有效的 TOML：%(why)s") % {"why": error}) from error
    problems, columns = [], told.get("columns") or {}
    statuses = told.get("statuses") or {}
    for name in sorted(set(columns) - set(COLUMNS)):
        problems.append(_("[columns] 中不认识的名称：%(name)s") % {"name": name})
    for name in NEEDED:
        if not columns.get(name):
            problems.append(_("[columns] 缺少 %(name)s。") % {"name": name})
    for word, status in statuses.items():
        if status not in workflow.STATUSES or status in UNREACHABLE:
            said = {"word": word, "status": status}
            problems.append(_("[statuses] 中“%(word)s”不能对应 %(status)s。") % said)
    try:
        zone = ZoneInfo(told.get("timezone", "Asia/Shanghai"))
    except (ZoneInfoNotFoundError, ValueError, TypeError):
        zone = None
        problems.append(_("不认识的时区：%(zone)s") % {"zone": told.get("timezone")})
    if problems:
        raise ValidationError(problems)
    return Mapping(str(told.get("source") or _("外部工单"))[:40], zone, columns, statuses)


def read_orders(content, mapping):
    """Orders of a CSV file (UTF-8 or GB 18030); ValidationError when it is no table at all."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = content.decode("gb18030")
        except UnicodeDecodeError as error:
            raise ValidationError(_("文件编码无法识别，请另存为 UTF-8 的 CSV。")) from error
    reader = csv.DictReader(io.StringIO(text, newline=""))
    headings = reader.fieldnames or []
    if missing := [name for name in mapping.columns.values() if name not in headings]:
        raise ValidationError(_("文件中没有列：%(names)s") % {"names": "、".join(missing)})
    orders, seen, categories = Orders(), Counter(), _categories()
    for row in reader:
        reading = _Reading(mapping, row, categories)
        order = reading.order()
        seen[order["reference"]] += 1
        if seen[order["reference"]] > 1 and order["reference"]:
            reading.wrong(_("编号 %(number)s 重复。") % {"number": order["reference"]})
        if reading.problems:
            orders.wrong.append((reader.line_num, reading.problems))
        orders.rows.append(order)
    return orders


def _categories():
    found = {}
    for row in Category.objects.all():
        found |= {row.code: row, row.name: row, row.name_en: row}
    return found


class _Reading:
    """One row being read; collects everything that is wrong with it."""

    def __init__(self, mapping, row, categories):
        self.mapping, self.row, self.categories = mapping, row, categories
        self.problems = []

    def wrong(self, reason):
        self.problems.append(reason)

    def text(self, name):
        value = self.row.get(self.mapping.columns.get(name)) or ""
        if "\x00" in value:
            self.wrong(_("“%(column)s”含有不可见字符。") % {"column": self._heading(name)})
        return value.strip()

    def _heading(self, name):
        return self.mapping.columns[name]

    def moment(self, name):
        text = self.text(name)
        if not text:
            return None
        try:
            parsed = parse_datetime(text) or datetime.fromisoformat(text)
        except ValueError:
            said = {"column": self._heading(name), "text": text}
            self.wrong(_("“%(column)s”不是可识别的时间：%(text)s") % said)
            return None
        return parsed if parsed.tzinfo else parsed.replace(tzinfo=self.mapping.timezone)

    def status(self):
        word = self.text("status")
        found = self.mapping.statuses.get(word, word)
        if found not in workflow.STATUSES or found in UNREACHABLE:
            self.wrong(_("状态“%(word)s”在对照文件中没有对应。") % {"word": word})
        return found

    def order(self):
        category, title = self.text("category"), self.text("title")
        title, description = title or category, self.text("description")
        if len(title) > TITLE:
            title, description = title[:TITLE], f"{title}\n{description}".strip()
        order = {
            "reference": self.text("client_reference"),
            "title": title,
            "description": description,
            "category": self.categories.get(category) if category else None,
            "department": self.text("department"),
            "status": self.status(),
            "received_at": self.moment("received_at"),
            "due_at": self.moment("due_at"),
            "closed_at": self.moment("closed_at"),
            "source_verdict": self.text("source_verdict"),
        }
        self._check(order)
        return order

    def _check(self, order):
        for name, empty in (("reference", _("没有编号。")), ("department", _("没有部门。"))):
            if not order[name]:
                self.wrong(empty)
        if not order["title"]:
            self.wrong(_("标题和类别都为空。"))
        if order["received_at"] is None and not self.text("received_at"):
            self.wrong(_("没有收到时间。"))
        for name, most in (("description", DESCRIPTION), ("reference", REFERENCE)):
            if len(order[name]) > most:
                self.wrong(_("%(name)s 超过 %(most)d 字。") % {"name": name, "most": most})
        if len(order["department"]) > 100:
            self.wrong(_("部门名称超过 100 字。"))
        self._check_closing(order)

    def _check_closing(self, order):
        closed = order["closed_at"]
        if order["status"] in SETTLED and not self.text("closed_at"):
            self.wrong(_("已办结的没有办结时间。"))
        if order["received_at"] and closed and closed < order["received_at"]:
            self.wrong(_("办结时间早于收到时间。"))


@transaction.atomic
def store(orders, mapping, *, dry_run=False, progress=None):
    """{"new", "changed", "same", "wrong"}: counts of what was (or, dry, would be) stored.

    Raises ValidationError naming every bad line, with nothing stored. `progress(done, all)` is
    called now and then.
    """
    if orders.wrong:
        said = [
            _("第 %(line)d 行：%(why)s") % {"line": line, "why": "".join(reasons)}
            for line, reasons in orders.wrong
        ]
        raise ValidationError(said)
    counts, departments = Counter(new=0, changed=0, same=0, wrong=0), {}
    for position, order in enumerate(orders.rows, 1):
        name = order["department"]
        if name not in departments:
            departments[name] = _department(name)
        done = services.take_over(
            source=mapping.source, **order | {"department": departments[name]}
        )
        counts[done] += 1
        if progress and position % 500 == 0:
            progress(position, len(orders.rows))
    if dry_run:
        transaction.set_rollback(True)
    return dict(counts)


def _department(name):
    """The department of that name or code; an unknown one is kept as one outside the district."""
    found = Department.objects.filter(Q(name=name) | Q(code=name) | Q(name_en=name)).first()
    if found is not None:
        return found
    slug = slugify(name)[:30] or f"{crc32(name.encode()):08x}"
    code, tried = f"ext-{slug}", 1
    while Department.objects.filter(code=code).exists():
        tried += 1
        code = f"ext-{slug}-{tried}"
    return Department.objects.create(
        code=code, name=name, kind=Department.Kind.EXTERNAL, is_active=False, order=900
    )
