"""The sample data: who there is, the key projects, promotion work with its deals, and about sixty
issues that have lived their lives.
"""

from django.db import transaction
from django.utils.translation import gettext as _

from cockpit import circulars
from hangu.sample.goals import load_targets
from hangu.sample.people import load_people
from hangu.sample.places import load_departments, load_enterprises
from hangu.sample.projects import load_projects
from hangu.sample.promotion import load_promotion
from hangu.sample.stories import all_stories
from hangu.sample.timeline import Days, Timeline, latest_message, settle
from hangu.sample.topics import read_topics
from issues import patterns
from issues.deadlines import WORKING_DAYS
from issues.models import Category, Issue, Policy
from worktime.services import current_calendar

USUAL_LIMIT = 5


def is_loaded():
    return Issue.objects.filter(is_sample=True).exists()


@transaction.atomic
def load(*, anchor, choose=None, projects=True, promotion=True, since=None, say=lambda text: None):
    """Stores the sample as it stands at `anchor` (an aware datetime); returns the stories' number.

    `choose(story)` picks the stories to tell, all by default; `projects` may leave out the key
    projects and with them promotion work, `promotion` this alone; `since` shortens the reports to
    those from this month on. `say(text)` hears of each part.
    Raises people.NameTaken; then nothing has been stored.
    """
    departments, enterprises = load_departments(), load_enterprises()
    say(
        _("部门%(departments)d个，企业%(enterprises)d家。")
        % {"departments": len(departments), "enterprises": len(enterprises)}
    )
    users = load_people(departments, enterprises)
    say(_("账号%(count)d个。") % {"count": len(users)})
    calendar = current_calendar()
    if projects:
        told, reports = load_projects(calendar, anchor, departments, enterprises, users, since)
        say(
            _("重点项目%(projects)d个，月报%(reports)d份。")
            % {"projects": told, "reports": reports}
        )
    if projects and promotion:
        say(
            _("招商活动%(trips)d次，线索%(prospects)d条，签约项目%(deals)d个。")
            % load_promotion(calendar, anchor, enterprises, users)
        )
    topics = read_topics()
    stories = list(filter(choose, all_stories(topics, limits_at(anchor))))
    days = Days(calendar, anchor)
    mark = latest_message()
    steps = Timeline(days, topics, departments, enterprises, users).run(stories)
    say(_("诉求%(issues)d件，共%(steps)d个步骤。") % {"issues": len(stories), "steps": steps})
    if choose is None:
        load_targets()
        supervise(anchor)
        settle(days, mark)
    return len(stories)


def supervise(anchor):
    """What the timer would have done by now: reviews of recurring matters, drafts of circulars."""
    patterns.detect(anchor)
    circulars.draft_due(anchor)


def limits_at(anchor):
    """{category code: working days to resolve} of the policy in force."""
    policy = Policy.objects.valid_at(anchor)
    found = {}
    for category in Category.objects.all():
        limit = policy.limit("unit", category.time_class)
        counted = limit is not None and limit.unit == WORKING_DAYS
        found[category.code] = int(limit.number) if counted else USUAL_LIMIT
    return found
