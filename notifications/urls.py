"""/inbox/"""

from django.urls import path

from notifications import views

urlpatterns = [
    path("", views.inbox, name="inbox"),
    path("read-all/", views.inbox_read_all, name="inbox-read-all"),
    path("<int:pk>/open/", views.inbox_open, name="inbox-open"),
    path("<int:pk>/read/", views.inbox_read, name="inbox-read"),
]
