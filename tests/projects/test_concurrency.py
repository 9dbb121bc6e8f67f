"""Two people at once on one project: one wins, the other sees why not. Real connections."""

from datetime import date

import pytest

from projects import reporting
from projects.errors import Conflict
from projects.models import DateChange, KeyProject, ProgressReport
from tests.issues.test_concurrency import at_once
from tests.projects.works import at, fresh, wan

pytestmark = pytest.mark.django_db(transaction=True)
FEBRUARY, FINISH = date(2026, 2, 1), date(2026, 9, 1)


def sorted_out(answers, kind):
    won = [answer for answer in answers if isinstance(answer, kind)]
    lost = [answer for answer in answers if isinstance(answer, Conflict)]
    assert len(won) + len(lost) == len(answers), answers
    return won, lost


def test_two_moves_of_one_version_are_one(works):
    project = works.project("building")
    back = {"reason": "退回。", "version": project.version}
    answers = at_once(
        lambda: works.move(project, "preparing", **back),
        lambda: works.move(project, "started", by="second_planner", **back),
        lambda: works.pause(project, version=project.version),
    )
    (won,), lost = sorted_out(answers, KeyProject)
    assert {error.code for error in lost} == {"version"}
    project = fresh(project)
    assert (project.stage, project.version, project.events.count()) == (won.stage, 2, 2)


def test_a_report_sent_and_verified_at_once_is_sent_and_verified_once(works):
    project = works.project("building", now=at(2026, 1, 5))
    answers = at_once(
        *[
            lambda by=by: works.draft(project, FEBRUARY, wan(1), by=by, send=True)
            for by in ("handler", "head", "handler")
        ]
    )
    (row,), _lost = sorted_out(answers, ProgressReport)
    answers = at_once(
        lambda: works.verify(row),
        lambda: works.verify(row, by="second_planner"),
        lambda: works.send_back(row),
    )
    won, lost = sorted_out(answers, ProgressReport)
    assert (len(won), len(lost)) == (1, 2)
    assert project.reports.get().status in ("verified", "returned")


def test_what_may_be_begun_once_is_begun_once(works):
    """Projects by their number, a correction of a month, a request for a milestone's date."""
    answers = at_once(*[works.project for _ in range(4)])
    assert {project.number for project in answers} == {f"HG-2026-00{n}" for n in range(1, 5)}

    project = works.project("building", now=at(2026, 1, 5), days={"finish": (FINISH, None)})
    works.report(project, FEBRUARY, wan(1))
    begin = {"month": FEBRUARY, "reason": "多报。"}
    answers = at_once(
        *[lambda: works.deed(reporting.begin_correction, project, **begin) for _ in range(3)]
    )
    won, _lost = sorted_out(answers, ProgressReport)
    assert [row.version for row in won] == [2]

    answers = at_once(
        *[lambda: works.ask(project, "finish", new_on=date(2026, 10, 1)) for _ in range(3)]
    )
    won, lost = sorted_out(answers, DateChange)
    assert (len(won), {error.code for error in lost}) == (1, {"pending"})
