"""A database for the benchmarks alone: a temporary file, or `bench_<pid>` on the server that
DATABASE_URL names. The portal's own data is never opened.
"""

import contextlib
import os
import tempfile
from urllib.parse import urlsplit

import psycopg2

POSTGRESQL = ("postgres", "postgresql", "psql", "pgsql")
# No debug pages, no file cache of another run, nothing that leaves this machine.
SETTINGS = {
    "DJANGO_SETTINGS_MODULE": "hangu.settings",
    "DEBUG": "1",
    "CACHE_URL": "locmemcache://bench",
    "EMAIL_URL": "memorymail://",
    "CELERY_BROKER_URL": "",
    "SITE_URL": "http://127.0.0.1:8000",
}


@contextlib.contextmanager
def own_surroundings():
    """Sets the environment for this process; database and files are gone when the block ends."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, _own_database(folder) as url:
        own = {"VAR_DIR": folder, "MEDIA_ROOT": f"{folder}/media", "DATABASE_URL": url}
        before = dict(os.environ)
        os.environ.update(SETTINGS | own)
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)


@contextlib.contextmanager
def _own_database(folder):
    address = urlsplit(os.environ.get("DATABASE_URL", ""))
    if address.scheme not in POSTGRESQL:
        yield f"sqlite:///{folder}/bench.sqlite3"
        return
    name = f"bench_{os.getpid()}"
    _command(address, f'CREATE DATABASE "{name}"')
    try:
        yield address._replace(scheme="postgres", path=f"/{name}").geturl()
    finally:
        _command(address, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _command(address, sql):
    """On a connection of its own: a soak may have crashed the server since the last one."""
    admin = psycopg2.connect(address._replace(scheme="postgresql").geturl())
    admin.autocommit = True
    with contextlib.closing(admin), admin.cursor() as cursor:
        cursor.execute(sql)
