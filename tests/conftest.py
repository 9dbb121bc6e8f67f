"""For every test: quick passwords, a compiled catalogue; STRICT=1 turns a skip into a failure."""

import csv
import json
import os
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test import override_settings
from django.utils import translation
from pytest_django.plugin import blocking_manager_key

from hangu.translations import compile_catalogue

pytest_plugins = ["tests.personas", "tests.mail"]
SEED = pytest.StashKey[str]()
STRICT = os.environ.get("STRICT") == "1"


def pytest_configure(config):
    if not hasattr(config, "workerinput"):
        compile_catalogue(Path(__file__).resolve().parent.parent)
    # Playwright's synchronous interface runs an event loop in the test's own thread.
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")


@pytest.fixture(autouse=True, scope="session")
def quick_passwords():
    """Real hashing takes a tenth of a second per sign-in, by design."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture(autouse=True)
def chinese():
    """Every test begins in the portal's language, whichever the one before it left."""
    with translation.override(settings.LANGUAGE_CODE):
        yield


@pytest.fixture(scope="session")
def shared_data():
    """Real data beside the checkout (SHARED_DATA); a test skips with a notice without it."""
    default = Path(__file__).parents[1] / ".." / "shared" / "data"
    folder = Path(os.environ.get("SHARED_DATA") or default).resolve()
    if not folder.is_dir():
        pytest.skip(f"no shared data at {folder}")
    return folder


@pytest.fixture(scope="session")
def practice(shared_data):
    """practice("real_deals"): the rows of that table of published practice."""

    def rows(name):
        with (shared_data / "practice" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    return rows


def fail_when_skipped(report):
    """STRICT=1: on a machine that has everything, a skip is a test that silently does not run."""
    if STRICT and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"STRICT=1 allows no skip. {reason}"


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker, pytestconfig):
    with django_db_blocker.unblock():
        rows = json.loads(connection.creation.serialize_db_to_string())
    # Content types and permissions come back by themselves.
    made = {"contenttypes.contenttype", "auth.permission"}
    kept = [row for row in rows if row["model"] not in made]
    pytestconfig.stash[SEED] = json.dumps(kept)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item, nextitem):
    """A transactional test empties the database; the rows that migrations made come back."""
    result = yield
    marker = item.get_closest_marker("django_db")
    emptied = marker and marker.kwargs.get("transaction")
    emptied = emptied or {"transactional_db", "live_server"} & set(item.fixturenames)
    if emptied and nextitem is not None:
        with item.config.stash[blocking_manager_key].unblock():
            connection.creation.deserialize_db_from_string(item.config.stash[SEED])
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    fail_when_skipped(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector):
    report = yield
    fail_when_skipped(report)
    return report
