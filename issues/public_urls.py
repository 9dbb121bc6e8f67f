"""Addresses that need no account: the home page, the request form, tracking and rating."""

from django.urls import path

from issues import public_views

urlpatterns = [
    path("", public_views.home, name="home"),
    path("submit/", public_views.submit, name="submit"),
    path("submit/<str:number>/", public_views.submitted, name="submitted"),
    path("track/", public_views.track, name="track"),
    path("track/leave/", public_views.leave, name="track-leave"),
    path("track/files/<int:pk>/", public_views.file, name="track-file"),
    path("track/<slug:action>/", public_views.act, name="track-action"),
    path("rate/<str:token>/", public_views.rate, name="rate"),
]
