"""What is done in promotion work; each deed is one transaction with one PipelineEvent.

Raises PermissionDenied (role), Conflict (stage or version), ValidationError (values).
"""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import roles
from directory.models import Enterprise, Sequence
from investment import choices, telling, workflow
from investment.models import PipelineEvent, Prospect, Trip, TripPlace, TripVisit
from projects import services as project_services
from projects.errors import Conflict


def may(user, deed):
    return bool(roles.roles_of(user) & workflow.DEEDS[deed])


def require(user, deed):
    if not may(user, deed):
        raise PermissionDenied(_("您的角色不能进行这一操作。"))


def number(model, now):
    prefix, series = model.SERIES
    year = timezone.localdate(now).year
    return f"{prefix}-{year}-{Sequence.take(series, year):03d}"


def lock(row, user, deed, version=None):
    """The row, locked, after rights and version are checked. Inside a transaction only."""
    require(user, deed)
    locked = type(row).objects.select_for_update(of=("self",)).get(pk=row.pk)
    if version is not None and version != locked.version:
        raise Conflict(_("这条记录在您打开后有了新的变化，请看过后再操作。"), "version")
    return locked


def record(row, action, user, now, *, from_stage="", to_stage="", **data):
    """Saves the row with its next version and writes the event."""
    row.version += 1
    row.save()
    return PipelineEvent.objects.create(
        **{type(row)._meta.model_name.removeprefix("tech"): row},
        version=row.version,
        at=now,
        action=action,
        actor=user,
        actor_label=user.label if user else "",
        from_stage=from_stage,
        to_stage=to_stage,
        data={name: plain(value) for name, value in data.items() if value not in (None, "", [])},
    )


def plain(value):
    """As in a project's event, but a record that has a number by its number."""
    if isinstance(value, models.Model) and hasattr(value, "number"):
        return value.number
    return project_services.plain(value)


def put(row, values):
    """Sets the values on the row; {name: [old, new]} of what changed. A new row has no value yet
    of a foreign key it must have.
    """
    changed = {
        name: [plain(getattr(row, name, None)), plain(value)]
        for name, value in values.items()
        if getattr(row, name, None) != value
    }
    for name in changed:
        setattr(row, name, values[name])
    return changed


def known(name):
    """The directory's enterprise of this name, where there is exactly one."""
    return Enterprise.objects.resolve(name) if name else None


@transaction.atomic
def save_trip(*, user, values, places, trip=None, token=None, version=None, now=None, sample=False):
    """Enters or corrects a trip; `places` are cities in order. The same token gives the first."""
    now = now or timezone.now()
    if trip is None:
        require(user, "trip")
        if token and (first := Trip.objects.filter(token=token).first()):
            return first
        trip = Trip(number=number(Trip, now), entered_by=user, token=token, is_sample=sample)
    else:
        trip = lock(trip, user, "trip", version)
    changed = put(trip, values)
    _check_trip(trip, timezone.localdate(now))
    trip.full_clean(exclude=["entered_by"])
    is_new = trip.pk is None
    if is_new:
        trip.save()
    before = list(trip.places.values_list("city", flat=True))
    if before != list(places):
        trip.places.all().delete()
        TripPlace.objects.bulk_create(TripPlace(trip=trip, city=city) for city in places)
        changed["places"] = [before, list(places)]
    if is_new or changed:
        action = "create" if is_new else "edit"
        record(trip, action, user, now, changed=[] if is_new else sorted(changed))
    return trip


def _check_trip(trip, today):
    if trip.end_on < trip.start_on:
        raise ValidationError({"end_on": [_("结束日期不能早于开始日期。")]})
    if trip.start_on > today and trip.summary:
        raise ValidationError({"summary": [_("活动尚未开始，不能填写成果。")]})


@transaction.atomic
def add_visit(*, trip, user, values, version=None, now=None):
    """Notes whom a trip called on; returns the TripVisit."""
    now = now or timezone.now()
    locked = lock(trip, user, "trip", version)
    visit = TripVisit(trip=locked, enterprise=known(values["company"]), **values)
    visit.full_clean(exclude=["trip"])
    visit.save()
    record(locked, "visit", user, now, company=visit.company)
    return visit


@transaction.atomic
def save_prospect(*, user, values, prospect=None, version=None, now=None, sample=False):
    """Enters a prospect (as a lead) or corrects its facts; returns it. An open one without owner,
    next step and its day is refused at those fields.
    """
    now = now or timezone.now()
    today = timezone.localdate(now)
    if prospect is None:
        require(user, "prospect")
        prospect = Prospect(
            number=number(Prospect, now), entered_by=user, is_sample=sample, touched_on=today
        )
        prospect.received_on = values.get("received_on") or today
    else:
        prospect = lock(prospect, user, "prospect", version)
    changed = put(prospect, values)
    prospect.enterprise = known(prospect.company)
    _check_prospect(prospect, today)
    prospect.full_clean(exclude=["entered_by"], validate_constraints=False)
    is_new = prospect.pk is None
    if is_new:
        prospect.save()
    record(
        prospect,
        "create" if is_new else "edit",
        user,
        now,
        to_stage=prospect.stage if is_new else "",
        changed=sorted(changed) if not is_new else [],
    )
    if not is_new:
        _take_back(prospect, changed, now)
    return prospect


def _take_back(prospect, changed, now):
    """Mails that wait and speak of days, or to an owner, that a correction has changed."""
    if "owner" in changed:
        take_back_all(prospect, now)
        return
    kinds = ["next_due"] if "next_on" in changed else []
    for clock, (field, _label) in workflow.CLOCKS.items():
        if field and {"received_on", field} & changed.keys():
            kinds.append(f"{clock}_due")
    for kind in kinds:
        telling.take_back(kind, prospect, now)


def _check_prospect(prospect, today):
    errors = {}
    if prospect.is_open:
        if not prospect.next_action.strip():
            errors["next_action"] = [_("在谈的线索必须写明下一步。")]
        if prospect.next_on is None:
            errors["next_on"] = [_("请填写下一步的日期。")]
        if prospect.owner_id is None:
            errors["owner"] = [_("请指定跟进人。")]
    for name in ("received_on", "responded_on", "judged_on", "replied_on"):
        if (day := getattr(prospect, name)) and day > today:
            errors[name] = [_("实际日期不能晚于今天。")]
    if errors:
        raise ValidationError(errors)


@transaction.atomic
def follow_up(*, prospect, user, text, next_action, next_on, met=(), version=None, now=None):
    """Meets the clocks named in `met` (respond, judge, reply) and sets the next step."""
    now = now or timezone.now()
    today = timezone.localdate(now)
    locked = lock(prospect, user, "prospect", version)
    if not locked.is_open:
        raise Conflict(_("线索已不在跟进中，不能更新进展。"), "stage")
    for clock in met:
        field = workflow.CLOCKS[clock][0]
        if getattr(locked, field) is None:
            setattr(locked, field, today)
    locked.touched_on, locked.next_action, locked.next_on = today, next_action, next_on
    _check_prospect(locked, today)
    record(locked, "follow_up", user, now, text=text, met=list(met), next_on=next_on)
    for kind in ("next_due", "update_due", "silent"):
        telling.take_back(kind, locked, now)
    for clock in met:
        telling.take_back(f"{clock}_due", locked, now)
    return locked


@transaction.atomic
def move(*, prospect, user, target, text="", reason="", version=None, now=None):
    """Moves a prospect to another stage; 流失 demands a reason of the list. Signing is done by
    registering the deal.
    """
    now = now or timezone.now()
    locked = lock(prospect, user, "prospect", version)
    if not workflow.may_move(locked.stage, target, locked.stage_before):
        words = {
            "source": workflow.LABELS[locked.stage],
            "target": workflow.LABELS.get(target, target),
        }
        raise Conflict(_("线索不能从“%(source)s”转入“%(target)s”。") % words, "stage")
    if target == workflow.LOST and reason not in dict(choices.LOST_REASON):
        raise ValidationError({"reason": [_("请选择流失原因。")]})
    if target in (workflow.SHELVED, workflow.LOST) and not text.strip():
        raise ValidationError({"text": [_("请说明情况。")]})
    source, locked.stage = locked.stage, target
    leaves = source in workflow.OPEN and target not in workflow.OPEN
    if leaves:
        locked.stage_before = source
    elif target != workflow.LOST:
        locked.stage_before = ""
    locked.lost_reason = reason if target == workflow.LOST else ""
    locked.lost_text = text if target == workflow.LOST else ""
    locked.touched_on = timezone.localdate(now)
    _check_prospect(locked, timezone.localdate(now))
    record(
        locked, "move", user, now, from_stage=source, to_stage=target, text=text, lost_reason=reason
    )
    if leaves:
        take_back_all(locked, now)
    else:
        for kind in ("update_due", "silent"):
            telling.take_back(kind, locked, now)
    return locked


def take_back_all(prospect, now):
    for kind in ("next_due", "update_due", "silent", *(f"{c}_due" for c in workflow.CLOCKS)):
        telling.take_back(kind, prospect, now)
