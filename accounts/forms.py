"""What people change about their own account."""

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.utils.translation import gettext_lazy as _

from accounts.models import SCOPES, ApiKey, User

DAYS, MOST_DAYS = 365, 3650


class SignInForm(AuthenticationForm):
    error_messages = {
        **AuthenticationForm.error_messages,
        "invalid_login": _("用户名或密码不对，请核对后重试。连续五次不对将暂停登录一刻钟。"),
    }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("用户名")
        self.fields["password"].label = _("密码")


class LanguageForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["language"]
        widgets = {"language": forms.RadioSelect}
        labels = {"language": _("界面和消息所用语言")}


class ApiKeyForm(forms.ModelForm):
    """A key as security grants it; the holder takes it over later."""

    scopes = forms.MultipleChoiceField(
        label=_("范围"),
        choices=[(scope, scope) for scope in SCOPES],
        widget=forms.CheckboxSelectMultiple,
    )
    as_holder = forms.BooleanField(
        label=_("以领取人的角色访问"),
        required=False,
        help_text=_("不勾选时按外部系统访问：只能读取公开项目、正式协议等，以及自己提交的诉求。"),
    )
    days = forms.IntegerField(label=_("有效天数"), min_value=1, max_value=MOST_DAYS, initial=DAYS)

    class Meta:
        model = ApiKey
        fields = ["name", "holder"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "holder" in self.fields:
            self.fields["holder"].required = True
