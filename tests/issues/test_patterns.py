"""一类事: the fifth matter of a kind within ninety days opens a review; one at a time."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from issues import patterns
from issues.errors import Conflict, Forbidden
from issues.models import PatternReview, Policy
from notifications.models import Message


@pytest.fixture
def five(loop):
    return [loop.issue_in("assigned") for _turn in range(5)]


def test_the_fifth_opens_a_review_and_tells_office_and_head(loop, five, coordinator, head):
    assert patterns.detect(loop.now) == 1
    review = PatternReview.objects.get()
    assert set(review.issues.all()) == set(five)
    assert (review.category.code, review.department.code) == ("power", "zj")
    told = Message.objects.filter(kind="issues.pattern").values_list("recipient", flat=True)
    assert set(told) == {coordinator.pk, head.pk}


def test_four_open_none_and_what_was_never_taken_up_does_not_count(loop, five):
    loop.do(five[0], "withdraw")
    assert patterns.detect(loop.now) == 0
    assert not PatternReview.objects.exists()


def test_it_looks_back_as_far_as_the_policy_says(loop, five):
    late = loop.now + timedelta(days=Policy.objects.valid_at(loop.now).pattern_days)
    assert patterns.detect(late) == 0


def test_a_new_one_joins_the_open_review(loop, five):
    patterns.detect(loop.now)
    sixth = loop.issue_in("assigned")
    assert patterns.detect(loop.now) == 0
    assert sixth in PatternReview.objects.get().issues.all()


def test_after_its_result_only_new_matters_open_another(loop, five, coordinator):
    patterns.detect(loop.now)
    review = PatternReview.objects.get()
    loop.tick()
    patterns.close(review, coordinator, cause="线路老化。", measures="更换线路。", now=loop.now)
    assert patterns.detect(loop.now) == 0
    for _turn in range(5):
        loop.issue_in("assigned")
    assert patterns.detect(loop.now) == 1
    newest = PatternReview.objects.open().get()
    assert newest.issues.count() == 5
    assert not set(newest.issues.all()) & set(five)


def test_the_office_names_who_leads_and_he_or_the_head_closes(
    loop, five, coordinator, handler, head, outsider, frozen
):
    patterns.detect(loop.now)
    review = PatternReview.objects.get()
    day = timezone.localdate() + timedelta(days=10)
    with pytest.raises(Forbidden):
        patterns.lead(review, head, owner=handler, due_on=day)
    patterns.lead(review, coordinator, owner=handler, due_on=day)
    assert Message.objects.filter(kind="issues.pattern", recipient=handler).exists()
    with pytest.raises(Forbidden):
        patterns.close(review, outsider, cause="不详。", measures="无。")
    closed = patterns.close(review, handler, cause="线路老化。", measures="更换线路。")
    with pytest.raises(Conflict):
        patterns.close(closed, head, cause="重复。", measures="重复。")


def test_the_pages(client, loop, five, coordinator, head, outsider, enterprise, frozen):
    patterns.detect(loop.now)
    review = PatternReview.objects.get()
    one = reverse("issues:pattern", args=[review.pk])
    client.force_login(outsider)
    assert client.get(reverse("issues:patterns")).context["totals"]["count"] == 0
    assert client.get(one).status_code == 404
    client.force_login(enterprise)
    assert client.get(reverse("issues:patterns")).status_code == 403
    client.force_login(coordinator)
    assert client.get(reverse("issues:patterns"), {"state": "open"}).context["totals"]["open"] == 1
    past = {"deed": "lead", "owner": head.pk, "due_on": "2026-03-01"}
    refused = client.post(one, past)
    assert (refused.status_code, "日期应晚于今天" in refused.content.decode()) == (400, True)
    assert client.post(one, past | {"due_on": "2026-04-01"}).status_code == 302
    client.force_login(head)
    said = {"deed": "close", "cause": "线路老化。", "measures": "更换线路。"}
    assert client.post(one, said).status_code == 302
    assert "更换线路" in client.get(one).content.decode()
    assert client.post(one, said).status_code == 409
