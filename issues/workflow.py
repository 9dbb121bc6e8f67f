"""The closed loop as one table: which step is legal, from where, by whom, with which fields and
clocks, and who is told.

    submit → submitted → assign → assigned → sign → in_progress → resolve → resolved
                                     ↑                ↓    ↑                    │
                                     └── reassign     tracking    rate, visit ──┤
                                                                  (dissatisfied │→ in_progress)
                                         closed ← close ← confirmed ←───────────┘
                                            └── reopen → in_progress

decline, merge and withdraw end an issue early; 督导通报 (urge, instruct, issue_notice) runs beside.
Buttons, forms, permissions, API actions, messages, the test matrix and docs/loop.md are derived
from STEPS.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from issues.conditions import CONDITIONS, RELATIONS
from issues.wording import WORDING

SUBMITTED, ASSIGNED, IN_PROGRESS, TRACKING = "submitted", "assigned", "in_progress", "tracking"
RESOLVED, CONFIRMED, CLOSED = "resolved", "confirmed", "closed"
DECLINED, MERGED, WITHDRAWN = "declined", "merged", "withdrawn"

# status → (label, stage); stage 0 is "ended early", stage 4 runs beside the others
STATUSES = {
    SUBMITTED: (_("待交办"), 1),
    ASSIGNED: (_("待签收"), 2),
    IN_PROGRESS: (_("办理中"), 3),
    TRACKING: (_("跟踪办理"), 3),
    RESOLVED: (_("待评价"), 5),
    CONFIRMED: (_("待销号"), 6),
    CLOSED: (_("已销号"), 6),
    DECLINED: (pgettext_lazy("状态", "不予受理"), 0),
    MERGED: (pgettext_lazy("状态", "并案"), 0),
    WITHDRAWN: (pgettext_lazy("状态", "撤回"), 0),
}
STAGES = {
    1: _("问题收集"),
    2: _("精准交办"),
    3: _("限时办结"),
    4: _("督导通报"),
    5: _("结果反馈"),
    6: _("问题销号"),
}
WORKING = (ASSIGNED, IN_PROGRESS, TRACKING)
OPEN = (SUBMITTED, *WORKING, RESOLVED, CONFIRMED)
ENDED = (CLOSED, DECLINED, MERGED, WITHDRAWN)
STAYS = None


@dataclass(frozen=True)
class Field:
    """One value a step demands.

    `type` is the API's: text, choice, multichoice, date, datetime, boolean, integer or file.
    """

    name: str
    type: str = "text"
    required: bool = True
    choices: str = ""  # key of issues.choices.CHOICES, or rows: department, category, ...
    public: bool = False  # the enterprise reads it on its tracking page


@dataclass(frozen=True)
class Step:
    """`by`: role → relation it must have to the issue; `to`: outcome → status (None: it stays)."""

    action: str
    sources: tuple
    to: Mapping
    by: Mapping
    fields: tuple
    needs: tuple  # conditions of issues/conditions.py
    starts: tuple  # clocks that begin
    stops: tuple  # clocks that are met
    tells: tuple  # audiences of issues/audiences.py
    public: bool  # shown to the enterprise

    @property
    def label(self):
        return WORDING[self.action][0]

    @property
    def effect(self):
        return WORDING[self.action][1]


def req(name, kind="text", choices="", public=False):
    return Field(name, kind, True, choices, public)


def opt(name, kind="text", choices="", public=False):
    return Field(name, kind, False, choices, public)


def step(action, sources, to, by, *fields, needs="", starts="", stops="", tells="", public=False):
    """A row of the table; several words of one column are written in one string."""
    sources = (sources,) if isinstance(sources, str) else sources
    to = to if isinstance(to, Mapping) else {"": to}
    words = [tuple(column.split()) for column in (needs, starts, stops, tells)]
    return Step(action, sources, to, by, fields, *words, public)


ANY_ONE = dict.fromkeys(
    "anonymous enterprise handler department_head coordinator leader promoter planner".split(),
    "any",
)
LEAD = {"handler": "lead", "department_head": "lead"}
LEAD_OR_CO = {"handler": "lead_or_co", "department_head": "lead_or_co"}
RESOLVERS = {"department_head": "lead", "handler": "lead_and_allowed"}
HEAD = {"department_head": "lead"}
OFFICE = {"coordinator": "any"}
OFFICE_OR_LADDER = {"coordinator": "any", "system": "any"}
ENTERPRISE = {"enterprise": "submitter", "anonymous": "submitter"}
SUBMITTER = ENTERPRISE | {"submitter": "any"}  # whoever filed it: issues/facts.py
EXTENSION = {"coordinator": "decides_first_extension", "leader": "decides_second_extension"}
LEADER = {"leader": "any"}
SYSTEM = {"system": "any"}
RATED = {"satisfied": CONFIRMED, "basically_satisfied": CONFIRMED, "dissatisfied": IN_PROGRESS}
VISITED = RATED | {"not_rated": CONFIRMED, "no_answer": STAYS}

FILES = opt("attachments", "file", public=True)
NEW_LEAD = req("lead_department", "choice", "department", True)
CATEGORY = req("category", "choice", "category", True)
DECISION = req("decision", "choice", "decision", True)
REASON, WHY = req("reason"), req("reason", public=True)
MAY_SAY_WHY = opt("reason", public=True)
TEXT = req("text")
REPORT_ON = req("next_report_on", "date", public=True)
RATING = req("rating", "choice", "rating", True)
SOLVED = opt("solved", "choice", "solved", True)

# fmt: off
_TABLE = (
    step("submit", (), SUBMITTED, ANY_ONE,
         req("kind", "choice", "kind", True), req("title", public=True),
         req("description", public=True), req("enterprise", public=True), req("contact_name"),
         req("contact_phone"), opt("contact_email"), opt("category", "choice", "category", True),
         opt("project"), opt("client_reference"), FILES,
         starts="promise", tells="coordinators submitter", public=True),
    step("decline", SUBMITTED, DECLINED, OFFICE,
         req("reason_code", "choice", "decline_reason", True), req("remedy", public=True), FILES,
         stops="promise", tells="submitter", public=True),
    step("merge", (SUBMITTED, ASSIGNED, IN_PROGRESS), MERGED, OFFICE, req("into", public=True),
         stops="promise unit", tells="submitter lead", public=True),
    step("withdraw", (SUBMITTED, *WORKING), WITHDRAWN, SUBMITTER, WHY, FILES,
         stops="promise unit", tells="coordinators lead", public=True),
    step("assign", SUBMITTED, ASSIGNED, OFFICE,
         NEW_LEAD, opt("co_departments", "multichoice", "department", True), CATEGORY,
         req("priority", "choice", "priority", True),
         starts="promise unit sign contact co", tells="lead co submitter", public=True),
    step("reassign", WORKING, ASSIGNED, OFFICE, NEW_LEAD, REASON, FILES,
         starts="unit sign contact", tells="lead former_lead submitter", public=True),
    step("sign", ASSIGNED, IN_PROGRESS, LEAD, stops="sign", tells="submitter", public=True),
    step("return", (ASSIGNED, IN_PROGRESS), STAYS, LEAD, REASON, FILES,
         needs="no_return_pending return_window_open not_returned_before", tells="coordinators"),
    step("rule_return", (ASSIGNED, IN_PROGRESS), {"uphold": ASSIGNED, "deny": STAYS}, OFFICE,
         req("decision", "choice", "ruling"),
         opt("lead_department", "choice", "department", True), REASON, FILES,
         needs="return_pending", tells="lead applicant"),
    step("contact", IN_PROGRESS, STAYS, LEAD,
         req("method", "choice", "contact_method", True), opt("contacted_at", "datetime"),
         opt("note"), FILES, stops="contact", public=True),
    step("update", (IN_PROGRESS, TRACKING), STAYS, LEAD_OR_CO,
         req("text", public=True), req("visibility", "choice", "visibility"), FILES,
         tells="watchers"),
    step("request_extension", IN_PROGRESS, STAYS, LEAD,
         req("new_due_on", "date"), req("reason_code", "choice", "extension_reason"), REASON, FILES,
         needs="no_return_pending no_extension_pending extension_left extension_in_time",
         tells="extension_decider"),
    step("decide_extension", IN_PROGRESS, STAYS, EXTENSION, DECISION, MAY_SAY_WHY, FILES,
         needs="extension_pending no_return_pending",
         tells="applicant lead submitter", public=True),
    step("request_tracking", IN_PROGRESS, STAYS, HEAD, REASON, req("next_report_on", "date"), FILES,
         needs="no_tracking_pending no_return_pending", tells="coordinators"),
    step("decide_tracking", IN_PROGRESS, {"approve": TRACKING, "deny": STAYS},
         {"coordinator": "not_applicant"}, DECISION, MAY_SAY_WHY, FILES,
         needs="tracking_pending no_return_pending", tells="applicant lead submitter", public=True),
    step("report_tracking", TRACKING, STAYS, LEAD, req("text", public=True), REPORT_ON, FILES,
         tells="coordinators submitter", public=True),
    step("resume", TRACKING, IN_PROGRESS, HEAD | OFFICE, opt("note"), FILES,
         tells="lead coordinators submitter", public=True),
    step("resolve", (IN_PROGRESS, TRACKING), RESOLVED, RESOLVERS,
         req("outcome", "choice", "outcome", True), req("public_reply", public=True), FILES,
         needs="co_answered no_return_pending", starts="rating", stops="unit promise contact",
         tells="submitter coordinators", public=True),
    step("rate", RESOLVED, RATED, ENTERPRISE, RATING, SOLVED, MAY_SAY_WHY, FILES,
         stops="rating", tells="lead head coordinators", public=True),
    step("visit", RESOLVED, VISITED, {"coordinator": "not_handling"},
         req("result", "choice", "visit_result"), opt("rating", "choice", "rating"),
         opt("solved", "choice", "solved"), opt("reason"), FILES,
         needs="not_tried_today", stops="rating", tells="lead head", public=True),
    step("close", CONFIRMED, CLOSED, {"coordinator": "not_resolver"}, opt("note"), FILES,
         tells="submitter lead", public=True),
    step("reopen", CLOSED, IN_PROGRESS, ENTERPRISE | OFFICE, WHY, FILES,
         needs="reopen_window_open", starts="promise unit contact",
         tells="lead head coordinators", public=True),
    step("urge", WORKING, STAYS, ENTERPRISE | OFFICE, opt("text", public=True), FILES,
         needs="urge_left_today", tells="lead head", public=True),
    step("instruct", OPEN, STAYS, LEADER, TEXT, req("due_on", "date"), FILES,
         tells="head coordinators"),
    step("answer_instruction", OPEN, STAYS, HEAD,
         req("instruction", "choice", "instruction"), TEXT, FILES,
         needs="instruction_open", tells="instructing_leader coordinators"),
    step("issue_notice", OPEN, STAYS, OFFICE_OR_LADDER, req("colour", "choice", "colour"), TEXT,
         FILES, needs="has_lead", tells="head lead"),
    step("answer_notice", OPEN, STAYS, HEAD, req("notice", "choice", "notice"), TEXT, FILES,
         needs="notice_open", tells="coordinators"),
    step("withdraw_notice", OPEN, STAYS, OFFICE, req("notice", "choice", "notice"), REASON, FILES,
         needs="notice_open", tells="head lead"),
    step("import", (), {status: status for status in STATUSES}, SYSTEM,
         opt("title"), opt("description"), opt("status"), opt("department"), opt("category"),
         opt("received_at", "datetime"), opt("due_at", "datetime"), opt("closed_at", "datetime"),
         opt("source_verdict")),
    step("recalculate", OPEN, STAYS, SYSTEM, MAY_SAY_WHY, tells="lead submitter", public=True),
)
# fmt: on
STEPS = {row.action: row for row in _TABLE}


@dataclass(frozen=True)
class Refusal:
    """Why a step is not open: HTTP status (403 or 409), the name of the rule, and its sentence."""

    status: int
    code: str
    message: str


def refusal(step, *, status, roles, facts):
    """None when the step is open to the caller now; otherwise the first Refusal, looked for in the
    order role, status, person, moment.

    `roles` is the caller's set of slugs; `facts` answers `relation(name)` and `condition(name)`
    with a bool.
    """
    mine = [role for role in step.by if role in roles]
    if not mine:
        return Refusal(403, "role", _("您的角色不能进行这一操作。"))
    if status not in step.sources:
        said = _("当前状态“%(status)s”下不能进行这一操作。") % {"status": STATUSES[status][0]}
        return Refusal(409, "status", said)
    if not any(facts.relation(step.by[role]) for role in mine):
        return Refusal(403, step.by[mine[0]], RELATIONS[step.by[mine[0]]])
    for condition in step.needs:
        if not facts.condition(condition):
            return Refusal(409, condition, CONDITIONS[condition])
    return None
