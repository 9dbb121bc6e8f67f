"""Plans and dates: yearly plans, milestones with their original, current and actual dates, and the
changes that a second person decides.
"""

from decimal import Decimal

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from projects import choices, documents, stages, telling
from projects.errors import Conflict
from projects.gates import EVIDENCED
from projects.models import DateChange, Milestone, PlanYear
from projects.services import lock, record
from projects.viewer import Viewer

# A later milestone may not be planned or met before an earlier one of these pairs.
PAIRS = (("start", "finish"), ("start", "operation"), ("start", "capacity"))
LABELS = dict(choices.MILESTONE)


@transaction.atomic
def save_plan(*, project, user, year, values, version=None, now=None):
    """A year's plan: the first revision, or the next one with a reason. Returns the PlanYear."""
    now = now or timezone.now()
    locked = lock(project, user, "plan", version)
    last = PlanYear.objects.filter(project=locked, year=year).order_by("revision").last()
    if last and not values.get("reason", "").strip():
        raise ValidationError({"reason": [_("调整已下达的年度计划，请填写理由。")]})
    plan = PlanYear(
        project=locked,
        year=year,
        revision=last.revision + 1 if last else 1,
        entered_by=user,
        entered_at=now,
        **values,
    )
    plan.full_clean(exclude=["project", "entered_by"])
    if plan.approved_on > timezone.localdate(now):
        raise ValidationError({"approved_on": [_("批准日期不能晚于今天。")]})
    _check_months(plan)
    plan.save()
    record(
        locked,
        "plan",
        user,
        now,
        year=year,
        revision=plan.revision,
        annual_plan=plan.annual_plan,
        reason=plan.reason,
    )
    return plan


def _check_months(plan):
    if plan.cumulative and plan.annual_plan is not None:
        if plan.annual_plan != Decimal(plan.cumulative[-1]):
            raise ValidationError({"cumulative": [_("12月的累计计划应等于年度计划投资。")]})


@transaction.atomic
def save_milestones(*, project, user, planned, version=None, now=None):
    """Sets planned dates: {code: Day}. Before the project is listed they may be corrected; after,
    a date that stands changes by an approved request only. Returns the changed codes.
    """
    now = now or timezone.now()
    locked = lock(project, user, "milestones", version)
    rows = {row.code: row for row in locked.milestones.all()}
    changed = []
    for code, day in planned.items():
        row = rows.get(code) or Milestone(project=locked, code=code)
        if _plan(row, day, frozen=locked.listed_on is not None):
            rows[code] = row
            changed.append(code)
    _check_order(rows, "current_on", "")
    for code in changed:
        rows[code].save()
    if changed:
        record(locked, "milestones", user, now, changed=changed)
    return changed


def _plan(row, day, frozen):
    """Puts a planned Day into the row; whether anything changed."""
    text = "" if day.day else day.text
    if (row.current_on, row.current_text) == (day.day, text):
        return False
    stands = row.original_on is not None
    if frozen and stands:
        said = _("%(name)s：项目已列入名单，计划日期只能通过“申请调整”改变。")
        raise ValidationError({row.code: [said % {"name": row.get_code_display()}]})
    row.original_on = row.current_on = day.day
    row.original_text = row.current_text = text
    return True


def _check_order(rows, name, at):
    for first, second in PAIRS:
        early, late = (
            getattr(rows[code], name, None) if code in rows else None for code in (first, second)
        )
        if early and late and late < early:
            said = _("%(late)s不能早于%(early)s。") % {
                "late": LABELS[second],
                "early": LABELS[first],
            }
            raise ValidationError({at or second: [said]})


@transaction.atomic
def record_actual(*, project, user, code, actual_on, files=(), kind="", version=None, now=None):
    """Notes the day something happened, with its evidence. Returns the Milestone."""
    now = now or timezone.now()
    locked = lock(project, user, "actuals", version)
    if actual_on > timezone.localdate(now):
        raise ValidationError({"actual_on": [_("实际日期不能晚于今天。")]})
    rows = {row.code: row for row in locked.milestones.all()}
    row = rows.setdefault(code, Milestone(project=locked, code=code))
    has_evidence = row.pk and row.documents.exists()
    if code in EVIDENCED and not files and not has_evidence:
        raise ValidationError(
            {"attachments": [_("请上传佐证材料，例如许可证、验收文件、现场照片。")]}
        )
    former = row.actual_on
    row.actual_on, row.actual_text = actual_on, ""
    _check_order(rows, "actual_on", "actual_on")
    row.save()
    documents_kept = documents.keep(locked, user, files, kind or _kind_of(code), milestone=row)
    record(
        locked,
        "actual",
        user,
        now,
        milestone=code,
        actual_on=actual_on,
        former=former,
        files=[paper.name for paper in documents_kept],
    )
    _take_back_dates(locked, code, now)
    return row


def _take_back_dates(project, code, now):
    for kind in ("milestone_due", "milestone_overdue"):
        telling.take_back(kind, project, now, f"{code}:")


def _kind_of(code):
    return {
        "start": "photo",
        "finish": "acceptance",
        "operation": "operation",
        "statistics": "statistics",
        "capacity": "capacity",
        "land": "land_paper",
        "permit": "permit",
        "filing": "decision",
    }.get(code, "other")


@transaction.atomic
def request_change(
    *, project, user, new_on, reason_code, reason, milestone=None, step=None, version=None, now=None
):
    """Asks for another current date of a milestone or of an approval step."""
    now = now or timezone.now()
    locked = lock(project, user, "request_change", version)
    old_on = milestone.current_on if milestone else step.current_target
    if DateChange.objects.pending().filter(milestone=milestone, step=step).exists():
        raise Conflict(_("已有一项调整申请待审批，请等审批后再申请。"), "pending")
    _check_new_day(locked, milestone, step, old_on, new_on, timezone.localdate(now))
    wanted = DateChange.objects.create(
        project=locked,
        milestone=milestone,
        step=step,
        old_on=old_on,
        new_on=new_on,
        reason_code=reason_code,
        reason=reason,
        applicant=user,
        applied_at=now,
        late=old_on is not None and timezone.localdate(now) > old_on,
        by_leader=is_leaders(locked, milestone),
    )
    record(locked, "request_change", user, now, **_words(wanted))
    ask_decider(wanted, now, user)
    return wanted


def ask_decider(wanted, now, user, again=""):
    """Tells whoever decides the change; `again` names another occasion, as a new sponsor."""
    telling.tell(
        "change_requested",
        wanted.project,
        [telling.deciders(wanted)],
        occasion=f"{wanted.pk}:{again}",
        now=now,
        exclude=user,
        subject=wanted.milestone.code if wanted.milestone else wanted.step.item.code,
        new_on=wanted.new_on.isoformat(),
    )


def _check_new_day(project, milestone, step, old_on, new_on, today):
    if old_on is None:
        raise Conflict(_("还没有计划日期，请先填报计划日期。"), "no_date")
    if milestone.is_met if milestone else step.decided_on:
        raise Conflict(_("已经完成，不需要调整日期。"), "met")
    if new_on == old_on:
        raise ValidationError({"new_on": [_("与现定日期相同。")]})
    if new_on < today:
        raise ValidationError({"new_on": [_("新的日期不能早于今天。")]})
    if milestone is not None:
        # Rows of their own: the caller's milestone keeps its day.
        rows = {row.code: row for row in project.milestones.all()}
        rows[milestone.code].current_on = new_on
        _check_order(rows, "current_on", "new_on")


def is_leaders(project, milestone):
    """开工, 竣工 and 投产 of provincial and municipal projects are the sponsor's to decide."""
    if milestone is None or milestone.code not in stages.LEADERS_CHANGES:
        return False
    sponsored = project.sponsorships.filter(until=None).exists()
    return project.level in stages.LEADERS_LEVELS and sponsored


def _words(wanted):
    return {
        "change": wanted.pk,
        "milestone": wanted.milestone.code if wanted.milestone else "",
        "step": wanted.step.item.code if wanted.step else "",
        "old_on": wanted.old_on,
        "new_on": wanted.new_on,
        "reason_code": wanted.reason_code,
        "reason": wanted.reason,
        "late": wanted.late or None,
    }


@transaction.atomic
def decide_change(*, wanted, user, decision, reason="", version=None, now=None):
    """Approves or denies; never by the applicant. Returns the DateChange."""
    now = now or timezone.now()
    locked = lock(wanted.project, user, "decide_change", version)
    wanted = DateChange.objects.select_related("milestone", "step__item").get(pk=wanted.pk)
    if wanted.status != DateChange.Status.PENDING:
        raise Conflict(_("这项申请已经审批。"), "decided")
    if wanted.applicant_id == user.pk:
        raise PermissionDenied(_("申请人不能审批自己的申请。"))
    if not _may_decide(wanted, locked, user):
        raise PermissionDenied(_("这项调整由包联领导审批。"))
    if decision == "deny" and not reason.strip():
        raise ValidationError({"reason": [_("不批准的，请填写理由。")]})
    approved = decision == "approve"
    wanted.status = DateChange.Status.APPROVED if approved else DateChange.Status.DENIED
    wanted.decided_by, wanted.decided_at, wanted.decision_reason = user, now, reason.strip()
    if approved:
        _apply(wanted)
    wanted.save()
    record(
        locked,
        "decide_change",
        user,
        now,
        **_words(wanted),
        decision=decision,
        opinion=reason.strip(),
    )
    telling.tell(
        "change_decided",
        locked,
        [[wanted.applicant], telling.department(locked)],
        occasion=wanted.pk,
        now=now,
        exclude=user,
        subject=wanted.milestone.code if wanted.milestone else wanted.step.item.code,
        decision=decision,
        new_on=wanted.new_on.isoformat(),
    )
    telling.take_back("change_requested", locked, now, f"{wanted.pk}:")
    if approved and wanted.milestone:
        _take_back_dates(locked, wanted.milestone.code, now)
    return wanted


def _may_decide(wanted, project, user):
    viewer = Viewer(user)
    if wanted.by_leader:
        return any(row.leader_id == user.pk for row in project.sponsorships.filter(until=None))
    return "planner" in viewer.roles


def _apply(wanted):
    if wanted.step:
        wanted.step.current_target = wanted.new_on
        wanted.step.save()
        return
    row = wanted.milestone
    row.current_on, row.current_text = wanted.new_on, ""
    row.missed = row.missed or wanted.late
    rows = {other.code: other for other in row.project.milestones.all()} | {row.code: row}
    _check_order(rows, "current_on", "decision")
    row.save()
