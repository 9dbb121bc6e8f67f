"""A reminder that cannot be written silences none of the others, and is not silent itself."""

import pytest

from notifications.models import Message, TimerRun
from projects import reminders, tasks
from tests.projects.test_reminders import DEPARTMENT, OFFICE, paused, to_finish, to_report, told
from tests.projects.works import at


@pytest.fixture
def breaks(monkeypatch):
    """breaks(project): telling about it fails, until breaks(None)."""
    real, broken = reminders.telling.tell, []

    def tell(kind, project, *given, **data):
        if project.pk in broken:
            raise ZeroDivisionError(project.number)
        return real(kind, project, *given, **data)

    monkeypatch.setattr(reminders.telling, "tell", tell)
    return lambda project: broken.append(project.pk) if project else broken.clear()


def test_one_that_fails_leaves_the_others_told(works, breaks):
    """Each message is a transaction of its own, and what failed is said at the end, all of it."""
    first, second, worst = to_report(works), to_report(works), to_finish(works)
    paused(works)
    for project in (first, worst):
        breaks(project)
    with pytest.raises(ExceptionGroup) as caught:
        reminders.sweep(at(2026, 3, 10))
    failed = sorted(str(error) for error in caught.value.exceptions)
    # Late with January, with February, and near its finish.
    assert failed == [first.number] + [worst.number] * 3
    assert {type(error) for error in caught.value.exceptions} == {ZeroDivisionError}
    assert told("report_late") == sorted(DEPARTMENT)
    assert told("pause_review") == sorted([*DEPARTMENT, *OFFICE])
    assert Message.objects.filter(data__project=second.number).count() == 2
    breaks(None)
    # 2 months of one, 1 of the other, its finish, each to two people; the rest was said.
    assert reminders.sweep(at(2026, 3, 10)) == {
        "reports": 6,
        "documents": 0,
        "pauses": 0,
        "milestones": 2,
        "visits": 0,
    }
    assert told("report_late") == sorted(DEPARTMENT * 4)


def test_a_kind_that_fails_as_a_whole_leaves_the_others_told(works, monkeypatch):
    paused(works)
    to_finish(works)

    def fails(*given):
        raise ZeroDivisionError

    monkeypatch.setattr(reminders.reporting, "missing_months", fails)
    with pytest.raises(ExceptionGroup) as caught:
        reminders.sweep(at(2026, 3, 10))
    assert len(caught.value.exceptions) == 1
    assert told("pause_review") == sorted([*DEPARTMENT, *OFFICE])
    assert told("milestone_due") == DEPARTMENT


def test_the_task_that_failed_in_part_is_seen_to_have_failed(works, breaks, frozen):
    frozen.move_to(at(2026, 3, 10))
    to_report(works)
    breaks(to_report(works))
    with pytest.raises(ExceptionGroup):
        tasks.sweep_projects()
    assert TimerRun.objects.get().ok is False
    assert told("report_late") == DEPARTMENT
