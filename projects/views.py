"""Pages of key projects. Every project comes through visible_to: another's is 404; a deed one may
not do on a project one sees is 403; what has changed meanwhile is 409 with what was typed.
"""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from ledgers import files
from projects import boards, exports, presenters, worklist
from projects.deeds import DEEDS
from projects.errors import Conflict
from projects.forms.services import NewProjectForm
from projects.listing import ProjectList
from projects.models import Document, KeyProject
from projects.timeline import history
from projects.viewer import READERS, Viewer


def _readers_only(request):
    """Lists are for officials and auditors; an enterprise reaches its own projects' pages."""
    viewer = Viewer(request.user)
    if not viewer.roles & READERS:
        raise PermissionDenied
    return viewer


def _insiders_only(request):
    viewer = _readers_only(request)
    if not viewer.reads_some:
        raise PermissionDenied
    return viewer


@require_safe
def project_list(request):
    _readers_only(request)
    shown = ProjectList(request.user, request.GET)
    if exports.asked(request):
        rows = shown.complete(shown.ordered())
        return exports.answer(request, rows, shown.columns(), _("重点项目清单"))
    context = shown.context() | {"exports": exports.links(request)}
    return render(request, "projects/list.html", context)


def _board(request, viewer, name, context, rows, columns, title):
    """A board's page, or its rows as a file."""
    if exports.asked(request):
        return exports.answer(request, rows, columns, title)
    more = {"viewer": viewer, "exports": exports.links(request)}
    return render(request, f"projects/{name}.html", context | more)


@require_safe
def reserve(request):
    viewer = _readers_only(request)
    context = boards.reserve(request.user, timezone.localdate())
    columns = exports.reserve(context["items"])
    return _board(request, viewer, "reserve", context, context["rows"], columns, _("谋划储备"))


@require_safe
def roads(request):
    viewer = _readers_only(request)
    context = boards.roads(request.user)
    title = _("道路建设")
    return _board(request, viewer, "roads", context, context["rows"], exports.roads(), title)


@require_safe
def approvals(request):
    viewer = _insiders_only(request)
    context = boards.approvals(request.user, timezone.localdate(), request.GET)
    columns = exports.approvals()
    return _board(request, viewer, "approvals", context, context["rows"], columns, _("审批看板"))


@require_safe
def unfinished(request):
    viewer = _insiders_only(request)
    context = boards.unfinished(request.user, timezone.localdate())
    rows = [row | {"label": item["label"]} for item in context["lists"] for row in item["rows"]]
    columns = exports.unfinished()
    return _board(request, viewer, "unfinished", context, rows, columns, _("三未项目"))


@require_safe
def mine(request):
    _insiders_only(request)
    now = timezone.now()
    context = boards.mine(request.user, timezone.localdate(now), now)
    return render(request, "projects/mine.html", context)


@require_safe
def reports(request):
    viewer = _insiders_only(request)
    context = worklist.sheet(request.user, request.GET, timezone.localdate())
    rows, title = context["all_rows"], _("月报") + f"-{context['month']:%Y-%m}"
    return _board(request, viewer, "reports", context, rows, exports.reports(), title)


@require_safe
def detail(request, number):
    visible = KeyProject.objects.visible_to(request.user).with_light(request.user)
    project = get_object_or_404(visible.for_page(), number=number)
    today = timezone.localdate()
    given = request.GET.get("year", "")
    year = int(given) if given.isdecimal() and 1990 <= int(given) <= 2100 else today.year
    context = presenters.page(project, Viewer(request.user), today, year)
    return render(request, "projects/detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def create(request):
    if not Viewer(request.user).may("create", None):
        raise PermissionDenied
    form = NewProjectForm(project=None, user=request.user, **_sent(request))
    return _done(request, form) or _show(request, form)


@require_http_methods(["GET", "HEAD", "POST"])
def act(request, number, name, key=""):
    """GET: the form of one deed. POST: the deed; refused, everything typed comes back."""
    deed = DEEDS[name]
    visible = KeyProject.objects.visible_to(request.user).with_light(request.user)
    project = get_object_or_404(visible.for_page(), number=number)
    if not Viewer(request.user).may(deed.right, project):
        raise PermissionDenied
    form = deed.form(project=project, user=request.user, key=key, **_sent(request))
    if request.method == "POST" and request.headers.get("HX-Target", "").startswith("check-"):
        return _check(request, form)
    return _done(request, form) or _show(request, form)


def _sent(request):
    """What was posted, be it nothing at all; a page that is only looked at has neither."""
    if request.method != "POST":
        return {}
    return {"data": request.POST, "files": request.FILES}


def _done(request, form):
    """The redirect after the deed; None when there was none or it was refused."""
    if request.method != "POST" or not form.is_valid():
        return None
    try:
        said = form.take()
    except ValidationError as error:
        form.refuse(error)
        return None
    except Conflict as error:
        return _show_newer(request, form, error)
    messages.success(request, said)
    if request.POST.get("next") == "sheet":
        return redirect(f"{reverse('projects:reports')}?month={form.key}")
    address = reverse("projects:detail", args=[form.project.number])
    return redirect(f"{address}#{form.back}" if form.back else address)


def _show(request, form, conflict=None, events=(), status=None):
    context = {
        "form": form,
        "project": form.project,
        "confirm": presenters.confirmation(form),
        "has_files": form.is_multipart(),
        "conflict": conflict,
        "events": events,
        "next": request.POST.get("next") or request.GET.get("next", ""),
        "requirements": getattr(form, "requirements", ()),
        "lacking": getattr(form, "lacking", ()),
    }
    wrong = 400 if form.errors else 200
    return render(request, "projects/act.html", context, status=status or wrong)


def _show_newer(request, form, error):
    """The same form under the present version, with what changed since."""
    seen = form.cleaned_data.get("version")
    fresh = get_object_or_404(KeyProject.objects.visible_to(request.user), pk=form.project.pk)
    events = list(fresh.events.after(seen)) if error.code == "version" else []
    data = request.POST.copy()
    data["version"] = str(fresh.version)
    form.data = data
    return _show(request, form, conflict=error, events=history(events), status=409)


def _check(request, form):
    """What strikes the eye in a row of the month's sheet as it is typed; nothing is stored."""
    form.is_valid()
    if not hasattr(form, "preview"):
        raise Http404
    month, codes = form.preview()
    context = {
        "row": worklist.checked(form, month, codes),
        "form": form,
    }
    return render(request, "projects/_report_check.html", context)


@require_safe
def file(request, pk):
    """A paper of a project, always as a download."""
    paper = get_object_or_404(Document.objects.visible_to(request.user), pk=pk)
    return files.download(paper.file, paper.name)
