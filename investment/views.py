"""Pages of promotion work. Every record comes through visible_to: another's is 404; a deed one may
not do is 403; what has changed meanwhile is 409 with what was typed.
"""

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts import roles
from investment import boards, presenters, services, workflow
from investment.deeds import KINDS, Deed
from investment.forms.chains import NodeForm
from investment.listing import RecordList
from investment.timeline import history
from projects import answers, exports

# kind → (who finds the list, the export's name)
READERS = {
    "trip": (workflow.UNSIGNED, gettext_lazy("招商活动")),
    "prospect": (workflow.UNSIGNED, gettext_lazy("线索")),
    "deal": (workflow.DEAL_LISTS, gettext_lazy("签约项目")),
    "receipt": (workflow.UNSIGNED, gettext_lazy("到位资金")),
    "transfer": (workflow.TRANSFER_LISTS, gettext_lazy("科技成果转化")),
}


def _only(request, readers):
    if not roles.roles_of(request.user) & readers:
        raise PermissionDenied


@require_safe
def overview(request):
    if not roles.roles_of(request.user) & workflow.SIGNED_READERS:
        _only(request, workflow.TRANSFER_LISTS)
        return redirect(presenters.tabs(request.user, "")[0]["url"])
    context = boards.overview(request.user, request.GET, timezone.localdate())
    return render(request, "investment/overview.html", context)


@require_safe
def listing(request, kind):
    readers, title = READERS[kind]
    _only(request, readers)
    shown = RecordList(kind, request.user, request.GET)
    if exports.asked(request):
        return exports.answer(request, shown.rows(), shown.columns(), title)
    context = shown.context() | {
        "exports": exports.links(request),
        "kind": kind,
        "may": services.may(request.user, kind),
        "tabs": presenters.tabs(request.user, kind),
        "sees_unsigned": presenters.sees_unsigned(request.user),
        "inside": presenters.is_inside(request.user),
        "board": boards.board(shown),
        "switch": boards.switch(shown),
        "rows": boards.rows(kind, shown, request.user),
    }
    return render(request, f"investment/{kind}s.html", context)


@require_safe
def receipts(request):
    return listing(request, "receipt")


@require_safe
def chains(request):
    _only(request, workflow.MAP_READERS)
    return render(request, "investment/chains.html", boards.chains(request.user))


@require_safe
def detail(request, kind, number):
    row = _row(request, kind, number)
    context = getattr(presenters, kind)(row, request.user, timezone.localdate())
    return render(request, f"investment/{kind}.html", context)


def _row(request, kind, number):
    visible = KINDS[kind].model.objects.visible_to(request.user).for_list()
    return get_object_or_404(visible, number=number)


@require_http_methods(["GET", "HEAD", "POST"])
def create(request, kind, key=""):
    entry = KINDS[kind]
    services.require(request.user, entry.right)
    form = entry.form(subject=None, user=request.user, key=key, **answers.sent(request))
    return answers.respond(request, form, _page(request, kind))


@require_http_methods(["GET", "HEAD", "POST"])
def act(request, kind, number, name, key=""):
    """GET: the form of one deed. POST: the deed; refused, everything typed comes back."""
    entry = KINDS[kind]
    deed = entry.deeds.get(name) or Deed(entry.right, entry.form)
    row = _row(request, kind, number)
    services.require(request.user, deed.right)
    try:
        form = deed.form(subject=row, user=request.user, key=key, **answers.sent(request))
    except Http404:
        if request.method != "POST":
            raise
        return answers.overtaken(request, deed.form, reverse(f"investment:{kind}", args=[number]))
    return answers.respond(request, form, _page(request, kind))


@require_http_methods(["GET", "HEAD", "POST"])
def node(request, key):
    services.require(request.user, "chain")
    form = NodeForm(subject=None, user=request.user, key=key, **answers.sent(request))
    return answers.respond(request, form, _page(request, "chain"))


def _page(request, kind):
    def home(form):
        if form.subject is None:
            return reverse("investment:chains" if kind == "chain" else f"investment:{kind}s")
        address = reverse(f"investment:{kind}", args=[form.subject.number])
        return f"{address}#{form.back}" if form.back else address

    def fresh(form):
        if form.subject is None:
            raise Http404
        return _row(request, kind, form.subject.number)

    return answers.Page("investment/act.html", home, fresh, history)
