"""The sample data: loaded once for most tests; every story ends where it is meant to."""

from datetime import datetime, timedelta
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import override_settings

from accounts.models import User
from directory.models import Enterprise
from directory.uscc import is_valid
from hangu.sample import load
from hangu.sample.places import INVENTED, REAL
from hangu.sample.signins import DEFAULT_PASSWORD, SIGN_INS
from hangu.sample.stories import all_stories
from hangu.sample.timeline import Days
from hangu.sample.topics import read_topics
from investment.models import Deal, Trip
from issues.models import Application, Issue, IssueEvent, Notice, PlannedReminder, Rating
from issues.workflow import STATUSES, STEPS, WORKING
from notifications.models import Delivery, Message
from projects.models import KeyProject, ProgressReport
from worktime import clock
from worktime.services import current_calendar

SHANGHAI = ZoneInfo("Asia/Shanghai")
ANCHOR = datetime(2026, 3, 12, 9, 30, tzinfo=SHANGHAI)
# In Spring Festival; on a Sunday of the autumn holidays; on a make-up Saturday before opening;
# before and after a turn of the year that is not announced; at closing time.
ANCHORS = [
    datetime(2026, 2, 20, 10, 0, tzinfo=SHANGHAI),
    datetime(2026, 10, 4, 23, 59, tzinfo=SHANGHAI),
    datetime(2026, 2, 28, 8, 0, tzinfo=SHANGHAI),
    datetime(2026, 12, 30, 10, 0, tzinfo=SHANGHAI),
    datetime(2027, 1, 6, 17, 30, tzinfo=SHANGHAI),
]
# Told at every anchor: those whose state hangs most on its date.
DELICATE = {
    "odour",
    "storm_flood",
    "steam_pressure",
    "dust_site",
    "truck_permit",
    "energy_review",
    "label_rules",
    "land_certificate",
    "water_pipe_size",
    "social_security",
    "power_dips",
}


def run(*arguments, **options):
    out = StringIO()
    call_command("load_sample", *arguments, stdout=out, skip_checks=True, **options)
    return out.getvalue()


@pytest.fixture(scope="module")
def sample(django_db_setup, django_db_blocker, tmp_path_factory):
    """What the command said; its rows are gone when this module ends."""
    settings = {
        "DEBUG": True,
        "SAMPLE_PASSWORD": "",
        "MEDIA_ROOT": tmp_path_factory.mktemp("media"),
    }
    with django_db_blocker.unblock(), time_machine.travel(ANCHOR, tick=False):
        with transaction.atomic(), override_settings(**settings):
            yield run("--as-of", ANCHOR.isoformat())
            transaction.set_rollback(True)


def stories():
    return all_stories(read_topics(), load.limits_at(ANCHOR))


def told():
    """The stories' issues: those raised on a leader's visit belong to the key projects."""
    return Issue.objects.filter(visit=None)


def test_each_part_is_told_in_one_line(sample):
    assert len(sample.splitlines()) == 6
    assert f"重点项目{KeyProject.objects.count()}个" in sample
    assert f"月报{ProgressReport.objects.count()}份" in sample
    assert f"招商活动{Trip.objects.count()}次" in sample
    assert f"签约项目{Deal.objects.count()}个" in sample
    assert f"诉求{len(stories())}件" in sample


def test_every_status_occurs(sample):
    assert set(Issue.objects.values_list("status", flat=True)) == set(STATUSES)
    assert Issue.objects.filter(is_sample=True).count() == Issue.objects.count()
    assert told().count() == len(stories())


def test_every_story_ends_as_written(sample):
    found = {}
    for issue in told():
        found.setdefault((issue.title, issue.enterprise_name), []).append(issue.status)
    topics, names = read_topics(), {row[0]: row[1] for row in [*REAL, *INVENTED]}
    meant = {}
    for story in stories():
        key = topics[story.topic].title, names.get(story.enterprise, story.enterprise)
        meant.setdefault(key, []).append(story.status)
    assert {key: sorted(of) for key, of in found.items()} == {
        key: sorted(of) for key, of in meant.items()
    }


def test_every_step_of_the_table_was_taken(sample):
    taken = set(IssueEvent.objects.values_list("action", flat=True))
    assert set(STEPS) - taken == {"recalculate", "import", "withdraw_notice"}


def test_no_step_lies_after_the_anchor_or_outside_working_time(sample):
    calendar = current_calendar()
    moments = list(IssueEvent.objects.values_list("at", flat=True))
    assert max(moments) <= ANCHOR
    assert [at for at in moments if clock.next_working_moment(calendar, at) != at] == []


def test_the_history_names_the_enterprise_that_asked(sample):
    for event in IssueEvent.objects.filter(action="submit").select_related("issue"):
        assert event.data["enterprise"] == event.issue.enterprise_name


def test_applications_and_ratings_of_every_kind(sample):
    kinds = set(Application.objects.values_list("kind", "status"))
    for kind in ("return", "extension", "tracking"):
        assert {(kind, "pending"), (kind, "approved"), (kind, "denied")} <= kinds
    second = Application.objects.get(kind="extension", ordinal=2, status="pending")
    leader = User.objects.get(username="leader")
    assert second.issue in Issue.objects.waiting_for(leader, ANCHOR)
    assert set(Rating.objects.values_list("rating", flat=True)) == {
        "satisfied",
        "basically_satisfied",
        "dissatisfied",
        "not_rated",
    }


def test_the_ladder_has_spoken(sample):
    calendar = current_calendar()
    late = [
        clock.workdays_left(calendar, ANCHOR, issue.unit_due_at)
        for issue in Issue.objects.overdue(ANCHOR)
    ]
    assert {-1, -3, -6} <= set(late)
    assert set(Notice.objects.values_list("colour", flat=True)) == {
        "blue",
        "yellow",
        "orange",
        "red",
    }
    serials = Notice.objects.filter(year=2026).values_list("serial", flat=True)
    assert sorted(serials) == list(range(1, len(serials) + 1))
    assert not PlannedReminder.objects.due(ANCHOR).exists()


def test_nobody_is_mailed_about_the_past(sample):
    assert Delivery.objects.exists()
    assert not Delivery.objects.queued().exists()
    old = ANCHOR - timedelta(days=7)
    assert not Message.objects.unread().filter(created_at__lt=old).exists()
    assert Message.objects.unread().exists()


@pytest.mark.parametrize("username", [username for username, _label in SIGN_INS])
def test_the_sign_ins_open(sample, rf, username):
    user = authenticate(rf.post("/login/"), username=username, password=DEFAULT_PASSWORD)
    assert user is not None
    assert user.username == username
    assert user.is_staff == (username in ("security", "administrator"))


def test_each_role_finds_its_work(sample):
    for username in ("coordinator", "handler_zj", "head_zj", "handler_zr", "leader", "enterprise"):
        user = User.objects.get(username=username)
        assert Issue.objects.waiting_for(user, ANCHOR).exists(), username


def test_invented_enterprises_are_marked_and_formally_sound(sample):
    invented = Enterprise.objects.filter(is_sample=True)
    assert invented.count() == 18
    assert all("示例" in row.name and is_valid(row.uscc) for row in invented)
    assert Enterprise.objects.filter(is_sample=False).count() == 3
    assert not Enterprise.objects.filter(is_sample=False, uscc__isnull=False).exists()


def test_a_second_run_changes_nothing(sample):
    before = [model.objects.count() for model in (User, Issue, IssueEvent, Message)]
    assert len(run().splitlines()) == 1
    assert [model.objects.count() for model in (User, Issue, IssueEvent, Message)] == before


@pytest.mark.django_db
@pytest.mark.parametrize("anchor", ANCHORS, ids=lambda anchor: f"{anchor:%Y-%m-%d}")
def test_any_day_is_a_good_day(anchor):
    load.load(anchor=anchor, choose=lambda story: story.topic in DELICATE, projects=False)
    meant = [story.status for story in stories() if story.topic in DELICATE]
    assert sorted(Issue.objects.values_list("status", flat=True)) == sorted(meant)
    assert IssueEvent.objects.latest("at").at <= anchor
    late = Issue.objects.overdue(anchor).values_list("title", flat=True)
    topics = read_topics()
    assert {topics[key].title for key in ("odour", "storm_flood", "land_certificate")} <= set(late)
    assert topics["steam_pressure"].title not in late
    assert Issue.objects.filter(status__in=WORKING, unit_due_at__gt=anchor).count() >= 6


@pytest.mark.parametrize(
    ("anchor", "day"),
    [
        (datetime(2026, 3, 12, 17, 30, tzinfo=SHANGHAI), "2026-03-11"),
        (datetime(2026, 3, 12, 17, 31, tzinfo=SHANGHAI), "2026-03-12"),
        (datetime(2026, 3, 15, 12, 0, tzinfo=SHANGHAI), "2026-03-13"),
    ],
)
@pytest.mark.django_db
def test_the_last_day_is_one_that_is_over(anchor, day):
    days = Days(current_calendar(), anchor)
    assert days.date(0).isoformat() == day
    assert days.date(-1) > anchor.date() - timedelta(days=1)
    assert list(days.openings(0))[-1] <= anchor


@pytest.mark.django_db
def test_refused_without_debug_and_password(settings):
    settings.DEBUG, settings.SAMPLE_PASSWORD = False, ""
    with pytest.raises(CommandError, match="SAMPLE_PASSWORD"):
        run()
    assert not User.objects.exists()


@pytest.mark.django_db
def test_an_account_that_exists_is_never_taken_over(settings):
    settings.SAMPLE_PASSWORD = DEFAULT_PASSWORD
    User.objects.create_user("administrator", password="known-to-its-owner-only")
    with pytest.raises(CommandError, match="administrator"):
        run()
    assert not Enterprise.objects.exists()
    assert User.objects.get().check_password("known-to-its-owner-only")


@pytest.mark.django_db
def test_the_password_of_the_environment_counts(settings, rf):
    settings.SAMPLE_PASSWORD = "another-password-42"
    load.load(anchor=ANCHOR, choose=lambda story: story.topic == "customs_help", projects=False)
    found = {
        word: authenticate(rf.post("/login/"), username="leader", password=word)
        for word in (DEFAULT_PASSWORD, "another-password-42")
    }
    assert found[DEFAULT_PASSWORD] is None
    assert found["another-password-42"].username == "leader"


@pytest.mark.django_db
def test_a_wrong_time_is_refused(settings):
    settings.SAMPLE_PASSWORD = DEFAULT_PASSWORD
    with pytest.raises(CommandError, match="tomorrow"):
        run("--as-of", "tomorrow")


@pytest.mark.django_db
def test_a_start_goes_on_without_the_sample_where_it_is_not_wanted(person):
    with override_settings(DEBUG=False, SAMPLE_PASSWORD=""):
        assert "SAMPLE_PASSWORD" in run("--if-empty")
    person("somebody", "handler")
    with override_settings(DEBUG=True):
        run("--if-empty")
    assert not Issue.objects.exists()
    assert User.objects.count() == 1
