"""What the database itself refuses, tried by breaking it past the services."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction

from accounts.models import Membership, User
from directory.models import Enterprise, Sequence
from issues.models import (
    Application,
    Commitment,
    Issue,
    IssueEvent,
    Notice,
    PlannedReminder,
    Rating,
)


def refuses(change):
    with pytest.raises(IntegrityError), transaction.atomic():
        change()


@pytest.mark.parametrize(
    "values",
    [
        {"status": "invented"},
        {"status": "in_progress", "lead_department": None},
        {"status": "tracking", "next_report_on": None},
        {"status": "merged", "merged_into": None},
    ],
)
def test_an_issue_that_contradicts_itself(loop, values):
    issue = loop.issue_in("assigned")
    refuses(lambda: Issue.objects.filter(pk=issue.pk).update(**values))


def test_the_same_client_reference_twice_for_one_key(loop):
    key, _secret = loop.people["coordinator"].api_keys.model.create("system", ["issues:write"])
    first, second = loop.submit(), loop.submit()
    Issue.objects.filter(pk=first.pk).update(api_key=key, client_reference="A-1")
    refuses(lambda: Issue.objects.filter(pk=second.pk).update(api_key=key, client_reference="A-1"))


def test_two_events_of_one_version(loop):
    event = loop.submit().events.get()
    event.pk = None
    refuses(lambda: event.save(force_insert=True))
    assert IssueEvent.objects.count() == 1


def test_two_pending_applications_of_a_kind_and_a_decision_by_the_applicant(loop):
    issue = loop.do(loop.issue_in("in_progress"), "request_extension")
    row = issue.applications.get()
    twin = Application.objects.get(pk=row.pk)
    twin.pk = None
    refuses(lambda: twin.save(force_insert=True))
    same = Application.objects.filter(pk=row.pk)
    refuses(lambda: same.update(decided_by=row.applicant))
    refuses(lambda: same.update(proposed_on=None))


def test_a_commitment_is_a_limit_or_a_date(loop):
    row = loop.issue_in("assigned").commitments.filter(clock="unit")
    refuses(lambda: row.update(number=None))
    refuses(lambda: row.update(fixed_on="2026-03-20"))
    twin = Commitment.objects.get(pk=row.get().pk)
    twin.pk = None
    refuses(lambda: twin.save(force_insert=True))


def test_two_ratings_of_a_round_notices_of_a_number_reminders_of_a_rung(loop):
    issue = loop.do(loop.issue_in("confirmed"), "issue_notice")
    for row in (Rating.objects.get(), Notice.objects.get(), PlannedReminder.objects.first()):
        row.pk = None
        refuses(lambda row=row: row.save(force_insert=True))
    assert issue.notices.count() == 1


@pytest.mark.parametrize("other", ["security", "administrator"])
def test_separated_duties_never_fall_on_one_person(auditor, other):
    group = Group.objects.get(name=other)
    refuses(lambda: auditor.groups.add(group))
    refuses(lambda: Membership.objects.create(user=auditor, group=group))
    auditor.groups.add(Group.objects.get(name="handler"))
    assert auditor.groups.count() == 2


def test_an_official_is_no_enterprise_contact(handler, firm):
    refuses(lambda: User.objects.filter(pk=handler.pk).update(enterprise=firm))


def test_enterprise_codes_are_unique_and_never_empty(firm):
    refuses(lambda: Enterprise.objects.filter(pk=firm.pk).update(uscc=""))
    refuses(lambda: Enterprise.objects.filter(pk=firm.pk).update(name=""))


def test_numbers_come_without_gaps_and_start_anew_each_year(loop):
    assert [loop.submit().number for _ in range(3)] == [f"QH-2026-0000{n}" for n in (1, 2, 3)]
    with transaction.atomic():
        Sequence.take("issue", 2026)
        transaction.set_rollback(True)
    assert loop.submit().number == "QH-2026-00004"
    loop.now += timedelta(days=365)
    assert loop.submit().number == "QH-2027-00001"
