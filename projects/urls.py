"""/projects/. Each deed on a project is one form: projects/deeds.py says which."""

from django.urls import path

from projects import views
from projects.deeds import DEEDS

app_name = "projects"
urlpatterns = [
    path("", views.project_list, name="list"),
    path("new/", views.create, name="new"),
    path("mine/", views.mine, name="mine"),
    path("reserve/", views.reserve, name="reserve"),
    path("roads/", views.roads, name="roads"),
    path("oc4ids/", views.open_data, name="oc4ids"),
    path("approvals/", views.approvals, name="approvals"),
    path("unfinished/", views.unfinished, name="unfinished"),
    path("reports/", views.reports, name="reports"),
    path("files/<int:pk>/", views.file, name="file"),
    path("<str:number>/", views.detail, name="detail"),
    *(
        path(
            f"<str:number>/{name}/<str:key>/" if deed.keyed else f"<str:number>/{name}/",
            views.act,
            {"name": name},
            name=name,
        )
        for name, deed in DEEDS.items()
    ),
]
