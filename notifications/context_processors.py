"""The unread figure in the page head."""

from django.utils.functional import SimpleLazyObject

from notifications.models import Message

# The head shows "99+": no need to count further.
COUNTED = 100


def inbox(request):
    """{"inbox_unread": 0–100} for signed-in users; asked of the database only where it is shown."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    unread = Message.objects.visible_to(user).unread()
    return {"inbox_unread": SimpleLazyObject(lambda: unread[:COUNTED].count())}
