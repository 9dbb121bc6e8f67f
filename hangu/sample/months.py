"""The sample's monthly reports: those of older months written as they stand today, those of the
last three by the portal's services, with what is still under way.
"""

from decimal import Decimal

from hangu.sample.almanac import shifted
from hangu.sample.curves import yuan
from hangu.sample.sketches import chance
from projects import oddities, reporting, snapshots, stages
from projects.models import ProgressReport
from worktime import clock

Status = ProgressReport.Status
RECENT = 3
SENT, VERIFIED, RETURNED, CORRECTED = 30, 150, 200, 240
# Said where nothing else is written.
USUAL = {
    "stalled": "冬季低温和春节假期停工，按计划节后复工。",
    "falling": "按监理核定数据调整。",
    "over_total": "概算调整正在报批。",
    "unstarted": "系前期费用，不含土建投资。",
}


class Months:
    """`lives`: {project: Life}."""

    def __init__(self, story, lives):
        self.story, self.lives, self.almanac = story, lives, story.almanac
        self.rule = reporting.rule_at(self.almanac.today)
        self.count = 0

    def tell(self):
        recent = self.almanac.months[-RECENT:]
        for month in self.almanac.months:
            closing = self.almanac.closing_of(month)
            if closing.date() < self.almanac.today:
                self.story.add_at(closing, self.close, month, month not in recent)
        for month in recent:
            self.story.add_at(self.almanac.locking_of(month), self.lock, month)
            for life in self.lives.values():
                if life.sketch.owed(month):
                    self.report(life, month)
        early = shifted(self.almanac.month, 1)
        for key in self.story.scenes["early"]["projects"]:
            if key in self.lives:
                moment = self.almanac.nth(early, 1, SENT)
                self.story.add_at(moment, self.save, self.lives[key], early, True)
        for row in self.story.scenes["corrections"]:
            if row["project"] in self.lives:
                self.correct(row)

    def close(self, now, month, older):
        """What is reported by then counts; the lights are judged."""
        if older:
            self.write(month)
        snapshots.take(now=now)

    def lock(self, now, month):
        reporting.lock_month(month, now)

    # Older months

    def write(self, month):
        rows = [
            self.finished(life, month) for life in self.lives.values() if life.sketch.owed(month)
        ]
        ProgressReport.objects.bulk_create(rows)
        self.count += len(rows)

    def finished(self, life, month):
        """An unsaved report as it is after its lock: now and then a day or two late."""
        number = 1 + chance(life.key, month) % self.rule.due_workdays
        if chance(life.key, month, "late") % 29 == 0:
            number = self.rule.due_workdays + 1 + number % 2
        sent = self.almanac.nth(month, number, SENT + chance(life.key, month) % 300)
        verified = self.almanac.nth(month, number + 1, VERIFIED + life.order)
        return ProgressReport(
            project=life.project,
            month=month,
            status=Status.LOCKED,
            counts=True,
            reported_by=life.handler,
            reported_at=sent,
            late_days=max(0, number - self.rule.due_workdays),
            verified_by=life.planner,
            verified_at=verified,
            locked_at=max(self.almanac.locking_of(month), verified),
            **self.figures(life, month),
        )

    def figures(self, life, month):
        """Every figure and word of a month, with its oddities and what is said to them."""
        curve, script = life.curve, life.curve.scripts.get(month, {})
        amount, started = curve.of(month), self.has_started(life, month)
        image, plan = self.words(life, month, started)
        found = self.odd(life, month)
        said = {**USUAL, **life.row.get("explain", {})}
        needed = [said[code] for code in found if code in oddities.EXPLAINED or code in said]
        values = {
            "month_invested": yuan(amount),
            "funds_in_month": yuan(amount * (90 + chance(life.key, month, "funds") % 41) // 1000)
            * 10,
            "stat_ytd": curve.stat(month, life.entered_on()),
            "physical_percent": curve.physical(month),
            "image_progress": image,
            "workers": self.workers(amount, month) if started else None,
            "next_plan": plan,
            "explanation": script.get("explanation") or "\n".join(needed),
            "oddities": found,
        }
        return values

    def has_started(self, life, month):
        start = life.sketch.met.get("start")
        return start is not None and reporting.first_of(start) <= month

    def words(self, life, month, started):
        if not started:
            return self.story.scenes["looks"]["before"]
        done, shown = life.curve.physical(month), None
        for percent, image, plan in self.story.scenes["looks"][life.sketch.look]:
            if done >= percent:
                shown = image, plan
        return shown

    def workers(self, amount, month):
        """People on site by what is spent, fewer in the frost."""
        frost = {1: 4, 2: 3, 12: 7}.get(month.month, 10)
        return max(6, min(260, int(amount) // 14 * frost // 10))

    def odd(self, life, month):
        curve, sketch = life.curve, life.sketch
        stage = sketch.stage_on(shifted(month, 1))
        if stage not in stages.STARTED_OR_LATER and self.has_started(life, month):
            stage = stages.STARTED
        before = [curve.of(shifted(month, -n)) for n in (1, 2)]
        known = sketch.owed(shifted(month, -1)) and month > self.almanac.first
        annual = curve.annual(month.year)
        return oddities.found(
            oddities.Month(
                stage=stage,
                invested=yuan(curve.of(month)),
                ytd=yuan(curve.ytd(month)),
                total=yuan(curve.until(month)),
                annual_plan=yuan(annual) if annual is not None else None,
                total_investment=sketch.total,
                stat_ytd=curve.stat(month, life.entered_on()),
                physical=curve.physical(month),
                last_physical=curve.physical(shifted(month, -1)) if known else None,
                before=tuple(map(Decimal, before)),
                month=month,
                started_on=sketch.met.get("start"),
            ),
            gap_percent=self.rule.gap_percent,
            over_total_percent=self.rule.over_total_percent,
            idle_months=self.rule.idle_months,
        )

    # The last months

    def report(self, life, month):
        script = life.curve.scripts.get(month, {})
        state = script.get("state", "verified")
        if state == "missing":
            return
        number = 1 + chance(life.key, month) % (self.rule.due_workdays - 1)
        minutes = SENT + chance(life.key, month) % 90 + life.order
        sent = self.almanac.nth(month, number, minutes)
        self.story.add_at(sent, self.save, life, month, state != "draft")
        if state == "verified":
            seen = self.almanac.nth(month, number + 1, VERIFIED + life.order)
            self.story.add_at(seen, self.verify, life, month)
        elif state == "returned":
            seen = self.almanac.nth(month, number + 1, RETURNED + life.order)
            self.story.add_at(seen, self.send_back, life, month, script["reason"])

    def save(self, now, life, month, send):
        values = self.figures(life, month)
        report = reporting.save(
            project=life.project, user=life.handler, month=month, values=values, send=send, now=now
        )
        if life.curve.scripts.get(month, {}).get("photo"):
            self.story.papers.give(life.project, life.handler, "photo", now, report=report)
        self.count += 1

    def verify(self, now, life, month):
        report = ProgressReport.objects.open().get(project=life.project, month=month)
        reporting.verify(report=report, user=life.planner, now=now)

    def send_back(self, now, life, month, reason):
        report = ProgressReport.objects.open().get(project=life.project, month=month)
        reporting.send_back(report=report, user=life.planner, reason=reason, now=now)

    def correct(self, row):
        life, month = self.lives[row["project"]], self.almanac.back(row["back"])
        moment = self.almanac.nth(shifted(month, 1), 3, CORRECTED)
        self.story.add_at(moment, self.take_correction, life, month, row)
        if row["verified"]:
            seen = clock.due_after_minutes(self.almanac.calendar, moment, 60)
            self.story.add_at(seen, self.verify, life, month)

    def take_correction(self, now, life, month, row):
        """The next version of a month that counts, sent on the same day."""
        report = reporting.begin_correction(
            project=life.project, user=life.handler, month=month, reason=row["reason"], now=now
        )
        values = {"month_invested": report.month_invested - yuan(row["less"])}
        reporting.save(
            project=life.project, user=life.handler, month=month, values=values, send=True, now=now
        )
        self.count += 1
