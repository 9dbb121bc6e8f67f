"""Two people at once: one wins, the other sees what changed. Real connections, either database."""

from threading import Barrier, Thread

import pytest
from django.db import connections

from accounts.models import ApiKey
from issues import services
from issues.actors import Actor
from issues.errors import Conflict, Invalid
from issues.models import Issue

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*calls):
    """Runs the calls at the same moment, each on its own connection; their results or errors."""
    gate, answers = Barrier(len(calls)), [None] * len(calls)

    def run(place, call):
        try:
            gate.wait(timeout=20)
            answers[place] = call()
        except Exception as error:
            answers[place] = error
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def taking(loop, issue, action, by, **data):
    values = loop.data_of(issue, action) | data
    return lambda: services.perform(
        issue=issue, action=action, actor=loop.actor(by), now=loop.now, **values
    )


@pytest.mark.parametrize(
    ("status", "action", "persona"),
    [
        ("submitted", "assign", "coordinator"),
        ("assigned", "sign", "handler"),
        ("confirmed", "close", "coordinator"),
    ],
)
def test_the_same_step_twice_is_taken_once(loop, status, action, persona):
    for _round in range(3):
        issue = loop.issue_in(status)
        loop.tick()
        answers = at_once(*[taking(loop, issue, action, persona) for _ in range(3)])
        won = [answer for answer in answers if isinstance(answer, Issue)]
        lost = [answer for answer in answers if isinstance(answer, Conflict)]
        assert (len(won), len(lost)) == (1, 2), answers
        assert issue.events.filter(action=action).count() == 1


def test_two_different_steps_on_one_version(loop):
    issue = loop.issue_in("in_progress")
    loop.tick()
    answers = at_once(
        taking(loop, issue, "resolve", "handler", version=issue.version),
        taking(loop, issue, "reassign", "coordinator", version=issue.version),
    )
    (lost,) = [answer for answer in answers if isinstance(answer, Conflict)]
    (won,) = [answer for answer in answers if isinstance(answer, Issue)]
    assert won.status in ("resolved", "assigned")
    assert lost.code in ("status", "version")
    issue.refresh_from_db()
    assert issue.status == won.status
    assert issue.events.filter(version=issue.version).count() == 1


def test_one_reference_sent_many_times_at_once_is_one_issue(loop):
    key, _secret = ApiKey.create("city hotline", ["issues:write"], user=loop.people["enterprise"])

    def send():
        actor = Actor(roles=frozenset({"enterprise"}), user=loop.people["enterprise"], key=key)
        return services.submit(
            actor=actor,
            now=loop.now,
            client_reference="REF-1",
            kind="need",
            title="申请增容",
            description="需要增容。",
            enterprise="示例蓝天玻璃有限公司",
            contact_name="示例联系人",
            contact_phone="13800001234",
        )

    answers = at_once(*[send for _ in range(8)])
    assert len({issue.pk for issue, _created in answers}) == 1
    assert sum(created for _issue, created in answers) == 1
    assert Issue.objects.count() == 1


def test_numbers_given_at_once_are_all_different(loop):
    answers = at_once(*[loop.submit for _ in range(8)])
    assert len({issue.number for issue in answers}) == 8


def test_two_merges_across_do_not_wait_for_each_other(loop):
    for _round in range(3):
        one, two = loop.issue_in("submitted"), loop.issue_in("submitted")
        loop.tick()
        answers = at_once(
            taking(loop, one, "merge", "coordinator", into=two.number),
            taking(loop, two, "merge", "coordinator", into=one.number),
        )
        assert sum(isinstance(answer, Issue) for answer in answers) == 1, answers
        assert sum(isinstance(answer, Invalid) for answer in answers) == 1, answers
