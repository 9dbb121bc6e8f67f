"""Every address of the portal. Views carry their own access rule; public ones say so."""

from django.contrib import admin
from django.urls import include, path

from hangu import health, operations
from hangu.styleguide import styleguide

urlpatterns = [
    path("", include("issues.public_urls")),
    path("issues/", include("issues.urls")),
    path("supervision/", include("cockpit.urls")),
    path("projects/", include("projects.urls")),
    path("investment/", include("investment.urls")),
    path("", include("accounts.urls")),
    path("", include("notifications.urls")),
    path("operations/", operations.panel, name="operations"),
    path("styleguide/", styleguide, name="styleguide"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("healthz/worker", operations.healthz_worker, name="healthz-worker"),
    path("metrics", operations.prometheus, name="metrics"),
    path("api/", include("hangu.api_urls")),
    path("admin/", admin.site.urls),
]
