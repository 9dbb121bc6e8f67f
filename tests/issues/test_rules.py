"""The rules of single steps: limits, second persons, once only, and what each leaves behind."""

from datetime import date, datetime, timedelta

import pytest

from directory.models import Enterprise
from issues import facts
from issues.errors import Conflict, Forbidden, Invalid
from issues.models import Issue, Policy
from issues.services import match_enterprises
from tests.factories import SHANGHAI


def at(day, hour=10, minute=0, month=3):
    return datetime(2026, month, day, hour, minute, tzinfo=SHANGHAI)


def test_clocks_follow_the_assignment(loop):
    issue = loop.issue_in("assigned")
    # Received and assigned on Thursday 12 March: 5 working days, 4 working hours, 1 working day.
    assert issue.due_at == issue.unit_due_at == at(19, 17, 30)
    assert issue.sign_due_at == at(12, 16, 20)
    assert issue.contact_due_at == at(13, 17, 30)


def test_urgent_runs_by_the_wall_clock(loop):
    issue = loop.do(loop.submit(), "assign", priority="urgent")
    assert issue.time_class == "urgent"
    assert issue.unit_due_at == issue.assigned_at + timedelta(hours=24)
    assert issue.sign_due_at == issue.assigned_at + timedelta(hours=1)
    assert issue.due_at == issue.received_at + timedelta(hours=24)


def test_extension_moves_both_clocks_and_is_decided_by_another(loop):
    issue = loop.do(loop.issue_in("in_progress"), "request_extension", new_due_on=date(2026, 3, 27))
    assert issue.unit_due_at == at(19, 17, 30)
    issue = loop.do(issue, "decide_extension")
    assert issue.unit_due_at == issue.due_at == at(27, 17, 30)
    promise = issue.commitments.filter(clock="promise").last()
    assert (promise.version, promise.fixed_on) == (3, date(2026, 3, 27))


def test_denied_extension_leaves_the_clock_and_needs_a_reason(loop):
    issue = loop.do(loop.issue_in("in_progress"), "request_extension")
    with pytest.raises(Invalid) as refused:
        loop.do(issue, "decide_extension", decision="deny")
    assert "reason" in refused.value.errors
    issue = loop.do(issue, "decide_extension", decision="deny", reason="时间充足。")
    assert issue.unit_due_at == at(19, 17, 30)


@pytest.mark.parametrize("day", [date(2026, 3, 12), date(2026, 3, 19), date(2026, 4, 3)])
def test_extension_dates_out_of_range_are_refused(loop, day):
    # Today, the present due day, and one working day beyond the ten allowed (2 April).
    issue = loop.issue_in("in_progress")
    with pytest.raises(Invalid) as refused:
        loop.do(issue, "request_extension", new_due_on=day)
    assert list(refused.value.errors) == ["new_due_on"]
    assert not issue.applications.exists()


def test_ten_working_days_are_still_allowed(loop):
    issue = loop.do(loop.issue_in("in_progress"), "request_extension", new_due_on=date(2026, 4, 2))
    assert issue.applications.get().proposed_on == date(2026, 4, 2)


def test_extension_must_be_asked_one_working_day_before_due(loop):
    issue = loop.issue_in("in_progress")
    loop.now = at(18, 17, 15)
    loop.do(issue, "request_extension", new_due_on=date(2026, 3, 25))
    late = loop.issue_in("in_progress")
    loop.now = at(27, 8, 0)
    with pytest.raises(Conflict) as refused:
        loop.do(late, "request_extension", new_due_on=date(2026, 4, 1))
    assert refused.value.code == "extension_in_time"


def test_second_extension_goes_to_the_leader_and_a_third_is_refused(loop, leader):
    issue = loop.do(loop.issue_in("in_progress"), "request_extension", new_due_on=date(2026, 3, 23))
    issue = loop.do(issue, "decide_extension")
    issue = loop.do(issue, "request_extension", new_due_on=date(2026, 3, 26))
    with pytest.raises(Forbidden):
        loop.do(issue, "decide_extension", by="coordinator")
    issue = loop.do(issue, "decide_extension", by="leader")
    assert issue.unit_due_at == at(26, 17, 30)
    with pytest.raises(Conflict) as refused:
        loop.do(issue, "request_extension", new_due_on=date(2026, 3, 30))
    assert refused.value.code == "extension_left"


def test_nobody_decides_his_own_extension(loop, coordinator, departments):
    issue = loop.issue_in("in_progress")
    coordinator.groups.add(*loop.people["handler"].groups.all())
    coordinator.department = departments["zj"]
    coordinator.save()
    both = type(coordinator).objects.get(pk=coordinator.pk)
    issue = loop.do(issue, "request_extension", by=both)
    with pytest.raises(Forbidden) as refused:
        loop.do(issue, "decide_extension", by=both)
    assert refused.value.code == "decides_first_extension"


def test_return_stops_the_department_clock_and_not_the_promise(loop):
    issue = loop.do(loop.issue_in("assigned"), "return")
    assert issue.unit_due_at is None
    assert issue.due_at == at(19, 17, 30)
    assert not issue.reminders.pending().exists()
    loop.now = at(13, 10, 30)
    begun = issue.applications.get().applied_at
    issue = loop.do(issue, "rule_return", decision="deny", reason="属于职责范围。")
    unit = issue.commitments.filter(clock="unit").last()
    assert unit.pauses == [[begun.isoformat(), loop.now.isoformat()]]
    assert issue.due_at == at(19, 17, 30)
    # The day of dispatch does not count: of the pause only Friday 8:30 to 10:40 moves it.
    assert issue.unit_due_at == at(20, 10, 40)
    assert issue.reminders.pending().exists()
    with pytest.raises(Conflict) as refused:
        loop.do(issue, "return")
    assert refused.value.code == "not_returned_before"


def test_upheld_return_goes_to_the_new_department_with_a_new_clock(loop, departments):
    issue = loop.do(loop.issue_in("in_progress"), "return")
    loop.now = at(13, 10)
    with pytest.raises(Invalid) as refused:
        loop.do(issue, "rule_return", decision="uphold", lead_department=departments["zj"])
    assert "lead_department" in refused.value.errors
    issue = loop.do(issue, "rule_return", decision="uphold", lead_department=departments["zr"])
    assert (issue.status, issue.lead_department.code, issue.handler) == ("assigned", "zr", None)
    assert issue.unit_due_at == at(20, 17, 30)
    assert issue.due_at == at(19, 17, 30)


def test_return_is_closed_one_working_day_after_dispatch(loop):
    issue = loop.issue_in("assigned")
    loop.now = at(13, 17, 25)
    with pytest.raises(Conflict) as refused:
        loop.do(issue, "return")
    assert refused.value.code == "return_window_open"


def test_reassigning_keeps_the_promise_and_tells_the_former_department(loop, handler):
    issue = loop.issue_in("in_progress")
    loop.now = at(16)
    issue = loop.do(issue, "reassign")
    assert issue.due_at == at(19, 17, 30)
    assert issue.unit_due_at == at(23, 17, 30)
    assert (issue.signed_at, issue.handler) == (None, None)
    assert handler.inbox.filter(kind="issues.reassign").count() == 1


def test_co_handlers_answer_before_the_result(loop, departments, outsider):
    issue = loop.do(loop.submit(), "assign", co_departments=[departments["zr"]])
    assert issue.co_handlings.get().due_at == at(17, 17, 30)
    issue = loop.do(issue, "sign")
    with pytest.raises(Conflict) as refused:
        loop.do(issue, "resolve")
    assert refused.value.code == "co_answered"
    loop.do(issue, "update", by="outsider", visibility="internal", text="已核对用地。")
    assert loop.do(issue, "resolve").status == "resolved"


def test_the_lead_department_does_not_answer_for_the_co_handler(loop, departments):
    issue = loop.do(loop.submit(), "assign", co_departments=[departments["zr"]])
    issue = loop.do(loop.do(issue, "sign"), "update")
    assert issue.co_handlings.get().answered_at is None


def test_lead_cannot_be_co_handler(loop, departments):
    with pytest.raises(Invalid) as refused:
        loop.do(loop.submit(), "assign", co_departments=[departments["zj"]])
    assert "co_departments" in refused.value.errors


def test_tracking_rolls_its_date(loop):
    issue = loop.issue_in("tracking")
    assert issue.unit_due_at == issue.due_at == at(31, 17, 30)
    issue = loop.do(issue, "report_tracking", next_report_on=date(2026, 4, 15))
    assert (issue.unit_due_at, issue.due_at) == (at(15, 17, 30, month=4), at(31, 17, 30))
    with pytest.raises(Invalid):
        loop.do(issue, "report_tracking", next_report_on=date(2026, 3, 12))
    issue = loop.do(issue, "resume")
    assert (issue.status, issue.next_report_on) == ("in_progress", None)
    assert issue.unit_due_at == at(15, 17, 30, month=4)


def test_the_enterprise_urges_once_per_working_day_the_office_at_will(loop):
    issue = loop.do(loop.issue_in("assigned"), "urge")
    with pytest.raises(Conflict) as refused:
        loop.do(issue, "urge")
    assert refused.value.code == "urge_left_today"
    loop.do(issue, "urge", by="coordinator")
    loop.do(issue, "urge", by="coordinator")
    loop.now = at(14)  # a Saturday counts as the Monday after it
    loop.do(issue, "urge")
    loop.now = at(16)
    with pytest.raises(Conflict):
        loop.do(issue, "urge")
    assert issue.events.filter(action="urge").count() == 4
    assert issue.events.filter(action="urge").last().data["count"] == 4


def test_merging_into_itself_an_ended_or_an_unknown_issue_is_refused(loop):
    issue, ended = loop.submit(), loop.issue_in("closed")
    for into in (issue.number, ended.number, "QH-2026-99999"):
        with pytest.raises(Invalid) as refused:
            loop.do(issue, "merge", into=into)
        assert "into" in refused.value.errors
    target = loop.issue_in("in_progress")
    assert loop.do(issue, "merge", into=target.number.lower()).merged_into == target


def test_instructions_and_notices_are_answered_one_by_one(loop):
    issue = loop.do(
        loop.do(loop.issue_in("in_progress"), "instruct"), "instruct", text="再报一次。"
    )
    first = issue.instructions.first()
    issue = loop.do(issue, "answer_instruction", instruction=first)
    first.refresh_from_db()
    assert (first.answer, first.answered_by) == ("已落实。", loop.people["head"])
    assert issue.instructions.filter(answered_at=None).count() == 1
    issue = loop.do(loop.do(issue, "issue_notice"), "answer_notice")
    assert issue.notices.get().answer_due_at == at(16, 17, 30)
    assert issue.notices.get().answered_at


def test_undecided_applications_lapse_when_the_issue_moves_on(loop):
    issue = loop.do(loop.issue_in("in_progress"), "request_extension")
    issue = loop.do(issue, "resolve")
    assert issue.applications.get().status == "lapsed"


def test_handlers_resolve_only_where_the_policy_allows_it(loop):
    Policy.objects.update(handler_may_resolve=False)
    issue = loop.issue_in("in_progress")
    with pytest.raises(Forbidden) as refused:
        loop.do(issue, "resolve")
    assert refused.value.code == "lead_and_allowed"
    assert loop.do(issue, "resolve", by="head").status == "resolved"


def test_a_version_that_moved_on_is_a_conflict_that_shows_the_steps_missed(loop):
    issue = loop.issue_in("in_progress")
    seen = issue.version
    loop.do(issue, "contact")
    loop.do(issue, "update")
    with pytest.raises(Conflict) as refused:
        loop.do(issue, "resolve", version=seen)
    assert [event.action for event in refused.value.events] == ["contact", "update"]
    assert Issue.objects.get(pk=issue.pk).status == "in_progress"


def test_a_refused_step_stores_nothing(loop):
    issue = loop.issue_in("in_progress")
    before = (issue.version, issue.events.count(), issue.commitments.count())
    with pytest.raises(Invalid):
        loop.do(issue, "contact", contacted_at=at(30))
    issue.refresh_from_db()
    assert (issue.version, issue.events.count(), issue.commitments.count()) == before


def test_what_the_table_offers_is_what_may_be_done(loop):
    issue = Issue.objects.for_page().get(pk=loop.issue_in("in_progress").pk)
    offered = {
        name: {step.action for step in facts.open_steps(issue, loop.actor(name), loop.now)}
        for name in ("handler", "head", "coordinator", "leader", "outsider", "enterprise")
    }
    assert offered["handler"] == {"return", "contact", "update", "request_extension", "resolve"}
    assert offered["head"] == offered["handler"] | {"request_tracking"}
    assert offered["coordinator"] == {"merge", "reassign", "urge", "issue_notice"}
    assert offered["leader"] == {"instruct"}
    assert offered["enterprise"] == {"withdraw", "urge"}
    assert offered["outsider"] == set()


def test_an_unknown_enterprise_is_kept_and_matched_later(loop, firm):
    issue = loop.submit(by="anonymous", enterprise="示例 新来（汉沽）有限公司")
    assert (issue.enterprise, issue.enterprise_name) == (None, "示例 新来（汉沽）有限公司")
    assert match_enterprises() == 0
    row = Enterprise.objects.create(name="示例新来(汉沽)有限公司")
    assert match_enterprises() == 1
    issue.refresh_from_db()
    assert issue.enterprise == row


@pytest.mark.parametrize("kind", ["extension", "tracking"])
def test_nothing_else_is_decided_while_a_return_is_ruled(loop, kind):
    issue = loop.do(loop.issue_in("in_progress"), f"request_{kind}")
    issue = loop.do(issue, "return")
    with pytest.raises(Conflict) as refused:
        loop.do(issue, f"decide_{kind}")
    assert refused.value.code == "no_return_pending"
    issue = loop.do(issue, "rule_return")
    loop.do(issue, f"decide_{kind}")


@pytest.mark.parametrize("kind", ["extension", "tracking"])
def test_a_date_that_passed_while_it_waited_is_not_approved(loop, kind):
    issue = loop.do(loop.issue_in("in_progress"), f"request_{kind}")
    loop.now = at(1, month=4)
    with pytest.raises(Invalid) as refused:
        loop.do(issue, f"decide_{kind}")
    assert "decision" in refused.value.errors
    assert loop.do(issue, f"decide_{kind}", decision="deny", reason="已过期。").unit_due_at == at(
        19, 17, 30
    )


def test_a_missed_promise_stays_missed_and_no_promise_is_brought_forward(loop, departments):
    missed = loop.issue_in("in_progress")
    loop.now = at(20)
    missed = loop.do(missed, "reassign")
    missed = loop.do(missed, "sign", by="outsider")
    missed = loop.do(missed, "request_extension", by="outsider", new_due_on=date(2026, 3, 31))
    missed = loop.do(missed, "decide_extension")
    assert (missed.due_at, missed.unit_due_at) == (at(19, 17, 30), at(31, 17, 30))


def test_resuming_keeps_the_date_that_was_promised(loop):
    issue = loop.do(loop.issue_in("tracking"), "resume")
    assert issue.due_at == issue.unit_due_at == at(31, 17, 30)


def test_who_submitted_on_behalf_may_withdraw_and_no_other_official(loop, person):
    loop.people["promoter"] = person("promoter", "promoter")
    issue = loop.submit(by="promoter")
    with pytest.raises(Forbidden):
        loop.do(issue, "withdraw", by="handler")
    assert loop.do(issue, "withdraw", by="promoter").status == "withdrawn"


def test_a_rest_day_means_the_next_working_day_and_says_so(loop):
    issue = loop.do(loop.issue_in("in_progress"), "request_extension", new_due_on=date(2026, 3, 28))
    assert issue.applications.get().proposed_on == date(2026, 3, 30)
    assert issue.events.last().data["new_due_on"] == "2026-03-30"


def test_one_sheet_of_a_colour_at_a_time(loop):
    issue = loop.do(loop.issue_in("in_progress"), "issue_notice")
    with pytest.raises(Invalid) as refused:
        loop.do(issue, "issue_notice")
    assert "colour" in refused.value.errors
    with pytest.raises(Invalid) as refused:
        loop.do(issue, "issue_notice", colour="orange")
    assert issue.notices.get().number in str(refused.value.errors["colour"])
    loop.now = issue.notices.get().answer_due_at
    loop.do(issue, "issue_notice", colour="orange")
    for notice in issue.notices.all():
        issue = loop.do(issue, "answer_notice", notice=notice)
    loop.do(issue, "issue_notice")


def test_no_colour_is_left_out_without_a_leaders_instruction(loop):
    issue = loop.issue_in("in_progress")
    with pytest.raises(Invalid):
        loop.do(issue, "issue_notice", colour="orange")
    loop.do(issue, "instruct")
    loop.do(issue, "issue_notice", colour="red")
    assert issue.notices.get().colour == "red"


def test_a_notice_follows_the_matter_to_the_new_department(loop, departments, outsider):
    issue = loop.do(loop.do(loop.issue_in("in_progress"), "issue_notice"), "reassign")
    assert issue.notices.get().department == departments["zr"]
