"""The inbox and what its owner wants to hear. Every message is found through visible_to: another
person's is 404.
"""

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from notifications import wishes
from notifications.forms import DeputyForm, InboxFilter
from notifications.models import Deputy, Message

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


@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request):
    if request.method == "POST":
        wishes.keep(request.user, set(request.POST.getlist("wanted")))
        wishes.keep_accounts(request.user, request.POST)
        messages.success(request, _("接收方式已保存。"))
        return redirect("preferences")
    return _preferences(request, DeputyForm(user=request.user))


@require_POST
def deputy_add(request):
    form = DeputyForm(request.POST, user=request.user)
    if not form.is_valid():
        return _preferences(request, form, status=422)
    form.save()
    messages.success(request, _("代理安排已保存，期间的消息同时发给代理人。"))
    return redirect("preferences")


@require_POST
def deputy_end(request, pk):
    get_object_or_404(Deputy.objects.of(request.user).numbered(pk)).delete()
    messages.success(request, _("代理安排已结束。"))
    return redirect("preferences")


def _preferences(request, form, status=200):
    today = timezone.localdate()
    context = {
        "channels": wishes.channels_ready(),
        "groups": wishes.grouped(request.user),
        "accounts": wishes.accounts(request.user),
        "deputies": Deputy.objects.of(request.user).not_over(today).select_related("deputy"),
        "form": form,
    }
    return render(request, "notifications/preferences.html", context, status=status)


def _mark_read(request, pk):
    mine = Message.objects.visible_to(request.user)
    message = get_object_or_404(mine, pk=pk)
    mine.with_number(pk).mark_read(timezone.now())
    return message


def _back(request):
    """The list as it was filtered."""
    chosen = InboxFilter(request.POST, kinds=Message.objects.visible_to(request.user).kinds())
    return redirect(chosen.address())
