"""The sample's key projects: the published facts come out as queries, and every state occurs."""

from collections import Counter
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import transaction
from django.db.models import Count, F, Q, Sum
from django.test import override_settings

from accounts.models import User
from directory.models import Enterprise
from hangu.sample import load
from hangu.sample.almanac import Almanac, shifted
from hangu.sample.places import INVENTED, REAL
from issues.models import Issue
from notifications.models import Delivery, Message
from projects import choices, permitting, reporting, stages, visiting
from projects.models import (
    ApprovalBase,
    ApprovalItem,
    ApprovalStep,
    DateChange,
    Document,
    KeyProject,
    LightSnapshot,
    Milestone,
    PlanYear,
    Plot,
    PlotUse,
    ProgressReport,
    ProjectEvent,
    RoadWork,
    Sponsorship,
    SponsorVisit,
)
from worktime.services import current_calendar

SHANGHAI = ZoneInfo("Asia/Shanghai")
ANCHOR = datetime(2026, 11, 26, 10, 0, tzinfo=SHANGHAI)
TODAY = ANCHOR.date()
LAST = date(2026, 10, 1)
# A month whose reports are being collected; the last days of a year and the first of the next; the
# end of the long holidays. tests/hangu/test_sample.py loads it all in March.
ANCHORS = [
    datetime(2026, 6, 1, 9, 0, tzinfo=SHANGHAI),
    datetime(2026, 12, 30, 17, 0, tzinfo=SHANGHAI),
    datetime(2027, 1, 4, 8, 0, tzinfo=SHANGHAI),
    datetime(2025, 10, 8, 12, 0, tzinfo=SHANGHAI),
]
FACTS = {"临津产业园污水处理厂提标扩建", "百祥路与安康道连接线"}
COLOURS = {code for code, _label in choices.COLOUR}
UPPER = Q(level__in=["province", "city"])
MAIN = UPPER | Q(road__isnull=False)


@pytest.fixture(scope="module")
def sample(django_db_setup, django_db_blocker, tmp_path_factory):
    """The projects alone; the rows are gone when this module ends."""
    media = tmp_path_factory.mktemp("media")
    with django_db_blocker.unblock(), time_machine.travel(ANCHOR, tick=False):
        with transaction.atomic(), override_settings(MEDIA_ROOT=media):
            load.load(anchor=ANCHOR, choose=lambda story: False)
            yield media
            transaction.set_rollback(True)


def upper():
    return KeyProject.objects.filter(UPPER)


def lights(day=TODAY, role="official"):
    return LightSnapshot.objects.filter(day=day, role=role)


# The published facts


def test_twenty_provincial_and_municipal_projects_each_with_a_sponsor(sample):
    assert upper().count() == 20
    assert Sponsorship.objects.current().filter(project__in=upper()).count() == 20
    assert set(upper().values_list("level", flat=True)) == {"province", "city"}
    leaders = Sponsorship.objects.current().filter(project__in=upper())
    assert {"leader", "leader_b", "principal"} == set(
        leaders.values_list("leader__username", flat=True)
    )
    assert upper().filter(lead_department__code="zj").count() >= 4
    assert Sponsorship.objects.exclude(until=None).count() == 1
    assert Sponsorship.objects.current().exclude(members=None).exists()


def test_the_count_is_of_rows(sample):
    with transaction.atomic():
        upper().filter(stage=stages.NEGOTIATING).get().delete()
        assert upper().count() == 19
        assert KeyProject.objects.roads().filter(name__startswith="百祥路").get().road.delete()
        roads = RoadWork.objects.aggregate(length=Sum("length_km"), count=Count("pk"))
        assert (Decimal(roads["length"]).quantize(Decimal("0.001")), roads["count"]) == (
            Decimal("12.900"),
            6,
        )
        transaction.set_rollback(True)


def test_the_year_2023_has_exactly_twenty_with_a_plan(sample):
    planned = PlanYear.objects.filter(year=2023, project__in=upper())
    assert planned.values("project").distinct().count() == 20
    assert upper().filter(listed_on__year=2023).count() == 20


def test_seven_roads_of_fourteen_and_a_half_kilometres(sample):
    roads = KeyProject.objects.roads()
    assert roads.count() == 7
    assert set(roads.values_list("level", flat=True)) == {"district"}
    length = RoadWork.objects.aggregate(length=Sum("length_km"))["length"]
    assert Decimal(length).quantize(Decimal("0.001")) == Decimal("14.500")
    opened = roads.filter(road__opened_km__gt=0)
    assert opened.filter(road__opened_km=F("road__length_km")).exists()
    assert opened.filter(road__opened_km__lt=F("road__length_km")).exists()
    assert set(RoadWork.objects.values_list("kind", flat=True)) == {"bottleneck", "dead_end"}


def test_owners_parks_industries_natures_and_categories(sample):
    owners = set(upper().values_list("owner__name", flat=True))
    assert {row[1] for row in REAL} <= owners
    assert set(KeyProject.objects.values_list("park__code", flat=True)) >= {"linjin", "hanfeng"}
    industries = set(upper().exclude(industry=None).values_list("industry__code", flat=True))
    assert industries == {"materials", "equipment", "food", "services", "farming"}
    assert set(upper().values_list("nature", flat=True)) == dict(choices.NATURE).keys()
    assert set(upper().values_list("category", flat=True)) == dict(choices.CATEGORY).keys()


def test_what_is_invented_is_marked(sample):
    names = set(KeyProject.objects.values_list("name", flat=True))
    assert {name for name in names if "示例" not in name} == FACTS
    assert not KeyProject.objects.filter(is_sample=False).exists()
    unmarked = KeyProject.objects.exclude(content__startswith="示例")
    assert not unmarked.exists()
    known = {row[1] for row in REAL}
    for owner in KeyProject.objects.exclude(owner_name="").values_list("owner_name", flat=True):
        assert owner in known or "示例" in owner
    for name in KeyProject.objects.values_list("contact_name", flat=True):
        assert name.startswith("示例·")
    for row in RoadWork.objects.exclude(project__name__startswith="百祥路"):
        assert "示例" in row.begins_at
        assert "示例" in row.ends_at
    assert all("示例" in name for name in Plot.objects.values_list("number", flat=True))
    assert all("示例" in name for name in Document.objects.values_list("name", flat=True))
    assert all("示例" in row.name and "示例" in row.source for row in ApprovalBase.objects.all())
    assert all("示例" in row.name for row in User.objects.filter(sponsor_visits__isnull=False))
    assert Enterprise.objects.filter(is_sample=True).count() == len(INVENTED)


# Every state


def test_every_stage_occurs(sample):
    found = Counter(KeyProject.objects.values_list("stage", flat=True))
    assert set(found) == set(stages.LABELS)
    assert found[stages.PLANNING] == 9
    assert not upper().filter(stage=stages.TERMINATED).exists()
    reached = ProjectEvent.objects.moves().values_list("to_stage", flat=True)
    assert set(reached) == set(stages.LABELS)
    kinds = set(ProjectEvent.objects.filter(action="move").values_list("data__kind", flat=True))
    assert {"forward", "back", "pause", "end"} <= kinds


def test_the_reserve_does_not_know_everything(sample):
    reserve = KeyProject.objects.reserve()
    assert reserve.filter(total_investment=None).exclude(total_investment_text="").count() >= 5
    assert Milestone.objects.filter(project__in=reserve, original_text__contains="2027年").exists()
    marks = Counter(reserve.annotate(n=Count("maturity")).values_list("n", flat=True))
    assert len(marks) >= 4


def test_every_colour_occurs_with_many_reasons(sample):
    main = lights().filter(project__in=KeyProject.objects.filter(MAIN))
    assert main.count() == 27
    assert set(main.values_list("colour", flat=True)) == COLOURS
    warned = set(main.filter(colour="yellow").values_list("dimension", flat=True))
    assert warned == dict(choices.DIMENSION).keys()
    red = set(main.filter(colour="red").values_list("dimension", flat=True))
    assert {"start", "investment", "report", "entry"} <= red
    for row in lights().select_related("project"):
        assert row.project.light == row.colour


def test_lights_were_shown_once_a_month(sample):
    days = list(LightSnapshot.objects.dates("day", "day"))
    assert len(days) == len(set((day.year, day.month) for day in days)) + 1
    assert days[-1] == TODAY
    assert days[0].year == 2023
    assert set(LightSnapshot.objects.values_list("role", flat=True)) == {"official", "comparison"}


def test_milestones_and_approvals_in_every_state(sample):
    states = {row.state(TODAY) for row in Milestone.objects.all()}
    assert states == {"met", "late", "overdue", "open", "unknown"}
    steps = ApprovalStep.objects.prefetch_related("stops")
    assert {row.state for row in steps} == {
        "todo",
        "submitted",
        "running",
        "stopped",
        "decided",
        "waived",
    }
    soon = ApprovalStep.objects.filter(valid_until__range=(TODAY, TODAY + timedelta(days=60)))
    assert soon.exists()
    assert not ApprovalItem.objects.filter(authority=None).exists()


def test_the_base_of_compression_is_named(sample):
    base = ApprovalBase.objects.get(is_default=True)
    assert base.days.count() == ApprovalItem.objects.count()
    steps = ApprovalStep.objects.required().select_related("item", "project")
    found = permitting.compression(
        list(steps.prefetch_related("stops")), base, current_calendar(), TODAY
    )
    assert 0.3 < found.actual < 0.45
    assert found.in_time < found.judged
    assert found.end_to_end


def test_changes_of_dates_wait_for_the_office_and_for_a_leader(sample):
    assert set(DateChange.objects.values_list("status", flat=True)) == set(DateChange.Status.values)
    for username in ("planner", "leader"):
        user = User.objects.get(username=username)
        assert DateChange.objects.waiting_for(user).exists()
    assert DateChange.objects.filter(late=True, status="approved").exists()
    assert Milestone.objects.filter(missed=True).exists()


# Reports


def test_three_years_of_reports(sample):
    counted = ProgressReport.objects.filter(counts=True)
    months = counted.dates("month", "month")
    assert (months[0], list(months)[-1]) == (date(2023, 1, 1), LAST)
    assert len(months) == 46
    assert not counted.filter(verified_by=F("reported_by")).exists()
    assert not counted.filter(locked_at=None).exists()
    assert counted.filter(late_days__gt=0).exists()
    assert not counted.filter(reported_at__gt=F("verified_at")).exists()
    winter, autumn = (
        counted.filter(month__month__in=of).aggregate(s=Sum("month_invested"))["s"]
        for of in ([1, 2], [9, 10])
    )
    assert winter * 2 < autumn


def test_a_projects_reports_add_up(sample):
    for project in KeyProject.objects.filter(stage__in=stages.STARTED_OR_LATER):
        reports = project.reports.filter(counts=True).order_by("month")
        total = sum((row.month_invested or 0) for row in reports)
        total += project.carried_investment or 0
        assert 0 < total <= project.total_investment * Decimal("1.25"), project.name
        percents = [row.physical_percent for row in reports]
        falls = sum(late < early for early, late in zip(percents, percents[1:], strict=False))
        assert falls == (1 if project.name.startswith("临津产业园污水") else 0), project.name
        if project.stage in stages.COMPLETED:
            assert abs(total / project.total_investment - 1) < Decimal("0.03")


def test_the_newest_month_is_under_way(sample):
    newest = Counter(ProgressReport.objects.of_month(LAST).values_list("status", flat=True))
    assert newest["locked"] > 10
    assert newest["submitted"] >= 3
    assert newest["draft"] == newest["returned"] == 1
    assert ProgressReport.objects.get(month=LAST, status="returned").return_reason
    owing = KeyProject.objects.owing_reports().values_list("pk", flat=True)
    missing = reporting.missing_months(owing, TODAY)
    assert sorted(map(len, missing.values())) == [1, 1, 1, 2]
    second = ProgressReport.objects.filter(version=2)
    assert set(second.values_list("status", flat=True)) == {"locked", "submitted"}
    assert not second.filter(correction_reason="").exists()


def test_what_strikes_the_eye_is_explained(sample):
    recent = ProgressReport.objects.filter(month__gte=shifted(LAST, -2))
    seen = {code for row in recent for code in row.oddities}
    assert {"unstarted", "stalled", "falling", "over_plan", "over_total", "gap"} <= seen
    for row in ProgressReport.objects.all():
        if set(row.oddities) - {"over_plan"}:
            assert row.explanation, (row.project.name, row.month)


def test_older_reports_say_the_oddities_the_portal_finds(sample):
    month = date(2025, 12, 1)
    built = KeyProject.objects.filter(
        stage=stages.BUILDING, milestones__code="start", milestones__actual_on__lt=month
    )
    rows = ProgressReport.objects.filter(month=month, project__in=built).select_related("project")
    assert rows.count() > 10
    for row in rows:
        assert reporting.oddities_of(row) == row.oddities, row.project.name


def test_a_plan_was_revised(sample):
    second = PlanYear.objects.get(revision=2)
    first = PlanYear.objects.get(project=second.project, year=second.year, revision=1)
    assert second.annual_plan < first.annual_plan
    assert second.reason
    for row in PlanYear.objects.exclude(annual_plan=None):
        assert len(row.cumulative) == 12
        assert Decimal(row.cumulative[-1]) == row.annual_plan


# Visits, issues, messages, files


def test_visits_are_due_and_problems_went_into_the_loop(sample):
    for username in ("leader", "leader_b", "principal"):
        leader = User.objects.get(username=username)
        assert visiting.visits_due(leader, TODAY)
        assert 4 <= SponsorVisit.objects.filter(leader=leader).count() <= 25
    raised = Issue.objects.exclude(visit=None)
    assert Counter(raised.values_list("status", flat=True)) == {
        "closed": 1,
        "in_progress": 1,
        "assigned": 1,
    }
    assert not raised.filter(project=None).exists()


def test_nobody_is_mailed_about_the_past(sample):
    own = Message.objects.filter(kind__startswith="projects.")
    assert not Delivery.objects.filter(message__in=own).queued().exists()
    assert own.unread().exists()
    assert not own.unread().filter(created_at__lt=ANCHOR - timedelta(days=8)).exists()


def test_few_files_are_stored(sample):
    assert 0 < sum(path.is_file() for path in sample.rglob("*")) <= 30
    assert Document.objects.count() > 30
    paper = Document.objects.filter(kind="contract").first()
    assert paper.file.read().startswith(b"%PDF-")


def test_plots_of_both_parks_keep_their_history(sample):
    assert set(Plot.objects.values_list("park__code", flat=True)) == {"linjin", "hanfeng"}
    assert PlotUse.objects.exclude(until=None).exists()
    assert Plot.objects.filter(uses=None).exists()


def test_overrides_say_what_was_missing(sample):
    rows = ProjectEvent.objects.filter(action="move", data__override=True)
    assert [(row.data["missing"], bool(row.data["reason"])) for row in rows] == [
        (["上传施工合同"], True)
    ]


# Any day


@pytest.mark.django_db
@pytest.mark.parametrize("anchor", ANCHORS, ids=lambda anchor: f"{anchor:%Y-%m-%d}")
def test_any_day_is_a_good_day(anchor, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    since = Almanac(current_calendar(), anchor).back(2)
    load.load(anchor=anchor, choose=lambda story: False, since=since)
    assert upper().count() == 20
    assert set(KeyProject.objects.values_list("stage", flat=True)) == set(stages.LABELS)
    main = lights(anchor.date()).filter(project__in=KeyProject.objects.filter(MAIN))
    assert set(main.values_list("colour", flat=True)) == COLOURS
    # Reports of a few months only leave the year's investment behind, so each dimension is asked.
    judged = [pair for row in main for pair in row.inputs["all"].items()]
    worse = {dimension for dimension, found in judged if found["colour"] != "green"}
    assert worse >= dict(choices.DIMENSION).keys() - {"investment"}
    assert ProjectEvent.objects.latest("at").at <= anchor
    assert DateChange.objects.pending().count() == 3
    statuses = set(ProgressReport.objects.values_list("status", flat=True))
    assert {"draft", "submitted", "returned", "locked"} <= statuses
