"""The sample's key projects as they are written in projects.toml, with their days read."""

import tomllib
import zlib
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from ledgers.dates import Day
from ledgers.money import read_amount
from projects import stages

WAN = 10_000
KEY = ("start", "finish", "operation", "capacity")
OF_STAGE = {
    stages.STARTED: "start",
    stages.FINISHED: "finish",
    stages.OPERATING: "operation",
    stages.CAPACITY: "capacity",
}
UNKNOWN = Day(None, "")
# Days from the planned start to what comes before it, shares of the building time to what follows.
BEFORE = {"signing": -270, "registration": -240, "filing": -170, "land": -95, "permit": -12}
DURING = {"topping": Decimal("0.45"), "equipment": Decimal("0.7")}


def tables(name):
    return tomllib.loads(Path(__file__).with_name(name).read_text(encoding="utf-8"))


def chance(key, *salt):
    """A number that looks arbitrary and is always the same for the same words."""
    return zlib.crc32(":".join(map(str, (key, *salt))).encode())


@dataclass(frozen=True)
class Move:
    to: str
    on: date
    reason: str = ""
    cause: str = ""
    override: bool = False


@dataclass
class Sketch:
    """One project. `row`: its table; `moves`: its stages, the oldest first; `planned` and `met`:
    {milestone: Day or date}, `met` also of days that come while the story is told; `finish_on`: the
    day it is finished, or is to be as things stand.
    """

    key: str
    row: dict
    moves: list
    enter: date
    planned: dict = field(default_factory=dict)
    met: dict = field(default_factory=dict)
    finish_on: date | None = None

    @property
    def is_listed(self):
        """Of the 20, or one of the 7 roads: on the list since the district's published year."""
        return "road" in self.row or self.level != "district"

    @property
    def level(self):
        return self.row.get("level", "district")

    @property
    def nature(self):
        return self.row.get("nature", "government")

    @property
    def look(self):
        return self.row.get("look", "road")

    @property
    def total(self):
        """Yuan, or None when the amount is not known."""
        return read_amount(self.row["total"]).yuan if "total" in self.row else None

    @property
    def begins_as(self):
        """The stage it has when it is entered. None is entered as paused or ended: it is moved
        there on the same day.
        """
        reached = [move.to for move in self.moves if move.on <= self.enter] or [self.moves[0].to]
        return next(stage for stage in reversed(reached) if stage in stages.WAY)

    @property
    def later_moves(self):
        reached = [move for move in self.moves if move.on <= self.enter]
        later = [move for move in self.moves if move.on > self.enter]
        if reached and reached[-1].to not in stages.WAY:
            later.insert(0, replace(reached[-1], on=self.enter))
        return later

    def stage_on(self, day):
        """The stage at the end of a day; the first one before everything."""
        reached = [move.to for move in self.moves if move.on <= day]
        return reached[-1] if reached else self.moves[0].to

    def first_on(self, stage):
        """The day it first came to a stage, or None."""
        return next((move.on for move in self.moves if move.to == stage), None)

    def owed(self, month):
        """Whether the month is reported: it was in a reporting stage at its end, or left one."""
        after = (month + timedelta(days=32)).replace(day=1)
        if self.enter >= after:
            return False
        last = after - timedelta(days=1)
        if self.stage_on(last) in stages.REPORTING:
            return True
        before = self.stage_on(max(month - timedelta(days=1), self.enter))
        return before in stages.REPORTING and self.stage_on(last) in stages.COMPLETED


def read_sketches(almanac, changes):
    """{key: Sketch}, in the order of the file. `changes` are those of scenes.toml."""
    approved = {}
    for change in changes:
        if change.get("decided", {}).get("decision") == "approve" and "milestone" in change:
            approved[change["project"], change["milestone"]] = almanac.read(change["new"])
    return {
        key: _sketch(key, row, almanac, approved.get((key, "finish")))
        for key, row in tables("projects.toml").items()
    }


def _sketch(key, row, almanac, new_finish):
    moves = [_move(entry, almanac) for entry in row["life"]]
    entered = almanac.worked(almanac.read(row["enter"])) if "enter" in row else almanac.begin
    sketch = Sketch(key, row, moves, max(entered, almanac.begin))
    sketch.planned = {code: _planned(given, almanac) for code, given in row["plan"].items()}
    _remember(sketch, almanac)
    finish = sketch.planned.get("finish", UNKNOWN).day
    sketch.finish_on = sketch.met.get("finish") or new_finish or finish
    _between(sketch, almanac)
    return sketch


def _move(entry, almanac):
    if isinstance(entry, str):
        to, _space, on = entry.partition(" ")
        entry = {"to": to, "on": on}
    return Move(**entry | {"on": almanac.worked(almanac.read(entry["on"]))})


def _planned(given, almanac):
    if isinstance(given, dict):
        return Day(None, almanac.words(given["text"]))
    return Day(almanac.read(given), given)


def _remember(sketch, almanac):
    """The days that stages tell of, and those that are written out."""
    for code, given in sketch.row.get("done", {}).items():
        sketch.met[code] = almanac.worked(almanac.read(given))
        near = timedelta(days=chance(sketch.key, code) % 12 - 2)
        sketch.planned.setdefault(code, Day(sketch.met[code] + near, ""))
    if "started" in sketch.row:
        sketch.met["start"] = almanac.read(sketch.row["started"])
    for stage, code in OF_STAGE.items():
        if day := sketch.first_on(stage):
            sketch.met[code] = day


def _between(sketch, almanac):
    """The milestones between the key ones, where a start is planned at all."""
    start, finish = sketch.planned.get("start", UNKNOWN).day, sketch.finish_on
    if start is None:
        return
    codes = {**BEFORE}
    if sketch.nature == "government":
        codes = {code: BEFORE[code] for code in ("filing", "land", "permit")}
    began = sketch.met.get("start")
    for code, days in codes.items():
        planned = start + timedelta(days=days)
        if began:
            late = timedelta(days=chance(sketch.key, code) % 9 - 6)
            actual = min(planned + late, began - timedelta(days=3))
            sketch.met.setdefault(code, almanac.worked(actual))
        elif code not in sketch.met:
            ahead = timedelta(days=15 + chance(sketch.key, code) % 40)
            planned = max(planned, almanac.today + ahead)
        sketch.planned.setdefault(code, Day(planned, ""))
    if sketch.look not in ("plant", "building") or finish is None:
        return
    since = began or start
    for code, part in DURING.items():
        planned = start + timedelta(days=int((finish - start).days * part))
        sketch.planned.setdefault(code, Day(planned, ""))
        sway = chance(sketch.key, code) % 20 - 15
        actual = since + timedelta(days=int((finish - since).days * part) + sway)
        until = min(almanac.today, sketch.first_on(stages.PAUSED) or almanac.today)
        if began and actual < until:
            sketch.met.setdefault(code, almanac.worked(actual))
