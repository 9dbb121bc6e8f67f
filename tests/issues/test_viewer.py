"""From which side somebody reads an issue: the same in Python, in SQL, on pages and for files."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser, Group
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import ApiKey, User
from api.authentication import KeyPrincipal
from issues.models import Attachment, Issue
from issues.viewer import Viewer, followed

pytestmark = pytest.mark.django_db
OTHER = {"by": "anonymous", "enterprise": "另一家示例企业"}


@pytest.fixture
def two_hats(person, firm):
    """two_hats("promoter"): a contact of the firm who has an official role as well."""

    def make(role):
        user = person(f"both-{role}", "enterprise", enterprise=firm)
        user.groups.add(Group.objects.get(name=role))
        return User.objects.get(pk=user.pk)

    return make


@pytest.fixture
def several(loop, departments):
    """Of the firm: new, with 住建局, with 自然资源局 and co-handled by 住建局. Of others: two."""
    mine = loop.issue_in("in_progress")
    far = loop.do(loop.submit(), "assign", lead_department=departments["zr"])
    near = loop.do(
        loop.submit(),
        "assign",
        lead_department=departments["zr"],
        co_departments=[departments["zj"]],
    )
    theirs = loop.do(loop.submit(**OTHER), "assign")
    return [loop.submit(), mine, far, near, theirs, loop.submit(**OTHER)]


def test_who_reads_from_the_inside(
    loop, two_hats, auditor, promoter, planner, security, administrator
):
    officials = [*loop.people.values(), auditor, promoter, planner, two_hats("leader")]
    officials.remove(loop.people["enterprise"])
    assert len(officials) == 9
    assert all(Viewer(user).is_official for user in officials)
    system = KeyPrincipal(ApiKey.create("system", ["issues:read"])[0])
    outside = [loop.people["enterprise"], security, administrator, system, AnonymousUser()]
    # These roles open nothing to him that is not his firm's own.
    outside += [two_hats("promoter"), two_hats("planner"), two_hats("handler")]
    assert all(Viewer(user).public_only for user in outside)


def test_overdue_is_the_same_in_a_list_and_of_a_row(loop, several, two_hats, auditor):
    loop.do(several[1], "return")
    loop.do(several[3], "sign", "outsider")
    late = loop.now + timedelta(days=20)
    found = {}
    for name, user in [*loop.people.items(), ("both", two_hats("promoter")), ("auditor", auditor)]:
        viewer, visible = Viewer(user), Issue.objects.visible_to(user)
        overdue = set(visible.matching(late, user, overdue=True))
        assert overdue == {issue for issue in visible if viewer.is_overdue(issue, late)}
        assert visible.totals(late, late, user)["overdue"] == len(overdue)
        found[name] = len(overdue)
    assert (found["enterprise"], found["both"], found["handler"]) == (4, 4, 2)


def test_files_follow_the_same_rule(loop, several, two_hats, enterprise, handler):
    for visibility in ("public", "internal"):
        upload = SimpleUploadedFile(f"{visibility}.txt", b"text")
        loop.do(several[1], "update", visibility=visibility, attachments=[upload])

    def names(user):
        return set(Attachment.objects.visible_to(user).values_list("name", flat=True))

    assert names(enterprise) == names(two_hats("promoter")) == {"public.txt"}
    assert names(handler) == names(two_hats("leader")) == {"public.txt", "internal.txt"}


def test_the_page_of_a_person_with_two_roles(client, loop, frozen, several, two_hats):
    issue = loop.do(several[1], "update", text="内部研判意见", visibility="internal")
    frozen.move_to(loop.now)
    for role, told in (("promoter", False), ("leader", True)):
        client.force_login(two_hats(role))
        page = client.get(f"/issues/{issue.number}/").content.decode()
        assert ("内部研判意见" in page) == ("部门时限" in page) == told


def test_contacts_are_for_the_submitter_the_departments_on_it_and_the_office(
    loop, several, leader, auditor
):
    mine, near = several[1], several[3]
    reads = {
        name: [Viewer(user).sees_contact(issue) for issue in (mine, near)]
        for name, user in [*loop.people.items(), ("auditor", auditor)]
    }
    assert reads == {
        "coordinator": [True, True],
        "handler": [True, True],
        "head": [True, True],
        "enterprise": [True, True],
        "outsider": [False, True],
        "leader": [False, False],
        "auditor": [False, False],
    }


def test_a_chain_of_merges_is_followed_to_its_end(loop):
    first, second, third = loop.submit(), loop.submit(), loop.submit()
    loop.do(first, "merge", into=second.number)
    loop.do(second, "merge", into=third.number)
    assert followed(Issue.objects.get(pk=first.pk)) == third
    assert followed(third) == third
