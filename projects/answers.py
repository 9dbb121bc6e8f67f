"""What a deed's form answers: the form again with what is wrong, 409 with what has changed, or the
way to the page it belongs to. Used by every room whose deeds are forms.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render

from projects.errors import Conflict


@dataclass(frozen=True)
class Page:
    """`home(form)`: address of the row's page, or of the list; `fresh(form)`: the row as it stands
    now, through visible_to; `history(events)`: events as components/_timeline.html takes them;
    `again(form)`: the answer to a form that was refused, where it does not stand by itself.
    """

    template: str
    home: Callable
    fresh: Callable
    history: Callable
    again: Callable | None = None


def sent(request):
    """What was posted, be it nothing at all; a page that is only looked at has neither."""
    if request.method != "POST":
        return {}
    return {"data": request.POST, "files": request.FILES}


def respond(request, form, page):
    """Takes the deed that was posted, or shows the form."""
    if request.method != "POST" or not form.is_valid():
        return show(request, form, page)
    try:
        said = form.take()
    except ValidationError as error:
        form.refuse(error)
        return show(request, form, page)
    except Conflict as error:
        return show_newer(request, form, page, error)
    messages.success(request, said)
    return redirect(page.home(form))


def overtaken(request, form_class, home):
    """409 for a posted deed whose form no longer stands, with what was typed, to be copied."""
    fields = form_class.base_fields
    typed = [
        {"label": fields[name].label, "value": request.POST[name]}
        for name in request.POST
        if name in fields and not fields[name].widget.is_hidden and request.POST[name]
    ]
    return render(request, "409.html", {"back_url": home, "typed": typed}, status=409)


def show(request, form, page, **more):
    status = more.pop("status", 400 if form.errors else 200)
    if page.again and status == 400:
        return page.again(form)
    context = {
        "form": form,
        "subject": form.subject,
        "home": page.home(form),
        "confirm": confirmation(form),
        "has_files": form.is_multipart(),
        "next": request.POST.get("next") or request.GET.get("next", ""),
        "requirements": getattr(form, "requirements", ()),
    }
    return render(request, page.template, context | more, status=status)


def show_newer(request, form, page, error):
    """The same form under the present version, with what changed since."""
    seen, fresh = form.cleaned_data.get("version"), page.fresh(form)
    events = list(fresh.events.after(seen)) if error.code == "version" else []
    form.refresh(fresh)
    return show(request, form, page, conflict=error, events=page.history(events), status=409)


def confirmation(form):
    """For components/_confirm.html."""
    return {
        "what": form.effect,
        "told": list(form.told),
        "final": form.final,
        "is_danger": form.is_danger,
    }
