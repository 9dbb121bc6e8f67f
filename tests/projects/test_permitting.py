"""Approvals: working days by hand, stops over rest days, compression against a named base."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import partial

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import translation

from projects import permitting
from projects.errors import Conflict
from projects.models import ApprovalBase, ApprovalItem, ApprovalStep, ApprovalStop
from tests.projects.works import at, fresh, pdf
from worktime.services import current_calendar


def day(text):
    """ "03-02" of 2026."""
    return date.fromisoformat(f"2026-{text}")


@pytest.fixture
def project(works):
    works.now = at(2026, 6, 10)
    return works.project("preparing")


def refused(error, call):
    with pytest.raises(error) as caught, transaction.atomic():
        call()
    return caught.value


def fields(call):
    return sorted(refused(ValidationError, call).message_dict)


def stopped(step, *spans):
    """Stops as rows: ("03-06", "03-10"), or open with None."""
    for since, until in spans:
        ApprovalStop.objects.create(
            step=step,
            since=day(since),
            until=until and day(until),
            reason_code="review",
        )
    return fresh(step)


def spent(step, today="06-10"):
    found = permitting.spent(step, current_calendar(), day(today))
    return found.gross, found.stopped, found.net


# 2 March 2026 is a Monday. The Spring Festival is from 15 to 23 February; the Saturdays 14 and 28
# February are worked. accepted, decided, stops → gross, stopped, net
SPENT = [
    ("03-02", "03-13", [], (9, 0, 9)),
    ("03-02", "03-02", [], (0, 0, 0)),
    ("03-02", "03-07", [], (4, 0, 4)),  # decided on a Saturday
    ("03-02", "03-13", [("03-06", "03-10")], (9, 2, 7)),  # Friday to Monday, over a weekend
    ("03-02", "03-13", [("03-07", "03-09")], (9, 0, 9)),  # a weekend costs nothing
    ("03-02", "03-13", [("03-02", "03-04")], (9, 1, 8)),  # the day of acceptance does not count
    ("03-02", "03-13", [("03-11", "03-20")], (9, 3, 6)),  # decided while it stood still
    ("03-02", "03-13", [("03-03", "03-06"), ("03-05", "03-11")], (9, 6, 3)),  # overlapping
    ("02-12", "03-02", [], (8, 0, 8)),
    ("02-12", "03-02", [("02-13", "02-25")], (8, 3, 5)),  # both Saturdays, none of the festival
    ("02-12", "03-02", [("02-16", "02-21")], (8, 0, 8)),
    ("02-12", "03-02", [("02-28", "03-01")], (8, 1, 7)),
]


@pytest.mark.parametrize(("accepted", "decided", "stops", "wanted"), SPENT)
def test_working_days_net_and_gross(works, project, accepted, decided, stops, wanted):
    step = works.decided(project, "filing", day(accepted), day(decided))
    assert spent(stopped(step, *stops)) == wanted


def test_an_open_step_is_counted_to_today_and_stands_still_while_stopped(works, project):
    step = works.step(project, "filing", accepted_on=day("03-02"))
    assert spent(step, "03-06") == (4, 0, 4)
    assert spent(step, "03-10") == (6, 0, 6)
    step = stopped(step, ("03-06", None))
    assert spent(step, "03-10") == (6, 3, 3)
    assert spent(step, "03-31") == (21, 18, 3)


def test_before_acceptance_no_day_is_counted(works, project):
    step = works.step(project, "filing", submitted_on=day("03-02"))
    assert spent(step) == (None, 0, None)


def test_the_clock_is_stopped_and_resumed_with_a_reason(works, project):
    step = works.step(project, "filing", accepted_on=day("03-02"))

    def stop(since, **given):
        return permitting.stop(
            step=step, user=works.people["handler"], since=day(since), reason_code="review", **given
        )

    def resume(until, **given):
        return permitting.resume(step=step, user=works.people["handler"], until=day(until), **given)

    now = {"now": at(2026, 3, 20)}
    assert fields(lambda: stop("03-01", **now)) == ["since"]
    assert fields(lambda: stop("03-21", **now)) == ["since"]
    assert refused(Conflict, lambda: resume("03-10", **now)).code == "running"
    row = stop("03-06", note="等待专家评审。", **now)
    assert (row.reason_code, row.note) == ("review", "等待专家评审。")
    assert fresh(step).state == "stopped"
    assert refused(Conflict, lambda: stop("03-09", **now)).code == "stopped"
    for until in ("03-06", "03-05", "03-21"):
        assert fields(lambda until=until: resume(until, **now)) == ["until"]
    resume("03-10", **now)
    assert fresh(step).state == "running"
    assert spent(fresh(step), "03-13") == (9, 2, 7)
    works.step(project, "filing", decided_on=day("03-13"))
    step = fresh(step)
    assert refused(Conflict, lambda: stop("03-12", **now)).code == "stop"
    actions = project.events.values_list("action", flat=True)
    assert list(actions) == ["create", "approval", "stop_clock", "resume_clock", "approval"]


WRONG = [
    ({"submitted_on": date(2026, 6, 11)}, "submitted_on"),
    ({"accepted_on": date(2026, 6, 11)}, "accepted_on"),
    ({"accepted_on": date(2026, 6, 1), "decided_on": date(2026, 6, 11)}, "decided_on"),
    ({"submitted_on": date(2026, 6, 2), "accepted_on": date(2026, 6, 1)}, "accepted_on"),
    ({"accepted_on": date(2026, 6, 2), "decided_on": date(2026, 6, 1)}, "decided_on"),
    ({"decided_on": date(2026, 6, 1)}, "accepted_on"),
    ({"required": False, "waived_reason": " "}, "waived_reason"),
    (
        {
            "accepted_on": date(2026, 6, 1),
            "decided_on": date(2026, 6, 3),
            "valid_until": date(2026, 6, 2),
        },
        "valid_until",
    ),
]


@pytest.mark.parametrize(("values", "field"), WRONG)
def test_dates_out_of_order_are_refused_at_their_field(works, project, values, field):
    assert fields(lambda: works.step(project, "filing", **values)) == [field]
    assert not project.approvals.exists()
    assert project.events.count() == 1


def test_a_step_begins_with_the_days_of_its_item(works, project):
    item = ApprovalItem.objects.get(code="environment")
    step = works.step(project, "environment", submitted_on=day("06-01"))
    assert (step.statutory_days, step.committed_days) == (60, 15)
    assert step.authority == item.authority
    assert step.state == "submitted"
    states = []
    for values in ({"accepted_on": day("06-02")}, {"decided_on": day("06-09")}):
        states.append(works.step(project, "environment", **values).state)
    assert states == ["running", "decided"]
    assert project.approvals.count() == 1


def test_a_waived_step_is_no_open_step(works, project):
    step = works.step(project, "flood", required=False, waived_reason="区域评估已覆盖。")
    assert step.state == "waived"
    assert not ApprovalStep.objects.undecided().exists()
    assert not ApprovalStep.objects.for_board().exists()
    assert permitting.workdays_late(step, current_calendar(), day("12-31")) is None


def test_days_late_are_working_days_past_the_current_target(works, project):
    step = works.step(project, "filing", original_target=day("03-13"), accepted_on=day("03-02"))

    def late(text):
        return permitting.workdays_late(fresh(step), current_calendar(), day(text))

    assert [late(text) for text in ("03-12", "03-13", "03-14", "03-16", "03-27")] == [
        0,
        0,
        0,
        1,
        10,
    ]
    march = {"now": at(2026, 3, 16)}
    works.decide(works.ask(project, step=step, new_on=day("03-20"), **march), **march)
    assert [late(text) for text in ("03-20", "03-23")] == [0, 1]
    works.step(project, "filing", decided_on=day("03-24"))
    assert late("03-27") is None
    other = works.step(project, "fire")
    assert permitting.workdays_late(other, current_calendar(), day("12-31")) is None


# Due on Friday 13 March: stops, then working days late on the 16th, 17th, 18th and 27th.
LATE = [
    ([], [1, 2, 3, 10]),
    ([("03-16", "03-18")], [0, 0, 1, 8]),
    ([("03-17", "03-18")], [1, 1, 2, 9]),
    ([("03-14", "03-16")], [1, 2, 3, 10]),  # a weekend costs nothing
    ([("03-11", "03-17")], [0, 1, 2, 9]),  # begun before it was due: the 16th alone
    ([("03-09", "03-13")], [1, 2, 3, 10]),  # over before it was due
    ([("03-17", None)], [1, 1, 1, 1]),
    ([("03-11", None)], [0, 0, 0, 0]),
    ([("03-16", "03-18"), ("03-17", "03-19")], [0, 0, 0, 7]),  # overlapping
]


@pytest.mark.parametrize(("stops", "wanted"), LATE)
def test_days_on_which_the_clock_stood_still_are_not_late(works, project, stops, wanted):
    step = works.step(project, "filing", original_target=day("03-13"), accepted_on=day("03-02"))
    step, calendar = stopped(step, *stops), current_calendar()
    days = ("03-16", "03-17", "03-18", "03-27")
    assert [permitting.workdays_late(step, calendar, day(text)) for text in days] == wanted


# Accepted on Monday 2 March, decided on the 13th: open stop since → what is left of it, and how
# long the step took.
CLOSED = [
    ("03-11", ["03-13"], (9, 2, 7)),
    ("03-12", ["03-13"], (9, 1, 8)),
    ("03-13", [], (9, 0, 9)),
    ("03-16", [], (9, 0, 9)),
]


@pytest.mark.parametrize(("since", "until", "wanted"), CLOSED)
def test_a_decision_ends_what_stood_still(works, project, since, until, wanted):
    step = works.step(project, "filing", accepted_on=day("03-02"))
    stopped(step, ("03-04", "03-05"), (since, None))
    works.step(project, "filing", decided_on=day("03-13"))
    step = fresh(step)
    ends = [row.until for row in step.stops.exclude(until=day("03-05"))]
    assert ends == [day(text) for text in until]
    gross, still, net = wanted
    assert spent(step) == (gross, still + 1, net - 1)
    assert step.state == "decided"


def test_a_step_that_is_not_decided_stands_still_on(works, project):
    step = stopped(works.step(project, "filing", accepted_on=day("03-02")), ("03-11", None))
    works.step(project, "filing", doc_no="1")
    assert fresh(step).state == "stopped"


def test_the_original_target_of_a_listed_project_is_frozen(works, project):
    step = works.step(project, "fire", original_target=day("07-01"))
    works.step(project, "fire", original_target=day("07-10"))
    step = fresh(step)
    assert (step.original_target, step.current_target) == (day("07-10"), day("07-10"))
    works.change(project, listed_on=works.today)
    for other in (day("07-11"), None):
        call = partial(works.step, project, "fire", original_target=other)
        assert fields(call) == ["original_target"]
    works.step(project, "fire", original_target=day("07-10"), doc_no="1")
    # An empty one may be filled, once.
    works.step(project, "energy", original_target=day("08-01"))
    assert fields(partial(works.step, project, "energy", original_target=day("08-02"))) == [
        "original_target"
    ]
    assert {row.current_target for row in project.approvals.all()} == {day("07-10"), day("08-01")}


def test_a_corrected_original_leaves_a_target_that_was_changed_by_request(works, project):
    step = works.step(project, "fire", original_target=day("07-01"))
    works.decide(works.ask(project, step=step, new_on=day("08-01")))
    works.step(project, "fire", original_target=day("07-10"))
    step = fresh(step)
    assert (step.original_target, step.current_target) == (day("07-10"), day("08-01"))


@pytest.fixture
def base(db):
    row = ApprovalBase.objects.create(
        name="示例2022年平均",
        name_en="Average of 2022 (sample)",
        source="示例文件",
        is_default=True,
    )
    for code, days in (("filing", 20), ("fire", 10), ("site", 15)):
        row.days.create(item=ApprovalItem.objects.get(code=code), days=days)
    return row


@pytest.fixture
def steps(works, project):
    """Two projects: filing 9 − 2, fire 8 − 3, construction 3 working days, energy still running."""
    filing = works.decided(project, "filing", day("03-02"), day("03-13"), submitted_on=day("02-27"))
    stopped(filing, ("03-06", "03-10"))
    stopped(works.decided(project, "fire", day("02-12"), day("03-02")), ("02-13", "02-25"))
    works.decided(project, "construction", day("03-17"), day("03-20"))
    works.step(project, "energy", accepted_on=day("03-02"))
    works.step(project, "flood", required=False, waived_reason="不涉及。")
    other = works.project("preparing")
    works.decided(other, "filing", day("03-02"), day("03-03"))
    works.decided(other, "construction", day("03-30"), day("04-02"))
    return ApprovalStep.objects.for_board()


def test_compression_is_measured_against_a_named_base(steps, base):
    """Committed 5+7+3+7+5+3 of statutory 20+15+7+20+20+7; net 7+5+1 and gross 9+8+1 against
    20+10+20 of the base; the construction permit has no days there.
    """
    found = permitting.compression(steps, base, current_calendar(), day("06-10"))
    assert found.base == "示例2022年平均"
    assert found.steps == 3
    assert found.promised == 1 - Fraction(30, 89)
    assert found.actual == 1 - Fraction(13, 50)
    assert found.actual_gross == 1 - Fraction(18, 50)
    # net days of what is decided: 1 3 3 5 7
    assert (found.median, found.p90) == (Decimal(3), 7)
    assert (found.in_time, found.judged) == (4, 5)  # the first filing took 7 of 5 promised
    # 27 February to 20 March; the second was never submitted on paper: 2 March to 2 April
    assert found.end_to_end == (21, 31)
    with translation.override("en"):
        assert permitting.compression(steps, base, current_calendar(), day("06-10")).base == (
            "Average of 2022 (sample)"
        )


def test_without_a_base_nothing_is_compressed_but_the_rest_stands(steps, base):
    found = permitting.compression(steps, None, current_calendar(), day("06-10"))
    assert (found.base, found.steps, found.actual, found.actual_gross) == ("", 0, None, None)
    assert (found.median, found.judged) == (Decimal(3), 5)


def test_without_steps_there_is_no_figure(base):
    found = permitting.compression([], base, current_calendar(), day("06-10"))
    assert (found.promised, found.actual, found.median, found.p90) == (None,) * 4
    assert (found.in_time, found.judged, found.end_to_end) == (0, 0, ())


def test_one_base_is_the_default_and_names_are_unique(base):
    for values in (
        {"name": "示例别的", "is_default": True},
        {"name": base.name},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            ApprovalBase.objects.create(source="示例文件", **values)
    with pytest.raises(IntegrityError), transaction.atomic():
        base.days.create(item=ApprovalItem.objects.get(code="fire"), days=3)


def test_papers_stay_with_their_step(works, project):
    step = works.decided(
        project, "construction", day("06-01"), day("06-03"), files=[pdf("施工许可证.pdf")]
    )
    paper = step.documents.get()
    assert (paper.kind, paper.name, paper.project) == ("permit", "施工许可证.pdf", project)
    assert project.events.last().data["files"] == ["施工许可证.pdf"]
    count = project.events.count()
    works.step(project, "construction", doc_no="")
    assert project.events.count() == count  # nothing changed, nothing said


@pytest.mark.parametrize(
    "values",
    [
        {"required": False},
        {"submitted_on": date(2026, 6, 2)},
        {"decided_on": date(2026, 5, 31)},
        {"accepted_on": None},
    ],
)
def test_the_database_refuses_what_the_service_would(works, project, values):
    step = works.decided(project, "filing", day("06-01"), day("06-03"))
    with pytest.raises(IntegrityError), transaction.atomic():
        ApprovalStep.objects.filter(pk=step.pk).update(**values)


def test_the_database_refuses_two_open_stops_and_one_that_runs_back(works, project):
    step = stopped(works.step(project, "filing", accepted_on=day("03-02")), ("03-06", None))
    with pytest.raises(IntegrityError), transaction.atomic():
        stopped(step, ("03-09", None))
    with pytest.raises(IntegrityError), transaction.atomic():
        stopped(step, ("03-09", "03-09"))
    twin = fresh(step)
    twin.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save(force_insert=True)


def test_the_four_national_stages_and_their_items_are_there(db):
    found = dict(ApprovalItem.objects.values_list("code", "stage"))
    assert len(found) == 16
    assert {found[code] for code in ("filing", "planning", "construction", "acceptance")} == {
        1,
        2,
        3,
        4,
    }
    assert permitting.item_of("filing").code == "filing"
    ApprovalItem.objects.filter(code="flood").update(is_active=False)
    assert permitting.item_of("flood") is None
    assert permitting.item_of("unheard-of") is None
