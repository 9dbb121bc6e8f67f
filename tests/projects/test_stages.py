"""Which stage follows which, what each demands, and who may take which deed."""

from datetime import date, timedelta
from functools import partial

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from projects import gates, presenters, services, stages
from projects.errors import Conflict
from projects.models import KeyProject, RoadWork, StageGate
from projects.viewer import Viewer
from tests.projects.works import at, fresh, gates_of, wan

# product.md's line of stages, typed again.
WAY = "planning negotiating signed preparing started building finished operating capacity".split()
NO_TALKS = [stage for stage in WAY if stage not in ("negotiating", "signed")]
PAUSABLE = "negotiating signed preparing started building".split()
NATURES = "government approval filing".split()
ALL = [*WAY, "paused", "terminated"]


def expected(source, target, nature, before):
    """What a move is, in other words than projects/stages.py."""
    way = WAY
    if nature == "government":
        # Whose nature has changed during the talks goes on from where it stands.
        way = [stage for stage in WAY if stage in NO_TALKS or stage == source]
    if source == target:
        return None
    if target == "terminated":
        return "end"
    if target == "paused":
        return "pause" if source in PAUSABLE else None
    if source in ("paused", "terminated"):
        back = {"paused": "resume", "terminated": "back"}
        return back[source] if target == before else None
    if source not in way or target not in way:
        return None
    distance = way.index(target) - way.index(source)
    return "forward" if distance == 1 else "back" if distance < 0 else None


@pytest.mark.parametrize("nature", NATURES)
def test_the_total_table_of_moves(nature):
    assert list(stages.LABELS) == ALL
    seen = {}
    for before in ["", *WAY]:
        for source in ALL:
            for target in ALL:
                kind = stages.kind_of(source, target, nature, before)
                assert kind == expected(source, target, nature, before), (source, target, before)
                seen[kind] = seen.get(kind, 0) + 1
    assert sum(seen.values()) == 10 * 11 * 11
    assert set(seen) == {None, "forward", "back", "pause", "resume", "end"}


@pytest.mark.parametrize("stage", ["negotiating", "signed"])
def test_whose_nature_changes_during_the_talks_is_not_stuck(works, stage):
    project = works.project(stage, content="内容。", total_investment=wan(100))
    works.planned(project, start=works.today + timedelta(days=90))
    works.change(project, nature="government")
    project = fresh(project)
    assert stages.next_stage(stage, "government") == "preparing"
    assert stages.earlier(stage, "government") == ("planning",)
    moves = presenters.moves(project, Viewer(works.people["planner"]), works.today)
    assert moves["target"] == stages.LABELS["preparing"]
    bar = presenters.way(project, {})
    assert [step["label"] for step in bar if step["state"] == "current"] == [stages.LABELS[stage]]
    assert len(bar) == len(NO_TALKS) + 1
    with transaction.atomic():
        assert works.move(project, "planning", reason="重新谋划。").stage == "planning"
        transaction.set_rollback(True)
    paused = works.pause(project)
    back = works.move(paused, stage, reason="恢复。")
    moved = works.move(back, "preparing")
    assert moved.stage == "preparing"
    assert len(presenters.way(moved, {})) == len(NO_TALKS)
    assert stages.earlier("preparing", "government") == ("planning",)


def state(project):
    row = fresh(project)
    return row.stage, row.version, row.stage_before, row.events.count()


def refused(error, call, project):
    """The error of a refused deed, which left nothing behind."""
    before = state(project)
    with pytest.raises(error) as caught, transaction.atomic():
        call()
    assert state(project) == before
    return caught.value


@pytest.mark.parametrize("nature", NATURES)
def test_a_move_that_does_not_exist_is_a_conflict(works, nature):
    for source in WAY:
        project = works.project(source, nature=nature)
        for target in ALL:
            if expected(source, target, nature, "") is None:
                move = {"reason": "理由。", "review_on": works.today, "pause_reason": "funds"}
                error = refused(Conflict, partial(works.move, project, target, **move), project)
                assert error.code == "stage"


def bare(works, stage, nature="filing"):
    """At the stage before `stage`, with nothing of what it asks for."""
    way = stages.way_of(nature)
    return works.project(way[way.index(stage) - 1], nature=nature, lead_department=None)


STEPS = [(stage, "filing") for stage in WAY[1:]] + [(s, "government") for s in NO_TALKS[1:]]


@pytest.mark.parametrize(("stage", "nature"), STEPS)
def test_a_refused_move_names_everything_that_is_missing(works, stage, nature):
    project = bare(works, stage, nature)
    wanted = gates_of(project, stage, works.today)
    lacking = gates.missing(project, stage, works.today)
    assert len(lacking) == len(wanted) >= 1
    error = refused(Conflict, lambda: works.move(project, stage), project)
    assert error.code == "gates"
    assert all(row.label in error.message for row in lacking)
    assert len({row.label for row in lacking}) == len(wanted)
    for gate, row in zip(wanted, lacking, strict=True):
        # A month's report is filled in where all of them are.
        own = f"/projects/{project.number}/"
        assert row.url == "/projects/reports/" if gate[0] == "report" else row.url.startswith(own)


@pytest.mark.parametrize("stage", WAY[1:])
def test_each_gate_is_met_by_its_own_deed_and_only_by_it(works, stage):
    """With a lead department from the start where the stage does not ask for one: it reports."""
    project = bare(works, stage)
    wanted = gates_of(project, stage, works.today)
    if ("field", "lead_department") not in wanted:
        works.change(project, lead_department=works.departments["zj"])
    for gate in wanted:
        with transaction.atomic():
            works.meet(project, gate)
            found = gates.requirements(fresh(project), stage, works.today)
            assert [gate for gate, row in zip(wanted, found, strict=True) if row.met] == [gate]
            if len(wanted) > 1:
                refused(Conflict, lambda: works.move(fresh(project), stage), project)
            transaction.set_rollback(True)
    assert works.advance(project, stage).stage == stage


def test_the_seeded_gates_are_those_of_practice(db):
    rows = StageGate.objects.filter(stage="started").values_list("kind", "key")
    assert set(rows) == {
        ("field", "code"),
        ("approval", "filing"),
        ("approval", "construction"),
        ("document", "contract"),
        ("actual", "start"),
        ("sponsor", ""),
        ("plan", ""),
    }
    assert StageGate.objects.count() == 22
    assert set(StageGate.objects.values_list("stage", flat=True)) == set(WAY[1:])


def test_half_of_what_a_gate_asks_is_not_enough(works):
    project = bare(works, "started")
    works.change(project, lead_department=works.departments["zj"])

    def met(kind, key=""):
        rows = dict(
            zip(
                gates_of(project, "started", works.today),
                gates.requirements(fresh(project), "started", works.today),
                strict=True,
            )
        )
        return rows[kind, key].met

    works.planned(project, start=works.today)
    assert not met("actual", "start")
    works.step(project, "filing", submitted_on=works.today, accepted_on=works.today)
    assert not met("approval", "filing")
    works.step(project, "filing", required=False, waived_reason="区域评估已覆盖。")
    assert met("approval", "filing")
    works.plan(project, works.today.year - 1, wan(100))
    assert not met("plan")
    works.actual(project, "start")
    assert not met("document", "contract")  # the evidence of a start is no contract


def test_only_a_verified_report_with_money_opens_building(works):
    project = works.project("started")
    works.draft(project, date(2026, 2, 1), wan(10), send=True)
    assert len(gates.missing(fresh(project), "building", works.today)) == 2
    works.report(project, date(2026, 1, 1), wan(0))
    assert len(gates.missing(fresh(project), "building", works.today)) == 2
    works.verify(project.reports.get(month=date(2026, 2, 1)))
    assert len(gates.missing(fresh(project), "building", works.today)) == 1


def test_gates_follow_nature_category_and_validity(works):
    project = works.project("preparing")
    begin, end = date(2026, 5, 1), date(2026, 6, 1)
    rule = {"stage": "started", "kind": "field", "key": "owner_name"}
    StageGate.objects.create(**rule, valid_from=begin, valid_until=end, category="industry")
    StageGate.objects.create(**rule, valid_from=begin, valid_until=end, nature="government")

    def asked(day):
        return gates_of(project, "started", day).count(("field", "owner_name"))

    assert [asked(begin - timedelta(days=1)), asked(begin), asked(end)] == [0, 1, 0]
    project.nature = "government"
    assert asked(begin) == 2
    project.category = "renewal"
    assert asked(begin) == 1
    # What nobody knows yet meets no rule of a kind.
    project.category = ""
    assert asked(begin) == 1
    project.nature = ""
    assert asked(begin) == 0


@pytest.mark.parametrize("persona", ["planner", "leader"])
def test_an_override_is_logged_with_what_was_missing(works, persona):
    project = works.project("preparing", lead_department=None)
    labels = [row.label for row in gates.missing(project, "started", works.today)]
    moved = works.move(project, "started", by=persona, override=True, reason="抢汛期先行开工。")
    assert moved.stage == "started"
    event = moved.events.last()
    assert event.data["override"] is True
    assert event.data["reason"] == "抢汛期先行开工。"
    assert event.data["missing"] == labels
    assert (event.from_stage, event.to_stage) == ("preparing", "started")
    assert event.actor == works.person(persona)


def test_an_override_needs_a_reason_and_something_to_override(works):
    project = works.project("preparing")
    error = refused(
        ValidationError,
        lambda: works.move(project, "started", override=True, reason="  "),
        project,
    )
    assert "reason" in error.message_dict
    for gate in gates_of(project, "started", works.today):
        works.meet(project, gate)
    needless = {"override": True, "reason": "理由。"}
    error = refused(Conflict, lambda: works.move(project, "started", **needless), project)
    assert error.code == "override"
    error = refused(Conflict, lambda: works.move(project, "signed", **needless), project)
    assert error.code == "override"


def test_a_leader_overrides_but_does_not_simply_move(works):
    project = works.project("preparing")
    refused(PermissionDenied, lambda: works.move(project, "started", by="leader"), project)
    refused(
        PermissionDenied,
        lambda: works.move(project, "started", by="handler", override=True, reason="急。"),
        project,
    )


@pytest.mark.parametrize("target", ["preparing", "planning", "terminated"])
def test_moves_back_and_ends_need_a_reason(works, target):
    project = works.project("building")
    error = refused(ValidationError, lambda: works.move(project, target, reason=" "), project)
    assert "reason" in error.message_dict
    moved = works.move(project, target, reason="手续撤销。")
    assert moved.events.last().data["reason"] == "手续撤销。"
    assert moved.events.last().data["kind"] == ("end" if target == "terminated" else "back")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"reason": ""}, "reason"),
        ({"pause_reason": ""}, "pause_reason"),
        ({"review_on": None}, "review_on"),
        ({"review_on": date(2026, 3, 12)}, "review_on"),
        ({"review_on": date(2026, 4, 13)}, "review_on"),
    ],
)
def test_a_pause_needs_reason_code_and_a_review_within_31_days(works, change, field):
    project = works.project("building")
    error = refused(ValidationError, lambda: works.pause(project, **change), project)
    assert list(error.message_dict) == [field]


def test_a_pause_is_reviewed_by_the_month_and_resumes_where_it_was(works):
    project = works.pause(works.project("started"), review_on=date(2026, 4, 12))
    assert (project.stage, project.stage_before) == ("paused", "started")
    assert project.pause_reason == "funds"
    review = {"note": "仍无资金。", "review_on": date(2026, 5, 14)}
    refused(ValidationError, lambda: works.deed(services.review_pause, project, **review), project)
    review["review_on"] = date(2026, 5, 12)
    works.deed(services.review_pause, project, **review, now=at(2026, 4, 11))
    assert fresh(project).pause_review_on == date(2026, 5, 12)
    refused(Conflict, lambda: works.move(project, "building", reason="复工。"), project)
    refused(ValidationError, lambda: works.move(project, "started"), project)
    back = works.move(project, "started", reason="资金到位。")
    assert (back.stage, back.stage_before) == ("started", "")
    assert (back.pause_reason, back.pause_review_on) == ("", None)
    refused(Conflict, lambda: works.deed(services.review_pause, back, **review), back)


def test_what_was_paused_and_ended_comes_back_to_where_it_stood(works):
    project = works.pause(works.project("started"))
    ended = works.move(project, "terminated", reason="投资方退出。")
    assert (ended.stage, ended.stage_before, ended.pause_review_on) == (
        "terminated",
        "started",
        None,
    )
    assert works.move(ended, "started", reason="重新启动。").stage == "started"


def test_every_move_is_one_event_of_the_next_version(works):
    project = works.walk("building")
    log = project.events.moves().values_list("from_stage", "to_stage")
    assert list(log) == [("", "planning"), *zip(WAY[:5], WAY[1:6], strict=True)]
    versions = list(project.events.values_list("version", flat=True))
    assert versions == list(range(1, project.version + 1))


def test_a_stale_version_is_a_conflict(works):
    project = works.project("building")
    works.change(project, content="年产两万吨。")
    stale = project.version

    for call in (
        lambda: works.deed(services.change, project, values={"place": "临津"}, version=stale),
        lambda: works.move(project, "preparing", reason="理由。", version=stale),
        lambda: works.pause(project, version=stale),
    ):
        error = refused(Conflict, call, project)
        assert (error.status, error.code) == (409, "version")


BROKEN = [
    {"stage": "invented"},
    {"stage": "paused"},
    {"stage": "paused", "pause_reason": "funds", "stage_before": "building"},
    {"stage": "terminated"},
    {"total_investment": -1},
    {"name": ""},
    {"code": ""},
]


@pytest.mark.parametrize("values", BROKEN)
def test_the_database_refuses_a_project_that_contradicts_itself(works, values):
    project = works.project("building")
    with pytest.raises(IntegrityError), transaction.atomic():
        KeyProject.objects.filter(pk=project.pk).update(**values)


def test_the_database_refuses_twins(works):
    one = works.project(code="2211-130272-89-01-123456")
    two = works.project()
    for values in ({"code": one.code}, {"number": one.number}):
        with pytest.raises(IntegrityError), transaction.atomic():
            KeyProject.objects.filter(pk=two.pk).update(**values)
    event = one.events.get()
    event.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        event.save(force_insert=True)


@pytest.mark.parametrize(
    "values", [{"opened_km": 3}, {"opened_km": -1}, {"length_km": 0}, {"length_km": -2}]
)
def test_the_database_refuses_a_road_longer_open_than_long(works, values):
    project = works.project(road={"kind": "dead_end", "length_km": "2.5", "opened_km": "2.5"})
    with pytest.raises(IntegrityError), transaction.atomic():
        RoadWork.objects.filter(project=project).update(**values)
