"""Keys: who is let in, what a scope and a role allow, what is written down of it."""

import logging
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import ApiKey
from tests.api.conftest import ISSUE, PROBLEM, PROBLEM_FIELDS, Caller, later


def refusal(answer, status):
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == PROBLEM
    body = answer.json()
    assert set(body) >= PROBLEM_FIELDS
    assert body["status"] == status
    return body


@pytest.mark.parametrize("header", [None, "Bearer", "Bearer hg_nobody", "Basic eDp5", "Bearer a b"])
def test_without_a_valid_key_nothing_is_answered(header):
    caller = Caller(**({"Authorization": header} if header else {}))
    answer = caller.get("issues/")
    refusal(answer, 401)
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_an_expired_a_revoked_and_an_inactive_users_key_are_refused(caller, keys, clock):
    short = caller("short", days=1)
    revoked = caller("revoked")
    ApiKey.objects.filter(name="revoked").update(revoked_at=timezone.now())
    keys.handler.user.is_active = False
    keys.handler.user.save()
    assert short.get("issues/").status_code == 200
    later(clock, days=1)
    for refused in (short, revoked, keys.handler):
        refusal(refused.get("issues/"), 401)


def test_a_missing_scope_is_named(caller):
    reader = caller("reader", scopes=["issues:read"])
    assert "issues:write" in refusal(reader.post("issues/", ISSUE), 403)["detail"]
    assert "directory:read" in refusal(reader.get("departments/"), 403)["detail"]
    assert reader.get("issues/").status_code == 200


def test_a_key_is_stored_as_its_hash_only(caller):
    made = caller("hashed")
    stored = ApiKey.objects.filter(name="hashed").values_list()[0]
    assert made.key not in map(str, stored)


def test_use_is_noted_once_a_minute_and_logged(caller, clock, caplog):
    made = caller("noted")
    with caplog.at_level(logging.INFO, "hangu.api"):
        made.get("issues/")
    assert caplog.messages == ["noted GET /api/v1/issues/ 200"]
    first = ApiKey.objects.get(name="noted").last_used_at
    assert first == timezone.now()
    later(clock, seconds=30)
    made.get("issues/")
    assert ApiKey.objects.get(name="noted").last_used_at == first
    later(clock, seconds=30)
    made.get("issues/")
    assert ApiKey.objects.get(name="noted").last_used_at == first + timedelta(minutes=1)


def test_a_key_is_slowed_down_by_itself(caller, settings, clock):
    settings.API_CALLS_PER_MINUTE = 2
    busy, calm = caller("busy"), caller("calm")
    assert [busy.get("issues/").status_code for _call in range(3)] == [200, 200, 429]
    answer = busy.get("issues/")
    refusal(answer, 429)
    assert 1 <= int(answer["Retry-After"]) <= 60
    assert calm.get("issues/").status_code == 200
    later(clock, minutes=1)
    assert busy.get("issues/").status_code == 200


def test_guessing_keys_is_slowed_down_and_harms_nobody_else(caller, settings):
    settings.API_CALLS_PER_MINUTE = 2
    guesser = Caller("hg_guess")
    assert [guesser.get("issues/").status_code for _call in range(3)] == [401, 401, 429]
    assert caller("honest").get("issues/").status_code == 200


def test_somebody_elses_issue_is_not_there(caller, submitted):
    number = submitted()
    stranger = caller("stranger")
    for path in (f"issues/{number}/", f"issues/{number}/actions/"):
        refusal(stranger.get(path), 404)
    refusal(stranger.step(number, "withdraw", reason="示例"), 404)
    assert stranger.get("issues/").json()["results"] == []


@pytest.mark.parametrize("name", ["auditor", "security"])
def test_who_only_watches_does_not_submit(keys, name):
    refusal(getattr(keys, name).post("issues/", {}), 403)


def test_an_enterprises_key_reads_its_own_enterprise_only(keys, system, enterprise):
    type(enterprise).objects.create(name="示例另一家公司")
    names = [row["name"] for row in keys.enterprise.get("enterprises/").json()["results"]]
    assert names == ["示例玻璃有限公司"]
    assert len(system.get("enterprises/").json()["results"]) == 2
    assert keys.security.get("enterprises/").json()["results"] == []


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options"])
def test_other_methods_are_405_and_say_which_are_allowed(system, method):
    answer = system.call(method, "issues/")
    refusal(answer, 405)
    assert "POST" in answer["Allow"]


def test_behind_the_proxy_one_who_guesses_keys_slows_down_only_himself(settings):
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.API_CALLS_PER_MINUTE = 2
    guesser = Caller("hg_guess", **{"X-Forwarded-For": "198.51.100.1, 203.0.113.7"})
    assert [guesser.get("issues/").status_code for _try in range(3)] == [401, 401, 429]
    other = Caller("hg_typo", **{"X-Forwarded-For": "203.0.113.8"})
    assert other.get("issues/").status_code == 401
