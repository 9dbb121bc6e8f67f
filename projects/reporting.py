"""Monthly reports: 草稿 → 待核实 → 已核实 → 已锁定. The department fills, a second person verifies,
the month locks; what was locked is corrected by a new version. Amounts are yuan.
"""

from datetime import date
from decimal import Decimal

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Count, Q, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from projects import documents, oddities, stages, telling
from projects.errors import Conflict
from projects.models import KeyProject, PlanYear, ProgressReport, ReportingRule
from projects.services import lock, record
from worktime import clock
from worktime.services import current_calendar

Status = ProgressReport.Status
FIGURES = ("month_invested", "funds_in_month", "stat_ytd", "physical_percent", "workers")
WORDS = ("month_invested_text", "image_progress", "problems", "next_plan", "explanation")


def first_of(day):
    return day.replace(day=1)


def next_month(month):
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def last_month(month):
    return date(month.year - (month.month == 1), (month.month - 2) % 12 + 1, 1)


def rule_at(day):
    return ReportingRule.objects.valid_at(day)


def due_on(month, calendar=None):
    """The last day on which the report of `month` is in time."""
    rule = rule_at(next_month(month))
    return _nth_workday(next_month(month), rule.due_workdays, calendar or current_calendar())


def locks_on(month, calendar=None):
    """After this day the month is locked."""
    rule = rule_at(next_month(month))
    return _nth_workday(next_month(month), rule.lock_workdays, calendar or current_calendar())


def _nth_workday(first, number, calendar):
    day = clock.shift_workdays(calendar, first, 0)
    return clock.shift_workdays(calendar, day, number - 1) if number > 1 else day


def month_of_today(today):
    """The month to report now: the one before, until it is locked; then it is the running one."""
    previous = last_month(first_of(today))
    return previous if today <= locks_on(previous) else first_of(today)


def last_due(day, calendar=None):
    """The last month whose report was due before `day`."""
    month = last_month(first_of(day))
    return last_month(month) if due_on(month, calendar) >= day else month


def figures_year(day):
    """The year whose plan is judged on `day`: of the last month that was due, so that a year is
    not forgotten before the next one has figures.
    """
    return last_due(day).year


def figures_of(report, project=None):
    """The month's figures with what they are compared to, as oddities.Month."""
    project = project or report.project
    counted = ProgressReport.objects.in_force().filter(project=project).exclude(month=report.month)
    before = dict(
        counted.filter(month__lt=report.month)
        .order_by("-month")
        .values_list("month", "month_invested")[:6]
    )
    plan = PlanYear.objects.in_force(report.month.year).filter(project=project).first()
    last = last_month(report.month)
    previous = counted.filter(month=last).first()
    ytd, unknown = _sum(counted.filter(month__year=report.month.year, month__lt=report.month))
    total, _unknown = _sum(counted.filter(month__lt=report.month))
    amount = report.month_invested or Decimal(0)
    start = project.milestones.filter(code="start").first()
    return oddities.Month(
        stage=project.stage,
        month=report.month,
        started_on=start.actual_on if start else None,
        invested=report.month_invested,
        ytd=ytd + amount,
        total=total + amount + (project.carried_investment or 0),
        annual_plan=plan.annual_plan if plan else None,
        total_investment=project.total_investment,
        stat_ytd=report.stat_ytd,
        physical=report.physical_percent,
        last_physical=previous.physical_percent if previous else None,
        before=_unbroken(before, last),
        unknown=unknown or report.is_unknown,
    )


def _sum(reports):
    """(sum of the known amounts, whether one is not known)."""
    found = reports.aggregate(
        total=Sum("month_invested"), unknown=Count("pk", filter=Q(month_invested=None))
    )
    return found["total"] or Decimal(0), found["unknown"] > 0


def _unbroken(before, month):
    """Amounts of the months before, the latest first, up to the first gap."""
    found = []
    while month in before and before[month] is not None:
        found.append(before[month])
        month = last_month(month)
    return tuple(found)


def oddities_of(report, project=None):
    """[code] of what strikes the eye in the report as it stands."""
    rule = rule_at(report.month)
    return oddities.found(
        figures_of(report, project),
        gap_percent=rule.gap_percent,
        over_total_percent=rule.over_total_percent,
        idle_months=rule.idle_months,
    )


def open_report(project, month):
    """The version being worked on, else a new one that is not stored yet."""
    rows = ProgressReport.objects.filter(project=project, month=month)
    return rows.open().first() or ProgressReport(
        project=project, month=month, version=(rows.count() or 0) + 1
    )


@transaction.atomic
def save(*, project, user, month, values, files=(), send=False, seen=None, version=None, now=None):
    """Keeps the month's draft, with `send` hands it in; returns the ProgressReport. `seen` is the
    mark of the draft that the caller saw (mark_of).

    Raises Conflict when the month has been verified already (then it is corrected), ValidationError
    for figures that cannot stand.
    """
    now = now or timezone.now()
    locked = lock(project, user, "report", version)
    _check_month(locked, month, timezone.localdate(now))
    report = open_report(locked, month)
    if report.status == Status.SUBMITTED:
        raise Conflict(_("该月月报已上报待核实，需要修改的请项目管理部门退回。"), "submitted")
    if seen is not None and seen != mark_of(report):
        raise Conflict(_("这份月报在您打开后被他人修改过，请核对后再保存。"), "draft")
    if report.pk is None and report.version > 1:
        raise Conflict(_("该月月报已核实，不能重复填报；数字有误的请更正。"), "second")
    for name in (*FIGURES, *WORDS):
        if name in values:
            setattr(report, name, values[name])
    _check_figures(report)
    report.oddities = oddities_of(report, locked)
    if send:
        _send(report, user, now)
    elif report.status != Status.RETURNED:
        report.status = Status.DRAFT
    report.save()
    documents.keep(locked, user, files, "photo", report=report)
    if send:
        record(locked, "report", user, now, **_said(report))
        for kind in ("report_due", "report_late"):
            telling.take_back(kind, locked, now, f"{month:%Y-%m}:")
        telling.take_back("report_returned", locked, now, f"{report.pk}:")
    return report


def mark_of(report):
    """What a form carries to notice that somebody else has saved the draft meanwhile."""
    return report.updated_at.isoformat() if report.pk else ""


@transaction.atomic
def discard(*, project, user, month, now=None):
    """Takes back a correction that has not been sent: the counting version stays as it is."""
    now = now or timezone.now()
    locked = lock(project, user, "report")
    draft = ProgressReport.objects.filter(project=locked, month=month).open().first()
    if draft is None or draft.version == 1 or draft.status == Status.SUBMITTED:
        raise Conflict(_("没有可以放弃的更正草稿。"), "none")
    record(locked, "discard", user, now, month=month, report_version=draft.version)
    telling.take_back("report_returned", locked, now, f"{draft.pk}:")
    draft.delete()


def _said(report):
    return {
        "month": report.month,
        "report_version": report.version,
        "month_invested": report.month_invested,
        "physical_percent": report.physical_percent,
        "oddities": report.oddities,
    }


def _check_month(project, month, today):
    if month > first_of(today):
        raise ValidationError({"month": [_("不能填报以后月份的月报。")]})
    left = project.events.moves().filter(from_stage__in=stages.REPORTING)
    still = (
        left.filter(at__date__gte=month).exists() or project.reports.filter(month=month).exists()
    )
    if not project.owes_reports and not still:
        words = {"stage": project.get_stage_display()}
        raise Conflict(_("项目处于“%(stage)s”阶段，不需要填报月报。") % words, "stage")


def _check_figures(report):
    errors = {}
    if report.month_invested is not None and report.month_invested < 0:
        if not report.correction_reason:
            errors["month_invested"] = [
                _("本月完成投资不能为负；以前月份多报的，请更正多报的那个月。")
            ]
    if report.physical_percent is not None and not 0 <= report.physical_percent <= 100:
        errors["physical_percent"] = [_("形象进度应在0到100之间。")]
    if report.stat_ytd is not None and report.stat_ytd < 0:
        errors["stat_ytd"] = [_("统计口径累计不能为负。")]
    if errors:
        raise ValidationError(errors)


def _send(report, user, now):
    if report.month_invested is None and not report.month_invested_text:
        raise ValidationError({"month_invested": [_("请填写本月完成投资，没有的填0。")]})
    unexplained = oddities.EXPLAINED & set(report.oddities)
    if unexplained and not report.explanation.strip():
        said = " ".join(str(oddities.SENTENCES[code]) for code in report.oddities)
        raise ValidationError({"explanation": [said]})
    report.status, report.reported_by, report.reported_at = Status.SUBMITTED, user, now
    report.return_reason = ""
    if not report.correction_reason:
        report.late_days = late_days(report.month, timezone.localdate(now))


def late_days(month, day):
    """Working days after the reporting deadline; 0 in time."""
    calendar = current_calendar()
    due = due_on(month, calendar)
    # Sent on the rest days right after: late all the same.
    return max(1, clock.workdays_between(calendar, due, day)) if day > due else 0


@transaction.atomic
def verify(*, report, user, version=None, now=None):
    """A second person confirms: from now on this version counts."""
    now = now or timezone.now()
    locked = lock(report.project, user, "verify", version)
    report = ProgressReport.objects.select_for_update().get(pk=report.pk)
    if report.status != Status.SUBMITTED:
        raise Conflict(_("这份月报不在待核实状态。"), "status")
    if report.reported_by_id == user.pk:
        raise PermissionDenied(_("填报人不能核实自己的月报。"))
    in_force = ProgressReport.objects.in_force().filter(project=locked, month=report.month)
    in_force.update(counts=False, superseded_at=now)
    was_locked = ProgressReport.objects.filter(
        project=locked, month=report.month, locked_at__isnull=False
    ).exists()
    report.status = Status.LOCKED if was_locked else Status.VERIFIED
    report.counts, report.verified_by, report.verified_at = True, user, now
    report.locked_at = now if was_locked else None
    report.save()
    record(locked, "verify", user, now, **_said(report))
    return report


@transaction.atomic
def send_back(*, report, user, reason, version=None, now=None):
    """Returns a report to the department, which keeps every figure."""
    now = now or timezone.now()
    locked = lock(report.project, user, "verify", version)
    report = ProgressReport.objects.select_for_update().get(pk=report.pk)
    if report.status != Status.SUBMITTED:
        raise Conflict(_("这份月报不在待核实状态。"), "status")
    if not reason.strip():
        raise ValidationError({"reason": [_("请填写退回理由。")]})
    report.status, report.return_reason = Status.RETURNED, reason.strip()
    report.save()
    record(locked, "send_back", user, now, month=report.month, reason=reason.strip())
    telling.tell(
        "report_returned",
        locked,
        [telling.department(locked)],
        occasion=f"{report.pk}:{locked.version}",
        now=now,
        exclude=user,
        month=report.month.isoformat(),
    )
    return report


@transaction.atomic
def begin_correction(*, project, user, month, reason, version=None, now=None):
    """Opens the next version of a counting month, with its figures; the old one counts until the
    new one is verified. Returns the ProgressReport.
    """
    now = now or timezone.now()
    locked = lock(project, user, "report", version)
    rows = ProgressReport.objects.filter(project=locked, month=month)
    if rows.open().exists():
        raise Conflict(_("该月已有一份待处理的月报，请先处理。"), "open")
    former = rows.in_force().first()
    if former is None:
        raise Conflict(_("该月没有已核实的月报，不需要更正。"), "none")
    if not reason.strip():
        raise ValidationError({"reason": [_("请填写更正理由。")]})
    copied = {name: getattr(former, name) for name in (*FIGURES, *WORDS)}
    report = ProgressReport.objects.create(
        project=locked,
        month=month,
        version=rows.order_by("version").last().version + 1,
        correction_reason=reason.strip(),
        # A correction is not a late report.
        late_days=former.late_days,
        **copied,
    )
    record(locked, "correct", user, now, month=month, reason=reason.strip())
    return report


def lock_month(month, now=None):
    """Locks what has been verified of `month`; returns the number of reports."""
    now = now or timezone.now()
    rows = ProgressReport.objects.of_month(month).filter(status=Status.VERIFIED)
    return rows.update(status=Status.LOCKED, locked_at=now, updated_at=now)


def lock_due_months(now=None):
    """Locks every month whose day has passed; safe at any time and any number of times."""
    now = now or timezone.now()
    today, locked = timezone.localdate(now), 0
    waiting = ProgressReport.objects.filter(status=Status.VERIFIED).dates("month", "month")
    for month in waiting:
        if today > locks_on(month):
            locked += lock_month(month, now)
    return locked


def missing_months(project_ids, today, latest=None):
    """{project number: [month]} of reports that were due before `today` and are not sent, oldest
    first, the last twelve months at most. Only months in which the project owed a report count.
    `latest` is last_due(today) where the caller knows it.
    """
    latest = latest or last_due(today)
    sent = {}
    rows = ProgressReport.objects.sent().filter(project__in=project_ids)
    for number, month in rows.values_list("project", "month"):
        sent.setdefault(number, set()).add(month)
    since = _owed_since(project_ids)
    found = {}
    for number in project_ids:
        if number not in since:
            continue
        month, months = latest, []
        for _number in range(12):
            if month < since[number]:
                break
            if month not in sent.get(number, ()):
                months.insert(0, month)
            month = last_month(month)
        if months:
            found[number] = months
    return found


def _owed_since(project_ids):
    """{project: first month owed}: the month in which it last came into a reporting stage, or from
    which it was reported at all.
    """
    from_log = KeyProject.objects.filter(pk__in=project_ids).owing_since()
    return {number: first_of(timezone.localdate(at)) for number, at in from_log}
