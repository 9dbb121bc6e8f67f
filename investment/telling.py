"""Whom promotion work tells, and the messages written for it."""

from accounts import roles
from accounts.models import User
from notifications import services as outbox


def _active():
    return User.objects.filter(is_active=True)


def promoters():
    return _active().filter(groups__name=roles.PROMOTER)


def leaders():
    return _active().filter(groups__name=roles.LEADER)


def planners():
    return _active().filter(groups__name=roles.PLANNER)


def owner(prospect):
    """Who follows it up; every promoter where he is gone or promotes no more."""
    return promoters().filter(pk=prospect.owner_id) or promoters()


def keepers(deal):
    """Who looks after a deal: the owner of its prospect, else every promoter."""
    return owner(deal.from_prospect) if deal.from_prospect_id else promoters()


def tell(kind, row, audiences, *, occasion, now, exclude=None, **data):
    """Posts `investment.<kind>` once per person and occasion; returns how many are new."""
    people = {user.pk: user for audience in audiences for user in audience}
    return outbox.post(
        kind=f"investment.{kind}",
        recipients=people.values(),
        data={"number": row.number, "name": row.name} | data,
        dedupe_key=key(kind, row, occasion),
        now=now,
        exclude=exclude,
    )


def key(kind, row, occasion=""):
    return f"investment:{kind}:{row.number}:{occasion}"


def take_back(kind, row, now, occasion=""):
    """Cancels mails of this kind that are not sent yet: what they speak of is done."""
    outbox.cancel(dedupe_prefix=key(kind, row, occasion), now=now)
