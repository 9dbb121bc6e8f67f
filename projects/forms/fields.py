"""What all forms of this room share: the deed's form, choices of rows, local dates."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ledgers.fields import AmountField, DayField
from ledgers.money import Amount


class RowField(forms.ModelChoiceField):
    """A row, chosen by its code where it has one; its label is in the reader's language."""

    def __init__(self, queryset, **kwargs):
        kwargs.setdefault("empty_label", _("请选择"))
        super().__init__(queryset, **kwargs)

    def label_from_instance(self, obj):
        return getattr(obj, "label", str(obj))


class RowsField(forms.ModelMultipleChoiceField):
    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj):
        return getattr(obj, "label", str(obj))


def choice(options, *, label, required=True, **kwargs):
    """A select that begins empty."""
    return forms.ChoiceField(
        label=label, choices=[("", _("请选择")), *options], required=required, **kwargs
    )


def text(label, *, required=True, rows=0, max_length=200, **kwargs):
    if rows:
        kwargs["widget"] = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, required=required, max_length=max_length, **kwargs)


def amount(label, *, required=False, unknown=False, **kwargs):
    return AmountField(label=label, required=required, allow_unknown=unknown, **kwargs)


def day(label, *, required=False, unknown=False, future=True, **kwargs):
    """A date; its cleaned value is a ledgers.dates.Day."""
    return DayField(label=label, required=required, allow_unknown=unknown, future=future, **kwargs)


def number(label, *, required=False, places=2, minimum=0, **kwargs):
    return forms.DecimalField(
        label=label,
        required=required,
        min_value=minimum,
        max_digits=14,
        decimal_places=places,
        localize=False,
        **kwargs,
    )


def known(value):
    """The day or the amount inside a cleaned Day or Amount; None when unknown."""
    return value.yuan if isinstance(value, Amount) else value.day


class DeedForm(forms.Form):
    """The fields of one deed on one row, `subject` (None for one that is made). `take()` does it
    and returns a sentence; refusals of the service are put at their fields by `refuse`.
    """

    version = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)
    label = ""
    # Sentences for components/_confirm.html.
    effect = final = ""
    told = ()
    is_danger = False

    def __init__(self, *, subject, user, key="", today=None, **kwargs):
        super().__init__(**kwargs)
        self.subject, self.user, self.key = subject, user, key
        self.today = today or timezone.localdate()
        self.fields["version"].initial = subject.version if subject else None
        self.prepare()

    @property
    def project(self):
        """The subject of this room's deeds."""
        return self.subject

    def prepare(self):
        """Sets initial values and choices. Raises Http404 for a key that names nothing."""

    def values(self, *names):
        """{field: cleaned value} with Days as dates and Amounts as Decimals."""
        found = {}
        for name in names or [name for name in self.fields if name != "version"]:
            value = self.cleaned_data[name]
            found[name] = known(value) if hasattr(value, "text") else value
        return found

    def refuse(self, error):
        """Puts a service's ValidationError at the fields it names, else above the form."""
        if not hasattr(error, "error_dict"):
            self.add_error(None, error)
            return
        for name, errors in error.error_dict.items():
            said = ValidationError(errors)
            self.add_error(name if name in self.fields else None, said)

    @property
    def common(self):
        return {
            "project": self.project,
            "user": self.user,
            "version": self.cleaned_data.get("version"),
        }

    @property
    def back(self):
        """The anchor of the project page that this deed belongs to."""
        return ""

    def refresh(self, fresh):
        """Puts the form on the present version of its row, so that it may be sent once more."""
        self.data = self.data.copy()
        self.data["version"] = str(fresh.version)

    # Whether it is a report that can be kept as a draft or handed in.
    hands_in = False

    def about(self):
        """[(label, value)] of what is decided on; shown above the fields, unknown ones left out."""
        return []

    def visible(self):
        return [field for field in self if not field.is_hidden]

    def sections(self):
        """[(heading, [bound field])]; one without a heading unless a form says otherwise."""
        return [("", self.visible())]
