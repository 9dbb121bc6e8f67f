"""The closed loop as one table: which step is legal, from where, by whom, with which fields and clocks, and who is told.

    submit ─→ submitted ──assign──→ assigned ──sign──→ in_progress ──resolve──→ resolved ──rate/visit──→ confirmed ──close──→ closed
                 │ decline             ↑ reassign          │  ↑ ↑                  │                                    │
                 ↓                     └───────────────────┤  │ └── dissatisfied ──┘                                    │
              declined      decide_tracking (approve)      ↓  │ resume                                                  │
                                                        tracking          reopen ────────→ in_progress ←────────────────┘

merge → merged and withdraw → withdrawn end an issue early. 督导通报 (urge, instruct, issue_notice) runs beside.
Buttons, forms, permissions, API actions, messages, the test matrix and docs/loop.md are all derived from STEPS.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _

from issues.conditions import CONDITIONS, RELATIONS

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
    DECLINED: (_("不予受理"), 0),
    MERGED: (_("并案"), 0),
    WITHDRAWN: (_("撤回"), 0),
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
    """One value a step demands. `type` is the API's: text, choice, multichoice, date, datetime, boolean, integer, file."""

    name: str
    type: str = "text"
    required: bool = True
    choices: str = ""  # key of issues.choices.CHOICES
    public: bool = False  # the enterprise reads it on its tracking page


@dataclass(frozen=True)
class Step:
    """`by`: role → relation it must have to the issue; `to`: outcome of the step → status (None: it stays)."""

    action: str
    label: str
    sources: tuple
    to: Mapping
    by: Mapping
    fields: tuple = ()
    needs: tuple = ()  # conditions of issues/conditions.py
    starts: tuple = ()  # clocks that begin
    stops: tuple = ()  # clocks that are met
    tells: tuple = ()  # audiences of issues/audiences.py
    public: bool = False  # shown to the enterprise
    effect: str = field(default="", kw_only=True)  # what it brings about, said before it is confirmed


def req(name, kind="text", choices="", public=False):
    return Field(name, kind, True, choices, public)


def opt(name, kind="text", choices="", public=False):
    return Field(name, kind, False, choices, public)


FILES = opt("attachments", "file", public=True)
LEAD = {"handler": "lead", "department_head": "lead"}
HEAD = {"department_head": "lead"}
COORDINATOR = {"coordinator": "any"}
SUBMITTER = {"enterprise": "submitter", "anonymous": "submitter"}
DECISION = req("decision", "choice", "decision", public=True)

_TABLE = (
    Step("submit", _("提交诉求"), (), {"": SUBMITTED},
         dict.fromkeys(("anonymous", "enterprise", "handler", "department_head", "coordinator", "leader",
                        "promoter", "planner"), "any"),
         (req("kind", "choice", "kind", True), req("title", public=True), req("description", public=True),
          req("enterprise", public=True), req("contact_name"), req("contact_phone"), opt("contact_email"),
          opt("category", "choice", "category", True), opt("client_reference"), FILES),
         starts=("promise",), tells=("coordinators",), public=True,
         effect=_("诉求进入待交办，督查协调部门将收到提醒。")),
    Step("decline", _("不予受理"), (SUBMITTED,), {"": DECLINED}, COORDINATOR,
         (req("reason_code", "choice", "decline_reason", True), req("remedy", public=True), FILES),
         stops=("promise",), tells=("submitter",), public=True,
         effect=_("诉求办结为不予受理，企业将收到理由和救济途径。")),
    Step("merge", _("并案"), (SUBMITTED, ASSIGNED, IN_PROGRESS), {"": MERGED}, COORDINATOR,
         (req("into", public=True),), stops=("promise", "unit"), tells=("submitter", "lead"), public=True,
         effect=_("本诉求并入所填编号，企业此后跟踪并入的诉求。")),
    Step("withdraw", _("撤回"), (SUBMITTED, *WORKING), {"": WITHDRAWN}, SUBMITTER,
         (req("reason", public=True),), stops=("promise", "unit"), tells=("coordinators", "lead"), public=True,
         effect=_("诉求终止办理，承办部门将收到通知。")),
    Step("assign", _("交办"), (SUBMITTED,), {"": ASSIGNED}, COORDINATOR,
         (req("lead_department", "choice", "department", True), opt("co_departments", "multichoice", "department", True),
          req("category", "choice", "category", True), req("priority", "choice", "priority", True)),
         starts=("promise", "unit", "sign", "contact", "co"), tells=("lead", "co", "submitter"), public=True,
         effect=_("主办部门和协办部门将收到交办通知，各项时限开始计算。")),
    Step("reassign", _("改派"), WORKING, {"": ASSIGNED}, COORDINATOR,
         (req("lead_department", "choice", "department", True), req("reason")),
         starts=("unit", "sign", "contact"), tells=("lead", "former_lead", "submitter"), public=True,
         effect=_("新的主办部门重新签收；对企业承诺的时限不变。")),
    Step("sign", _("签收"), (ASSIGNED,), {"": IN_PROGRESS}, LEAD, stops=("sign",), tells=("submitter",), public=True,
         effect=_("记录签收人和时间，由您承办。")),
    Step("return", _("退回"), (ASSIGNED, IN_PROGRESS), {"": STAYS}, LEAD, (req("reason"), FILES),
         needs=("no_return_pending", "return_window_open", "not_returned_before"), tells=("coordinators",),
         effect=_("由督查协调部门裁定；裁定期间部门时限暂停，对企业承诺的时限不停。每个部门只可退回一次。")),
    Step("rule_return", _("裁定退回"), (ASSIGNED, IN_PROGRESS), {"uphold": ASSIGNED, "deny": STAYS}, COORDINATOR,
         (req("decision", "choice", "ruling"), opt("lead_department", "choice", "department", True), req("reason")),
         needs=("return_pending",), tells=("lead", "applicant"),
         effect=_("支持则改派新的主办部门，不支持则由原部门继续办理，不得再提异议。")),
    Step("contact", _("联系企业"), (IN_PROGRESS,), {"": STAYS}, LEAD,
         (req("method", "choice", "contact_method", True), opt("contacted_at", "datetime"), opt("note"), FILES),
         stops=("contact",), public=True, effect=_("记录首次联系企业的时间和方式。")),
    Step("update", _("办理进展"), (IN_PROGRESS, TRACKING), {"": STAYS},
         {"handler": "lead_or_co", "department_head": "lead_or_co"},
         (req("text", public=True), req("visibility", "choice", "visibility"), FILES), tells=("watchers",), public=True,
         effect=_("公开的进展企业可见；协办部门的进展视为已答复主办部门。")),
    Step("request_extension", _("申请延期"), (IN_PROGRESS,), {"": STAYS}, LEAD,
         (req("new_due_on", "date"), req("reason_code", "choice", "extension_reason"), req("reason"), FILES),
         needs=("no_extension_pending", "extension_left", "extension_in_time"), tells=("extension_decider",),
         effect=_("首次由督查协调部门审批，第二次由区领导审批。")),
    Step("decide_extension", _("审批延期"), (IN_PROGRESS,), {"": STAYS},
         {"coordinator": "decides_first_extension", "leader": "decides_second_extension"},
         (DECISION, opt("reason", public=True)), needs=("extension_pending",),
         tells=("applicant", "lead", "submitter"), public=True, effect=_("批准后时限顺延，企业将收到新的办结时间和理由。")),
    Step("request_tracking", _("申请跟踪办理"), (IN_PROGRESS,), {"": STAYS}, HEAD,
         (req("reason"), req("next_report_on", "date"), FILES), needs=("no_tracking_pending",), tells=("coordinators",),
         effect=_("暂不能解决的，须定下一次报告日期。")),
    Step("decide_tracking", _("审批跟踪办理"), (IN_PROGRESS,), {"approve": TRACKING, "deny": STAYS},
         {"coordinator": "not_applicant"}, (DECISION, opt("reason", public=True)), needs=("tracking_pending",),
         tells=("applicant", "lead", "submitter"), public=True, effect=_("批准后转为跟踪办理，按报告日期滚动督办。")),
    Step("report_tracking", _("报告跟踪情况"), (TRACKING,), {"": STAYS}, LEAD,
         (req("text", public=True), req("next_report_on", "date", public=True), FILES),
         tells=("coordinators", "submitter"), public=True, effect=_("下一次报告日期随之顺延。")),
    Step("resume", _("恢复办理"), (TRACKING,), {"": IN_PROGRESS}, {**HEAD, **COORDINATOR}, (opt("note"),),
         starts=("unit",), tells=("lead", "coordinators"), public=True, effect=_("恢复限时办理，部门时限重新计算。")),
    Step("resolve", _("办结"), (IN_PROGRESS, TRACKING), {"": RESOLVED},
         {"department_head": "lead", "handler": "lead_and_allowed"},
         (req("outcome", "choice", "outcome", True), req("public_reply", public=True), FILES),
         needs=("co_answered", "no_return_pending"), stops=("contact", "unit", "promise"),
         tells=("submitter", "coordinators"), public=True, effect=_("答复发送企业，请企业评价。")),
    Step("rate", _("评价"), (RESOLVED,),
         {"satisfied": CONFIRMED, "basically_satisfied": CONFIRMED, "dissatisfied": IN_PROGRESS}, SUBMITTER,
         (req("rating", "choice", "rating", True), opt("reason", public=True)),
         tells=("lead", "head", "coordinators"), public=True, effect=_("不满意的，退回原部门重新办理，时限减半。")),
    Step("visit", _("回访"), (RESOLVED,),
         {"satisfied": CONFIRMED, "basically_satisfied": CONFIRMED, "dissatisfied": IN_PROGRESS,
          "not_rated": CONFIRMED, "no_answer": STAYS}, {"coordinator": "not_handling"},
         (req("result", "choice", "visit_result"), opt("rating", "choice", "rating"), opt("reason")),
         needs=("not_tried_today",), tells=("lead", "head"), public=True,
         effect=_("三天三次未接通的，记为未评价，不计满意。")),
    Step("close", _("销号"), (CONFIRMED,), {"": CLOSED}, {"coordinator": "not_resolver"}, (opt("note"),),
         tells=("submitter", "lead"), public=True, effect=_("核对佐证后销号归档，企业30天内可申请重办。")),
    Step("reopen", _("重新办理"), (CLOSED,), {"": IN_PROGRESS},
         {"enterprise": "submitter_in_time", "anonymous": "submitter_in_time", "coordinator": "any"},
         (req("reason", public=True),), starts=("promise", "unit", "contact"), tells=("lead", "head", "coordinators"), public=True,
         effect=_("退回原主办部门重新办理，时限重新计算。")),
    Step("urge", _("催办"), WORKING, {"": STAYS}, {**SUBMITTER, **COORDINATOR}, (opt("text", public=True),),
         needs=("urge_left_today",), tells=("lead", "head"), public=True, effect=_("承办人和部门负责人将收到催办。")),
    Step("instruct", _("批示"), OPEN, {"": STAYS}, {"leader": "any"}, (req("text"), req("due_on", "date")),
         tells=("head", "coordinators"), effect=_("部门负责人须在期限内书面答复。")),
    Step("answer_instruction", _("答复批示"), OPEN, {"": STAYS}, HEAD,
         (req("instruction", "choice", "instruction"), req("text"), FILES), needs=("instruction_open",),
         tells=("instructing_leader", "coordinators"), effect=_("批示的领导将收到答复。")),
    Step("issue_notice", _("发督办单"), OPEN, {"": STAYS}, {"coordinator": "any", "system": "any"},
         (req("colour", "choice", "colour"), req("text"), FILES), needs=("has_lead",), starts=("notice",),
         tells=("head", "lead"), effect=_("督办单按年编号，部门须限时书面答复。")),
    Step("answer_notice", _("答复督办单"), OPEN, {"": STAYS}, HEAD,
         (req("notice", "choice", "notice"), req("text"), FILES), needs=("notice_open",),
         tells=("coordinators",), effect=_("督查协调部门将收到答复。")),
    Step("recalculate", _("重新测算时限"), OPEN, {"": STAYS}, {"system": "any"}, (opt("reason", public=True),),
         tells=("lead", "submitter"), public=True, effect=_("工作日历变动，时限重新测算。")),
)
STEPS = {step.action: step for step in _TABLE}


@dataclass(frozen=True)
class Refusal:
    """Why a step is not open: `status` is the HTTP answer (403 or 409), `code` names the rule, `message` says it."""

    status: int
    code: str
    message: str


def refusal(step, *, status, roles, facts):
    """None when the step is open to the caller now; otherwise the first Refusal in the order role, status, person, moment.

    `roles` is the caller's set of slugs; `facts` answers `facts.relation(name)` and `facts.condition(name)` with a bool.
    """
    mine = [role for role in step.by if role in roles]
    if not mine:
        return Refusal(403, "role", _("您的角色不能进行这一操作。"))
    if status not in step.sources:
        return Refusal(409, "status", _("当前状态“%(status)s”下不能进行这一操作。") % {"status": STATUSES[status][0]})
    if not any(facts.relation(step.by[role]) for role in mine):
        return Refusal(403, step.by[mine[0]], RELATIONS[step.by[mine[0]]])
    for condition in step.needs:
        if not facts.condition(condition):
            return Refusal(409, condition, CONDITIONS[condition])
    return None
