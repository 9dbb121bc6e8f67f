"""Takes the steps of the loop. Pages, API, ladder and commands all end here; nothing else assigns
a status.
"""

from dataclasses import dataclass, field
from datetime import date, datetime

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import ApiKey
from directory.models import Enterprise, Sequence
from issues import commitments, files, telling, workflow
from issues.actors import Actor
from issues.errors import Conflict, Forbidden, invalid
from issues.facts import refusal_for
from issues.feedback import EFFECTS
from issues.models import Attachment, Issue, IssueEvent
from issues.workflow import DECLINED, MERGED, STEPS, WITHDRAWN

# What the history keeps of a foreign work order, and what a later file is compared with.
TOLD = "title description status department category received_at due_at closed_at".split() + [
    "source_verdict"
]
SETTLED = (workflow.RESOLVED, workflow.CONFIRMED, workflow.CLOSED)
EARLY = (DECLINED, MERGED, WITHDRAWN)
ASKED = ("kind", "title", "description", "contact_name", "contact_phone", "contact_email")


@dataclass
class Change:
    """One step under way: what came in, what the effect decided, and what is done once the event
    has a number.
    """

    issue: Issue
    step: object
    actor: object
    now: datetime
    data: dict
    extra: dict = field(default_factory=dict)
    public: bool = False
    silent: bool = False
    met_at: datetime | None = None
    former_lead_id: int | None = None
    application: object = None
    instruction: object = None
    moved: list = field(default_factory=list)
    deferred: list = field(default_factory=list)
    follow_ups: list = field(default_factory=list)

    def later(self, function):
        """Runs `function(event)` after the event row exists, in the same transaction."""
        self.deferred.append(function)

    def begin(self, *names, share=None):
        """Starts these clocks now."""
        for name in names:
            self.later(
                lambda event, name=name: commitments.start(
                    self.issue, name, event, started_at=self.now, share=share
                )
            )

    def fix(self, day, *names):
        """Sets these clocks to an approved date."""
        for name in names:
            self.later(lambda event, name=name: commitments.fix(self.issue, name, event, day))

    def then(self, action, **data):
        """A step the portal itself takes right after this one."""
        self.follow_ups.append((action, data))


def check(issue, action, actor, now=None, version=None):
    """Raises Forbidden or Conflict when the step is not open to the actor on this issue now."""
    refused = refusal_for(issue, action, actor, now or timezone.now())
    if refused is not None:
        error = Forbidden if refused.status == 403 else Conflict
        raise error(refused.message, refused.code)
    if version is not None and version != issue.version:
        raise Conflict(
            _("这条诉求在您打开后有了新的变化，请看过后再操作。"),
            "version",
            issue.events.filter(version__gt=version).select_related("actor"),
        )


def check_submit(actor):
    """Raises Forbidden when nobody of the actor's roles submits."""
    if not actor.roles & set(STEPS["submit"].by):
        raise Forbidden(_("您的角色不能进行这一操作。"), "role")


def perform(*, issue, action, actor, version=None, attachments=(), now=None, silent=False, **data):
    """Takes one step and returns the changed issue.

    In one transaction: lock, legality and version, the step's effect, one IssueEvent, clocks,
    reminders, files and messages. `data` holds cleaned values named as in STEPS. Raises Forbidden,
    Conflict or Invalid; then nothing has been stored. `silent`: the caller tells of it himself.
    """
    now = now or timezone.now()
    with transaction.atomic():
        locked = _locked(issue, data.get("into"))
        check(locked, action, actor, now, version)
        step, data = STEPS[action], _named(STEPS[action], data)
        change = Change(locked, step, actor, now, data, public=step.public, silent=silent)
        outcome = EFFECTS[action](change) or ""
        _record(change, change.step.to[outcome], attachments)
    return locked


def _locked(issue, into=None):
    """The issue, locked; with it the one it is to be merged into, always in the same order, so that
    two merges across never wait for each other.
    """
    wanted = models.Q(pk=issue.pk)
    if into:
        wanted |= models.Q(number=into.strip().upper())
    rows = Issue.objects.select_for_update(of=("self",)).filter(wanted).order_by("pk")
    return next(row for row in rows if row.pk == issue.pk)


def _named(step, data):
    """The step's own values and no others; a text not given is empty, anything else None."""
    blank = {"text": "", "multichoice": ()}
    return {
        field.name: blank.get(field.type) if data.get(field.name) is None else data[field.name]
        for field in step.fields
        if field.type != "file"
    }


def submit(*, actor, attachments=(), now=None, is_sample=False, visit=None, **data):
    """Stores a new issue and returns (issue, created); the same client_reference of one key
    returns the first one. `project` is a KeyProject, `visit` the sponsor's visit it was raised on.
    """
    now = now or timezone.now()
    check_submit(actor)
    reference = data.get("client_reference") or ""
    with transaction.atomic():
        if (first := _sent_before(actor.key, reference)) is not None:
            return first, False
        enterprise, name = _enterprise(actor, data["enterprise"])
        year = timezone.localdate(now).year
        category = data.get("category")
        issue = Issue(
            number=f"QH-{year}-{Sequence.take('issue', year):05d}",
            version=0,
            received_at=now,
            enterprise=enterprise,
            enterprise_name=name,
            submitted_by=actor.user,
            api_key=actor.key,
            client_reference=reference if actor.key else "",
            category=category,
            project=data.get("project") or None,
            visit=visit,
            time_class=category.time_class if category else "general",
            is_sample=is_sample,
            **{key: data.get(key) or "" for key in ASKED},
        )
        for given in ("language", "tracking_code"):
            if data.get(given):
                setattr(issue, given, data[given])
        shown = {key: data.get(key) for key in ("kind", "title", "description", "category")} | {
            "enterprise": name
        }
        if issue.project:
            shown["project"] = issue.project.number
        change = Change(issue, STEPS["submit"], actor, now, shown, public=True)
        if data.get("agreed"):
            change.extra["consent"] = data["agreed"]
        _record(change, change.step.to[""], attachments)
    return issue, True


def take_over(*, source, reference, now=None, **order):
    """Stores a work order of another system in the state it has there; ("new", "changed" or
    "same").

    `order` holds title, description, category (row or None), department, status, received_at,
    due_at (None: it had no deadline), closed_at and source_verdict. Its times are kept as given,
    its verdict is ours: closed_at against due_at. The ladder does not speak about it.
    """
    now = now or timezone.now()
    with transaction.atomic():
        rows = Issue.objects.select_for_update(of=("self",))
        issue = rows.filter(source=source, client_reference=reference).first()
        if issue is not None and not _differs(issue, order):
            return "same"
        is_new = issue is None
        if is_new:
            year = timezone.localdate(order["received_at"]).year
            number = f"QH-{year}-{Sequence.take('issue', year):05d}"
            issue = Issue(number=number, version=0, source=source, client_reference=reference)
            issue.status = order["status"]
        closed = order["closed_at"]
        ended = order["status"] in SETTLED
        issue.kind, issue.enterprise_name = "problem", source[:120]
        issue.title, issue.description = order["title"], order["description"]
        issue.category, issue.lead_department = order["category"], order["department"]
        issue.received_at = issue.assigned_at = order["received_at"]
        issue.resolved_at = closed if ended else None
        issue.closed_at = closed if order["status"] == workflow.CLOSED else None
        moment = order["received_at"] if is_new else now
        told = {name: order[name] for name in TOLD}
        change = Change(issue, STEPS["import"], Actor.system(), moment, told, silent=True)
        if order["due_at"] is not None:
            change.later(lambda event: commitments.take_over(issue, event, order["due_at"]))
        if ended:
            change.later(
                lambda _event: commitments.meet(issue, ("promise", "unit"), closed or moment)
            )
        _record(change, order["status"], ())
    return "new" if is_new else "changed"


def _differs(issue, order):
    """Whether a taken-over issue is no longer what its system says. What has been done to it here
    since is not undone by an unchanged file.
    """
    last = issue.events.filter(action="import").last().data
    return any(last.get(name) != _kept(order[name]) for name in TOLD)


def _kept(value):
    return None if value in (None, "", []) else _plain(value)


def _sent_before(key, reference):
    """The issue this key has sent under `reference`, or None."""
    if key is None or not reference:
        return None
    # Locked, so that of two requests at once the second finds the first one's issue.
    ApiKey.objects.select_for_update().get(pk=key.pk)
    return Issue.objects.filter(api_key=key, client_reference=reference).first()


def _enterprise(actor, given):
    """(row or None, name as text): an unknown name is kept as written and matched later."""
    own = getattr(actor.user, "enterprise", None)
    if own is not None:
        return own, own.name
    found = Enterprise.objects.resolve(given, by_number=actor.key is not None)
    name = found.name if found else str(given).strip()
    if not name:
        raise invalid("enterprise", _("请填写企业名称。"))
    return found, name[:120]


def _record(change, target, attachments):
    """Status, version, event, clocks, files, messages and what follows, in this order."""
    issue, former = change.issue, change.issue.status
    # Files are looked at first: a refused one must leave no trace of the step.
    checked = files.check_all(attachments)
    issue.status = target or former
    issue.version += 1
    issue.save()
    event = _event(change, former)
    for name in change.step.starts:
        started_at = (
            issue.received_at
            if name == "promise" and change.step.action == "assign"
            else change.now
        )
        commitments.start(issue, name, event, started_at=started_at)
    if issue.status in EARLY:
        commitments.void(issue, change.now)
    commitments.meet(issue, change.step.stops, change.met_at or change.now)
    for function in change.deferred:
        function(event)
    issue.save()
    if change.moved:
        event.data["moved"] = [
            [name, old.isoformat(), new.isoformat()] for name, old, new in change.moved
        ]
    event.data |= change.extra
    event.save(update_fields=["data"])
    _keep_files(change, event, checked)
    if not change.silent:
        telling.tell(change, event)
    for action, data in change.follow_ups:
        # What the portal says of itself is stored, so in the district's language.
        with translation.override(settings.LANGUAGE_CODE):
            data = {name: str(value) for name, value in data.items()}
        done = perform(
            issue=issue, action=action, actor=change.actor.system(), now=change.now, **data
        )
        issue.version = done.version


def _event(change, former):
    actor = change.actor
    return IssueEvent.objects.create(
        issue=change.issue,
        version=change.issue.version,
        at=change.now,
        action=change.step.action,
        actor=actor.user,
        api_key=actor.key,
        actor_kind=actor.kind,
        actor_label=change.issue.enterprise_name if actor.kind == "enterprise" else actor.label,
        department_id=actor.department_id,
        from_status=former,
        to_status=change.issue.status,
        public=change.public,
        data={
            name: _plain(value)
            for name, value in change.data.items()
            if value not in (None, "", [])
        },
    )


def _plain(value):
    """What a step's value looks like in an event: codes, numbers and ISO dates, never labels."""
    if isinstance(value, models.Model):
        return getattr(value, "code", value.pk)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, list | tuple | models.QuerySet):
        return [_plain(item) for item in value]
    return value


def _keep_files(change, event, checked):
    for file in checked:
        Attachment.objects.create(
            issue=change.issue,
            event=event,
            file=file.stored,
            name=file.name,
            size=file.size,
            sha256=file.sha256,
            public=change.public,
        )


def match_enterprises():
    """Gives issues that carry only a name their enterprise, once the directory knows exactly one
    of that name.
    """
    matched = 0
    for issue in Issue.objects.filter(enterprise=None).order_by("pk").iterator():
        if (found := Enterprise.objects.resolve(issue.enterprise_name)) is not None:
            unknown = Issue.objects.filter(pk=issue.pk, enterprise=None)
            matched += unknown.update(enterprise=found, updated_at=timezone.now())
    return matched
