"""`manage.py apitoken`, as it is typed, with its exit codes."""

import pytest
from django.core.management import CommandError, load_command_class

from accounts.models import ApiKey
from tests.api.conftest import Caller, later


@pytest.fixture
def apitoken(capsys):
    def run(*words):
        """(exit code, lines of output, text of complaints)"""
        command = load_command_class("accounts", "apitoken")
        # As run_from_argv does, but leaving the test's database connection open.
        command._called_from_command_line = True
        code, complaint = 0, ""
        try:
            given = command.create_parser("manage.py", "apitoken").parse_args(list(words))
            command.execute(**vars(given))
        except SystemExit as ended:
            code = ended.code
        except CommandError as refused:
            code, complaint = refused.returncode, str(refused)
        out, err = capsys.readouterr()
        return code, out.splitlines(), complaint + err

    return run


def test_the_key_is_alone_on_the_last_line_and_works(apitoken):
    code, lines, _err = apitoken("create", "erp", "--scope", "issues:read", "issues:write")
    assert code == 0
    assert Caller(lines[-1]).get("issues/").status_code == 200
    row = ApiKey.objects.get(name="erp")
    assert (row.scopes, row.user) == (["issues:read", "issues:write"], None)


def test_scopes_may_be_given_one_by_one_and_a_key_bound_to_a_user(apitoken, person):
    user = person("coordinator", "coordinator")
    words = "--scope issues:read --scope directory:read --user coordinator --days 1".split()
    code, lines, _err = apitoken("create", "desk", *words)
    row = ApiKey.objects.get(name="desk")
    assert (code, row.user, row.scopes) == (0, user, ["directory:read", "issues:read"])
    assert Caller(lines[-1]).get("departments/").status_code == 200


def test_a_key_ends_after_its_days(apitoken, clock):
    _code, lines, _err = apitoken("create", "short", "--scope", "issues:read", "--days", "2")
    later(clock, days=1, hours=23)
    assert Caller(lines[-1]).get("issues/").status_code == 200
    later(clock, hours=1)
    assert Caller(lines[-1]).get("issues/").status_code == 401


def test_a_revoked_key_is_refused_and_stays_listed(apitoken):
    _code, lines, _err = apitoken("create", "erp", "--scope", "issues:read")
    assert apitoken("revoke", "erp")[0] == 0
    assert apitoken("revoke", "erp")[0] == 0
    assert Caller(lines[-1]).get("issues/").status_code == 401
    code, listed, _err = apitoken("list")
    assert code == 0
    assert listed[0].split("\t")[:2] == ["erp", "revoked"]
    assert lines[-1] not in "".join(listed)


@pytest.mark.parametrize(
    "words",
    [
        "create erp --scope issues:read",
        "create x --scope issues:read --user nobody",
        "revoke nobody",
    ],
)
def test_what_is_refused_ends_with_1_and_the_reason(apitoken, words):
    apitoken("create", "erp", "--scope", "issues:read")
    code, _lines, err = apitoken(*words.split())
    assert code == 1
    assert err.strip()
    assert ApiKey.objects.count() == 1


@pytest.mark.parametrize(
    "words",
    [
        "",
        "make x",
        "create",
        "create x",
        "create x --scope all",
        "create x --scope issues:read --days 0",
    ],
)
def test_misuse_ends_with_2(apitoken, words):
    assert apitoken(*words.split())[0] == 2
    assert not ApiKey.objects.exists()


def test_help_has_an_example(apitoken):
    code, lines, _err = apitoken("--help")
    assert code == 0
    assert any("apitoken create oa-system --scope" in line for line in lines)
