"""/issues/"""

from django.urls import path

from issues import views

app_name = "issues"
urlpatterns = [
    path("", views.work_list, name="list"),
    path("files/<int:pk>/", views.file, name="file"),
    path("notices/", views.board, {"name": "notices"}, name="notices"),
    path("calls/", views.board, {"name": "calls"}, name="calls"),
    path("patterns/", views.board, {"name": "patterns"}, name="patterns"),
    path("patterns/<int:pk>/", views.pattern, name="pattern"),
    path("<str:number>/", views.detail, name="detail"),
    path("<str:number>/<str:action>/", views.act, name="act"),
]
