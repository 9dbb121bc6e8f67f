"""What changes a record of promotion work for `updated_since` (api/sync.py)."""

from django.db.models import Q

from accounts import roles
from api import sync
from investment import workflow


def register():
    sync.track("investment.Trip", "trip", name="number")
    sync.track("investment.Prospect", "prospect", name="number")
    sync.track("investment.Receipt", "receipt", name="number")
    sync.track("investment.Deal", "deal", name="number", scope=("investor", "type"))
    sync.track("investment.TechTransfer", "transfer", name="number", scope=("receiver",))
    for kind, (label, names, rule) in ANNOUNCED.items():
        sync.announce(kind, label, needs="investment:read", list=names, lost=rule)
    for label in ("investment.TripPlace", "investment.TripVisit"):
        sync.touch(label, "trip", by="trip")
    # A trip shows how many prospects and deals came of it, a prospect its deal, a deal its money.
    sync.touch("investment.Prospect", "trip", by="from_trip", clock="updated_at")
    sync.touch("investment.Deal", "trip", by="from_trip", clock="updated_at")
    sync.touch("investment.Deal", "prospect", by="from_prospect", clock="updated_at")
    sync.touch("investment.Deal", "project", by="project", clock="updated_at")
    sync.touch("investment.Receipt", "deal", by="deal", clock="updated_at")
    for kind in ("trip", "prospect", "deal", "transfer"):
        sync.touch("investment.PipelineEvent", kind, by=kind, clock="at")


def lost(readers, enterprise="", system=None):
    """callable(user) → Q over changes: the rows this reader may have had before they were deleted
    or changed hands. `enterprise` names the firm's column in the scope, `system` is what a key of
    nobody had.
    """

    def rule(user):
        held = roles.roles_of(user)
        if held & readers:
            return Q()
        if getattr(user, "api_key", None) is not None:
            return system if system and "investment:read" in user.api_scopes else Q(pk__in=[])
        if enterprise and roles.ENTERPRISE in held and user.enterprise_id:
            return Q(**{f"scope__{enterprise}": user.enterprise_id})
        return Q(pk__in=[])

    return rule


UNSIGNED = lost(workflow.UNSIGNED)
DEALS = lost(workflow.SIGNED_READERS, "investor", Q(scope__type="formal"))
TRANSFERS = lost(workflow.MAP_READERS, "receiver", Q())
ANNOUNCED = {
    "trip": ("investment.Trip", "trips", UNSIGNED),
    "prospect": ("investment.Prospect", "prospects", UNSIGNED),
    "deal": ("investment.Deal", "deals", DEALS),
    "receipt": ("investment.Receipt", "receipts", UNSIGNED),
    "transfer": ("investment.TechTransfer", "transfers", TRANSFERS),
}
