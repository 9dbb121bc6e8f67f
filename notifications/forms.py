"""The inbox's filter, deputies, and a way out of the portal as the administrator sets it up."""

from urllib.parse import urlencode

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import roles_of
from notifications import kinds as registry
from notifications import outbound
from notifications.models import Deputy, Gateway

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


class DeputyForm(forms.ModelForm):
    """Who hears in one's stead: an active colleague of the same department who holds every role one
    has, so that he may see whatever he is told of.
    """

    class Meta:
        model = Deputy
        fields = ["deputy", "starts_on", "ends_on"]
        labels = {"deputy": _("代理人")}
        widgets = {
            "starts_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "ends_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, instance=Deputy(user=user), **kwargs)
        colleagues = User.objects.filter(is_active=True, department=user.department_id)
        colleagues = colleagues.exclude(pk=user.pk).prefetch_related("groups")
        held = roles_of(user)
        fit = [person.pk for person in colleagues if roles_of(person) >= held]
        self.fields["deputy"].queryset = colleagues.filter(pk__in=fit).order_by("name")
        self.fields["deputy"].label_from_instance = lambda person: person.label

    def clean(self):
        given = super().clean()
        if given.get("starts_on") and given.get("ends_on"):
            if given["ends_on"] < given["starts_on"]:
                self.add_error("ends_on", _("结束日期不能早于开始日期。"))
            elif Deputy.objects.of(self.instance.user).overlapping(**self._days(given)).exists():
                self.add_error("starts_on", _("这段时间已有代理安排，请先结束原安排。"))
        return given

    @staticmethod
    def _days(given):
        return {"first": given["starts_on"], "last": given["ends_on"]}


class GatewayForm(forms.ModelForm):
    """Keys are written and never shown: an empty field keeps what is stored."""

    SECRET = ("key", "secret")

    class Meta:
        model = Gateway
        fields = [
            *("channel", "department", "enabled", "provider", "endpoint", "account", "agent"),
            *("key", "secret", "status_url", "per_minute"),
        ]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in self.SECRET:
            stored = bool(getattr(self.instance, name))
            field = self.fields[name]
            field.required = False
            field.widget = forms.PasswordInput(attrs={"autocomplete": "new-password"})
            field.help_text = _("已设置，留空不变。") if stored else _("尚未设置。")
            # What the page is given to compare with must not hold it either.
            self.initial[name] = ""

    def clean_endpoint(self):
        return self._address("endpoint")

    def clean_status_url(self):
        return self._address("status_url")

    def _address(self, name):
        url = self.cleaned_data[name].strip()
        if url:
            try:
                outbound.check(url)
            except outbound.Refused as error:
                raise forms.ValidationError(
                    _("此地址未获准：主机须列入部署设置 CHANNEL_HOSTS，只能使用 http 或 https。")
                ) from error
        return url

    def clean(self):
        given = super().clean()
        for name in self.SECRET:
            given[name] = given.get(name) or getattr(self.instance, name)
        self._demand(given)
        return given

    def _demand(self, given):
        """What each provider cannot do without, said beside the field when it is switched on."""
        channel = given.get("channel")
        wanted = {
            "wecom_robot": ("key",),
            "wecom": ("account", "agent", "secret"),
            "dingtalk": ("key",),
            "feishu": ("key",),
            "webhook": ("endpoint", "secret"),
            "sms": ("secret", "account")
            if given.get("provider") == "aliyun"
            else ("endpoint", "secret"),
        }
        for name in wanted.get(channel, ()) if given.get("enabled") else ():
            if not given.get(name) and name not in self.errors:
                self.add_error(name, _("启用前请填写此项。"))
