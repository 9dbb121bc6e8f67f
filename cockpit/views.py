"""Rates and circulars for officials; a figure is shown to every official, the rows behind it only
to whom visible_to shows them.
"""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import roles
from cockpit import boards, circulars, documents
from cockpit.forms import CircularFilter, CircularForm, DraftForm, PeriodForm, TargetForm
from cockpit.models import Circular, RateSnapshot, Target
from cockpit.querysets import READERS
from issues.boards import sections
from issues.models import Notice
from ledgers.files import download
from papers.faces import FontsMissing
from projects import exports


def _only(request, readers):
    if not roles.roles_of(request.user) & readers:
        raise PermissionDenied


@require_safe
def rates(request):
    _only(request, READERS)
    board = boards.RatesBoard(request.user, request.GET)
    if exports.asked(request):
        rows = board.table["departments"]
        return exports.answer(request, rows, boards.columns(), _("三率"))
    context = board.context() | {"exports": exports.links(request)}
    return render(request, "cockpit/rates.html", context)


@require_safe
def cases(request):
    _only(request, READERS)
    found = boards.CaseList(request.user, request.GET)
    if exports.asked(request):
        return exports.answer(request, found.found(), found.columns(), _("三率明细"))
    context = found.context() | {"exports": exports.links(request)}
    return render(request, "cockpit/cases.html", context)


@require_POST
def keep(request):
    """Keeps the table of the posted period as it stands now."""
    _only(request, {roles.COORDINATOR})
    form = PeriodForm(request.POST, timezone.now())
    if not form.is_valid():
        messages.error(request, _("统计周期有误，未留存。"))
        return redirect("cockpit:rates")
    kept = circulars.keep(form.start, form.end, form.as_of, by=request.user)
    messages.success(request, _("已留存，今后数据变化不影响这张表。"))
    return redirect("cockpit:snapshot", pk=kept.pk)


@require_safe
def snapshot(request, pk):
    rows = RateSnapshot.objects.visible_to(request.user).select_related("rule", "taken_by")
    kept = get_object_or_404(rows, pk=pk)
    context = boards.shown(kept.data, boards.no_links) | {
        "snapshot": kept,
        "tabs": sections(request.user, "rates"),
    }
    return render(request, "cockpit/snapshot.html", context)


@require_safe
def targets(request):
    """The year's targets with what has been reached; the planner enters both."""
    _only(request, READERS)
    found = Target.objects.visible_to(request.user).for_list()
    if exports.asked(request):
        return exports.answer(request, found, boards.target_columns(), _("年度目标"))
    context = {
        "years": boards.by_year(found),
        "exports": exports.links(request),
        "may_edit": roles.PLANNER in roles.roles_of(request.user),
        "tabs": sections(request.user, "targets"),
    }
    return render(request, "cockpit/targets.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def target(request, number=None):
    """The form of one target, or of a new one."""
    _only(request, {roles.PLANNER})
    mine = Target.objects.visible_to(request.user)
    row = get_object_or_404(mine, number=number) if number else None
    initial = {"year": timezone.localdate().year}
    form = TargetForm(request.POST or None, instance=row, initial=initial)
    status = 200
    if request.method == "POST":
        if form.is_valid():
            saved = form.save()
            messages.success(request, _("%(number)s已保存。") % {"number": saved.number})
            return redirect("cockpit:targets")
        status = 400
    return render(request, "cockpit/target.html", {"form": form, "target": row}, status=status)


@require_safe
def circular_list(request):
    _only(request, READERS)
    form = CircularFilter(request.GET)
    chosen = form.cleaned_data
    rows = Circular.objects.visible_to(request.user)
    rows = rows.of_kind(chosen.get("kind")).in_status(chosen.get("status"))
    page = Paginator(rows.for_list(), 20).get_page(request.GET.get("page"))
    context = {
        "filter": form,
        "page": page,
        "totals": rows.totals(),
        "tabs": sections(request.user, "circulars"),
        "may_draft": roles.COORDINATOR in roles.roles_of(request.user),
        "draft_form": DraftForm(initial={"on": timezone.localdate(), "kind": "weekly"}),
        "is_narrowed": any(chosen.values()),
    }
    return render(request, "cockpit/circulars.html", context)


@require_POST
def draft(request):
    _only(request, {roles.COORDINATOR})
    form = DraftForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("请选择类型并填写期内的一个日期。"))
        return redirect("cockpit:circulars")
    try:
        row, created = circulars.draft(
            form.cleaned_data["kind"], form.cleaned_data["on"], by=request.user
        )
    except circulars.Refused as refused:
        messages.error(request, str(refused))
        return redirect("cockpit:circulars")
    if row.status == Circular.Status.ISSUED:
        messages.info(request, _("这一期已经印发，不能重新汇总。"))
    else:
        messages.success(request, _("草稿已汇总。") if created else _("已按现在的数据重新汇总。"))
    return redirect("cockpit:circular", pk=row.pk)


def _circular(request, pk):
    rows = Circular.objects.visible_to(request.user).select_related("snapshot", "issued_by")
    return get_object_or_404(rows, pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
def circular(request, pk):
    """The page; posted by the office: its own words on a draft, or the draft is issued."""
    row = _circular(request, pk)
    form = CircularForm(request.POST or None, instance=row)
    status = 200
    if request.method == "POST":
        _only(request, {roles.COORDINATOR})
        try:
            if form.is_valid():
                row = circulars.revise(row, **form.cleaned_data)
                if "issue" in request.POST:
                    row = circulars.issue(row, request.user, documents.both)
                    said = {"number": row.number}
                    messages.success(request, _("%(number)s已印发，已通知有关部门。") % said)
                else:
                    messages.success(request, _("已保存。"))
                return redirect("cockpit:circular", pk=pk)
            status = 400
        except (circulars.Refused, FontsMissing) as refused:
            form.add_error(None, str(refused))
            status = 409
    context = boards.circular(row, request.user) | {"form": form}
    return render(request, "cockpit/circular.html", context, status=status)


@require_safe
def circular_paper(request, pk, format):
    """An issued one as it was kept; a draft as it would be."""
    row = _circular(request, pk)
    if format not in documents.RENDER:
        raise Http404
    stored = {"docx": row.word, "pdf": row.pdf}[format]
    name = f"{row.title}.{format}"
    if stored:
        return download(stored, name)
    return _file(request, documents.circular_paper(row), format, name)


@require_safe
def notice_paper(request, pk, format):
    notices = Notice.objects.visible_to(request.user).select_related("issue", "department")
    notice = get_object_or_404(notices, pk=pk)
    if format not in documents.RENDER:
        raise Http404
    name = f"{notice.number}.{format}"
    return _file(request, documents.notice_paper(notice), format, name)


def _file(request, paper, format, name):
    """The paper to be read (PDF) or kept (Word); without fonts a sentence that says what to do."""
    try:
        content = documents.RENDER[format](paper)
    except FontsMissing as missing:
        messages.error(request, str(missing))
        return redirect("cockpit:circulars")
    response = HttpResponse(content, content_type=documents.TYPES[format])
    response["Content-Disposition"] = content_disposition_header(format != "pdf", name)
    response["Cache-Control"] = "private, no-store"
    return response
