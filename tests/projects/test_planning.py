"""Three dates of one milestone and their changes."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from ledgers.dates import Day
from projects import planning
from projects.errors import Conflict
from projects.gates import EVIDENCED
from projects.models import DateChange, KeyProject, Milestone
from tests.projects.works import at, fresh

FINISH = date(2026, 9, 30)
LATER = date(2026, 12, 31)
MARCH = date(2026, 3, 12)


@pytest.fixture
def listed(works):
    """On the municipal list since January, sponsored, to start in June and finish in September."""
    project = works.project(
        "preparing",
        listed_on=date(2026, 1, 20),
        days={"start": (date(2026, 6, 1), None), "finish": (FINISH, None)},
    )
    works.sponsor(project, "sponsor")
    return fresh(project)


def refused(error, call):
    with pytest.raises(error) as caught, transaction.atomic():
        call()
    return caught.value


def fields(call):
    return sorted(refused(ValidationError, call).message_dict)


def dates(project, code):
    row = project.milestones.get(code=code)
    return row.original_on, row.current_on, row.actual_on


def test_before_the_list_a_plan_is_corrected_and_stays_one_date(works):
    project = works.project()
    works.planned(project, finish=FINISH)
    works.planned(project, finish=LATER)
    assert dates(project, "finish") == (LATER, LATER, None)
    works.planned(project, finish="")
    assert dates(project, "finish") == (None, None, None)


def test_on_the_list_a_standing_date_is_frozen_and_an_empty_one_may_be_filled(works, listed):
    assert fields(lambda: works.planned(listed, finish=LATER)) == ["finish"]
    assert fields(lambda: works.planned(listed, finish="")) == ["finish"]
    assert fields(lambda: works.planned(listed, land=MARCH, finish=LATER)) == ["finish"]
    assert not listed.milestones.filter(code="land").exists()  # nothing of a refused form is kept
    works.planned(listed, operation="2026年底", land=MARCH)
    works.planned(listed, operation=LATER)
    assert dates(listed, "operation") == (LATER, LATER, None)
    assert works.planned(listed, finish=FINISH) == []  # the same date is no change


def test_an_approved_change_moves_the_current_date_alone(works, listed):
    wanted = works.ask(listed, "finish", new_on=LATER)
    assert dates(listed, "finish") == (FINISH, FINISH, None)
    works.decide(wanted, by="sponsor")
    assert dates(listed, "finish") == (FINISH, LATER, None)
    works.now = at(2026, 12, 20)
    works.actual(listed, "start", date(2026, 7, 1))
    works.actual(listed, "finish", date(2026, 12, 18))
    assert dates(listed, "finish") == (FINISH, LATER, date(2026, 12, 18))
    wanted = fresh(wanted)
    assert (wanted.old_on, wanted.new_on, wanted.decided_by.username) == (FINISH, LATER, "sponsor")
    assert (wanted.reason_code, wanted.reason) == ("land", "征地尚未完成。")
    said = listed.events.get(action="request_change").data
    assert (said["old_on"], said["new_on"]) == ("2026-09-30", "2026-12-31")
    # Asked for in time and kept: the promise is kept.
    assert listed.milestones.get(code="finish").state(date(2026, 12, 20)) == "met"


def test_what_was_asked_for_too_late_is_late_for_good(works, listed):
    moment = at(2026, 10, 1)
    works.decide(works.ask(listed, "finish", new_on=LATER, now=moment), by="sponsor", now=moment)
    assert listed.milestones.get(code="finish").state(moment.date()) == "open"
    works.actual(listed, "finish", date(2026, 11, 1), now=at(2026, 11, 2))
    assert listed.milestones.get(code="finish").state(date(2026, 11, 2)) == "late"


def test_the_record_keeps_the_reason_and_the_opinion(works, listed):
    wanted = works.ask(listed, "finish", new_on=LATER)
    works.decide(wanted, "deny", by="sponsor", reason=" 须按期完成。 ")
    said = listed.events.get(action="decide_change").data
    assert (said["reason"], said["opinion"]) == ("征地尚未完成。", "须按期完成。")
    assert said["decision"] == "deny"


@pytest.mark.parametrize(("asked", "late"), [(FINISH, False), (FINISH + timedelta(days=1), True)])
def test_a_change_is_asked_for_before_the_date_passes(works, listed, asked, late):
    moment = at(asked.year, asked.month, asked.day, 23)
    wanted = works.ask(listed, "finish", new_on=LATER, now=moment)
    assert wanted.late is late
    works.decide(wanted, by="sponsor", now=moment)
    assert listed.milestones.get(code="finish").missed is late
    again = works.ask(listed, "finish", new_on=LATER + timedelta(days=9), now=moment)
    assert not again.late
    works.decide(again, by="sponsor", now=moment)
    assert listed.milestones.get(code="finish").missed is late  # once missed, missed for good


def test_a_denied_change_changes_nothing(works, listed):
    moment = at(2026, 10, 9)
    wanted = works.ask(listed, "finish", new_on=LATER, now=moment)
    assert fields(lambda: works.decide(wanted, "deny", by="sponsor", now=moment)) == ["reason"]
    assert fields(lambda: works.decide(wanted, "deny", by="sponsor", reason=" ", now=moment)) == [
        "reason"
    ]
    works.decide(wanted, "deny", by="sponsor", reason="须按期完成。", now=moment)
    row = listed.milestones.get(code="finish")
    assert (row.current_on, row.missed) == (FINISH, False)
    assert fresh(wanted).decision_reason == "须按期完成。"
    conflict = refused(Conflict, lambda: works.decide(wanted, by="sponsor", now=moment))
    assert conflict.code == "decided"


DECIDER = [
    ("province", "start", True),
    ("city", "finish", True),
    ("city", "operation", True),
    ("city", "topping", False),
    ("city", "capacity", False),
    ("district", "finish", False),
    ("", "finish", False),
]


@pytest.mark.parametrize(("level", "code", "leaders"), DECIDER)
def test_the_sponsor_decides_what_was_promised_upwards_the_office_the_rest(
    works, listed, level, code, leaders
):
    KeyProject.objects.filter(pk=listed.pk).update(level=level)
    if not listed.milestones.filter(code=code).exists():
        works.planned(listed, **{code: LATER})
    standing = listed.milestones.get(code=code).current_on
    wanted = works.ask(listed, code, new_on=standing + timedelta(days=40))
    assert wanted.by_leader is leaders
    inboxes = {"sponsor": wanted.by_leader, "planner": not wanted.by_leader, "leader": False}
    for name, mine in inboxes.items():
        assert DateChange.objects.waiting_for(works.people[name]).exists() is mine
    right, wrong = ("sponsor", "planner") if leaders else ("planner", "sponsor")
    refused(PermissionDenied, lambda: works.decide(wanted, by=wrong))
    refused(PermissionDenied, lambda: works.decide(wanted, by="leader"))
    assert works.decide(wanted, by=right).status == "approved"


def test_without_a_sponsor_the_office_decides(works):
    project = works.project("preparing", days={"finish": (FINISH, None)})
    wanted = works.ask(project, "finish", new_on=LATER)
    assert not wanted.by_leader
    works.decide(wanted)


def test_nobody_decides_his_own_request(works, listed):
    works.planned(listed, topping=FINISH)
    wanted = works.ask(listed, "topping", new_on=LATER, by="planner")
    assert not DateChange.objects.waiting_for(works.people["planner"]).exists()
    refused(PermissionDenied, lambda: works.decide(wanted, by="planner"))
    with pytest.raises(IntegrityError), transaction.atomic():
        DateChange.objects.filter(pk=wanted.pk).update(decided_by=wanted.applicant)
    works.decide(wanted, by="second_planner")


def test_one_request_at_a_time(works, listed):
    wanted = works.ask(listed, "finish", new_on=LATER)
    conflict = refused(Conflict, lambda: works.ask(listed, "finish", new_on=date(2027, 1, 1)))
    assert conflict.code == "pending"
    twin = fresh(wanted)
    twin.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save(force_insert=True)
    works.ask(listed, "start", new_on=date(2026, 7, 1))  # another milestone's may wait beside it
    works.decide(wanted, by="sponsor")
    works.ask(listed, "finish", new_on=date(2027, 1, 1))


def test_what_cannot_be_asked(works, listed):
    works.planned(listed, operation="2027年")
    met = works.project("preparing", days={"land": (MARCH, MARCH)})
    asks = {
        "no_date": lambda: works.ask(listed, "operation", new_on=LATER),
        "met": lambda: works.ask(met, "land", new_on=LATER),
    }
    for code, call in asks.items():
        assert refused(Conflict, call).code == code
    assert fields(lambda: works.ask(listed, "finish", new_on=FINISH)) == ["new_on"]


def test_a_day_that_has_passed_cannot_be_asked_for(works, listed):
    step = works.step(listed, "fire", original_target=date(2026, 4, 1))
    late = works.project("building", days={"finish": (date(2026, 2, 1), None)})
    asks = {
        "step": lambda day: works.ask(listed, step=step, new_on=day),
        "early": lambda day: works.ask(late, "finish", new_on=day),
    }
    for ask in asks.values():
        assert fields(lambda ask=ask: ask(MARCH - timedelta(days=1))) == ["new_on"]
        assert ask(MARCH).new_on == MARCH
    # Half past midnight is today in the district and yesterday in Greenwich.
    midnight = at(2026, 3, 13, 0).replace(minute=30)
    works.planned(listed, topping=FINISH)
    assert fields(lambda: works.ask(listed, "topping", new_on=MARCH, now=midnight)) == ["new_on"]


START = date(2026, 6, 1)
ORDERS = [
    ("finish", START - timedelta(days=1), False),
    ("finish", START, True),
    ("operation", START - timedelta(days=1), False),
    ("operation", START, True),
    ("capacity", START - timedelta(days=1), False),
    ("capacity", START, True),
    ("start", FINISH, True),
    ("start", FINISH + timedelta(days=1), False),
    ("topping", START - timedelta(days=1), True),  # no pair
]


@pytest.mark.parametrize(("code", "day", "stands"), ORDERS)
def test_a_day_that_breaks_the_order_cannot_be_asked_for(works, listed, code, day, stands):
    """To start on 1 June; finish, operation, capacity and topping on 30 September."""
    works.planned(listed, operation=FINISH, capacity=FINISH, topping=FINISH)
    rows = KeyProject.objects.prefetch_related("milestones").get(pk=listed.pk).milestones.all()
    row = next(row for row in rows if row.code == code)
    given = {"milestone": row, "new_on": day, "reason_code": "land", "reason": "征地。"}

    def ask():
        return works.deed(planning.request_change, listed, by="handler", **given)

    before = row.current_on
    if stands:
        assert ask().status == "pending"
    else:
        assert fields(ask) == ["new_on"]
    assert row.current_on == before  # what is shown beside the form is what stands
    assert listed.date_changes.count() == stands


def test_what_has_changed_since_it_was_asked_for_is_refused_and_stays_pending(works, listed):
    wanted = works.ask(listed, "finish", new_on=date(2026, 7, 1))
    works.decide(works.ask(listed, "start", new_on=date(2026, 8, 1)), by="sponsor")
    assert fields(lambda: works.decide(wanted, by="sponsor")) == ["decision"]
    assert fresh(wanted).status == "pending"
    assert dates(listed, "finish") == (FINISH, FINISH, None)
    works.decide(wanted, "deny", by="sponsor", reason="早于开工。")


def test_the_target_of_an_approval_changes_the_same_way(works, listed):
    step = works.step(listed, "fire", original_target=date(2026, 4, 1))
    assert (step.original_target, step.current_target) == (date(2026, 4, 1), date(2026, 4, 1))
    wanted = works.ask(listed, step=step, new_on=date(2026, 5, 6))
    assert not wanted.by_leader
    works.decide(wanted)
    step = fresh(step)
    assert (step.original_target, step.current_target) == (date(2026, 4, 1), date(2026, 5, 6))
    works.step(listed, "fire", doc_no="唐消审〔2026〕1号")
    assert fresh(step).current_target == date(2026, 5, 6)


def test_an_actual_date_is_not_in_the_future_and_not_before_the_start(works, listed):
    tomorrow = works.today + timedelta(days=1)
    assert fields(lambda: works.actual(listed, "start", tomorrow)) == ["actual_on"]
    works.actual(listed, "start", works.today)
    before = works.today - timedelta(days=1)
    for code in ("finish", "operation", "capacity"):
        assert fields(lambda code=code: works.actual(listed, code, before)) == ["actual_on"]
    works.actual(listed, "finish", works.today)
    early = fields(lambda: works.planned(listed, operation=date(2026, 5, 31)))
    assert early == ["operation"]


def test_the_last_moment_of_a_day_in_the_district_is_still_that_day(works, listed):
    """23:30 in the district is 15:30 in Greenwich; half past midnight is the day before there."""
    midnight = at(2026, 3, 13, 0).replace(minute=30)
    row = works.actual(listed, "land", date(2026, 3, 13), now=midnight)
    assert row.actual_on == date(2026, 3, 13)


@pytest.mark.parametrize("code", ["start", "finish", "operation", "capacity", "land", "topping"])
def test_evidence_is_obligatory_where_practice_asks_for_it(works, code):
    project = works.project("building")
    if code in EVIDENCED:
        assert fields(lambda: works.actual(project, code, files=())) == ["attachments"]
        works.actual(project, code)
        assert project.documents.get().milestone.code == code
    row = works.actual(project, code, works.today - timedelta(days=1), files=())
    assert row.actual_on == works.today - timedelta(days=1)
    assert {"start", "finish", "operation", "capacity"} == EVIDENCED


def test_unknown_days_keep_their_words_and_get_no_day(works):
    words = {"finish": ("2027年三季度", None), "start": (None, "2025年下半年")}
    project = works.project("building", days=words)
    finish, start = (project.milestones.get(code=code) for code in ("finish", "start"))
    assert (finish.original_on, finish.current_on) == (None, None)
    assert finish.original_text == finish.current_text == "2027年三季度"
    assert (start.actual_on, start.actual_text) == (None, "2025年下半年")
    assert start.is_met
    assert not finish.is_met
    assert (start.state(MARCH), finish.state(MARCH)) == ("done", "unknown")
    works.actual(project, "start", date(2025, 9, 1))
    assert fresh(start).actual_text == ""


def test_a_milestone_has_a_day_or_words_and_is_there_once(works, listed):
    row = listed.milestones.get(code="finish")
    for name in ("original", "current"):
        with pytest.raises(IntegrityError), transaction.atomic():
            Milestone.objects.filter(pk=row.pk).update(**{f"{name}_text": "年底"})
    row.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)


@pytest.mark.parametrize(
    ("original", "current", "actual", "state"),
    [
        (FINISH, FINISH, FINISH, "met"),
        (FINISH, FINISH, FINISH + timedelta(days=1), "late"),
        (FINISH, LATER, FINISH + timedelta(days=1), "met"),
        (FINISH, LATER, LATER, "met"),
        (FINISH, LATER, LATER + timedelta(days=1), "late"),
        (LATER, FINISH, FINISH + timedelta(days=1), "late"),
        (FINISH, None, FINISH + timedelta(days=1), "late"),
        (None, None, FINISH, "done"),
        (FINISH, FINISH, None, "open"),
        (MARCH, MARCH, None, "open"),
        (MARCH - timedelta(days=1), MARCH - timedelta(days=1), None, "overdue"),
        (MARCH - timedelta(days=1), FINISH, None, "open"),
        (None, None, None, "unknown"),
    ],
)
def test_the_state_of_a_milestone(original, current, actual, state):
    row = Milestone(original_on=original, current_on=current, actual_on=actual)
    assert row.state(MARCH) == state
    row.missed = True
    assert row.state(MARCH) == ("late" if actual else state)


def test_saving_milestones_needs_the_day_as_read(works, listed):
    changed = works.deed(
        planning.save_milestones, listed, planned={"equipment": Day(None, "明年春")}
    )
    assert changed == ["equipment"]
    assert listed.milestones.get(code="equipment").current_text == "明年春"
