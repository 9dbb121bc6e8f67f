"""Turns an issue into what the components take: badges, stages, clocks and the open steps."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts import roles
from issues import clocks, problems, workflow
from issues.facts import Facts, refusal_for
from issues.models import Issue
from issues.timeline import OFFICE, moment_text, timeline
from issues.viewer import PROMISED, Viewer, followed
from issues.workflow import STEPS
from notifications.models import Message
from worktime.services import current_calendar

TONES = {
    workflow.SUBMITTED: "waiting",
    workflow.ASSIGNED: "waiting",
    workflow.IN_PROGRESS: "active",
    workflow.TRACKING: "active",
    workflow.RESOLVED: "strong",
    workflow.CONFIRMED: "strong",
    workflow.CLOSED: "done",
}
# The step a person most likely came for, the first open one of these; the rest stand beside it.
PRIMARY = (
    "assign rule_return decide_extension decide_tracking answer_notice answer_instruction sign "
    "contact resolve report_tracking close visit rate update reopen urge instruct"
).split()
DANGER = {"decline", "merge", "withdraw"}
# Said only where the person is one who would otherwise take the step.
IDLE = {"return_pending", "extension_pending", "tracking_pending", "instruction_open"} | {
    "notice_open",
    "has_lead",
}
PERSONAL = {"not_applicant", "not_resolver", "not_handling", "lead_and_allowed"} | {
    "submitter_in_time",
}
AUDIENCES = {
    "coordinators": OFFICE,
    "submitter": gettext_lazy("提交诉求的企业"),
    "lead": gettext_lazy("主办部门承办人"),
    "head": gettext_lazy("主办部门负责人"),
    "former_lead": gettext_lazy("原主办部门"),
    "co": gettext_lazy("协办部门"),
    "watchers": gettext_lazy("主办部门承办人（公开的进展同时通知企业）"),
    "applicant": gettext_lazy("申请人"),
    "extension_decider": gettext_lazy("延期审批人"),
    "instructing_leader": gettext_lazy("批示的领导"),
}
FINAL = {
    "decline": gettext_lazy("不予受理后本诉求即告结束，不能恢复办理。"),
    "merge": gettext_lazy("并案后本诉求不再单独办理，不能拆分恢复。"),
    "withdraw": gettext_lazy("撤回后不能恢复，如有需要须重新提交。"),
}


def status_badge(issue):
    text = workflow.STATUSES[issue.status][0]
    return {"text": text, "tone": TONES.get(issue.status, "ended")}


def priority_badge(issue):
    if issue.priority == "normal":
        return None
    return {"text": issue.get_priority_display(), "tone": "alert"}


def running_clock(issue, calendar, now, public_only=False):
    """For components/_due_clock.html, with `paused` while a return is ruled; None when ended
    early.
    """
    if issue.resolved_at:
        return {"due": issue.resolved_at, "done": True}
    if issue.status not in PROMISED:
        return None
    due = issue.due_at if public_only else issue.running_due
    if due is None:
        return {"paused": issue.status in workflow.WORKING and not public_only}
    return clocks.left(calendar, issue.received_at, due, now)


def head_clocks(issue, calendar, now, public_only):
    """[(name, clock)] for the page's head: the running clock, and beside a department's time also
    the promise where that ends first.
    """
    running = running_clock(issue, calendar, now, public_only)
    if running is None or running.get("done"):
        return [("", running)] if running else []
    inside = issue.status in workflow.WORKING and not public_only
    due = running.get("due")
    # A pause names its clock itself.
    found = [(clocks.CLOCK_NAMES["unit" if inside else "promise"] if due else "", running)]
    if inside and issue.due_at and (due is None or issue.due_at < due):
        promised = running_clock(issue, calendar, now, public_only=True)
        found.append((clocks.CLOCK_NAMES["promise"], promised))
    return found


def stages(issue, public_only=False):
    """For components/_stage_bar.html: when each stage was reached; an issue ended early stops.
    How many notices a department was sent is the district's own matter.
    """
    reached = {
        1: issue.received_at,
        2: issue.assigned_at,
        3: issue.signed_at,
        5: issue.resolved_at,
        6: issue.closed_at,
    }
    return [
        {
            "label": label,
            "state": _stage_state(issue, number, reached.get(number)),
            "note": ("" if public_only else _notices_note(issue))
            if number == 4
            else moment_text(reached[number])
            if reached[number]
            else "",
        }
        for number, label in workflow.STAGES.items()
    ]


def _stage_state(issue, number, moment):
    if number == 4:
        return "beside"
    if issue.status == workflow.CLOSED or (issue.stage == 0 and moment):
        return "done"
    if number == issue.stage:
        return "current"
    return "done" if number < issue.stage else "todo"


def _notices_note(issue):
    count = len(issue.notices.all())
    said = ngettext("督办单 %(count)d 份", "督办单 %(count)d 份", count) % {"count": count}
    return said if count else ""


def steps(issue, actor, now):
    """{"primary", "others", "danger", "blocked"}: buttons of what the actor may do now, and why
    not where the step is one of his.
    """
    facts, opened, blocked = Facts(issue, actor, now), [], []
    for step in STEPS.values():
        if not step.sources:
            continue
        refused = refusal_for(issue, step.action, actor, now, facts)
        if refused is None:
            opened.append(step.action)
        elif refused.code in PERSONAL or (
            refused.status == 409 and refused.code not in IDLE | {"status"}
        ):
            blocked.append({"label": step.label, "why": refused.message})
    first = _primary(issue, opened)
    buttons = {action: button(issue, action) for action in opened if action != first}
    return {
        "primary": button(issue, first) if first else None,
        "others": [item for action, item in buttons.items() if action not in DANGER],
        "danger": [item for action, item in buttons.items() if action in DANGER],
        "blocked": blocked,
    }


def _primary(issue, opened):
    for action in PRIMARY:
        # A second contact may be noted, but is not what the issue waits for.
        if action in opened and not (action == "contact" and issue.contacted_at):
            return action
    return next((action for action in opened if action not in DANGER), None)


def button(issue, action):
    return {
        "action": action,
        "label": STEPS[action].label,
        "url": reverse("issues:act", args=[issue.number, action]),
    }


def confirmation(step):
    """For components/_confirm.html."""
    return {
        "what": step.effect,
        "told": [AUDIENCES[name] for name in step.tells],
        "final": FINAL.get(step.action, ""),
        "is_danger": step.action in DANGER,
    }


def done_message(issue, action, public_only):
    """What happened and who was told, from the messages actually written."""
    said = {"number": issue.number, "what": STEPS[action].label}
    event = issue.events.filter(action=action).latest("version")
    told = list(
        Message.objects.keyed(f"issues:{issue.pk}:{issue.pk}:{event.version}")
        .select_related("recipient__department", "recipient__enterprise")
        .order_by("pk")
    )
    if not told:
        return _("%(number)s：%(what)s已完成。") % said
    everyone = list(dict.fromkeys(_told_name(message.recipient, public_only) for message in told))
    names = _("、").join(everyone[:4])
    if len(everyone) > 4:
        names = _("%(names)s等 %(count)d 人") % {"names": names, "count": len(told)}
    return _("%(number)s：%(what)s已完成，已通知%(names)s。") % (said | {"names": names})


def _told_name(person, public_only):
    if person is None:
        return _("企业预留邮箱")
    if person.enterprise:
        return person.enterprise.name
    if public_only or not person.department:
        return person.department.label if person.department else str(OFFICE)
    names = {"name": person.label, "department": person.department.label}
    return _("%(name)s（%(department)s）") % names


def contact(issue, viewer):
    """{"name", "phone", "email", "masked"}: in full for whom Viewer.sees_contact."""
    if viewer.sees_contact(issue):
        return {
            "name": issue.contact_name,
            "phone": issue.contact_phone,
            "email": issue.contact_email,
            "masked": False,
        }
    return {"name": issue.masked_name, "phone": issue.masked_phone, "email": "", "masked": True}


def course(issue, calendar, now, public_only):
    """How far it has come. For the enterprise of a merged issue: of the `working` one it joined,
    never with what that one says of another's matter.
    """
    working = followed(issue) if public_only else issue
    return {
        "working": working,
        "working_status": status_badge(working),
        "running": running_clock(working, calendar, now, public_only),
        "head_clocks": head_clocks(working, calendar, now, public_only),
        "stages": stages(working, public_only),
        "clocks": clocks.shown(working, calendar, now, public_only),
    }


def page(issue, user, now):
    """For templates/issues/detail.html; `issue` comes from IssueQuerySet.for_page()."""
    viewer, calendar = Viewer(user), current_calendar()
    public_only = viewer.public_only
    # What an issue was merged into, or took in, may belong to somebody else.
    near = Issue.objects.visible_to(user)
    return {
        "issue": issue,
        "now": now,
        "public_only": public_only,
        "status": status_badge(issue),
        "priority": priority_badge(issue),
        "steps": steps(issue, viewer.actor, now),
        "contact": contact(issue, viewer),
        "events": timeline(issue, public_only),
        "joined": list(near.merged_with(issue)),
        "project": problems.project_of(issue, user),
        "unknown_enterprise": roles.COORDINATOR in user.roles and issue.enterprise_id is None,
        "applications": sorted(issue.applications.all(), key=lambda row: row.applied_at),
        **course(issue, calendar, now, public_only),
    }


def initial(issue, step):
    """What a step's form begins with: what is known already."""
    found = {"category": issue.category, "priority": issue.priority}
    if step.action == "assign" and issue.category:
        found["lead_department"] = issue.category.department
    for name in ("instruction", "notice"):
        waiting = [
            row
            for row in getattr(issue, f"{name}s").all()
            if row.answered_at is None and not getattr(row, "withdrawn_at", None)
        ]
        found[name] = waiting[0].pk if len(waiting) == 1 else None
    return found


def step_page(form, issue, public_only, conflict=None):
    """For templates/issues/act.html: the form, what it will bring about, and after a conflict what
    changed meanwhile.
    """
    return {
        "form": form,
        "issue": issue,
        "step": form.step,
        "status": status_badge(issue),
        "confirm": confirmation(form.step),
        "has_files": any(field.type == "file" for field in form.step.fields),
        "conflict": conflict,
        "events": timeline(issue, public_only, conflict.events) if conflict else [],
    }


def typed(form):
    """[{"label", "value"}] of what a person had written into a form that cannot be taken."""
    found = []
    for field in form:
        raw = form.data.getlist(field.html_name) if hasattr(form.data, "getlist") else []
        offered = {str(value): label for value, label in getattr(field.field, "choices", ())}
        words = [str(offered.get(value, value)) for value in raw if value]
        if words and not field.is_hidden:
            found.append({"label": field.label, "value": _("、").join(words)})
    return found
