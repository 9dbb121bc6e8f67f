"""Signing in and out, one's own account, and the language."""

from django.contrib.auth.views import LogoutView
from django.urls import path

from accounts import views

urlpatterns = [
    path("login/", views.SignIn.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("account/", views.account, name="account"),
    path("account/password/", views.PasswordChange.as_view(), name="account-password"),
    path("account/keys/<int:pk>/", views.take_key, name="account-key"),
    path("i18n/setlang/", views.choose_language, name="set_language"),
]
