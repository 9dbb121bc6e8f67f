"""三未: filed and not started, started and not built, built and not finished."""

from datetime import date, timedelta

from projects.models import KeyProject
from tests.projects.works import at, wan

BEGUN = at(2026, 1, 5)
DAY = date(2026, 1, 5)
JANUARY, FEBRUARY = date(2026, 1, 1), date(2026, 2, 1)


def numbers(queryset):
    return sorted(queryset.values_list("number", flat=True))


def test_filed_and_not_started(works):
    filed = {"filing": (None, DAY)}
    by_milestone = works.project("preparing", days=filed)
    by_approval = works.project("preparing")
    works.decided(by_approval, "filing")
    in_words = works.project("signed", days={"filing": (None, "去年底")})
    started = {"start": (None, "去年秋天")} | filed
    for stage, days in (
        ("preparing", {}),
        ("preparing", started),
        ("started", filed),
        ("operating", filed),
    ):
        works.project(stage, days=days)
    works.pause(works.project("preparing", days=filed))
    undecided = works.project("preparing")
    works.step(undecided, "filing", accepted_on=works.today)
    wanted = numbers(KeyProject.objects.approved_not_started())
    assert wanted == [row.number for row in (by_milestone, by_approval, in_words)]


def test_started_and_not_built(works):
    """Money before the start is none; of an unknown day any money is."""

    def started(day, **months):
        project = works.project("started", now=BEGUN, days={"start": (None, day)})
        for name, amount in months.items():
            month = {"january": JANUARY, "february": FEBRUARY}[name]
            works.report(project, month, amount, now=at(2026, 3, 2))
        return project

    idle = started(DAY)
    zero = started(DAY, january=wan(0))
    early = started(date(2026, 2, 20), january=wan(5))
    draft = started(DAY)
    works.draft(draft, JANUARY, wan(5), send=True)
    started(DAY, january=wan(5))
    started(date(2026, 2, 20), february=wan(5))
    started("", january=wan(5))
    started("去年", january=wan(5))
    silent = started("去年")
    found = numbers(KeyProject.objects.started_not_built())
    assert found == [row.number for row in (idle, zero, early, draft, silent)]


def test_built_and_not_finished(works):
    yesterday = works.today - timedelta(days=1)
    late = works.project("building", days={"finish": (yesterday, None)})
    works.project("building", days={"finish": (works.today, None)})
    works.project("building", days={"finish": (yesterday, yesterday)})
    works.project("building", days={"finish": (yesterday, "上月")})
    works.project("building", days={"finish": ("去年", None)})
    works.project("finished", days={"finish": (yesterday, None)})
    assert numbers(KeyProject.objects.built_not_finished(works.today)) == [late.number]
    tomorrow = works.today + timedelta(days=1)
    assert len(numbers(KeyProject.objects.built_not_finished(tomorrow))) == 2
