"""Posts the message of a step to everybody it names, each with the deadline that binds him.

Called inside the step's transaction; writes rows only.
"""

from issues import audiences
from notifications import services as messages

# Whose deadline a message names; who is not listed hears of the department's.
CLOCKS = {"submitter": "promise", "co": "co"}
AT_ONCE = ("submit", "resolve")
# News that whoever was merged into an issue hears under the number he knows.
FOLLOWED = ("assign", "decide_extension", "decide_tracking", "resolve", "close", "recalculate")


def tell(change, event):
    """Nobody is told of his own act, nor twice. Of a recalculation hears whose own clock moved."""
    told = {}
    for audience in change.step.tells:
        clock = CLOCKS.get(audience, "unit")
        if _concerns(change, clock):
            for user in audiences.AUDIENCES[audience](change):
                told.setdefault(user.pk, (clock, user))
    for clock in dict.fromkeys(clock for clock, _user in told.values()):
        users = [user for of, user in told.values() if of == clock]
        _post(change, event, users, clock=clock)
    if audiences.tells_enterprise(change.step, change) and _concerns(change, "promise"):
        _tell_outside(change, event, {user.email for _clock, user in told.values()})
        if change.step.action in FOLLOWED:
            _tell_merged(change, event)


def _concerns(change, clock):
    return change.step.action != "recalculate" or clock in {name for name, *_ in change.moved}


def _post(change, event, users, *, clock, issue=None, kind="", addresses=()):
    """`issue` is the one the readers know: the step's own, or one that was merged into it."""
    known = issue or change.issue
    due_at = _due(change.issue, clock)
    data = {
        "issue": known.number,
        "title": known.title,
        "event": event.pk,
        "due_at": due_at.isoformat() if due_at else None,
    }
    if clock == "promise":
        data["to"] = "enterprise"
    if addresses:
        # Without an account one comes back by code and telephone digits.
        data |= {"outside": [known.pk, known.round], "code": known.tracking_code}
    messages.post(
        kind=kind or f"issues.{change.step.action}",
        recipients=users,
        addresses=addresses,
        data=data,
        dedupe_key=f"issues:{known.pk}:{change.issue.pk}:{event.version}",
        urgent=change.issue.time_class == "urgent",
        now=change.now,
        at_once=change.step.action in AT_ONCE,
        exclude=change.actor.user,
    )


def _due(issue, clock):
    if clock == "promise":
        return issue.due_at
    if clock == "co":
        return issue.co_handlings.values_list("due_at", flat=True).first()
    return issue.unit_due_at or issue.due_at


def _tell_outside(change, event, known):
    """The address left on the form, unless the same person has just been told by his account."""
    issue = change.issue
    if issue.contact_email and issue.contact_email not in known:
        address = [(issue.contact_email, issue.language)]
        _post(change, event, (), clock="promise", addresses=address)


def _tell_merged(change, event):
    """Progress of the joined issue, without its title: another firm's words are not theirs."""
    for merged in change.issue.merged_issues.all():
        users = list(audiences.contacts(merged))
        common = {"clock": "promise", "issue": merged, "kind": "issues.update"}
        _post(change, event, users, **common)
        if merged.contact_email and merged.contact_email not in {user.email for user in users}:
            address = [(merged.contact_email, merged.language)]
            _post(change, event, (), addresses=address, **common)
