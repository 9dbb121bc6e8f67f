"""The inbox. Every message is found through visible_to: another person's is 404."""

from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from notifications.forms import InboxFilter
from notifications.models import Message

PER_PAGE = 20


@require_safe
def inbox(request):
    mine = Message.objects.visible_to(request.user)
    chosen = InboxFilter(request.GET, kinds=mine.kinds())
    found = mine.shown(**chosen.choice()).newest_first()
    unread = mine.unread().count()
    context = {
        "page": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
        "filter": chosen,
        "unread": unread,
        "tabs": chosen.tabs(unread),
    }
    return render(request, "notifications/inbox.html", context)


@require_POST
def inbox_open(request, pk):
    """Mark read and go where the message leads."""
    message = _mark_read(request, pk)
    url = message.rendered.url
    # A kind's path comes from data; it may only lead within the portal.
    inside = url.startswith("/") and url_has_allowed_host_and_scheme(url, allowed_hosts=None)
    return redirect(url if inside else "inbox")


@require_POST
def inbox_read(request, pk):
    _mark_read(request, pk)
    return _back(request)


@require_POST
def inbox_read_all(request):
    Message.objects.visible_to(request.user).mark_read(timezone.now())
    return _back(request)


def _mark_read(request, pk):
    mine = Message.objects.visible_to(request.user)
    message = get_object_or_404(mine, pk=pk)
    mine.with_number(pk).mark_read(timezone.now())
    return message


def _back(request):
    """The list as it was filtered."""
    chosen = InboxFilter(request.POST, kinds=Message.objects.visible_to(request.user).kinds())
    return redirect(chosen.address())
