"""The Celery application. Beat's timetable is hangu/schedule.py; the database is the queue, Celery only the alarm clock."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hangu.settings")

app = Celery("hangu")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
