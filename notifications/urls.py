"""/inbox/ and, for who looks after the messages, /operations/undelivered/"""

from django.urls import path

from notifications import operations, views

urlpatterns = [
    path("inbox/", views.inbox, name="inbox"),
    path("inbox/read-all/", views.inbox_read_all, name="inbox-read-all"),
    path("inbox/<int:pk>/open/", views.inbox_open, name="inbox-open"),
    path("inbox/<int:pk>/read/", views.inbox_read, name="inbox-read"),
    path("inbox/preferences/", views.preferences, name="preferences"),
    path("inbox/preferences/deputies/", views.deputy_add, name="deputy-add"),
    path("inbox/preferences/deputies/<int:pk>/end/", views.deputy_end, name="deputy-end"),
    path("operations/undelivered/", operations.undelivered, name="operations-undelivered"),
    path("operations/undelivered/retry/", operations.retry_all, name="operations-retry-all"),
    path("operations/undelivered/<int:pk>/retry/", operations.retry, name="operations-retry"),
    path("operations/undelivered/<int:pk>/arrived/", operations.arrived, name="operations-arrived"),
]
