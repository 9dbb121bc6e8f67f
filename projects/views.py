"""Pages of key projects. Every project comes through visible_to: another's is 404; a deed one may
not do on a project one sees is 403; what has changed meanwhile is 409 with what was typed.
"""

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from ledgers import files
from projects import answers, boards, exports, presenters, worklist
from projects.deeds import DEEDS
from projects.forms.services import NewProjectForm
from projects.listing import ProjectList
from projects.models import Document, KeyProject
from projects.reporting import figures_year
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
def open_data(request):
    """What is published as OC4IDS: what it is, and the file."""
    viewer = _readers_only(request)
    package = exports.open_data(request.user, timezone.now())
    if request.GET.get("format") == "json" and package:
        answer = JsonResponse(package, json_dumps_params={"ensure_ascii": False, "indent": 1})
        answer["Content-Disposition"] = 'attachment; filename="oc4ids.json"'
        return answer
    count = len(package["projects"]) if package else 0
    context = {"viewer": viewer, "count": count, "prefix": settings.OC4IDS_PREFIX}
    return render(request, "projects/oc4ids.html", context)


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
    year = int(given) if given.isdecimal() and 1990 <= int(given) <= 2100 else figures_year(today)
    context = presenters.page(project, Viewer(request.user), today, year)
    return render(request, "projects/detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def create(request):
    if not Viewer(request.user).may("create", None):
        raise PermissionDenied
    form = NewProjectForm(subject=None, user=request.user, **answers.sent(request))
    return answers.respond(request, form, _page(request))


@require_http_methods(["GET", "HEAD", "POST"])
def act(request, number, name, key=""):
    """GET: the form of one deed. POST: the deed; refused, everything typed comes back."""
    deed = DEEDS[name]
    visible = KeyProject.objects.visible_to(request.user).with_light(request.user)
    project = get_object_or_404(visible.for_page(), number=number)
    if not Viewer(request.user).may(deed.right, project):
        raise PermissionDenied
    try:
        form = deed.form(subject=project, user=request.user, key=key, **answers.sent(request))
    except Http404:
        if request.method != "POST":
            raise
        home = reverse("projects:detail", args=[project.number])
        return answers.overtaken(request, deed.form, home)
    if request.method == "POST" and request.headers.get("HX-Target", "").startswith("check-"):
        return _check(request, form)
    return answers.respond(request, form, _page(request, form.hands_in))


def _page(request, is_report=False):
    def home(form):
        if request.POST.get("next") == "sheet":
            return f"{reverse('projects:reports')}?month={form.key}"
        if form.subject is None:
            return reverse("projects:list")
        address = reverse("projects:detail", args=[form.subject.number])
        return f"{address}#{form.back}" if form.back else address

    def fresh(form):
        visible = KeyProject.objects.visible_to(request.user)
        return get_object_or_404(visible, pk=form.subject.pk)

    def again(form):
        """The sheet with the refused row."""
        today = timezone.localdate()
        context = worklist.sheet(request.user, {"month": form.key}, today, bound=form)
        return render(request, "projects/reports.html", context, status=400)

    from_sheet = is_report and request.POST.get("next") == "sheet"
    return answers.Page("projects/act.html", home, fresh, history, again if from_sheet else None)


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
