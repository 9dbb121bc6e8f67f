"""manage.py run_reminders: everything that runs on a timer, without beat, worker and broker."""

import signal
import time

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import Error, connection

from hangu.celery import app


class Command(BaseCommand):
    help = (
        "Run what is on the timer in this process: once, or with --loop until told to stop. Safe "
        "beside beat and beside itself. Example: manage.py run_reminders --loop"
    )

    def add_arguments(self, parser):
        parser.add_argument("--loop", action="store_true", help="go on until told to stop")
        parser.add_argument(
            "--only", metavar="TASK", help="for instance issues.tasks.sweep_deadlines"
        )
        parser.add_argument(
            "--every", type=float, metavar="SECONDS", help="instead of what the timer says"
        )

    def handle(self, *args, loop, only, every, **options):
        jobs = {
            name: job
            for name, job in settings.CELERY_BEAT_SCHEDULE.items()
            if only in (None, job["task"])
        }
        if not jobs:
            raise CommandError(f"{only} is not on the timer.")
        # Celery learns its tasks only when somebody asks for all of them.
        app.loader.import_default_modules()
        told = []
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_signal: told.append(True))
        due = dict.fromkeys(jobs, 0.0)
        while not told:
            for name, job in jobs.items():
                if not told and time.monotonic() >= due[name]:
                    due[name] = time.monotonic() + (every or job["schedule"].total_seconds())
                    self.run(name, job)
            if not loop:
                return
            time.sleep(0.1)

    def run(self, name, job):
        try:
            result = app.tasks[job["task"]].apply(kwargs=job.get("kwargs"))
            if result.failed():
                self.stderr.write(f"{name}: {type(result.result).__name__}")
        except Error as error:
            self.stderr.write(f"{name}: {type(error).__name__}; going on")
        finally:
            # A database that went away is found again by the next job.
            connection.close_if_unusable_or_obsolete()
