"""The forms of the public pages: asking for help, and showing code and telephone digits."""

import hashlib

from django import forms
from django.db import IntegrityError
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts import roles
from issues import consent, tracking
from issues.choices import KIND
from issues.forms import SubmitForm
from issues.models import Issue

AUTOCOMPLETE = {
    "enterprise": "organization",
    "contact_name": "name",
    "contact_phone": "tel",
    "contact_email": "email",
}


class RequestForm(SubmitForm):
    """SubmitForm as people see it; the same values sent twice from one `browser` (a secret that
    its cookie holds) give the first issue again.
    """

    client_token = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *, actor, browser="", **kwargs):
        super().__init__(actor=actor, **kwargs)
        self.browser = browser
        self.fields["kind"].widget = forms.RadioSelect(choices=KIND)
        self.fields["title"].widget.attrs["maxlength"] = 120
        self.fields["description"].widget.attrs |= {"rows": 8}
        for name, value in AUTOCOMPLETE.items():
            self.fields[name].widget.attrs["autocomplete"] = value
        self.fields["contact_name"].help_text = _("承办部门与这位联系人沟通。")
        self.fields["client_token"].initial = tracking.form_token
        if actor.user is not None:
            self._fill_in(actor.user)

    def _fill_in(self, user):
        if user.enterprise_id:
            self.fields["enterprise"].disabled = True
            self.fields["contact_name"].initial = user.name
            self.fields["contact_phone"].initial = user.phone
            self.fields["contact_email"].initial = user.email
        elif self.actor.roles & roles.OFFICIALS:
            self.fields["consent"].label = _("企业已知悉并同意个人信息处理告知，委托我代为提交")

    def submit(self):
        """(issue, created), or None when a value cannot stand."""
        token = self.cleaned_data.pop("client_token")
        code = tracking.code_for(token, self.browser, *self._words())
        if code and (first := Issue.objects.filter(tracking_code=code).first()):
            return first, False
        try:
            return super().submit(
                language=get_language(), tracking_code=code, agreed=consent.VERSION
            )
        except IntegrityError:
            # The same form arrived twice at once and the other one was quicker.
            first = Issue.objects.filter(tracking_code=code).first()
            if first is None:
                raise
            return first, False

    def _words(self):
        """All that was sent and who sent it, so that a correction is never taken for a repeat."""
        words = [str(getattr(self.actor.user, "pk", ""))]
        for name, value in sorted(self.cleaned_data.items()):
            words += [name, digest(value) if name == "attachments" else str(value)]
        return words


def digest(uploads):
    """The uploads' names and contents in a few letters."""
    whole = hashlib.sha256()
    for upload in uploads:
        content = hashlib.sha256()
        upload.seek(0)
        for chunk in upload.chunks():
            content.update(chunk)
        whole.update(f"{upload.name}\0{content.hexdigest()}\0".encode())
    return whole.hexdigest()


class TrackForm(forms.Form):
    """Code and digits as people type them; cleaned to what issues/tracking.py compares."""

    code = forms.CharField(
        label=_("查询码"),
        max_length=60,
        help_text=_("提交诉求时给出的16位字母和数字，大小写、空格和短横线不影响查询。"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    digits = forms.CharField(
        label=_("联系电话后四位"),
        max_length=20,
        help_text=_("提交时所填联系电话的最后四位数字。"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def clean_code(self):
        return tracking.normalised_code(self.cleaned_data["code"])

    def clean_digits(self):
        digits = tracking.last_digits(self.cleaned_data["digits"])
        if len(digits) < tracking.DIGITS:
            raise forms.ValidationError(_("请填写四位数字。"))
        return digits
