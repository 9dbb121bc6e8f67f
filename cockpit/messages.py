"""What is said of circulars; rendered when read, in the reader's language."""

from django.urls import reverse
from django.utils.translation import gettext_lazy

from cockpit.models import Circular
from notifications import kinds

TEXTS = {
    "cockpit.circular": (
        gettext_lazy("督查通报"),
        gettext_lazy("督查通报：%(title)s"),
        gettext_lazy("%(number)s《%(title)s》已印发，请阅知并按要求落实。"),
    ),
    "cockpit.draft": (
        gettext_lazy("通报草稿"),
        gettext_lazy("通报草稿已汇总：%(title)s"),
        gettext_lazy("《%(title)s》已由系统汇总，请审阅后印发。"),
    ),
}


def _render(subject, body):
    def render(data):
        address = reverse("cockpit:circular", args=[data["circular"]])
        return kinds.Rendered(subject % data, body % data, address)

    return render


def still_reads(user, data):
    """Rights as they are when the message goes out, by the one rule of visibility."""
    return Circular.objects.visible_to(user).filter(pk=data["circular"]).exists()


def register():
    for code, (label, subject, body) in TEXTS.items():
        render = _render(subject, body)
        kinds.register(kinds.Kind(code=code, label=label, render=render, still=still_reads))
