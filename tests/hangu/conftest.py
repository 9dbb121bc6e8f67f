"""Fixtures of the sample."""

import pytest
import time_machine
from django.db import transaction
from django.test import override_settings

from tests.hangu.promoted import ANCHOR, tell


@pytest.fixture(scope="module")
def promoted(django_db_setup, django_db_blocker, tmp_path_factory):
    """The rows are gone when this module ends."""
    media = tmp_path_factory.mktemp("media")
    with django_db_blocker.unblock(), time_machine.travel(ANCHOR, tick=False):
        with transaction.atomic(), override_settings(MEDIA_ROOT=media):
            tell(ANCHOR)
            yield
            transaction.set_rollback(True)
