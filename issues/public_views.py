"""Pages for everybody: no account is asked, so each says itself who may see what."""

from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.middleware.csrf import rotate_token
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import roles
from accounts.addresses import client_address
from issues import consent, presenters, services, throttling, tracking
from issues.actors import Actor
from issues.errors import Conflict, StepError
from issues.messages import issue_of_rating_token
from issues.models import Attachment, Issue
from issues.public_forms import RequestForm, TrackForm
from issues.statistics import promises, public_figures
from issues.workflow import STEPS
from ledgers.files import download
from worktime.services import current_calendar

TOO_MANY = 429


@login_not_required
@require_safe
def home(request):
    now = timezone.now()
    context = {
        "promises": promises(now),
        "figures": public_figures(now),
    }
    return render(request, "public/home.html", context)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def submit(request):
    actor = Actor.of(request.user)
    if not actor.roles & set(STEPS["submit"].by):
        raise PermissionDenied
    browser = request.COOKIES.get(settings.CSRF_COOKIE_NAME, "")
    form = RequestForm(
        actor=actor, browser=browser, data=request.POST or None, files=request.FILES or None
    )
    if request.method == "POST":
        if throttling.SUBMISSIONS.reached(client_address(request)):
            return _submit_page(request, form, busy=True)
        if form.is_valid() and (done := form.submit()):
            return _received(request, *done)
    return _submit_page(request, form)


def _submit_page(request, form, busy=False):
    """The form, with everything typed; `busy` when this address has sent too many."""
    context = {"form": form, "busy": busy, "consent_version": consent.VERSION}
    response = render(request, "public/submit.html", context, status=TOO_MANY if busy else None)
    if busy:
        response["Retry-After"] = str(throttling.SUBMISSIONS.seconds)
    return response


def _received(request, issue, created):
    if created:
        throttling.SUBMISSIONS.count(client_address(request))
    tracking.remember_submitted(request.session, issue)
    if not roles.roles_of(request.user) & roles.OFFICIALS:
        tracking.prove(request.session, issue, timezone.now())
    return redirect("submitted", issue.number)


@login_not_required
@never_cache
@require_safe
def submitted(request, number):
    """What was submitted from this session, with its code; nobody else sees this page."""
    try:
        issue = tracking.submitted(request.session, number)
    except Issue.DoesNotExist:
        raise Http404 from None
    now = timezone.now()
    context = {
        "issue": issue,
        "due": presenters.running_clock(issue, current_calendar(), now, public_only=True),
        "by_official": bool(roles.roles_of(request.user) & roles.OFFICIALS),
    }
    return render(request, "public/submitted.html", context)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def track(request):
    if request.method != "POST":
        return _track_page(request, number=request.GET.get("number"))
    form = TrackForm(request.POST)
    address, code = (
        client_address(request),
        tracking.normalised_code(request.POST.get("code", "")),
    )
    if throttling.TRACK_BY_ADDRESS.reached(address) or throttling.TRACK_BY_CODE.reached(code):
        return _track_page(request, form=form, busy=True)
    if form.is_valid():
        found = tracking.find(**form.cleaned_data)
        if found is not None:
            tracking.prove(request.session, found, timezone.now())
            return _track_page(request, number=found.number)
        throttling.TRACK_BY_ADDRESS.count(address)
        throttling.TRACK_BY_CODE.count(code)
        form.add_error(None, _("查询码或电话后四位不对，请核对后重试。"))
    return _track_page(request, form=form)


def _track_page(request, *, number=None, form=None, wrong=None, refused=None, busy=False):
    """The proven issue of this number, else the latest one, else the form that asks for code and
    digits. `wrong` is a refused StepForm, `refused` the StepError that says why.
    """
    now = timezone.now()
    asks = form is not None or "new" in request.GET
    found = [] if asks else tracking.issues(request.session, now)
    chosen = next((row for row in found if row.number == number), found[0] if found else None)
    actor = Actor.of(request.user, proven=tracking.proven(request.session, now))
    context = {
        "form": form or TrackForm(),
        "busy": busy,
        "refused": refused,
        "progress": chosen and tracking.shown(chosen, actor, now, wrong),
        "tabs": tracking.tabs(found, chosen),
    }
    status = TOO_MANY if busy else getattr(refused, "status", None)
    response = render(request, "public/track.html", context, status=status)
    if busy:
        response["Retry-After"] = str(throttling.TRACK_BY_ADDRESS.seconds)
    return response


@login_not_required
@never_cache
@require_POST
def act(request, action):
    """Urge, withdraw, rate or reopen a proven issue; a refused one shows the page with why."""
    now, data = timezone.now(), request.POST.copy()
    issue = tracking.proven_issue(request.session, data.get("number"), now)
    if issue is None or action not in tracking.ACTIONS:
        raise Http404
    actor = Actor.of(request.user, proven=tracking.proven(request.session, now))
    form = tracking.step_form(issue, action, actor, data=data, files=request.FILES)
    refused = None
    try:
        services.check(issue, action, actor, now, tracking.version_of(data))
        if form.is_valid() and form.perform():
            messages.success(request, _("已提交：%(what)s。") % {"what": form.step.label})
            return redirect(f"{reverse('track')}?{urlencode({'number': issue.number})}")
    except StepError as error:
        # Whoever has now seen the change may send the same words again.
        refused, data["version"] = error, issue.version
    return _track_page(request, number=issue.number, wrong=form, refused=refused)


@login_not_required
@require_POST
def leave(request):
    tracking.forget(request.session)
    # Else "back" and "send again" would bring the next person at this machine to the issue.
    rotate_token(request)
    messages.success(request, _("已退出查询，本机不再显示您的诉求。"))
    return redirect("track")


@login_not_required
@never_cache
@require_safe
def file(request, pk):
    try:
        row = tracking.public_file(request.session, pk, timezone.now())
    except Attachment.DoesNotExist:
        raise Http404 from None
    return download(row.file, row.name)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def rate(request, token):
    """The one-time link of a mail. Whoever holds it rates for the enterprise, signed in or not."""
    issue = issue_of_rating_token(token)
    if issue is None:
        return _rating_over(request, tracking.rating_state(token))
    actor = Actor.of(AnonymousUser(), proven={issue.pk})
    given = {"data": request.POST or None, "files": request.FILES or None}
    form = tracking.step_form(issue, "rate", actor, **given)
    if request.method == "POST":
        try:
            if form.is_valid() and form.perform():
                return redirect("rate", token)
        except Conflict:
            return redirect("rate", token)
    context = {"issue": issue, "form": form, **presenters.confirmation(STEPS["rate"])}
    return render(request, "public/rate.html", context)


def _rating_over(request, state):
    status = {"rated": 200, "expired": 410, "forged": 404}[state]
    return render(request, "public/rate_over.html", {"state": state}, status=status)
