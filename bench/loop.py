"""Steps of the loop through perform(), in the full tables; and the page of an issue so walked."""

from django.test import Client

from bench.report import Samples, measured, statements
from issues import services
from issues.actors import Actor
from issues.models import Category


def values(district):
    """{action: (who takes it, with what)}, in the order of a walk."""
    handler = district.handlers[0]
    given = {
        "lead_department": handler.department,
        "category": Category.objects.get(code="power"),
        "priority": "normal",
    }
    return {
        "assign": (district.coordinator, given),
        "sign": (handler, {}),
        "contact": (handler, {"method": "phone"}),
        "resolve": (handler, {"outcome": "solved", "public_reply": "线路已增容。"}),
        "rate": (district.enterprise, {"rating": "satisfied"}),
        "close": (district.coordinator, {}),
    }


def submitted(district, n):
    issue, _created = services.submit(
        actor=Actor.of(district.enterprise),
        kind="problem",
        title=f"厂区夜间停电（{n}）",
        description="三号厂房每晚停电两小时，影响生产。",
        enterprise=district.enterprises[0].name,
        contact_name="示例联系人",
        contact_phone="13800001234",
    )
    return issue


def run(report, district, size):
    planned = values(district)
    taken = {name: Samples() for name in ("submit", *planned)}
    _walk(planned, submitted(district, 0), {name: Samples() for name in planned})
    for n in range(size.walks):
        issue = taken["submit"].take(lambda n=n: submitted(district, n + 1))
        issue = _walk(planned, issue, taken)
    for name, samples in taken.items():
        report.figure(f"step {name}", samples)
    walks = zip(*(taken[name].seconds for name in planned), strict=True)
    report.figure("step, mean of a walk of six", Samples(list(map(sum, walks))).each(len(planned)))
    _count(report, planned, submitted(district, size.walks + 1))
    _page(report, district, issue, size)


def _step(planned, issue, action):
    user, data = planned[action]
    return services.perform(issue=issue, action=action, actor=Actor.of(user), **data)


def _walk(planned, issue, taken):
    for action in planned:
        issue = taken[action].take(lambda issue=issue, action=action: _step(planned, issue, action))
    return issue


def _count(report, planned, issue):
    for action in planned:
        sent = statements(lambda action=action: _step(planned, issue, action))
        report.count(f"step {action}: SQL statements", sent)


def _page(report, district, issue, size):
    for name, user in (("office", district.coordinator), ("handler", district.handlers[0])):
        client = Client()
        client.force_login(user)

        def page(client=client):
            response = client.get(f"/issues/{issue.number}/")
            if response.status_code != 200:
                raise AssertionError(response.status_code)

        report.count(f"issue page, {name}: SQL statements", statements(page))
        report.figure(f"issue page, {name}", measured(page, size.pages))
