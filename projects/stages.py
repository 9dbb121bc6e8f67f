"""The life of a project as one table: stages, which follows which, and who may do what.

    谋划 → 洽谈 → 签约 → 前期 → 开工 → 在建 → 竣工 → 投产 → 达产

A government-funded work has no 洽谈 and 签约: from 谋划 it goes to 前期. 停缓建 and 终止 stand by
the way: from 停缓建 a project comes back to where it was. What a stage demands is data (StageGate);
moves back, pauses, ends and overrides demand a reason. No ORM here.
"""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

PLANNING, NEGOTIATING, SIGNED, PREPARING = "planning", "negotiating", "signed", "preparing"
STARTED, BUILDING, FINISHED = "started", "building", "finished"
OPERATING, CAPACITY = "operating", "capacity"
PAUSED, TERMINATED = "paused", "terminated"

LABELS = {
    PLANNING: pgettext_lazy("项目阶段", "谋划"),
    NEGOTIATING: pgettext_lazy("项目阶段", "洽谈"),
    SIGNED: pgettext_lazy("项目阶段", "签约"),
    PREPARING: pgettext_lazy("项目阶段", "前期"),
    STARTED: pgettext_lazy("项目阶段", "开工"),
    BUILDING: pgettext_lazy("项目阶段", "在建"),
    FINISHED: pgettext_lazy("项目阶段", "竣工"),
    OPERATING: pgettext_lazy("项目阶段", "投产"),
    CAPACITY: pgettext_lazy("项目阶段", "达产"),
    PAUSED: _("停缓建"),
    TERMINATED: pgettext_lazy("项目阶段", "终止"),
}
WAY = (
    PLANNING,
    NEGOTIATING,
    SIGNED,
    PREPARING,
    STARTED,
    BUILDING,
    FINISHED,
    OPERATING,
    CAPACITY,
)
CHOICES = list(LABELS.items())
COMMERCIAL = (NEGOTIATING, SIGNED)
# Where money may be spent on building; before it, money is 未开先投.
STARTED_OR_LATER = (STARTED, BUILDING, FINISHED, OPERATING, CAPACITY)
# The yearly plan is worked off here, so a monthly report is owed.
REPORTING = (PREPARING, STARTED, BUILDING)
UNDERWAY = (SIGNED, PREPARING, STARTED, BUILDING)
# Where dates still to come are reminded of.
DATED = (*UNDERWAY, FINISHED, OPERATING)
COMPLETED = (FINISHED, OPERATING, CAPACITY)
VISITED = (SIGNED, PREPARING, STARTED, BUILDING, FINISHED, PAUSED)
PAUSABLE = (NEGOTIATING, SIGNED, PREPARING, STARTED, BUILDING)
FORWARD, BACK, PAUSE, RESUME, END = "forward", "back", "pause", "resume", "end"


def way_of(nature):
    """The stages a project of this nature goes through, in order."""
    return tuple(s for s in WAY if nature != "government" or s not in COMMERCIAL)


def way_from(stage, nature):
    """The way, with the stage itself where a change of nature has left a project beside it."""
    allowed = {*way_of(nature), stage}
    return tuple(s for s in WAY if s in allowed)


def next_stage(stage, nature):
    """The stage that follows, or None at the end of the way or beside it."""
    way = way_from(stage, nature)
    if stage not in way or stage == way[-1]:
        return None
    return way[way.index(stage) + 1]


def earlier(stage, nature):
    """Stages a project may be moved back to, the nearest first."""
    way = way_from(stage, nature)
    return tuple(reversed(way[: way.index(stage)])) if stage in way else ()


def kind_of(source, target, nature, before_pause=""):
    """What a move from `source` to `target` is: forward, back, pause, resume or end; None when
    there is no such move.

    An ended project may only go back to where it stood, which is a move back with a reason.
    """
    if source == target:
        return None
    if target == TERMINATED:
        return END
    if target == PAUSED:
        return PAUSE if source in PAUSABLE else None
    if source == PAUSED:
        return RESUME if target == before_pause else None
    if source == TERMINATED:
        return BACK if target == before_pause else None
    if target == next_stage(source, nature):
        return FORWARD
    return BACK if target in earlier(source, nature) else None


# deed → roles; "lead" beside a role: only where his department leads the project, "sponsor": only
# where he is its sponsoring leader.
DEEDS = {
    "create": {"planner": "any"},
    # A signed deal becomes a project: promoters do not enter projects otherwise.
    "land": {"planner": "any", "promoter": "any"},
    "edit": {"planner": "any"},
    "move": {"planner": "any"},
    "override": {"planner": "any", "leader": "any"},
    "plan": {"planner": "any"},
    "milestones": {"planner": "any"},
    "actuals": {"planner": "any", "handler": "lead", "department_head": "lead"},
    "request_change": {"planner": "any", "handler": "lead", "department_head": "lead"},
    "decide_change": {"planner": "any", "leader": "sponsor"},
    "approvals": {"planner": "any", "handler": "lead", "department_head": "lead"},
    "documents": {"planner": "any", "handler": "lead", "department_head": "lead"},
    "report": {"planner": "any", "handler": "lead", "department_head": "lead"},
    "verify": {"planner": "any"},
    "sponsor": {"planner": "any"},
    "visit": {
        "planner": "any",
        "leader": "sponsor",
        "handler": "lead",
        "department_head": "lead",
    },
    "mature": {"planner": "any", "handler": "lead", "department_head": "lead"},
    "review_pause": {"planner": "any"},
}
# Decided by the sponsoring leader and not by the office: what the district promised upwards.
LEADERS_CHANGES = ("start", "finish", "operation")
LEADERS_LEVELS = ("province", "city")
