"""Keys: security grants one without ever holding it; the holder takes it over once."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import ApiKey

pytestmark = pytest.mark.django_db
ADD = "/admin/accounts/apikey/add/"


@pytest.fixture
def granted(client, security, coordinator, frozen):
    def make(**changes):
        client.force_login(security)
        data = {"name": "示例系统", "holder": coordinator.pk, "scopes": ["issues:read"], "days": 30}
        answer = client.post(ADD, data | changes, follow=True)
        return ApiKey.objects.filter(name="示例系统").first(), answer

    return make


def take(client, user, key):
    client.force_login(user)
    return client.post(f"/account/keys/{key.pk}/", follow=True)


def call(secret):
    headers = {"Authorization": f"Bearer {secret}"}
    return Client().get("/api/v1/issues/", headers=headers).status_code


def test_security_grants_and_the_holder_takes_it_over_once(client, granted, coordinator):
    key, answer = granted()
    assert key.is_pending
    assert key.expires_at == timezone.now() + timedelta(days=30)
    assert "hg_" not in answer.content.decode()
    client.force_login(coordinator)
    assert "领取密钥" in client.get("/account/").content.decode()
    page = take(client, coordinator, key).content.decode()
    secret = re.search(r"hg_[\w-]{40,}", page).group()
    assert call(secret) == 200
    again = take(client, coordinator, key).content.decode()
    assert "hg_" not in again
    assert "已被领取" in again
    assert call(secret) == 200


def test_it_acts_as_the_holder_only_when_that_was_granted(granted, coordinator):
    assert granted()[0].user is None
    ApiKey.objects.all().delete()
    assert granted(as_holder="on")[0].user == coordinator


def test_nobody_else_takes_it(client, granted, handler, security):
    key, _answer = granted()
    for somebody in (handler, security):
        assert take(client, somebody, key).status_code == 404
    key.refresh_from_db()
    assert key.is_pending


def test_a_pending_key_opens_nothing(granted):
    key, _answer = granted()
    assert call(key.key_hash) == 401


def test_a_revoked_or_expired_one_is_not_taken(client, granted, coordinator, frozen):
    key, _answer = granted()
    frozen.shift(timedelta(days=30))
    assert "hg_" not in take(client, coordinator, key).content.decode()
    ApiKey.objects.update(expires_at=timezone.now() + timedelta(days=1), revoked_at=timezone.now())
    assert "hg_" not in take(client, coordinator, key).content.decode()


def test_security_holds_none_itself(granted, security):
    key, answer = granted(holder=security.pk)
    assert key is None
    assert answer.context["adminform"].form.errors.keys() == {"holder"}


@pytest.mark.parametrize("role", ["administrator", "coordinator", "auditor"])
def test_nobody_else_grants(client, person, role):
    client.force_login(person("somebody", role, is_staff=True))
    assert client.get(ADD).status_code == 403
