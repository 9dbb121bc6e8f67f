"""How a story of the sample is written: one step after the other, on days counted back from today.

Day 0 is the last working day that is over at the anchor, day 3 the third working day before it,
day -1 the working day after it. A story's steps follow each other in the hours of a day; `on(day)`
turns to a later one. So a story ends in the same state whatever the anchor's date.
"""

from dataclasses import dataclass, field

# Working minutes after opening; a step an hour or so, with room between for a story's own minute.
HOURS = (25, 85, 150, 245, 315, 385)
CLIENT, OFFICE = "client", "coordinator"


@dataclass(frozen=True)
class Step:
    """`data` holds codes for departments, days (int) for dates and a story's key for `into`."""

    day: int
    hour: int
    actor: str
    action: str
    data: dict


@dataclass
class Story:
    """`topic`: key of topics.toml. `enterprise`: its code in places.py, or a name the directory
    does not know. `by`: who submits; the enterprise's later steps are its own.
    """

    topic: str
    enterprise: str
    lead: str
    category: str
    limit: int  # working days to resolve, of the category
    by: str = CLIENT
    key: str = ""
    status: str = "submitted"
    says_category: bool = True
    email: bool = False
    steps: list = field(default_factory=list)
    day: int = 0
    hour: int = 0

    def on(self, day):
        """The next steps are taken on this day."""
        self.day, self.hour = day, 0
        return self

    def to_be_due(self, day):
        """Begin early enough for the department's time to end on this day."""
        return self.on(day + self.limit).submit()

    def take(self, action, actor, status="", **data):
        if self.hour == len(HOURS):
            self.on(self.day - 1)
        self.steps.append(Step(self.day, self.hour, actor, action, data))
        self.hour += 1
        self.status = status or self.status
        return self

    @property
    def handler(self):
        return f"handler_{self.lead}"

    @property
    def head(self):
        return f"head_{self.lead}"

    @property
    def client(self):
        return self.by if self.by == "enterprise" else CLIENT

    def submit(self):
        return self.take("submit", self.by, "submitted")

    def assign(self, *, lead=None, co=(), priority="normal", by=OFFICE):
        self.lead = lead or self.lead
        given = {"category": self.category, "priority": priority, "co_departments": list(co)}
        return self.take("assign", by, "assigned", lead_department=self.lead, **given)

    def sign(self):
        return self.take("sign", self.handler, "in_progress")

    def contact(self, note="已与企业联系人电话沟通，了解具体情况。", method="phone"):
        return self.take("contact", self.handler, method=method, note=note)

    def begin(self, **assignment):
        """From assignment to the first talk with the enterprise."""
        return self.assign(**assignment).sign().contact()

    def update(self, text, *, visibility="public", by=None):
        return self.take("update", by or self.handler, text=text, visibility=visibility)

    def return_(self, reason):
        return self.take("return", self.handler, reason=reason)

    def rule(self, decision, reason, *, lead=None, by=OFFICE):
        if lead is None:
            return self.take("rule_return", by, decision=decision, reason=reason)
        self.lead = lead
        given = {"decision": decision, "reason": reason, "lead_department": lead}
        return self.take("rule_return", by, "assigned", **given)

    def reassign(self, lead, reason):
        self.lead = lead
        return self.take("reassign", OFFICE, "assigned", lead_department=lead, reason=reason)

    def ask_extension(self, until, reason_code, reason):
        given = {"new_due_on": until, "reason_code": reason_code, "reason": reason}
        return self.take("request_extension", self.handler, **given)

    def decide_extension(self, decision, reason="", *, by=OFFICE):
        return self.take("decide_extension", by, decision=decision, reason=reason)

    def ask_tracking(self, report_on, reason):
        return self.take("request_tracking", self.head, reason=reason, next_report_on=report_on)

    def decide_tracking(self, decision, reason=""):
        status = "tracking" if decision == "approve" else ""
        return self.take("decide_tracking", OFFICE, status, decision=decision, reason=reason)

    def report(self, text, next_on):
        return self.take("report_tracking", self.handler, text=text, next_report_on=next_on)

    def resume(self, note):
        return self.take("resume", self.head, "in_progress", note=note)

    def resolve(self, reply=None, outcome="solved", *, by=None):
        given = {"outcome": outcome} | ({"public_reply": reply} if reply else {})
        return self.take("resolve", by or self.handler, "resolved", **given)

    def rate(self, rating, reason=""):
        status = "in_progress" if rating == "dissatisfied" else "confirmed"
        return self.take("rate", self.client, status, rating=rating, reason=reason)

    def visit(self, *, rating=None, last=False, reason=""):
        """A telephone visit; without a rating nobody answered, and the `last` such ends rating."""
        result = "answered" if rating else "no_answer"
        status = "confirmed" if rating or last else ""
        given = {"result": result, "rating": rating, "reason": reason}
        return self.take("visit", "coordinator_b", status, **given)

    def close(self, note="佐证材料齐全，同意销号。"):
        return self.take("close", OFFICE, "closed", note=note)

    def reopen(self, reason):
        return self.take("reopen", self.client, "in_progress", reason=reason)

    def urge(self, text, *, by=None):
        return self.take("urge", by or self.client, text=text)

    def instruct(self, text, due, *, by="leader_b"):
        return self.take("instruct", by, text=text, due_on=due)

    def answer_instruction(self, text):
        return self.take("answer_instruction", self.head, text=text)

    def notice(self, colour, text):
        return self.take("issue_notice", OFFICE, colour=colour, text=text)

    def answer_notice(self, text):
        return self.take("answer_notice", self.head, text=text)

    def decline(self, reason_code, remedy):
        return self.take("decline", OFFICE, "declined", reason_code=reason_code, remedy=remedy)

    def merge(self, into):
        return self.take("merge", OFFICE, "merged", into=into)

    def withdraw(self, reason):
        return self.take("withdraw", self.client, "withdrawn", reason=reason)
