"""Projects made by the real deeds: entered, planned, reported, moved through their gates."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from django.core.files.uploadedfile import SimpleUploadedFile

from ledgers.dates import Day, read_date
from projects import permitting, planning, reporting, services, stages, visiting
from projects.models import ApprovalItem, StageGate
from tests.factories import NOW, SHANGHAI

CODE = "2211-130272-89-01-{:06d}"


def at(year, month, day, hour=10):
    return datetime(year, month, day, hour, tzinfo=SHANGHAI)


def wan(amount):
    """万元 as yuan."""
    return Decimal(amount) * 10_000


def pdf(name="佐证.pdf"):
    return SimpleUploadedFile(name, b"%PDF-1.4 example")


def day(given):
    """A ledgers Day of a date, of words or of nothing."""
    return Day(given, "") if isinstance(given, date) else read_date(given)


class Works:
    """Takes deeds as the persona who usually takes them, at `now`."""

    def __init__(self, people, departments):
        self.people, self.departments = people, departments
        self.now, self.made = NOW, 0

    @property
    def today(self):
        return self.now.date()

    def person(self, name):
        return self.people[name] if isinstance(name, str) else name

    def land(self, by):
        """A project that a signed deal becomes."""
        return services.create(user=by, values={"name": "示例落地项目"}, right="land", now=self.now)

    def project(self, stage="planning", *, days=None, road=None, by="planner", now=None, **values):
        """A project entered at a stage; `days`: {milestone: (planned, actual)}, dates or words."""
        self.made += 1
        values = {
            "name": f"示例玻璃深加工项目{self.made}",
            "level": "city",
            "nature": "filing",
            "category": "industry",
            "lead_department": self.departments["zj"],
            "stage": stage,
        } | values
        return services.create(
            user=self.person(by),
            values=values,
            days=[(code, day(plan), day(met)) for code, (plan, met) in (days or {}).items()],
            road=road,
            now=now or self.now,
        )

    def deed(self, function, project, *, by="planner", now=None, **given):
        return function(project=project, user=self.person(by), now=now or self.now, **given)

    def change(self, project, **values):
        return self.deed(services.change, project, values=values)

    def move(self, project, target, **given):
        return self.deed(services.move, project, target=target, **given)

    def pause(self, project, **given):
        usual = {"reason": "资金链断裂。", "pause_reason": "funds", "now": self.now}
        usual["review_on"] = (given.get("now") or self.now).date() + timedelta(days=30)
        return self.move(project, stages.PAUSED, **usual | given)

    def plan(self, project, year, amount, *, now=None, **values):
        usual = {
            "category": "continuing",
            "annual_plan": amount,
            "approved_on": (now or self.now).date(),
        }
        return self.deed(planning.save_plan, project, now=now, year=year, values=usual | values)

    def planned(self, project, **days):
        given = {code: day(value) for code, value in days.items()}
        return self.deed(planning.save_milestones, project, planned=given)

    def actual(self, project, code, actual_on=None, *, files=None, **given):
        files = [pdf()] if files is None else files
        actual_on = actual_on or (given.get("now") or self.now).date()
        return self.deed(
            planning.record_actual, project, code=code, actual_on=actual_on, files=files, **given
        )

    def ask(self, project, milestone=None, *, new_on, by="handler", **given):
        """A request for another date of a milestone (by its code) or of a `step`."""
        row = project.milestones.get(code=milestone) if milestone else None
        usual = {"reason_code": "land", "reason": "征地尚未完成。"}
        return self.deed(
            planning.request_change, project, by=by, milestone=row, new_on=new_on, **usual | given
        )

    def decide(self, wanted, decision="approve", *, by="planner", reason="", now=None):
        return planning.decide_change(
            wanted=wanted,
            user=self.person(by),
            decision=decision,
            reason=reason,
            now=now or self.now,
        )

    def step(self, project, code, **values):
        item = ApprovalItem.objects.get(code=code)
        given = {name: values.pop(name) for name in ("by", "now", "files") if name in values}
        return self.deed(permitting.save_step, project, item=item, values=values, **given)

    def decided(self, project, code, accepted_on=None, decided_on=None, **values):
        accepted_on = accepted_on or self.today
        decided_on = decided_on or self.today
        return self.step(project, code, accepted_on=accepted_on, decided_on=decided_on, **values)

    def draft(self, project, month, amount=None, *, by="handler", now=None, send=False, **values):
        """A month's report of this amount (yuan), kept or sent."""
        given = {name: values.pop(name) for name in ("files", "seen") if name in values}
        values = {"month_invested": amount, "explanation": "已核对。"} | values
        given |= {"month": month, "values": values, "send": send}
        return self.deed(reporting.save, project, by=by, now=now, **given)

    def report(self, project, month, amount=None, *, verifier="planner", **given):
        """Sent, and verified by the office: from now on it counts."""
        now = given.get("now") or self.now
        row = self.draft(project, month, amount, send=True, **given)
        return self.verify(row, by=verifier, now=now)

    def verify(self, row, *, by="planner", now=None):
        return reporting.verify(report=row, user=self.person(by), now=now or self.now)

    def send_back(self, row, *, by="planner", reason="数字与台账不符。", now=None):
        return reporting.send_back(
            report=row, user=self.person(by), reason=reason, now=now or self.now
        )

    def correct(self, project, month, amount, *, now=None, reason="多报一笔。", **values):
        """The next version, sent but not yet verified."""
        self.deed(
            reporting.begin_correction, project, by="handler", month=month, reason=reason, now=now
        )
        return self.draft(project, month, amount, send=True, now=now, **values)

    def discard(self, project, month, *, by="handler", now=None):
        return self.deed(reporting.discard, project, by=by, month=month, now=now)

    def sponsor(self, project, leader="leader", *, members=(), now=None, department="zj", **values):
        usual = {
            "leader": self.person(leader),
            "lead_department": self.departments[department],
            "since": (now or self.now).date(),
        }
        return self.deed(visiting.assign, project, now=now, values=usual | values, members=members)

    def visit(self, project, *, by="leader", leader="leader", visited_on=None, **given):
        values = {
            "visited_on": visited_on or (given.get("now") or self.now).date(),
            "findings": "设备安装按计划进行。",
        } | given.pop("values", {})
        leader = self.person(leader)
        return self.deed(visiting.visit, project, by=by, leader=leader, values=values, **given)

    def meet(self, project, gate):
        """Takes the deed that one gate, as (kind, key), asks for."""
        kind, key = gate
        project = fresh(project)
        if kind == "field":
            self.change(project, **{key: self.facts(project)[key]})
        elif kind == "actual":
            self.actual(project, key)
        elif kind == "planned":
            self.planned(project, **{key: self.today + timedelta(days=200)})
        elif kind == "approval":
            self.decided(project, key)
        elif kind == "document":
            self.deed(services.add_documents, project, kind=key, uploads=[pdf()])
        elif kind == "sponsor":
            self.sponsor(project)
        elif kind == "plan":
            self.plan(project, self.today.year, wan(5000))
        else:
            self.report(project, reporting.last_month(self.today.replace(day=1)), wan(300))

    def facts(self, project):
        """What the fields that gates ask for usually hold."""
        return {
            "total_investment": wan(20_000),
            "owner_name": "示例蓝天玻璃有限公司",
            "content": "年产一万吨玻璃。",
            "code": CODE.format(project.pk),
            "lead_department": self.departments["zj"],
            "stat_entered_on": self.today,
        }

    def walk(self, target, **values):
        """From 谋划 through every gate on its way to `target`."""
        project = self.project(**values)
        for stage in stages.way_of(project.nature)[1:]:
            if project.stage == target:
                break
            project = self.advance(project, stage)
        return project

    def advance(self, project, stage):
        for gate in gates_of(project, stage, self.today):
            self.meet(project, gate)
        return self.move(fresh(project), stage)


def gates_of(project, stage, today):
    """[(kind, key)] of the rows in force."""
    return list(StageGate.objects.applying_to(project, stage, today).values_list("kind", "key"))


def fresh(row):
    return type(row).objects.get(pk=row.pk)
