"""Prospects: never open without owner and next step; stages, clocks, an append-only log."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import Http404

from investment import presenters, workflow
from investment.forms.prospects import FollowForm, MoveForm, ProspectForm
from investment.forms.trips import TripForm
from investment.models import PipelineEvent, Prospect, Trip
from projects.errors import Conflict
from tests.investment.pipeline import at, faults, fresh, log, wan
from worktime.services import current_calendar

OPEN = ["lead", "judging", "talks", "inspection", "signing"]
ALL = [*OPEN, "signed", "shelved", "lost"]
TYPED = {
    "company": "示例远方有限公司",
    "title": "示例玻璃深加工",
    "channel": "association",
    "received_on": "2026-03-12",
    "next_action": "电话联系",
    "next_on": "2026-03-20",
}
LACKING = [
    ({"owner": None}, "owner"),
    ({"next_action": ""}, "next_action"),
    ({"next_action": "  "}, "next_action"),
    ({"next_on": None}, "next_on"),
]


def in_stage(pipeline, stage):
    prospect = pipeline.prospect()
    if stage == "signed":
        pipeline.deal(wan(1), from_prospect=prospect)
    elif stage != "lead":
        pipeline.move(prospect, stage)
    return fresh(prospect)


@pytest.mark.parametrize(("lacking", "field"), LACKING, ids=str)
def test_an_open_one_without_a_next_step_is_refused_at_the_field(pipeline, lacking, field):
    assert set(faults(pipeline.prospect, **lacking)) == {field}
    assert not Prospect.objects.exists()
    prospect = pipeline.prospect()
    assert set(faults(pipeline.change, prospect, **lacking)) == {field}
    if lacking[field] != "  ":
        with pytest.raises(IntegrityError), transaction.atomic():
            Prospect.objects.filter(pk=prospect.pk).update(**lacking)


def test_one_that_is_not_open_needs_none(pipeline):
    lost = in_stage(pipeline, "lost")
    Prospect.objects.filter(pk=lost.pk).update(owner=None, next_action="", next_on=None)
    said = faults(pipeline.move, fresh(lost), "lead")
    assert set(said) == {"owner", "next_action", "next_on"}


def test_the_form_says_it_at_the_fields(promoter, frozen):
    form = ProspectForm(
        subject=None, user=promoter, data=TYPED | {"next_action": "", "next_on": ""}
    )
    assert form.is_valid(), form.errors
    with pytest.raises(Exception, match="下一步") as caught:
        form.take()
    form.refuse(caught.value)
    assert set(form.errors) == {"owner", "next_action", "next_on"}


def test_a_follow_up_sets_the_next_step_or_is_refused(pipeline):
    prospect = pipeline.prospect()
    said = faults(pipeline.follow, prospect, next_action=" ", next_on=None)
    assert set(said) == {"next_action", "next_on"}
    assert log(prospect) == [("create", "", "lead")]


@pytest.mark.parametrize("source", ALL)
def test_every_move_that_is_allowed_and_every_one_refused(pipeline, source):
    for target in ALL:
        prospect = in_stage(pipeline, source)
        allowed = {
            "signed": [],
            "shelved": ["lead", "lost"],
            "lost": ["lead"],
        }.get(source, [stage for stage in ALL if stage not in (source, "signed")])
        if target in allowed:
            pipeline.move(prospect, target)
            assert fresh(prospect).stage == target
        else:
            with pytest.raises(Conflict):
                pipeline.move(prospect, target)
            assert fresh(prospect).stage == source


def test_what_was_put_aside_comes_back_to_where_it_was(pipeline):
    prospect = in_stage(pipeline, "inspection")
    for aside in ("shelved", "lost"):
        pipeline.move(prospect, aside)
        with pytest.raises(Conflict):
            pipeline.move(prospect, "talks")
        pipeline.move(prospect, "inspection")
    row = fresh(prospect)
    assert (row.stage, row.stage_before, row.lost_reason, row.lost_text) == (
        "inspection",
        "",
        "",
        "",
    )


def test_what_was_shelved_and_then_lost_still_comes_back(pipeline):
    prospect = in_stage(pipeline, "talks")
    for stage in ("shelved", "lost", "talks"):
        pipeline.move(prospect, stage)
    assert fresh(prospect).stage == "talks"


@pytest.mark.parametrize("reason", ["", "nonsense"])
def test_losing_one_needs_a_reason_of_the_list(pipeline, reason):
    prospect = pipeline.prospect()
    assert set(faults(pipeline.move, prospect, "lost", reason=reason)) == {"reason"}
    assert fresh(prospect).stage == "lead"
    lost = pipeline.move(prospect, "lost", reason="funds", text="资金不到位。")
    assert (lost.lost_reason, lost.lost_text) == ("funds", "资金不到位。")
    with pytest.raises(IntegrityError), transaction.atomic():
        Prospect.objects.filter(pk=lost.pk).update(lost_reason="")


@pytest.mark.parametrize("target", ["shelved", "lost"])
def test_putting_aside_needs_words(pipeline, target):
    assert set(faults(pipeline.move, pipeline.prospect(), target, text=" ")) == {"text"}


def test_the_form_of_losing_demands_the_reason(pipeline, promoter):
    prospect = pipeline.prospect()
    form = MoveForm(subject=prospect, user=promoter, key="lost", data={"text": "不来了。"})
    assert set(form.errors) == {"reason"}
    for key in ("signed", "lead", "nonsense"):
        with pytest.raises(Http404):
            MoveForm(subject=prospect, user=promoter, key=key)


def clocks(prospect, today=date(2026, 3, 12)):
    rows = presenters.prospect(fresh(prospect), prospect.owner, today)["clocks"]
    names = list(workflow.CLOCKS)
    return {name: (row["due"], row["late"]) for name, row in zip(names, rows, strict=True)}


def test_clocks_run_in_working_days_from_the_day_of_receipt(pipeline):
    """Thursday the 12th: 1, 3 and 5 working days, and fourteen days of silence."""
    prospect = pipeline.prospect()
    assert clocks(prospect) == {
        "respond": (date(2026, 3, 13), False),
        "judge": (date(2026, 3, 17), False),
        "reply": (date(2026, 3, 19), False),
        "update": (date(2026, 3, 26), False),
    }
    assert clocks(prospect, date(2026, 3, 14))["respond"] == (date(2026, 3, 13), True)
    assert clocks(prospect, date(2026, 3, 13))["respond"][1] is False


def test_an_update_due_on_a_rest_day_is_due_on_the_next_working_day(pipeline):
    prospect = pipeline.prospect(now=at(2026, 3, 14))
    assert current_calendar()
    assert clocks(prospect)["update"][0] == date(2026, 3, 30)


def test_a_follow_up_meets_the_clocks_it_names_and_the_update(pipeline):
    prospect = pipeline.prospect()
    pipeline.follow(prospect, "respond", now=at(2026, 3, 13))
    row = fresh(prospect)
    assert (row.responded_on, row.judged_on, row.replied_on) == (date(2026, 3, 13), None, None)
    assert (row.next_action, row.next_on) == ("考察", date(2026, 12, 20))
    assert clocks(prospect)["respond"] == (None, False)
    assert clocks(prospect)["update"][0] == date(2026, 3, 27)
    pipeline.follow(prospect, "respond", "judge", "reply", now=at(2026, 3, 16))
    row = fresh(prospect)
    assert row.responded_on == date(2026, 3, 13)  # the first time stays
    assert (row.judged_on, row.replied_on) == (date(2026, 3, 16),) * 2


def test_the_form_offers_the_clocks_that_run(pipeline, promoter):
    prospect = pipeline.follow(pipeline.prospect(), "judge")
    form = FollowForm(subject=prospect, user=promoter)
    assert [code for code, _label in form.fields["met"].choices] == ["respond", "reply"]
    prospect = pipeline.follow(prospect, "respond", "reply")
    assert "met" not in FollowForm(subject=prospect, user=promoter).fields


def test_what_is_no_longer_open_runs_no_clock_and_takes_no_follow_up(pipeline, promoter):
    for stage in ("shelved", "lost", "signed"):
        prospect = in_stage(pipeline, stage)
        assert {due for due, _late in clocks(prospect, date(2027, 1, 1)).values()} == {None}
        with pytest.raises(Conflict):
            pipeline.follow(prospect, "respond")
        with pytest.raises(Http404):
            FollowForm(subject=prospect, user=promoter)


def test_the_stage_log_only_grows(pipeline):
    prospect = pipeline.prospect()

    def rows():
        return list(PipelineEvent.objects.filter(prospect=prospect).values())

    for deed in (
        lambda: pipeline.move(prospect, "judging"),
        lambda: pipeline.follow(prospect, "judge"),
        lambda: pipeline.change(prospect, title="示例新名"),
        lambda: pipeline.move(prospect, "lost"),
        lambda: pipeline.move(prospect, "judging"),
        lambda: pipeline.deal(wan(1), from_prospect=fresh(prospect)),
    ):
        before = rows()
        deed()
        assert rows()[: len(before)] == before
        assert len(rows()) == len(before) + 1
    kept = [(source, target) for _a, source, target in log(prospect) if target]
    assert kept == [
        ("", "lead"),
        ("lead", "judging"),
        ("judging", "lost"),
        ("lost", "judging"),
        ("judging", "signed"),
    ]
    assert [row["version"] for row in rows()] == list(range(1, 8))


def test_an_event_is_of_one_thing(pipeline):
    prospect, trip = pipeline.prospect(), pipeline.trip()
    event = PipelineEvent.objects.filter(prospect=prospect)
    for broken in ({"trip": trip}, {"prospect": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            event.update(**broken)


def test_an_older_page_is_refused(pipeline):
    prospect = pipeline.prospect()
    pipeline.follow(prospect)
    for deed, given in (
        (pipeline.follow, {}),
        (pipeline.move, {"target": "talks"}),
    ):
        with pytest.raises(Conflict) as caught:
            deed(prospect, **given, version=1)
        assert caught.value.code == "version"


@pytest.mark.parametrize("role", ["leader", "planner", "coordinator", "handler", "enterprise"])
def test_only_promoters_keep_prospects(pipeline, role, request):
    user = request.getfixturevalue(role)
    prospect = pipeline.prospect()
    for deed in (
        lambda: pipeline.prospect(by=user, owner=pipeline.person("promoter")),
        lambda: pipeline.change(prospect, by=user, title="示例"),
        lambda: pipeline.follow(prospect, by=user),
        lambda: pipeline.move(prospect, "talks", by=user),
    ):
        with pytest.raises(PermissionDenied):
            deed()


def test_one_button_makes_a_prospect_of_a_visit(pipeline, promoter, frozen):
    trip = pipeline.trip()
    visit = pipeline.visit(trip, "示例拜访有限公司", notes="有意设厂。")
    form = ProspectForm(subject=None, user=promoter, key=f"visit-{visit.pk}")
    offered = {name: form.fields[name].initial for name in ("company", "from_trip", "screening")}
    assert offered == {
        "company": "示例拜访有限公司",
        "from_trip": trip.number,
        "screening": "有意设厂。",
    }
    data = TYPED | offered | {"owner": promoter.pk}
    form = ProspectForm(subject=None, user=promoter, key=f"visit-{visit.pk}", data=data)
    assert form.is_valid(), form.errors
    form.take()
    row = Prospect.objects.get()
    assert (row.from_visit, row.from_trip, row.company) == (visit, trip, visit.company)
    with pytest.raises(Http404):
        ProspectForm(subject=None, user=promoter, key=f"visit-{visit.pk}")


@pytest.mark.parametrize("key", ["visit-999", "visit-", "visit-x", "nonsense", "7"])
def test_a_key_that_names_no_visit_is_404(pipeline, promoter, key):
    pipeline.visit(pipeline.trip(), "示例拜访有限公司")
    with pytest.raises(Http404):
        ProspectForm(subject=None, user=promoter, key=key)


def test_an_unsure_amount_is_kept_in_words(promoter, frozen):
    data = TYPED | {"owner": promoter.pk, "intended_investment": "约3亿元"}
    form = ProspectForm(subject=None, user=promoter, data=data)
    assert form.is_valid(), form.errors
    form.take()
    row = Prospect.objects.get()
    assert (row.intended_investment, row.intended_investment_text) == (None, "约3亿元")


def test_a_trip_sent_twice_from_a_bad_line_is_one(promoter, frozen):
    blank = TripForm(subject=None, user=promoter)
    data = {
        "activity": "outbound",
        "theme": "示例玻璃招商",
        "start_on": "2026-03-02",
        "end_on": "2026-03-04",
        "cities": "广州，深圳、广州",
        "token": str(blank.fields["token"].initial()),
    }
    for _sent in range(2):
        form = TripForm(subject=None, user=promoter, data=data)
        assert form.is_valid(), form.errors
        form.take()
    trip = Trip.objects.get()
    assert [place.city for place in trip.places.all()] == ["广州", "深圳"]
    assert log(trip) == [("create", "", "")]
    late = TripForm(subject=None, user=promoter, data=data | {"token": "", "end_on": "2026-03-01"})
    assert late.is_valid()
    with pytest.raises(Exception, match="结束日期"):
        late.take()
