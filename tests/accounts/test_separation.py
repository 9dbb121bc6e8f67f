"""三员分立: auditor, security and administrator never on one person, and none does the others'
work.
"""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import ApiKey, Membership, User
from accounts.roles import ROLES, SEPARATED
from issues.models import LadderRung, Limit, Policy

pytestmark = pytest.mark.django_db
PAIRS = [(one, two) for one in SEPARATED for two in SEPARATED if one < two]


def group(role):
    return Group.objects.get(name=role)


def inline(user, *, add=None, delete=None):
    """What the admin's page of a user posts for its roles."""
    rows = list(Membership.objects.filter(user=user).order_by("pk"))
    data = {
        "membership_set-TOTAL_FORMS": len(rows) + (add is not None),
        "membership_set-INITIAL_FORMS": len(rows),
        "is_active": "on",
    }
    for number, row in enumerate(rows):
        data |= {f"membership_set-{number}-id": row.pk, f"membership_set-{number}-user": user.pk}
        if delete is not None and row.group == delete:
            data[f"membership_set-{number}-DELETE"] = "on"
    if add is not None:
        data[f"membership_set-{len(rows)}-group"] = add.pk
        data[f"membership_set-{len(rows)}-user"] = user.pk
    return data


def account(user, **changes):
    """What the admin's page of a user posts for the account itself."""
    return {
        "username": user.username,
        "name": user.name,
        "phone": user.phone,
        "email": user.email,
        "language": user.language,
        "department": user.department_id or "",
        "enterprise": user.enterprise_id or "",
        "is_active": "on",
    } | changes


def change(client, user, data):
    return client.post(f"/admin/accounts/user/{user.pk}/change/", data)


def roles(user):
    return User.objects.get(pk=user.pk).roles


@pytest.mark.parametrize(("one", "two"), PAIRS)
def test_the_database_refuses_two_of_the_three(person, one, two):
    user = person("somebody", one)
    with pytest.raises(IntegrityError), transaction.atomic():
        user.groups.add(group(two))
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.create(user=user, group=group(two))
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.bulk_create([Membership(user=user, group=group(two))])
    assert roles(user) == {one}


def test_other_roles_may_be_held_together(person):
    user = person("somebody", "handler")
    user.groups.add(group("department_head"), group("auditor"))
    assert roles(user) == {"handler", "department_head", "auditor"}


def test_a_given_role_cannot_be_turned_into_a_second_of_the_three(person):
    user = person("somebody", "handler")
    user.groups.add(group("security"))
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.filter(user=user, group=group("handler")).update(group=group("auditor"))


def test_the_groups_numbers_are_those_of_the_constraint():
    assert {row.name: row.pk for row in Group.objects.all()} == {
        slug: number for slug, (number, _label) in ROLES.items()
    }


def test_security_gives_and_takes_roles(client, security, handler):
    client.force_login(security)
    assert change(client, handler, inline(handler, add=group("coordinator"))).status_code == 302
    assert roles(handler) == {"handler", "coordinator"}
    assert change(client, handler, inline(handler, delete=group("handler"))).status_code == 302
    assert roles(handler) == {"coordinator"}


def test_security_is_told_when_the_three_would_meet(client, security, auditor):
    client.force_login(security)
    response = change(client, auditor, inline(auditor, add=group("administrator")))
    assert response.status_code == 200
    assert "不得由同一人兼任" in response.content.decode()
    assert roles(auditor) == {"auditor"}


def test_security_never_changes_its_own_roles(client, security):
    client.force_login(security)
    change(client, security, inline(security, add=group("leader")))
    change(client, security, inline(security, delete=group("security")))
    assert roles(security) == {"security"}


def test_security_changes_roles_and_nothing_else_of_an_account(client, security, handler):
    client.force_login(security)
    data = account(handler, name="改过的姓名", department="") | inline(handler, add=group("leader"))
    change(client, handler, data)
    handler.refresh_from_db()
    assert (handler.name, handler.department.code) == ("示例handler", "zj")
    assert client.get(f"/admin/accounts/user/{handler.pk}/password/").status_code == 403
    assert client.get("/admin/accounts/user/add/").status_code == 403
    assert client.get(f"/admin/accounts/user/{handler.pk}/delete/").status_code == 403


def test_a_stored_password_is_shown_to_nobody(client, security, administrator, handler):
    secret = handler.password.rsplit("$", 1)[-1]
    for reader in (security, administrator):
        client.force_login(reader)
        page = client.get(f"/admin/accounts/user/{handler.pk}/change/")
        assert page.status_code == 200
        assert handler.name in page.content.decode()
        assert secret not in page.content.decode()


def test_who_signs_in_to_the_admin_follows_from_the_roles(client, security, handler):
    client.force_login(security)
    change(client, handler, inline(handler, add=group("administrator")))
    assert User.objects.get(pk=handler.pk).is_staff
    change(client, handler, inline(handler, delete=group("administrator")))
    assert not User.objects.get(pk=handler.pk).is_staff


def test_an_administrator_keeps_accounts_and_gives_no_roles(client, administrator, handler):
    client.force_login(administrator)
    new = {
        "username": "newcomer",
        "usable_password": "true",
        "password1": "a-long-passphrase",
        "password2": "a-long-passphrase",
        "name": "示例新人",
    }
    assert client.post("/admin/accounts/user/add/", new).status_code == 302
    assert roles(User.objects.get(username="newcomer")) == set()
    data = account(handler, name="改过的姓名") | inline(handler, add=group("coordinator"))
    change(client, handler, data)
    handler.refresh_from_db()
    assert handler.name == "改过的姓名"
    assert roles(handler) == {"handler"}
    data = account(handler, is_superuser="on", is_staff="on", user_permissions="1")
    change(client, handler, data | inline(handler))
    handler.refresh_from_db()
    assert (handler.is_superuser, handler.is_staff) == (False, False)


def test_an_administrator_cannot_step_into_the_other_two(client, administrator, security, handler):
    client.force_login(administrator)
    data = {"password1": "a-long-passphrase", "password2": "a-long-passphrase"}
    address = "/admin/accounts/user/{}/password/"
    assert client.post(address.format(security.pk), data).status_code == 403
    refused = client.post(address.format(handler.pk), data)
    assert refused.status_code == 403
    assert "系统管理员不得设置其密码" in refused.content.decode()
    assert client.get(address.format(administrator.pk)).status_code == 403
    handler.groups.clear()
    assert client.post(address.format(handler.pk), data).status_code == 302
    assert User.objects.get(pk=handler.pk).check_password("a-long-passphrase")
    root = User.objects.create_superuser("root")
    assert client.post(address.format(root.pk), data).status_code == 403


def test_a_role_holder_keeps_his_name_and_address(client, administrator, handler):
    client.force_login(administrator)
    new = {"username": "renamed", "email": "elsewhere@example.test"}
    assert change(client, handler, account(handler, **new) | inline(handler)).status_code == 302
    handler.refresh_from_db()
    assert (handler.username, handler.email) == ("handler", "handler@example.test")
    handler.groups.clear()
    assert change(client, handler, account(handler, **new) | inline(handler)).status_code == 302
    handler.refresh_from_db()
    assert (handler.username, handler.email) == ("renamed", "elsewhere@example.test")


def test_security_locks_and_unlocks_others_accounts(client, security, handler):
    client.force_login(security)
    for active in ("", "on"):
        data = inline(handler) | {"is_active": active}
        assert change(client, handler, data).status_code == 302
        handler.refresh_from_db()
        assert handler.is_active == bool(active)
    change(client, security, inline(security) | {"is_active": ""})
    security.refresh_from_db()
    assert security.is_active


def test_security_revokes_keys_and_nobody_else(client, security, administrator, frozen):
    row, _key = ApiKey.create("示例接口", ["issues:read"])
    old, _key = ApiKey.create("旧接口", ["issues:read"])
    old.revoked_at = before = timezone.now() - timedelta(days=1)
    old.save()
    data = {"action": "revoke", "_selected_action": [row.pk, old.pk]}
    client.force_login(administrator)
    assert client.post("/admin/accounts/apikey/", data).status_code == 403
    client.force_login(security)
    assert "吊销所选密钥" in client.get("/admin/accounts/apikey/").content.decode()
    page = client.post("/admin/accounts/apikey/", data, follow=True).content.decode()
    assert "已吊销 1 个密钥" in page
    row.refresh_from_db()
    old.refresh_from_db()
    assert (row.revoked_at, old.revoked_at) == (timezone.now(), before)
    assert not row.is_usable


OPEN = {
    "administrator": {
        "accounts/user",
        "directory/department",
        "directory/enterprise",
        "worktime/calendarday",
        "worktime/workhours",
        "issues/policy",
        "issues/category",
        "api/webhook",
        "api/hookdelivery",
    },
    "security": {"accounts/user", "accounts/apikey", "axes/accessattempt", "api/calls"},
}
PAGES = sorted(OPEN["administrator"] | OPEN["security"])


@pytest.mark.parametrize("role", ["administrator", "security"])
@pytest.mark.parametrize("page", PAGES)
def test_each_opens_what_is_his_in_the_admin(client, person, role, page):
    client.force_login(person("somebody", role, is_staff=True))
    wanted = 200 if page in OPEN[role] else 403
    assert client.get(f"/admin/{page}/").status_code == wanted


@pytest.mark.parametrize("role", [slug for slug in ROLES if slug not in OPEN])
def test_other_roles_do_not_enter_the_admin(client, person, role):
    client.force_login(person("somebody", role))
    assert client.get("/admin/").status_code == 302
    # Even with the mark of staff there is nothing to see.
    client.force_login(person("marked", role, is_staff=True))
    assert client.get("/admin/accounts/user/").status_code == 403
    assert client.get("/admin/directory/enterprise/").status_code == 403


@pytest.mark.parametrize("role", ["administrator", "security"])
def test_neither_sees_business_data(client, person, issue_in, role):
    issue = issue_in("in_progress")
    client.force_login(person("somebody", role, is_staff=True))
    assert client.get(f"/issues/{issue.number}/").status_code == 404
    assert issue.number not in client.get("/issues/?tab=all").content.decode()
    assert client.get("/admin/issues/issue/").status_code == 404


def test_keys_are_seen_and_not_changed_by_security(client, security):
    row, _key = ApiKey.create("示例接口", ["issues:read"])
    client.force_login(security)
    page = client.get(f"/admin/accounts/apikey/{row.pk}/change/").content.decode()
    assert row.key_hash not in page
    client.post(f"/admin/accounts/apikey/{row.pk}/change/", {"name": "改名"})
    row.refresh_from_db()
    assert row.name == "示例接口"


def policy_form(policy, **changes):
    """What the admin's page of a policy posts."""
    fields = "version name return_window extension_lead extension_max extension_times".split()
    fields += ["reopen_days", "visit_tries", "rework_share"]
    fields += ["pattern_count", "pattern_days", "visit_script"]
    data = {name: getattr(policy, name) for name in fields} | {"handler_may_resolve": "on"}
    local = timezone.localtime(policy.valid_from)
    data |= {"valid_from_0": local.date(), "valid_from_1": local.time()}
    for prefix in ("limits", "rungs"):
        data |= {f"{prefix}-TOTAL_FORMS": 0, f"{prefix}-INITIAL_FORMS": 0}
    return data | changes


def test_a_policy_in_force_is_never_edited(client, administrator):
    policy = Policy.objects.get()
    limit = Limit.objects.get(policy=policy, clock="promise", time_class="general")
    client.force_login(administrator)
    rows = {
        "limits-TOTAL_FORMS": 1,
        "limits-INITIAL_FORMS": 1,
        "limits-0-id": limit.pk,
        "limits-0-policy": policy.pk,
        "limits-0-clock": limit.clock,
        "limits-0-time_class": limit.time_class,
        "limits-0-number": "99",
        "limits-0-unit": limit.unit,
    }
    address = f"/admin/issues/policy/{policy.pk}/change/"
    assert client.get(address).status_code == 200
    assert client.post(address, policy_form(policy, name="改") | rows).status_code == 403
    limit.refresh_from_db()
    assert limit.number == 5
    assert client.get(f"/admin/issues/policy/{policy.pk}/delete/").status_code == 403


def test_the_next_policy_is_prepared_and_edited_until_it_starts(client, administrator):
    client.force_login(administrator)
    start = {"valid_from_0": "2099-01-01", "valid_from_1": "00:00:00"}
    new = policy_form(Policy.objects.get(), version=2, name="下一版", **start)
    page = client.post("/admin/issues/policy/add/", new, follow=True)
    policy = Policy.objects.get(version=2)
    assert page.redirect_chain == [(f"/admin/issues/policy/{policy.pk}/change/", 302)]
    # It begins with the limits and the ladder of the one before, or it would promise nothing.
    assert policy.limits.count() == Limit.objects.filter(policy__version=1).count() > 20
    assert policy.rungs.count() == LadderRung.objects.filter(policy__version=1).count() == 10
    address = f"/admin/issues/policy/{policy.pk}/change/"
    assert client.get(address).context["inline_admin_formsets"][0].has_change_permission


def starting(moment):
    local = timezone.localtime(moment)
    return {"valid_from_0": local.date(), "valid_from_1": local.time()}


@pytest.mark.parametrize("seconds", [-86400, 0])
def test_a_policy_that_would_begin_at_once_is_refused(client, administrator, frozen, seconds):
    client.force_login(administrator)
    start = starting(timezone.now() + timedelta(seconds=seconds))
    new = policy_form(Policy.objects.get(), version=2, name="下一版", **start)
    page = client.post("/admin/issues/policy/add/", new)
    assert page.status_code == 200
    assert "生效时间须晚于现在" in page.context["errors"][0][0]
    assert Policy.objects.count() == 1


def test_a_policy_being_prepared_cannot_be_moved_into_the_past(client, administrator, frozen):
    client.force_login(administrator)
    begun = timezone.now() + timedelta(days=1)
    policy = Policy.objects.create(version=2, name="下一版", valid_from=begun)
    address = f"/admin/issues/policy/{policy.pk}/change/"
    assert client.post(address, policy_form(policy, **starting(begun))).status_code == 302
    moved = policy_form(policy, **starting(timezone.now()))
    assert "valid_from" in client.post(address, moved).context["adminform"].form.errors
    policy.refresh_from_db()
    assert policy.valid_from == begun


def test_a_new_policy_has_all_rules_whatever_stood_in_the_latest(client, administrator, frozen):
    client.force_login(administrator)
    first = Policy.objects.get()
    day = timezone.now() + timedelta(days=1)
    # One limit sent along must not keep the others out; an empty version is no model.
    Policy.objects.create(version=2, name="空", valid_from=day)
    one = {
        "limits-TOTAL_FORMS": 1,
        "limits-0-clock": "promise",
        "limits-0-time_class": "general",
        "limits-0-number": "9",
        "limits-0-unit": "working_days",
    }
    new = policy_form(first, version=3, name="再下一版", **starting(day)) | one
    assert client.post("/admin/issues/policy/add/", new).status_code == 302
    third = Policy.objects.get(version=3)
    assert set(third.limit_table) == set(first.limit_table)
    assert third.rungs.count() == first.rungs.count()
    third.limits.update(number=7)
    new = policy_form(first, version=4, name="第四版", **starting(day))
    client.post("/admin/issues/policy/add/", new)
    assert {row.number for row in Limit.objects.filter(policy__version=4)} == {7}
