"""/api/: every collection of the REST API, its schema and its documentation."""

from django.urls import include, path, re_path

from api import api as directory
from api.views import Docs, Root, Schema, Unknown
from cockpit import api as cockpit
from investment import api as investment
from issues import api as issues
from projects import api as projects

collections = [
    "projects",
    "roads",
    "trips",
    "prospects",
    "deals",
    "receipts",
    "transfers",
    "issues",
    "departments",
    "enterprises",
    "parks",
    "categories",
    "targets",
]
v1 = [
    path("", Root.as_view(collections=collections), name="root"),
    *projects.urlpatterns,
    *investment.urlpatterns,
    *issues.urlpatterns,
    *directory.urlpatterns,
    *cockpit.urlpatterns,
    path("schema/", Schema.as_view(), name="schema"),
]
urlpatterns = [
    path("v1/", include((v1, "api"))),
    path("docs/", Docs.as_view(url_name="api:schema"), name="api-docs"),
    # Nothing below /api/ is answered in HTML, a wrong address included.
    re_path("", Unknown.as_view()),
]
