"""The officials' and signed-in enterprises' pages of the loop. Every issue comes through
visible_to: another's is 404; a step one may see but not take is 403 or 409 with the reason.
"""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import HttpResponseClientRedirect

from api.exports import export
from issues import boards, patterns, presenters, services
from issues.actors import Actor
from issues.errors import Conflict, Invalid, StepError
from issues.forms import StepForm
from issues.models import Attachment, Issue, PatternReview
from issues.viewer import Viewer
from issues.workflow import STEPS
from issues.worklist import WorkList
from ledgers.files import download
from projects import exports

EXPORTS = ("csv", "xlsx")


@require_safe
def work_list(request):
    work = WorkList(request.user, request.GET)
    if request.GET.get("format") in EXPORTS:
        name = _("诉求清单") + f"-{timezone.localdate():%Y%m%d}"
        return export(work.ordered(), work.columns(), request.GET["format"], name)
    context = work.context() | {"sections": boards.sections(request.user)}
    return render(request, "issues/list.html", context)


@require_safe
def detail(request, number):
    issue = get_object_or_404(Issue.objects.visible_to(request.user).for_page(), number=number)
    return render(
        request, "issues/detail.html", presenters.page(issue, request.user, timezone.now())
    )


@require_http_methods(["GET", "HEAD", "POST"])
def act(request, number, action):
    """GET: the form of one step, as a part of the issue page or as a page of its own. POST: the
    step; refused, everything typed comes back.
    """
    step = STEPS.get(action)
    issue = get_object_or_404(Issue.objects.visible_to(request.user).for_page(), number=number)
    if step is None or not step.sources:
        raise Http404
    if request.method == "POST":
        return _take(request, issue, step)
    form = StepForm(
        step,
        issue=issue,
        actor=Actor.of(request.user),
        initial=presenters.initial(issue, step),
    )
    try:
        services.check(issue, action, form.actor)
    except StepError as error:
        if request.htmx:
            return HttpResponseClientRedirect(request.path)
        return _refused(request, form, error)
    return _show(request, form)


def _take(request, issue, step):
    form = StepForm(
        step,
        issue=issue,
        actor=Actor.of(request.user),
        data=request.POST,
        files=request.FILES,
    )
    # Legality is answered before the fields: who may not take the step learns that first.
    version = form.fields["version"].widget.value_from_datadict(request.POST, {}, "version")
    try:
        services.check(issue, step.action, form.actor, version=_number(version))
        done = form.perform() if form.is_valid() else None
    except StepError as error:
        if isinstance(error, Conflict) and error.code == "version":
            return _show_newer(request, form, error)
        return _refused(request, form, error)
    if done is None:
        return _show(request, form, status=400)
    public_only = Viewer(request.user).public_only
    messages.success(request, presenters.done_message(done, step.action, public_only))
    return redirect("issues:detail", number=done.number)


def _number(text):
    return int(text) if text and text.isascii() and text.isdecimal() else None


def _show(request, form, status=200, conflict=None):
    public_only = Viewer(request.user).public_only
    context = presenters.step_page(form, form.issue, public_only, conflict)
    part = request.htmx and request.method == "GET"
    template = "issues/_step_form.html" if part else "issues/act.html"
    response = render(request, template, context, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _show_newer(request, form, error):
    """The same form under the present version, with what changed since."""
    mine = Issue.objects.visible_to(request.user).for_page()
    fresh = get_object_or_404(mine, pk=form.issue.pk)
    data = request.POST.copy()
    data["version"] = str(fresh.version)
    form = StepForm(form.step, issue=fresh, actor=form.actor, data=data)
    return _show(request, form, status=409, conflict=error)


def _refused(request, form, error):
    context = {
        "reason": error.message,
        "code": error.status,
        "issue": form.issue,
        "step": form.step,
        "typed": presenters.typed(form),
    }
    return render(request, "issues/refused.html", context, status=error.status)


@require_safe
def file(request, pk):
    attachment = get_object_or_404(Attachment.objects.visible_to(request.user), pk=pk)
    return download(attachment.file, attachment.name)


@require_safe
def board(request, name):
    """The notices, the call list or the 一类事 reviews, as a page or a file."""
    if not boards.may_open(request.user, name):
        raise PermissionDenied
    shown = boards.BOARDS[name](request.user, request.GET)
    if exports.asked(request):
        return exports.answer(request, shown.found(), shown.columns(), boards.EXPORT_NAMES[name])
    context = shown.context(exports=exports.links(request))
    return render(request, f"issues/{name}.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def pattern(request, pk):
    """One 一类事: its matters, and the forms of what the reader may do with it."""
    reviews = PatternReview.objects.visible_to(request.user).for_list()
    review = get_object_or_404(reviews, pk=pk)
    posted = request.POST if request.method == "POST" else None
    deed = request.POST.get("deed")
    lead = boards.LeadForm(posted if deed == "lead" else None, review=review)
    result = boards.ResultForm(posted if deed == "close" else None)
    status = 200
    if posted is not None:
        form = lead if deed == "lead" else result
        try:
            if form.is_valid():
                function = patterns.lead if deed == "lead" else patterns.close
                function(review, request.user, **form.cleaned_data)
                messages.success(request, _("已保存。"))
                return redirect("issues:pattern", pk=pk)
            status = 400
        except Invalid as error:
            status = 400
            form.add_error(None, [text for texts in error.errors.values() for text in texts])
        except StepError as error:
            status = error.status
            form.add_error(None, error.message)
    issues = Issue.objects.visible_to(request.user).in_review(review)
    context = {
        "review": review,
        "may": patterns.may(review, request.user),
        "lead_form": lead,
        "result_form": result,
        "issues": issues,
        "months": boards.months(issues),
        "tabs": boards.sections(request.user, "patterns"),
    }
    return render(request, "issues/pattern.html", context, status=status)
