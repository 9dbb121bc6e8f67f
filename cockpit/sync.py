"""What changes a target for `updated_since` (api/sync.py)."""

from django.db.models import Q

from api import sync
from cockpit.querysets import READERS


def register():
    sync.track("cockpit.Target", "target", name="number")
    sync.announce("target", "cockpit.Target", needs="reports:read", list="targets", lost=lost)


def lost(user):
    """Q over changes: who reads targets reads all of them."""
    is_system = getattr(user, "api_key", None) is not None
    return Q() if is_system or getattr(user, "roles", frozenset()) & READERS else Q(pk__in=[])
