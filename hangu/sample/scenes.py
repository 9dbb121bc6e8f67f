"""What happens to the sample's projects beside the usual course: approvals, changed dates, visits
and the problems raised on them, as scenes.toml tells them.
"""

from datetime import timedelta

from hangu.sample.almanac import DAY, shifted
from hangu.sample.sketches import chance
from issues import services as loop
from issues.actors import Actor
from issues.models import Category
from projects import permitting, planning, stages, visiting
from projects.models import ApprovalStep, ApprovalStop
from worktime import clock

APPLIED, DONE, STOPPED, ASKED, DECIDED, VISITED = 40, 95, 130, 200, 260, 75
# Months of visits before the running one; in each, part of a leader's projects are seen.
VISIT_MONTHS = 5
AT_THE_END = ("acceptance", "completion_filing")
BEFORE = (stages.NEGOTIATING, stages.SIGNED, stages.PREPARING)


class Permits:
    """The finished round of approvals of a project, entered as it is taken over."""

    def __init__(self, story):
        self.story, self.almanac = story, story.almanac

    def __call__(self, sketch, project, now):
        kind = sketch.row.get("permits")
        if kind is None:
            return
        table, start = self.story.scenes["permits"][kind], sketch.met["start"]
        finish = sketch.met.get("finish")
        steps = []
        for code, days in table.items():
            since = finish if code in AT_THE_END else start
            day = since and self.almanac.worked(since + timedelta(days=days))
            if day and day <= self.almanac.today:
                steps.append(self.decided(sketch, project, code, day))
            else:
                steps.append(self.step(project, code))
        for code, reason in self.story.scenes["waived"].get(kind, {}).items():
            steps.append(self.step(project, code, required=False, waived_reason=reason))
        stored = ApprovalStep.objects.bulk_create(steps)
        ApprovalStop.objects.bulk_create(
            self.publicity(step) for step in stored if step.item.code == "environment"
        )

    def step(self, project, code, **values):
        item = self.story.items[code]
        return ApprovalStep(
            project=project,
            item=item,
            authority=item.authority,
            statutory_days=item.statutory_days,
            committed_days=item.committed_days,
            **values,
        )

    def decided(self, sketch, project, code, day):
        """Faster than promised as a rule, now and then a day or two slower."""
        item, calendar = self.story.items[code], self.almanac.calendar
        taken = max(1, item.committed_days * (60 + chance(sketch.key, code) % 50) // 100)
        stopped = 5 if code == "environment" else 0
        accepted = clock.shift_workdays(calendar, day, -taken - stopped)
        submitted = clock.shift_workdays(calendar, accepted, -1 - chance(sketch.key, code) % 2)
        target = clock.shift_workdays(calendar, accepted, item.committed_days + stopped)
        return self.step(
            project,
            code,
            submitted_on=submitted,
            accepted_on=accepted,
            decided_on=day,
            original_target=target,
            current_target=target,
            doc_no=self.paper_no(day, sketch, code),
            valid_until=self.valid_until(item, day),
        )

    def paper_no(self, day, sketch, code):
        return f"示例〔{day.year}〕{1 + chance(sketch.key, code, 'paper') % 180}号"

    def valid_until(self, item, day):
        """Of what is used up by the start of the works no end is kept."""
        if not item.valid_months or item.valid_months < 24:
            return None
        until = shifted(day.replace(day=1), item.valid_months)
        return until if until > self.almanac.today + timedelta(days=90) else None

    def publicity(self, step):
        calendar = self.almanac.calendar
        since = clock.shift_workdays(calendar, step.accepted_on, 2)
        until = clock.shift_workdays(calendar, since, 5)
        note = "环境影响报告表受理公示。"
        return ApprovalStop(step=step, since=since, until=until, reason_code="publicity", note=note)


class Scenes:
    def __init__(self, story, lives):
        self.story, self.lives, self.almanac = story, lives, story.almanac
        self.planner = story.users["planner"]

    def tell(self):
        for row in self.story.scenes["steps"]:
            self.approval(row)
        for row in self.story.scenes["changes"]:
            self.change(row)
        for leader in ("leader", "leader_b", "principal"):
            self.visits(leader)
        for row in self.story.scenes["problems"]:
            self.problem(row)

    # Approvals

    def approval(self, row):
        """Each day is entered when it comes; what was before the project is entered with it."""
        life, read, values = self.lives[row["project"]], self.almanac.read, {}
        begun = life.sketch.enter
        if "target" in row:
            values["original_target"] = read(row["target"])
        for name in ("submitted", "accepted", "decided"):
            if name not in row:
                break
            day = self.almanac.worked(read(row[name]))
            values = values | {f"{name}_on": day} | self.paper(row, name, day)
            if day > begun:
                minutes = DONE if name == "decided" else APPLIED
                self.story.add(day, minutes, self.enter, row, values)
        if "waived" in row:
            values = {"required": False, "waived_reason": row["waived"]}
        if row.get("decided", row.get("submitted")) is None or day <= begun:
            since = shifted(self.almanac.today.replace(day=1), -2)
            self.story.add(max(since, begun), APPLIED + 270, self.enter, row, values)
        for since, until, reason, note in row.get("stops", ()):
            since, until = self.almanac.worked(read(since)), until and read(until)
            if since <= begun:
                continue
            self.story.add(since, STOPPED, self.stop, row, since, reason, note)
            if until:
                until = self.almanac.worked(until)
                self.story.add(until, APPLIED - 10, self.resume, row, until)

    def paper(self, row, name, day):
        if name != "decided":
            return {}
        number = 1 + chance(row["project"], row["item"]) % 180
        valid = self.almanac.read(row.get("valid", ""))
        return {"doc_no": f"示例〔{day.year}〕{number}号", "valid_until": valid}

    def enter(self, now, row, values):
        life, item = self.lives[row["project"]], self.story.items[row["item"]]
        permitting.save_step(
            project=life.project, user=life.handler, item=item, values=values, now=now
        )

    def step_of(self, row, name="item"):
        return ApprovalStep.objects.get(
            project=self.lives[row["project"]].project, item__code=row[name]
        )

    def stop(self, now, row, since, reason, note):
        user = self.lives[row["project"]].handler
        step = self.step_of(row)
        permitting.stop(step=step, user=user, since=since, reason_code=reason, note=note, now=now)

    def resume(self, now, row, until):
        user = self.lives[row["project"]].handler
        permitting.resume(step=self.step_of(row), user=user, until=until, now=now)

    # Dates

    def change(self, row):
        self.story.add(self.almanac.read(row["asked"]), ASKED, self.ask, row)

    def ask(self, now, row):
        project = self.lives[row["project"]].project
        subject = {"step": self.step_of(row, "step")} if "step" in row else {}
        if "milestone" in row:
            subject = {"milestone": project.milestones.get(code=row["milestone"])}
        wanted = planning.request_change(
            project=project,
            user=self.story.users[row["by"]],
            new_on=self.almanac.read(row["new"]),
            reason_code=row["cause"],
            reason=row["reason"],
            now=now,
            **subject,
        )
        if decided := row.get("decided"):
            day = self.almanac.read(decided["on"])
            self.story.add(day, DECIDED, self.decide, wanted, decided)

    def decide(self, now, wanted, decided):
        planning.decide_change(
            wanted=wanted,
            user=self.story.users[decided["by"]],
            decision=decided["decision"],
            reason=decided.get("reason", ""),
            now=now,
        )

    # Visits

    def visits(self, name):
        """Part of the leader's projects every month, in the running one as far as it has gone."""
        mine = [
            life
            for life in self.lives.values()
            if life.row.get("sponsor") == name and life.sketch.level != "district"
        ]
        this_month = self.almanac.today.replace(day=1)
        for number in range(-VISIT_MONTHS, 1):
            month = shifted(this_month, number)
            seen = [life for life in mine if chance(life.key, month.month, name) % 5 < 2]
            for life in seen[:3]:
                day = self.almanac.worked(
                    month + timedelta(days=2 + chance(life.key, month.month) % 24)
                )
                if max(month, life.sketch.enter + DAY) <= day <= self.almanac.base:
                    self.story.add(day, VISITED + life.order, self.visit, life, name, day)

    def visit(self, now, life, name, day, **given):
        words, number = self.story.scenes["visits"], chance(life.key, day.month)
        stage = life.sketch.stage_on(day)
        phase = "during" if stage in (stages.STARTED, stages.BUILDING) else "after"
        said = words["before" if stage in BEFORE else phase]
        findings, decisions = said[number % len(said)]
        values = {
            "visited_on": day,
            "place": "项目现场",
            "attendees": words["attendees"],
            "findings": findings,
            "decisions": decisions,
        } | given.pop("values", {})
        return visiting.visit(
            project=life.project,
            user=life.handler if number % 3 else self.story.users[name],
            leader=self.story.users[name],
            values=values,
            now=now,
            **given,
        )

    def problem(self, row):
        self.story.add(self.almanac.date(row["day"]), VISITED + 60, self.find, row)

    def find(self, now, row):
        contact, phone = row["contact"]
        row["visit"], row["issue"] = self.visit(
            now,
            self.lives[row["project"]],
            row["leader"],
            self.almanac.date(row["day"]),
            values={"findings": row["findings"], "decisions": row["decisions"]},
            problem={
                "title": row["title"],
                "description": row["description"],
                "contact_name": contact,
                "contact_phone": phone,
            },
        )
        for position, (after, step) in enumerate(self.walk(row)):
            day = self.almanac.date(row["day"] - after)
            self.story.add(day, 30 + 45 * position, self.take, row, *step)

    def walk(self, row):
        """[(working days after the visit, (action, actor, data))] of the loop's steps."""
        handler = f"handler_{row['department']}"
        assignment = {
            "category": Category.objects.get(code=row["category"]),
            "priority": "normal",
            "lead_department": self.story.departments[row["department"]],
            "co_departments": [],
        }
        contact = {"method": "phone", "note": "已与企业联系人电话沟通，约定现场查看时间。"}
        steps = [(1, ("assign", "coordinator", assignment))]
        if row["walk"] != "assigned":
            steps += [(1, ("sign", handler, {})), (1, ("contact", handler, contact))]
        if row["walk"] == "closed":
            reply = {"outcome": "solved", "public_reply": row["reply"]}
            rating = {"rating": "satisfied", "reason": ""}
            steps += [
                (4, ("resolve", handler, reply)),
                (5, ("rate", "enterprise", rating)),
                (6, ("close", "coordinator", {"note": "现场核实，企业确认，同意销号。"})),
            ]
        return steps

    def take(self, now, row, action, actor, data):
        row["issue"] = loop.perform(
            issue=row["issue"],
            action=action,
            actor=Actor.of(self.story.users[actor]),
            now=now,
            **data,
        )
