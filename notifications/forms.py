"""The inbox's filter."""

from urllib.parse import urlencode

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from notifications import kinds as registry

SHOWN = [("unread", _("未读")), ("all", _("全部"))]


class InboxFilter(forms.Form):
    """show: unread (usual) or all; kind: one of the kinds this inbox holds."""

    show = forms.ChoiceField(choices=SHOWN, required=False, widget=forms.HiddenInput)
    kind = forms.ChoiceField(label=_("类型"), required=False)

    def __init__(self, *args, kinds, **kwargs):
        super().__init__(*args, **kwargs)
        labels = [(code, registry.get(code).label) for code in kinds]
        self.fields["kind"].choices = [("", _("全部类型")), *labels]
        self.offers_kinds = len(kinds) > 1

    def choice(self):
        """{"show", "kind"}; a value that is not offered counts as not chosen."""
        self.is_valid()
        chosen = self.cleaned_data
        return {"show": chosen.get("show") or "unread", "kind": chosen.get("kind") or ""}

    def address(self, **changed):
        """The inbox under this filter, or under one changed so."""
        given = {name: value for name, value in (self.choice() | changed).items() if value}
        return reverse("inbox") + "?" + urlencode(given)

    def reset_url(self):
        return self.address(kind="")

    def all_url(self):
        return self.address(show="all")

    def tabs(self, unread):
        """For components/_tabs.html; `unread` is counted beside its tab."""
        shown = self.choice()["show"]
        counts = {"unread": unread}
        return [
            {
                "label": label,
                "url": self.address(show=code),
                "current": code == shown,
                "count": counts.get(code),
            }
            for code, label in SHOWN
        ]
