"""What was not delivered, and one click to try it again. Nobody here reads a message's text."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.permissions import OPERATORS
from accounts.roles import ADMINISTRATOR, roles_of
from notifications import services
from notifications.models import Delivery

PER_PAGE = 50


def may_look(user):
    return bool(roles_of(user) & OPERATORS)


def may_act(user):
    return ADMINISTRATOR in roles_of(user)


@require_safe
def undelivered(request):
    if not may_look(request.user):
        raise PermissionDenied
    found = Delivery.objects.troubled().for_list()
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "acts": may_act(request.user)}
    return render(request, "notifications/undelivered.html", context)


@require_POST
def retry(request, pk):
    count = services.retry(_row(request, pk), timezone.now())
    return _done(request, count)


@require_POST
def retry_all(request):
    _refuse_others(request)
    return _done(request, services.retry(Delivery.objects.troubled(), timezone.now()))


@require_POST
def arrived(request, pk):
    """A person found out that a message of unknown fate did arrive."""
    services.settle(_row(request, pk), timezone.now())
    messages.success(request, _("已记为送达。"))
    return redirect("operations-undelivered")


def _row(request, pk):
    """One troubled delivery as a set; 404 when somebody else has just dealt with it."""
    _refuse_others(request)
    row = Delivery.objects.troubled().with_number(pk)
    if not row.exists():
        raise Http404
    return row


def _refuse_others(request):
    if not may_act(request.user):
        raise PermissionDenied


def _done(request, count):
    text = ngettext("已重新排队 %(count)d 条消息。", "已重新排队 %(count)d 条消息。", count)
    messages.success(request, text % {"count": count})
    return redirect("operations-undelivered")
