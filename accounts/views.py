"""Sign-in, one's own account and the language. Locks after wrong passwords are django-axes'."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView, PasswordChangeView
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.urls import reverse_lazy
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST
from django.views.i18n import set_language

from accounts.forms import LanguageForm, SignInForm
from accounts.permissions import offers
from accounts.roles import ROLES


class SignIn(LoginView):
    """`next` is followed within this site only; the page then speaks the person's language, unless
    another was just chosen in this browser.
    """

    template_name = "accounts/login.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def get_default_redirect_url(self):
        """Where one works: the work list, or the admin of who has none."""
        offered = offers(self.request.user)
        if offered["desk"]:
            return resolve_url("issues:list")
        if offered["admin"]:
            return resolve_url("admin:index")
        return super().get_default_redirect_url()

    def form_valid(self, form):
        response = super().form_valid(form)
        if settings.LANGUAGE_COOKIE_NAME in self.request.COOKIES:
            return response
        return remember(response, form.get_user().language)


class PasswordChange(PasswordChangeView):
    template_name = "accounts/password.html"
    success_url = reverse_lazy("account")

    def form_valid(self, form):
        messages.success(self.request, _("密码已修改，下次登录请使用新密码。"))
        return super().form_valid(form)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def account(request):
    form = LanguageForm(data=request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        user = form.save()
        with translation.override(user.language):
            messages.success(request, _("语言已保存。"))
        return remember(redirect("account"), user.language)
    keys = request.user.held_keys.all()
    labels = [label for slug, (_number, label) in ROLES.items() if slug in request.user.roles]
    return render(
        request, "accounts/account.html", {"form": form, "role_labels": labels, "keys": keys}
    )


@never_cache
@require_POST
def take_key(request, pk):
    """The holder takes his key over; it is shown on the answer and nowhere again."""
    key = get_object_or_404(request.user.held_keys, pk=pk)
    secret = key.take_over()
    if secret is None:
        messages.error(request, _("这个密钥已被领取，或已失效。如需新密钥，请联系安全管理员。"))
        return redirect("account")
    return render(request, "accounts/key.html", {"key": key, "secret": secret})


@login_not_required
@require_POST
def choose_language(request):
    """Django's language switch; a signed-in person's messages follow it."""
    response = set_language(request)
    chosen = request.POST.get("language")
    if request.user.is_authenticated and chosen in dict(settings.LANGUAGES):
        request.user.language = chosen
        request.user.save(update_fields=["language"])
    return response


def remember(response, language):
    """Sets the language's cookie as Django's own switch does."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        path=settings.LANGUAGE_COOKIE_PATH,
        domain=settings.LANGUAGE_COOKIE_DOMAIN,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite=settings.LANGUAGE_COOKIE_SAMESITE,
    )
    return response
