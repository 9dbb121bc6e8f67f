"""Who sees which issue and which file: one rule, asked by every role."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.files.uploadedfile import SimpleUploadedFile

from issues.models import Attachment, Issue

PDF = b"%PDF-1.4 example"


@pytest.fixture
def three(loop, departments):
    """One issue of our department, one of another it co-handles, one it has nothing to do with."""
    led = loop.issue_in("in_progress")
    co_handled = loop.do(
        loop.submit(by="anonymous", enterprise="示例别家公司"),
        "assign",
        lead_department=departments["zr"],
        co_departments=[departments["zj"]],
    )
    other = loop.do(
        loop.submit(by="anonymous", enterprise="示例别家公司"),
        "assign",
        lead_department=departments["zr"],
    )
    unassigned = loop.submit()
    return {"led": led, "co": co_handled, "other": other, "new": unassigned}


def seen_by(user, three):
    visible = set(Issue.objects.visible_to(user).values_list("pk", flat=True))
    return {name for name, issue in three.items() if issue.pk in visible}


def test_departments_see_what_they_lead_or_co_handle(three, handler, head, outsider):
    assert seen_by(handler, three) == {"led", "co"}
    assert seen_by(head, three) == {"led", "co"}
    assert seen_by(outsider, three) == {"co", "other"}


def test_office_leaders_and_audit_see_everything(three, coordinator, leader, auditor):
    for user in (coordinator, leader, auditor):
        assert seen_by(user, three) == set(three)


def test_an_enterprise_sees_its_own(three, enterprise):
    assert seen_by(enterprise, three) == {"led", "new"}


def test_nobody_else_sees_anything(three, promoter, planner, security, administrator):
    for user in (promoter, planner, security, administrator, AnonymousUser()):
        assert seen_by(user, three) == set()


def test_who_submits_on_behalf_sees_that_one(three, loop, promoter):
    loop.people["promoter"] = promoter
    issue = loop.submit(by="promoter", enterprise="示例别家公司")
    assert list(Issue.objects.visible_to(promoter)) == [issue]


def test_a_handler_who_changes_department_loses_sight_at_once(three, handler, departments):
    handler.department = departments["dc"]
    handler.save()
    assert seen_by(handler, three) == set()


def test_waiting_lists_hold_what_one_may_act_on(
    three, loop, coordinator, handler, enterprise, leader
):
    def waits(user):
        waiting = set(Issue.objects.waiting_for(user, loop.now).values_list("pk", flat=True))
        return {name for name, issue in three.items() if issue.pk in waiting}

    assert waits(coordinator) == {"new"}
    assert waits(handler) == {"led", "co"}
    assert waits(leader) == waits(enterprise) == set()
    resolved = loop.do(three["led"], "resolve")
    assert resolved in Issue.objects.waiting_for(enterprise, loop.now)
    assert resolved in Issue.objects.waiting_for(coordinator, loop.now)


def test_internal_files_stay_inside(loop, enterprise, handler, outsider, coordinator):
    issue = loop.issue_in("in_progress")
    for visibility in ("public", "internal"):
        loop.do(
            issue,
            "update",
            visibility=visibility,
            attachments=[SimpleUploadedFile(f"{visibility}.pdf", PDF)],
        )

    def names(user):
        return set(Attachment.objects.visible_to(user).values_list("name", flat=True))

    assert names(enterprise) == {"public.pdf"}
    assert names(handler) == names(coordinator) == {"public.pdf", "internal.pdf"}
    assert names(outsider) == names(AnonymousUser()) == set()


def test_search_finds_words_only_in_what_one_sees(three, loop, handler, outsider):
    loop.submit(title="燃气压力不足")
    visible = Issue.objects.visible_to(handler)
    assert {issue.pk for issue in visible.search("厂区 停电")} == {three["led"].pk, three["co"].pk}
    assert not visible.search("燃气").exists()
    assert visible.search(three["led"].number.lower()).get() == three["led"]
    assert not visible.search("厂区 燃气").exists()
    assert Issue.objects.visible_to(outsider).search("示例别家").count() == 2
