"""/supervision/"""

from django.urls import path

from cockpit import views

app_name = "cockpit"
urlpatterns = [
    path("rates/", views.rates, name="rates"),
    path("rates/cases/", views.cases, name="cases"),
    path("rates/keep/", views.keep, name="keep"),
    path("rates/<int:pk>/", views.snapshot, name="snapshot"),
    path("targets/", views.targets, name="targets"),
    path("targets/add/", views.target, name="add_target"),
    path("targets/<slug:number>/", views.target, name="target"),
    path("circulars/", views.circular_list, name="circulars"),
    path("circulars/draft/", views.draft, name="draft"),
    path("circulars/<int:pk>/", views.circular, name="circular"),
    path("circulars/<int:pk>/<str:format>/", views.circular_paper, name="circular_paper"),
    path("notices/<int:pk>/<str:format>/", views.notice_paper, name="notice_paper"),
]
