"""The work list and the issue page as people open them: the whole request through Django's test
client, templates and middleware included, without a server or network.
"""

from django.test import Client

from bench.report import Samples, statements
from issues.worklist import PER_PAGE

HANDLER = "department's list"
DEEP = "70 % deep"


class Visits:
    """The same pages opened in turn, so that a disturbance falls on all of them."""

    def __init__(self, district):
        self.clients = {}
        for user in (district.coordinator, district.handlers[0]):
            self.clients[user] = Client()
            self.clients[user].force_login(user)
        office, officer = self.clients.values()
        deep = int(district.filled * 0.7 / PER_PAGE)
        self.pages = {
            "waiting": (office, {}),
            "all": (office, {"tab": "all"}),
            "overdue": (office, {"tab": "all", "overdue": "on"}),
            "in work, one status": (office, {"tab": "all", "status": "in_progress"}),
            DEEP: (office, {"tab": "all", "page": deep}),
            "search, many hits": (office, {"tab": "all", "q": "供电"}),
            "search, no hit": (office, {"tab": "all", "q": "无此事项"}),
            HANDLER: (officer, {}),
        }

    def open(self, name):
        client, query = self.pages[name]
        response = client.get("/issues/", query)
        if response.status_code != 200:
            raise AssertionError(f"{name}: {response.status_code}")
        return response


def measure(district, runs):
    """{page: (Samples, statements)} at the present size of the tables."""
    visits = Visits(district)
    samples = {name: Samples() for name in visits.pages}
    for name in samples:
        visits.open(name)
    for _run in range(runs):
        for name, taken in samples.items():
            taken.take(lambda name=name: visits.open(name))
    counts = {name: statements(lambda name=name: visits.open(name)) for name in samples}
    return {name: (samples[name], counts[name]) for name in samples}


def report(report, size, few, many):
    """Adds what `measure` gave at size.few and at size.issues."""
    for name, (samples, count) in many.items():
        at_few, count_at_few = few[name]
        title = f"list {name}, {size.issues}"
        report.ratio(f"{title} over {size.few} issues", samples, at_few, aim=1.5)
        report.count(f"{title}: SQL statements, more", count - count_at_few)
        report.figure(title, samples)
        report.figure(f"list {name}, {size.few}", at_few)
    report.ratio(f"list page {DEEP} over the first", many[DEEP][0], many["all"][0], aim=1.5)
    report.count("list all: SQL statements", many["all"][1])
