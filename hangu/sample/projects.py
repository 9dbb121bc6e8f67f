"""Lives the sample's key projects through: every deed of all of them in the order of time, by the
services the portal uses, with the months closed and the lights judged in between.
"""

from django.db.models import Max

from directory.models import Industry, Park
from hangu.sample.acts import Acts
from hangu.sample.almanac import Almanac
from hangu.sample.curves import Curve, by_project
from hangu.sample.lives import Life, maturity
from hangu.sample.months import Months
from hangu.sample.papers import Papers
from hangu.sample.scenes import Permits, Scenes
from hangu.sample.sketches import read_sketches, tables
from hangu.sample.timeline import settle
from notifications.models import Message
from projects import reminders, snapshots
from projects.models import (
    ApprovalBase,
    ApprovalBaseDays,
    ApprovalItem,
    Milestone,
    Plot,
    PlotUse,
)

WEIGHTS = {
    "signing": 5,
    "registration": 5,
    "filing": 10,
    "land": 10,
    "permit": 10,
    "start": 10,
    "topping": 15,
    "equipment": 10,
    "finish": 10,
    "operation": 5,
    "statistics": 5,
    "capacity": 5,
}


class Story(Acts):
    """`departments`, `enterprises`, `users` as in Timeline. `first`: see Almanac."""

    def __init__(self, calendar, anchor, departments, enterprises, users, first=None):
        super().__init__(Almanac(calendar, anchor, first))
        self.departments, self.enterprises, self.users = departments, enterprises, users
        self.scenes = tables("scenes.toml")
        self.industries = {row.code: row for row in Industry.objects.all()}
        self.parks = {row.code: row for row in Park.objects.all()}
        self.maturity = maturity()
        self.projects, self.papers = {}, Papers()
        self.permits = Permits(self)

    def add(self, day, minutes, deed, *given):
        """A deed on a working day; none of before the ledger was opened."""
        if self.almanac.worked(day) >= self.almanac.begin:
            super().add(day, minutes, deed, *given)

    def place_of(self, row):
        park = self.parks.get(row.get("park"))
        if park:
            return park.name
        road = row.get("road")
        return f"{road['begins_at']}至{road['ends_at']}" if road else "汉沽管理区"

    def tasks_of(self, sketch, curve, year):
        """What a year's plan is to reach, in a sentence."""
        start, finish = sketch.met.get("start"), sketch.finish_on
        if start and start.year == year:
            return "办结前期手续，年内开工建设。"
        if finish and finish.year <= year:
            return "完成剩余工程，组织竣工验收。"
        return "按计划推进主体工程和设备安装，完成年度投资。"

    def tell(self):
        """Takes every deed; returns (projects, reports)."""
        mark = Message.objects.aggregate(last=Max("pk"))["last"] or 0
        load_rules(self.scenes, self.departments)
        self.items = {row.code: row for row in ApprovalItem.objects.all()}
        sketches = read_sketches(self.almanac, self.scenes["changes"])
        scripts = by_project(self.scenes["reports"], self.almanac)
        lives = {
            key: Life(self, sketch, Curve(sketch, self.almanac, scripts[key]), order)
            for order, (key, sketch) in enumerate(sketches.items(), 1)
        }
        for life in lives.values():
            life.tell()
        months = Months(self, lives)
        months.tell()
        Scenes(self, lives).tell()
        self.take_all()
        self.end(mark)
        return len(self.projects), months.count

    def end(self, mark):
        """Plots, the lights as they are now, and the reminders of the last morning."""
        load_plots(self.scenes["plots"]["rows"], self)
        for code, weight in WEIGHTS.items():
            rows = Milestone.objects.filter(project__in=self.projects.values(), code=code)
            rows.update(weight=weight)
        snapshots.take(now=self.almanac.anchor)
        *_earlier, morning = self.almanac.openings(0)
        reminders.sweep(now=morning)
        settle(self.almanac, mark)


def load_projects(calendar, anchor, departments, enterprises, users, first=None):
    """Stores the key projects as they stand at `anchor`; returns (projects, reports)."""
    return Story(calendar, anchor, departments, enterprises, users, first).tell()


def load_rules(scenes, departments):
    """Names the authority of every approval item that has none, and the base of 压缩."""
    for item, code in scenes["authorities"].items():
        ApprovalItem.objects.filter(code=item, authority=None).update(authority=departments[code])
    given = scenes["base"]
    if ApprovalBase.objects.filter(name=given["name"]).exists():
        return
    base = ApprovalBase.objects.create(
        name=given["name"],
        name_en=given["name_en"],
        source=given["source"],
        is_default=not ApprovalBase.objects.filter(is_default=True).exists(),
    )
    items = {row.code: row for row in ApprovalItem.objects.all()}
    ApprovalBaseDays.objects.bulk_create(
        ApprovalBaseDays(base=base, item=items[code], days=days)
        for code, days in given["days"].items()
    )


def load_plots(rows, story):
    """The plots with who used them since when; each a rectangle beside its first user."""
    for number, park, area, use, status, users in rows:
        first = story.almanac.read(users[0][1]) if users else None
        plot = Plot.objects.create(
            number=number,
            park=story.parks[park],
            area_mu=area,
            use=use,
            status=status,
            supplied_on=first if status not in ("available", "planned", "requisitioned") else None,
            geometry=rectangle(story.projects[users[0][0]].geometry) if users else None,
            is_sample=True,
        )
        PlotUse.objects.bulk_create(
            PlotUse(
                plot=plot,
                project=story.projects[key],
                since=story.almanac.read(since),
                until=story.almanac.read(until),
            )
            for key, since, until in users
        )


def rectangle(point):
    """A plot's outline around a point, roughly 300 by 250 metres."""
    east, north = point["coordinates"]
    corners = [(-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1)]
    outline = [[round(east + x * 0.0017, 4), round(north + y * 0.0011, 4)] for x, y in corners]
    return {"type": "Polygon", "coordinates": [outline]}
