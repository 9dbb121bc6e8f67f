"""A wrong setting is answered with one sentence that names it, by whatever is started."""

import os
import secrets
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
READ = ("DATABASE_URL", "CELERY_BROKER_URL", "CACHE_URL", "SECRET_KEY", "DEBUG", "ALLOWED_HOSTS")
SOUND = {
    "DEBUG": "0",
    "SECRET_KEY": secrets.token_urlsafe(60),
    "ALLOWED_HOSTS": "portal.example.cn",
    "CELERY_BROKER_URL": "redis://127.0.0.1:6379/0",
}


def start(settings, *command):
    environment = {name: value for name, value in os.environ.items() if name not in READ} | settings
    return subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"DEBUG": "maybe"}, "DEBUG"),
        ({"DATABASE_URL": "mysql://u:p@h/n"}, "DATABASE_URL"),
        ({"DATABASE_URL": "nonsense"}, "DATABASE_URL"),
        ({"CELERY_BROKER_URL": "http://h"}, "CELERY_BROKER_URL"),
        ({"CACHE_URL": "nonsense://"}, "CACHE_URL"),
        ({"EMAIL_URL": "nonsense://"}, "EMAIL_URL"),
        (SOUND | {"SECRET_KEY": ""}, "SECRET_KEY"),
        (SOUND | {"SECRET_KEY": "short"}, "SECRET_KEY"),
        (SOUND | {"SECRET_KEY": "a" * 60}, "SECRET_KEY"),
        (SOUND | {"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS"),
        (SOUND | {"ALLOWED_HOSTS": "portal.example.cn,*"}, "ALLOWED_HOSTS"),
        (SOUND | {"CELERY_BROKER_URL": ""}, "CELERY_BROKER_URL"),
        (SOUND | {"CELERY_BROKER_URL": "safefs://"}, "CELERY_BROKER_URL"),
    ],
)
def test_a_wrong_setting_is_one_sentence(settings, named):
    done = start(settings, "manage.py", "check")
    assert done.returncode == 1
    assert done.stdout == ""
    (sentence,) = done.stderr.strip().split("\n")
    assert sentence.startswith(named)


@pytest.mark.parametrize(
    "command",
    [
        ("manage.py", "serve"),
        ("manage.py", "load_sample"),
        ("-m", "celery", "-A", "hangu", "worker"),
        ("-m", "celery", "-A", "hangu", "beat"),
        ("-m", "gunicorn", "hangu.wsgi", "--bind", "127.0.0.1:0", "--no-control-socket"),
    ],
)
def test_every_program_says_it_without_a_traceback(command):
    done = start({"DEBUG": "maybe"}, *command)
    assert done.returncode != 0
    assert "DEBUG='maybe'" in done.stderr
    assert "Traceback" not in done.stderr


def test_sound_settings_start_without_debug():
    code = "from django.conf import settings; print(settings.DEBUG)"
    done = start(SOUND | {"DJANGO_SETTINGS_MODULE": "hangu.settings"}, "-c", code)
    assert (done.stdout.strip(), done.stderr) == ("False", "")
