"""The usual course of the sample's projects: entered, sponsored, planned, moved from stage to
stage, each on its day and by the services of the portal.
"""

from datetime import date, timedelta
from decimal import Decimal

from hangu.sample.almanac import BEGIN
from hangu.sample.curves import yuan
from hangu.sample.sketches import KEY, OF_STAGE, UNKNOWN
from ledgers.dates import Day
from projects import choices, planning, services, stages, visiting
from projects.models import KeyProject, MaturityItem, MaturityMark, PlanYear

DAY = timedelta(days=1)
ENTERED, SPONSORED, PLANNED, MET, MOVED = 10, 160, 250, 290, 330
TITLES = {"leader": "管委会副主任", "leader_b": "管委会副主任", "principal": "管委会主任"}
NO_PLAN = {
    "before": ("推进前期，暂不安排年度投资", "办理前期手续。"),
    "paused": ("停缓建，复工后另行安排", "落实融资，争取复工。"),
    "after": ("工程已竣工，不再安排投资", "抓好投产和达产。"),
}
SOURCE = "示例·年度重点项目名单"


class Life:
    """Puts one project's days into the story; what lies after the anchor has not happened yet."""

    def __init__(self, story, sketch, curve, order):
        self.story, self.sketch, self.curve, self.order = story, sketch, curve, order
        self.row, self.key = sketch.row, sketch.key
        self.planner = story.users["planner"]
        self.handler = story.users[f"handler_{self.row['lead']}"]

    @property
    def project(self):
        return self.story.projects[self.key]

    def tell(self):
        self.on(self.sketch.enter, ENTERED + self.order * 3, self.create)
        if "sponsor" in self.row:
            self.on(self.sketch.enter, SPONSORED + self.order, self.sponsor)
            if self.reshuffled_on:
                self.on(self.reshuffled_on, SPONSORED, self.reshuffle)
        self.plan()
        for move in self.sketch.later_moves:
            self.step(move)
        for day, length in self.row.get("opened", ()):
            if self.read(day) > self.sketch.enter:
                self.on(self.read(day), MOVED + 30, self.open_road, day, length)

    def on(self, day, minutes, deed, *given):
        self.story.add(day, minutes, deed, *given)

    def read(self, text):
        return self.story.almanac.read(text)

    # Entering

    def create(self, now):
        self.story.projects[self.key] = services.create(
            user=self.planner,
            values=self.values(),
            days=list(self.days()),
            road=self.road(),
            now=now,
            is_sample=True,
        )
        KeyProject.objects.filter(pk=self.project.pk).update(created_at=now)
        marks = [
            MaturityMark(project=self.project, item=self.story.maturity[code], met_on=self.read(on))
            for code, on in self.row.get("mature", {}).items()
            if self.read(on) <= self.story.almanac.today
        ]
        MaturityMark.objects.bulk_create(marks)
        self.story.permits(self.sketch, self.project, now)

    def values(self):
        row, sketch = self.row, self.sketch
        stage, total = sketch.begins_as, sketch.total
        entered = self.entered_on()
        owner = self.story.enterprises.get(row.get("owner"))
        has_code = "filing" in sketch.met or stage in stages.STARTED_OR_LATER
        values = {
            "stage": stage,
            "nature": sketch.nature,
            "level": sketch.level,
            "category": row.get("category", "infrastructure"),
            "name": row["name"],
            "code": f"2301-130272-89-00-{900000 + self.order:06d}" if has_code else None,
            "industry": self.story.industries.get(row.get("industry")),
            "park": self.story.parks.get(row.get("park")),
            "place": row.get("place", "") or self.story.place_of(row),
            "owner_name": owner.name if owner else row.get("owner_name", ""),
            "contact_name": f"示例·{'李王张刘陈杨赵黄周吴'[self.order % 10]}工",
            "contact_phone": f"138000030{self.order:02d}",
            "investor_origin": row.get("origin", "hebei"),
            "total_investment": total,
            "total_investment_text": row.get("total_text", ""),
            "fixed_assets": total and yuan(self.curve.total * 85 // 100),
            "carried_investment": yuan(self.curve.carried()) if self.curve.carried() else None,
            "land_mu": Decimal(row["land"]) if "land" in row else None,
            "content": row["content"],
            "lead_department": self.story.departments[row["lead"]],
            "listed_on": date(2023, 1, 13) if sketch.is_listed else None,
            "source_doc": SOURCE,
            "is_public": stage not in stages.COMMERCIAL or sketch.is_listed,
        }
        if entered is not None and entered <= sketch.enter:
            values |= {"stat_entered_on": entered, "stat_code": f"示例-{self.order:04d}"}
        if sketch.moves[0].to == stages.PLANNING:
            start = sketch.met.get("start") or sketch.planned["start"].day
            next_year = self.story.almanac.today.year + 1
            values |= {"planned_year": start.year if start else next_year}
            values |= {"reserve_on": sketch.moves[0].on}
        return values | self.shape()

    def shape(self):
        found = {}
        if "scale" in self.row:
            number, unit = self.row["scale"]
            found |= {"scale_value": Decimal(number), "scale_unit": unit}
        if "line" in self.row:
            found["geometry"] = {"type": "LineString", "coordinates": self.row["line"]}
        elif "at" in self.row:
            found["geometry"] = {"type": "Point", "coordinates": self.row["at"]}
        return found | ({"location_type": "area"} if "geometry" in found else {})

    def entered_on(self):
        """When statistics took it in: within the month of its start, where nothing else is said."""
        if "entered" in self.row:
            return self.read(self.row["entered"])
        start = self.sketch.met.get("start")
        return start and self.story.almanac.worked(start + timedelta(days=24))

    def days(self):
        """(milestone, planned Day, actual Day) as they are known when it is entered. What lies
        between the key dates is noted at once.
        """
        for code, _label in choices.MILESTONE:
            met = self.sketch.met.get(code)
            known = met is not None and (code not in KEY or met <= self.sketch.enter)
            if known or code in self.sketch.planned:
                planned = self.sketch.planned.get(code, UNKNOWN)
                yield code, planned, Day(met, "") if known else UNKNOWN

    def road(self):
        if "road" not in self.row:
            return None
        given = dict(self.row["road"])
        for name in ("length_km", "width_m"):
            given[name] = Decimal(given[name])
        for day, length in self.row.get("opened", ()):
            if self.read(day) <= self.sketch.enter:
                given |= {"opened_km": Decimal(length), "opened_on": self.read(day)}
        return given

    # Sponsors and plans

    @property
    def reshuffled_on(self):
        """When another leader took over, where that is part of the story."""
        day = (
            self.story.almanac.worked(self.read(self.row["former"][1]))
            if "former" in self.row
            else None
        )
        return day if day and day > self.sketch.enter else None

    def sponsor(self, now):
        leader, begun = self.row["sponsor"], self.sketch.enter
        if self.reshuffled_on:
            leader = self.row["former"][0]
        if self.sketch.is_listed:
            begun = date(2023, 1, 13)
        self.assign(leader, begun, "", now)

    def reshuffle(self, now):
        self.assign(
            self.row["sponsor"],
            self.reshuffled_on,
            "领导分工调整，包联安排相应调整。",
            now,
        )

    def assign(self, leader, since, reason, now):
        # Roads and district projects are visited when there is a reason to.
        quota = 0 if self.sketch.level == "district" else 1
        visiting.assign(
            project=self.project,
            user=self.planner,
            values={
                "leader": self.story.users[leader],
                "leader_title": TITLES[leader],
                "lead_department": self.story.departments[self.row["lead"]],
                "task_force": f"{self.row['name'].removeprefix('示例·')}工作专班"[:100],
                "officer": self.handler,
                "visit_quota": quota,
                "since": since,
                "reason": reason,
            },
            members=[self.story.departments[code] for code in self.row.get("members", ())],
            now=now,
        )

    def plan(self):
        """A plan a year: those before the project was entered are copied, the others issued."""
        if not self.sketch.is_listed and not self.curve.base:
            return
        for year in range(BEGIN.year, self.last_plan() + 1):
            day = self.plan_day(year)
            if day.year < self.sketch.enter.year:
                if self.sketch.is_listed:
                    self.on(self.sketch.enter, PLANNED, self.copy_plan, year, day)
                continue
            self.on(day, PLANNED, self.save_plan, year, day)
            if "revised" in self.row and year == self.revised_year:
                self.on(date(year, 6, 18), PLANNED, self.revise_plan, year)

    def last_plan(self):
        """The year of production, where the works are finished; else the present one."""
        met, sketch = self.sketch.met, self.sketch
        if "finish" not in met:
            return self.story.almanac.today.year
        planned = sketch.planned.get("operation", UNKNOWN).day
        last = met.get("operation") or planned or met["finish"]
        return min(last.year, self.story.almanac.today.year)

    def plan_day(self, year):
        """In January; before the start, where the project starts in that very month."""
        day = self.story.almanac.worked(date(year, 1, 14))
        if year == self.sketch.enter.year:
            return max(day, self.sketch.enter)
        start = self.sketch.met.get("start")
        if start and start.year == year and start <= day:
            return self.story.almanac.worked(start - DAY)
        return day

    def plan_values(self, year, day, revised=False):
        annual = self.curve.annual(year)
        values = {"category": self.year_category(year), "approved_on": day}
        if self.sketch.stage_on(day) == stages.PAUSED:
            annual = None
        if annual is None:
            text, tasks = NO_PLAN[self.no_plan(year, day)]
            return values | {"annual_plan_text": text, "key_tasks": tasks}
        if "revised" in self.row and not revised and year == self.revised_year:
            annual = annual * 6 // 5
        return values | {
            "annual_plan": yuan(annual),
            "cumulative": self.curve.cumulative(year, annual),
            "key_tasks": self.story.tasks_of(self.sketch, self.curve, year),
        }

    @property
    def revised_year(self):
        return self.story.almanac.month.year - 1

    def no_plan(self, year, day):
        """Why there is none."""
        if self.sketch.stage_on(day) == stages.PAUSED:
            return "paused"
        start = self.sketch.met.get("start")
        return "after" if start and start.year < year else "before"

    def year_category(self, year):
        start, finish = self.sketch.met.get("start"), self.sketch.finish_on
        if start is None or start.year > year:
            return "reserve"
        if start.year == year:
            return "starting"
        return "finishing" if finish and finish.year <= year else "continuing"

    def copy_plan(self, now, year, day):
        PlanYear.objects.create(
            project=self.project,
            year=year,
            entered_by=self.planner,
            entered_at=now,
            **self.plan_values(year, day),
        )

    def save_plan(self, now, year, day):
        planning.save_plan(
            project=self.project,
            user=self.planner,
            year=year,
            values=self.plan_values(year, day),
            now=now,
        )

    def revise_plan(self, now, year):
        """What was issued in January was a fifth more."""
        day = self.story.almanac.worked(date(year, 6, 18))
        values = self.plan_values(year, day, revised=True)
        values["reason"] = self.row["revised"]
        planning.save_plan(
            project=self.project, user=self.planner, year=year, values=values, now=now
        )

    # Moving

    def step(self, move):
        code = OF_STAGE.get(move.to)
        if code:
            self.on(move.on, MET, self.meet, code, move)
        self.on(move.on, MOVED, self.move, move)
        if move.to == stages.STARTED:
            entered = self.entered_on()
            if entered:
                self.on(entered, MET, self.enter_statistics, entered)
            if move.override:
                self.on(move.on + timedelta(days=14), MET, self.give_contract)
        if move.to == stages.PAUSED:
            self.review_monthly(move.on)

    def give_contract(self, now):
        self.story.papers.give(self.project, self.handler, "contract", now)

    def meet(self, now, code, move):
        if move.to == stages.STARTED and not move.override:
            self.give_contract(now)
        milestone = self.project.milestones.get_or_create(code=code)[0]
        kind = {"start": "photo", "finish": "acceptance"}.get(code, code)
        self.story.papers.give(self.project, self.handler, kind, now, milestone=milestone)
        planning.record_actual(
            project=self.project, user=self.handler, code=code, actual_on=move.on, now=now
        )

    def move(self, now, move):
        services.move(
            project=self.project,
            user=self.planner,
            target=move.to,
            reason=move.reason,
            override=move.override,
            pause_reason=move.cause,
            review_on=move.on + timedelta(days=28) if move.to == stages.PAUSED else None,
            now=now,
        )

    def review_monthly(self, paused_on):
        day = paused_on + timedelta(days=27)
        while day <= self.story.almanac.today:
            self.on(day, MET, self.review_pause)
            day = self.story.almanac.worked(day) + timedelta(days=27)

    def review_pause(self, now):
        services.review_pause(
            project=self.project,
            user=self.planner,
            note="与企业核对融资进展，贷款尚在审批，维持停缓建，现场看护正常。",
            review_on=now.date() + timedelta(days=28),
            now=now,
        )

    def enter_statistics(self, now, day):
        services.change(
            project=self.project,
            user=self.planner,
            values={"stat_entered_on": day, "stat_code": f"示例-{self.order:04d}"},
            now=now,
        )

    def open_road(self, now, day, length):
        opened = {"opened_km": Decimal(length), "opened_on": self.read(day)}
        services.change(project=self.project, user=self.planner, values={}, road=opened, now=now)


def maturity():
    return {row.code: row for row in MaturityItem.objects.all()}
