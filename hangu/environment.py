"""Reads the environment; a wrong value ends the start with one sentence that names the variable."""

import os
import secrets
import sys
import tempfile
from datetime import time
from pathlib import Path
from urllib.parse import urlsplit

import environ
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

FILE_BROKER = "safefs://"
DATABASE_SCHEMES = {"postgres", "postgresql", "psql", "pgsql", "sqlite"}
TRUE, FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}


def front_end_packages(base):
    """(static prefix, folder) of what npm installs or builds and the portal serves itself."""
    modules = base / "node_modules"
    return [("bootstrap", modules / "bootstrap" / "dist"), ("built", modules / ".built")]


class Environment:
    def __init__(self, var_dir):
        self.var_dir = var_dir
        self.env = environ.Env()

    def text(self, name, default=""):
        return os.environ.get(name, "") or default

    def words(self, name, default=()):
        return [
            word.strip() for word in os.environ.get(name, "").split(",") if word.strip()
        ] or list(default)

    def flag(self, name, default):
        value = os.environ.get(name, "").strip().lower()
        if value in TRUE | FALSE:
            return value in TRUE
        if not value:
            return default
        raise ImproperlyConfigured(f"{name}={value!r} is not understood: use 1 or 0.")

    def number(self, name, default):
        """A whole number above zero."""
        text = self.text(name) or str(default)
        if not (text.isascii() and text.isdecimal() and int(text) > 0):
            raise ImproperlyConfigured(f"{name}={text!r} is not understood: use a whole number.")
        return int(text)

    def hours(self, name):
        """(begin, end) as times of day from "22:00-07:00"; None when nothing is set."""
        if not self.text(name):
            return None
        try:
            begins, ends = map(time.fromisoformat, self.text(name).split("-"))
        except ValueError as error:
            raise ImproperlyConfigured(f"{name} is not understood: write 22:00-07:00.") from error
        return begins, ends

    def path(self, name, default):
        return Path(self.text(name) or default).resolve()

    def secret_key(self, debug):
        """SECRET_KEY; with DEBUG and none given, a random one kept in var/ so that sessions survive
        a restart.
        """
        if given := self.text("SECRET_KEY"):
            return given
        if not debug:
            raise ImproperlyConfigured(
                "SECRET_KEY is not set: give at least 50 random characters, or DEBUG=1 for a trial."
            )
        kept = self.var_dir / "secret_key"
        self.var_dir.mkdir(parents=True, exist_ok=True)
        try:
            # Exclusive creation: web, worker and beat start at the same moment and
            # must agree on one key.
            with open(os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(secrets.token_urlsafe(60))
        except FileExistsError:
            pass
        return kept.read_text()

    def database(self):
        if not self.text("DATABASE_URL"):
            self.var_dir.mkdir(parents=True, exist_ok=True)
            return sqlite(self.var_dir / "portal.sqlite3")
        if urlsplit(self.text("DATABASE_URL")).scheme not in DATABASE_SCHEMES:
            raise ImproperlyConfigured("DATABASE_URL must begin with postgres:// or sqlite:///.")
        config = self._parse(
            "DATABASE_URL", self.env.db_url, "postgres://user:password@host:5432/name"
        )
        if config["ENGINE"].endswith("sqlite3"):
            return sqlite(config["NAME"])
        if not config["NAME"]:
            raise ImproperlyConfigured("DATABASE_URL names no database: end it with /name.")
        # Just-in-time compilation costs a work list more than it saves: docs/performance.md.
        options = {"options": "-c jit=off"} | config.get("OPTIONS", {})
        return config | {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True, "OPTIONS": options}

    def cache(self):
        if not self.text("CACHE_URL"):
            return {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
        config = self._parse("CACHE_URL", self.env.cache_url, "redis://host:6379/1")
        if config["BACKEND"].endswith("RedisCache"):
            # A frozen Redis must not hold up the public form: docs/runbook.md.
            config["BACKEND"] = "hangu.caches.PatientCache"
        return config

    def email(self):
        """(backend, EMAIL_* settings); with nothing set, mails are printed by the worker."""
        if not self.text("EMAIL_URL"):
            return "django.core.mail.backends.console.EmailBackend", {}
        options = self._parse("EMAIL_URL", self.env.email_url, "smtp://user:password@host:25")
        options = {key: value for key, value in options.items() if key.startswith("EMAIL_")}
        return options.pop("EMAIL_BACKEND"), options | {"EMAIL_TIMEOUT": 10}

    def broker_url(self):
        url = self.text("CELERY_BROKER_URL", default=FILE_BROKER)
        if urlsplit(url).scheme not in {"safefs", "redis", "rediss", "amqp"}:
            raise ImproperlyConfigured(
                "CELERY_BROKER_URL must begin with redis://, rediss:// or amqp://."
            )
        return url

    def broker_options(self):
        if self.broker_url().startswith(FILE_BROKER):
            return {"folder": str(self.var_dir / "broker"), "polling_interval": 0.2}
        # A frozen Redis must not hang the caller: see docs/runbook.md.
        return {"socket_timeout": 5, "socket_connect_timeout": 2, "visibility_timeout": 600}

    def _parse(self, name, parse, example):
        try:
            config = parse(name)
            if not config.get("ENGINE", True) or not config.get("BACKEND", True):
                raise ValueError
        except Exception as error:
            raise ImproperlyConfigured(
                f"{name} is not understood: write it like {example}."
            ) from error
        return config


def sqlite(path):
    """WAL and IMMEDIATE: with Django's defaults half of concurrent read-then-write transactions
    fail as locked.
    """
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        # Tests run on a file as well: a database in memory has other locks. One file a process,
        # so that two runs in one checkout do not meet.
        "TEST": {"NAME": f"{tempfile.gettempdir()}/portal-test-{os.getpid()}.sqlite3"},
        "OPTIONS": {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        },
    }


def refuse_weak(*, debug, secret_key, allowed_hosts, broker_url):
    """With DEBUG off the portal refuses to start on what is only fit for a trial."""
    if debug:
        return
    if (
        len(secret_key) < 50
        or len(set(secret_key)) < 5
        or secret_key.startswith("django-insecure-")
    ):
        raise ImproperlyConfigured("SECRET_KEY is weak: give at least 50 random characters.")
    if not allowed_hosts or "*" in allowed_hosts:
        raise ImproperlyConfigured(
            "ALLOWED_HOSTS must name the portal's hosts; it may not be empty or *."
        )
    if broker_url.startswith(FILE_BROKER):
        raise ImproperlyConfigured(
            "CELERY_BROKER_URL is not set: the file broker is for trials; give redis://host:6379/0."
        )


def settings_or_exit(code=1):
    """Read the settings now; a wrong one ends the process with its sentence, not a traceback."""
    try:
        settings.DEBUG  # noqa: B018 - the access is what reads them
    except ImproperlyConfigured as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(code) from None
