"""What is done to a project as a whole: entered, corrected, moved from stage to stage. Nothing else
assigns a stage. Each deed is one transaction with one ProjectEvent.

Raises PermissionDenied (role), Conflict (stage or version), ValidationError (values).
"""

from datetime import date, datetime
from decimal import Decimal

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from directory.models import Enterprise, Sequence
from projects import documents, gates, stages, telling
from projects.errors import Conflict
from projects.models import (
    KeyProject,
    MaturityMark,
    Milestone,
    PlotUse,
    ProjectEvent,
    RoadWork,
)
from projects.viewer import Viewer

TOUCHED = ("version", "updated_at")
# reminder → stages in which what it speaks of is owed (projects/reminders.py)
OWED = {
    "report_due": stages.REPORTING,
    "report_late": stages.REPORTING,
    "milestone_due": stages.DATED,
    "milestone_overdue": stages.DATED,
    "document_expiring": (*stages.UNDERWAY, stages.PAUSED),
    "visits_due": stages.VISITED,
}


def lock(project, user, deed, version=None):
    """The project, locked, after rights and version are checked. Inside a transaction only."""
    locked = KeyProject.objects.select_for_update(of=("self",)).get(pk=project.pk)
    if not Viewer(user).may(deed, locked):
        raise PermissionDenied(_("您的角色不能对这个项目进行这一操作。"))
    if version is not None and version != locked.version:
        raise Conflict(_("这个项目在您打开后有了新的变化，请看过后再操作。"), "version")
    return locked


def record(project, action, user, now, *, from_stage="", to_stage="", fields=(), **data):
    """Saves the changed fields with the next version and writes the event."""
    project.version += 1
    project.save(update_fields=[*TOUCHED, *fields])
    return ProjectEvent.objects.create(
        project=project,
        version=project.version,
        at=now,
        action=action,
        actor=user,
        actor_label=user.label if user else "",
        from_stage=from_stage,
        to_stage=to_stage,
        data={name: plain(value) for name, value in data.items() if value not in (None, "", [])},
    )


def plain(value):
    """What a value looks like in an event: codes, numbers and ISO dates, never labels."""
    if isinstance(value, models.Model):
        return getattr(value, "code", value.pk)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


@transaction.atomic
def create(*, user, values, days=(), road=None, right="create", now=None, is_sample=False):
    """Enters a project at 谋划 or at the stage it has reached elsewhere; returns it.

    `values` are fields of KeyProject; `days` are (milestone code, original Day, actual Day) as
    ledgers.dates reads them; `road` are fields of RoadWork; `right` is the
    deed that allows it.
    """
    now = now or timezone.now()
    if not Viewer(user).may(right, None):
        raise PermissionDenied(_("您的角色不能登记项目。"))
    year = timezone.localdate(now).year
    project = KeyProject(
        number=f"HG-{year}-{Sequence.take('project', year):03d}",
        entered_by=user,
        is_sample=is_sample,
        **values,
    )
    project.owner = known_owner(project.owner_name)
    if project.stage == stages.PLANNING and project.reserve_on is None:
        project.reserve_on = timezone.localdate(now)
    project.full_clean(exclude=["number", "entered_by"])
    project.save()
    if road:
        RoadWork.objects.create(project=project, **road)
    for code, planned, actual in days:
        if any(each.day or each.text for each in (planned, actual)):
            Milestone.objects.create(
                project=project,
                code=code,
                original_on=planned.day,
                original_text="" if planned.day else planned.text,
                current_on=planned.day,
                current_text="" if planned.day else planned.text,
                actual_on=actual.day,
                actual_text="" if actual.day else actual.text,
            )
    record(project, "create", user, now, to_stage=project.stage, name=project.name)
    return project


def known_owner(name):
    """The directory's enterprise of this name, where there is exactly one."""
    return Enterprise.objects.resolve(name) if name else None


@transaction.atomic
def change(*, project, user, values, road=None, version=None, now=None):
    """Corrects facts; a new name keeps the old one among the former names."""
    now = now or timezone.now()
    locked = lock(project, user, "edit", version)
    changed = {
        name: [plain(getattr(locked, name)), plain(value)]
        for name, value in values.items()
        if getattr(locked, name) != value
    }
    if "listed_on" in changed and locked.listed_on:
        said = _("列入名单日期不能修改：原定日期已据此固定。")
        raise ValidationError({"listed_on": [said]})
    if "name" in changed:
        locked.former_names = [*locked.former_names, locked.name]
    for name in changed:
        setattr(locked, name, values[name])
    if "owner_name" in changed:
        locked.owner = known_owner(locked.owner_name)
    locked.full_clean(exclude=["number", "entered_by"])
    if road is not None:
        changed |= _change_road(locked, road)
    if changed:
        fields = [f.name for f in KeyProject._meta.concrete_fields if f.name in values]
        record(
            locked,
            "edit",
            user,
            now,
            fields=[*fields, "former_names", "owner"],
            changed=sorted(changed),
            old={name: pair[0] for name, pair in changed.items()},
        )
    return locked


def _change_road(project, values):
    row = RoadWork.objects.filter(project=project).first() or RoadWork(project=project)
    changed = {
        name: [plain(getattr(row, name)), plain(value)]
        for name, value in values.items()
        if row.pk is None or getattr(row, name) != value
    }
    if changed:
        for name, value in values.items():
            setattr(row, name, value)
        row.full_clean(exclude=["project"])
        row.save()
    return changed


@transaction.atomic
def move(
    *,
    project,
    user,
    target,
    reason="",
    override=False,
    pause_reason="",
    review_on=None,
    version=None,
    now=None,
):
    """Moves a project to another stage and returns it. What the stage demands must be there, or
    `override` with a reason says why not; backward, pause, resume and end need a reason.
    """
    now = now or timezone.now()
    locked = lock(project, user, "override" if override else "move", version)
    kind, reason = _kind(locked, target, override), reason.strip()
    lacking = _lacking(locked, target, kind, override, now)
    if (kind != stages.FORWARD or override) and not reason:
        raise ValidationError({"reason": [_("请填写理由。")]})
    source, locked.stage = locked.stage, target
    fields = ["stage", *_beside(locked, source, kind, pause_reason, review_on, now)]
    record(
        locked,
        "move",
        user,
        now,
        from_stage=source,
        to_stage=target,
        fields=fields,
        kind=kind,
        reason=reason,
        override=override or None,
        missing=[row.label for row in lacking],
        pause_reason=pause_reason if kind == stages.PAUSE else "",
        review_on=review_on if kind == stages.PAUSE else None,
    )
    _tell_of_move(locked, user, now, source, target)
    return locked


def _kind(project, target, override):
    """What the move is; refuses one that does not exist."""
    kind = stages.kind_of(project.stage, target, project.nature, project.stage_before)
    if kind is None:
        words = {
            "source": stages.LABELS[project.stage],
            "target": stages.LABELS.get(target, target),
        }
        raise Conflict(_("项目不能从“%(source)s”转入“%(target)s”。") % words, "stage")
    if override and kind != stages.FORWARD:
        raise Conflict(_("只有进入下一阶段时才能越过门槛。"), "override")
    return kind


def _tell_of_move(project, user, now, source, target):
    telling.tell(
        "moved",
        project,
        [telling.sponsor(project), telling.department(project)],
        occasion=project.version,
        now=now,
        exclude=user,
        source=source,
        target=target,
    )
    _take_back(project, now)


def _take_back(project, now):
    """Mails not sent yet about what the project does not owe at the stage it has come to."""
    telling.take_back("pause_review", project, now)
    for kind, owed in OWED.items():
        if project.stage not in owed:
            telling.take_back(kind, project, now)


def _lacking(project, target, kind, override, now):
    """What is missing for the move; refuses it unless that is overridden."""
    if kind != stages.FORWARD:
        return []
    lacking = gates.missing(project, target, timezone.localdate(now))
    if lacking and not override:
        said = _("、").join(row.label for row in lacking)
        raise Conflict(_("还缺：%(missing)s。补齐后再转入下一阶段。") % {"missing": said}, "gates")
    if override and not lacking:
        raise Conflict(_("进入这一阶段的条件已经齐备，不必越过门槛。"), "override")
    return lacking


def _beside(project, source, kind, pause_reason, review_on, now):
    """What stands beside the way: names of the fields that were set."""
    if kind == stages.PAUSE:
        check_review_day(review_on, timezone.localdate(now))
        if not pause_reason:
            raise ValidationError({"pause_reason": [_("请选择停缓建原因。")]})
        project.pause_reason, project.pause_review_on = pause_reason, review_on
    else:
        project.pause_reason, project.pause_review_on = "", None
    if kind == stages.END:
        # Nothing is judged any more: the last light must not stand for ever.
        project.light = ""
    if kind in (stages.PAUSE, stages.END):
        # What was paused and is then ended comes back, if ever, to where it stood before.
        project.stage_before = project.stage_before if source == stages.PAUSED else source
    else:
        project.stage_before = ""
    return ["pause_reason", "pause_review_on", "stage_before", "light"]


def check_review_day(review_on, today):
    """A pause is looked at again within a month (31 days)."""
    if review_on is None:
        raise ValidationError({"review_on": [_("请填写下次复核日期。")]})
    if not 0 < (review_on - today).days <= 31:
        raise ValidationError({"review_on": [_("停缓建须按月复核，复核日期应在今后31天内。")]})


@transaction.atomic
def review_pause(*, project, user, note, review_on, version=None, now=None):
    """The monthly look at a paused project: it stays paused until the next review."""
    now = now or timezone.now()
    locked = lock(project, user, "review_pause", version)
    if locked.stage != stages.PAUSED:
        raise Conflict(_("项目没有停缓建，不需要复核。"), "stage")
    check_review_day(review_on, timezone.localdate(now))
    locked.pause_review_on = review_on
    record(
        locked,
        "review_pause",
        user,
        now,
        fields=["pause_review_on"],
        note=note,
        review_on=review_on,
    )
    telling.take_back("pause_review", locked, now)
    return locked


@transaction.atomic
def add_documents(*, project, user, kind, uploads, version=None, now=None):
    """Keeps papers that belong to the project as a whole; returns the rows."""
    now = now or timezone.now()
    locked = lock(project, user, "documents", version)
    kept = documents.keep(locked, user, uploads, kind)
    record(locked, "documents", user, now, kind=kind, files=[paper.name for paper in kept])
    return kept


@transaction.atomic
def mark_maturity(*, project, user, met, version=None, now=None):
    """Notes which items of the reserve's checklist are met since when: {MaturityItem: date}."""
    now = now or timezone.now()
    locked = lock(project, user, "mature", version)
    marks = {mark.item_id: mark for mark in MaturityMark.objects.filter(project=locked)}
    changed = []
    for item, met_on in met.items():
        mark = marks.get(item.pk)
        if met_on == (mark.met_on if mark else None):
            continue
        changed.append(item.code)
        if met_on is None:
            mark.delete()
        else:
            mark = mark or MaturityMark(project=locked, item=item)
            mark.met_on = met_on
            mark.save()
    if changed:
        record(locked, "mature", user, now, changed=changed)
    return changed


@transaction.atomic
def use_plot(*, project, user, plot, since, until=None, version=None, now=None):
    """Puts the project on a plot (a new one is stored), or ends that use; returns the PlotUse."""
    now = now or timezone.now()
    locked = lock(project, user, "edit", version)
    if plot.pk is None:
        plot.full_clean()
        plot.save()
    use = PlotUse.objects.filter(project=locked, plot=plot, until=None).first()
    use = use or PlotUse(project=locked, plot=plot)
    use.since, use.until = since, until
    if until and until < since:
        raise ValidationError({"until": [_("截止日期不能早于起始日期。")]})
    use.save()
    record(locked, "plot", user, now, plot=plot.number, since=since, until=until)
    return use
