"""一类事: finds matters of one category that keep coming to one department; keeps their review."""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import Max, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import roles
from accounts.models import User
from issues.errors import Conflict, Forbidden, invalid
from issues.models import Issue, PatternReview, Policy
from notifications import services as messages

KIND = "issues.pattern"
RESULT_KIND = "issues.pattern_closed"


def detect(now=None):
    """Opens a review for every category and department with at least `pattern_count` issues
    received in the policy's last days; adds new ones to a review that is open. Returns how many
    were opened. After a review is closed, only what was received since counts.
    """
    now = now or timezone.now()
    policy, opened = Policy.objects.valid_at(now), 0
    since = now - timedelta(days=policy.pattern_days)
    for category, department in Issue.objects.repeated(since, now, policy.pattern_count):
        rows = Issue.objects.of_pattern(category, department)
        closed = PatternReview.objects.of(category, department).aggregate(at=Max("closed_at"))
        begin = max(since, closed["at"] or since)
        found = rows.received_between(begin, None).known_at(now)
        opened += _keep(category, department, found, policy.pattern_count, begin, now)
    return opened


@transaction.atomic
def _keep(category, department, found, least, begin, now):
    review = PatternReview.objects.of(category, department).open().first()
    if review is not None:
        review.issues.add(*found)
        return 0
    rows = list(found)
    if len(rows) < least:
        return 0
    try:
        with transaction.atomic():
            review = PatternReview.objects.create(
                category_id=category, department_id=department, opened_at=now, counted_from=begin
            )
    except IntegrityError:
        return 0  # another process has just opened it
    review.issues.set(rows)
    office = User.objects.filter(is_active=True, groups__name=roles.COORDINATOR)
    heads = User.objects.filter(
        is_active=True, groups__name=roles.HEAD, department=review.department
    )
    _post(KIND, review, {*office, *heads}, now, len(rows))
    return 1


def _post(kind, review, people, now, count=0, exclude=None):
    messages.post(
        kind=kind,
        recipients=people,
        data={
            "review": review.pk,
            "category": review.category.code,
            "department": review.department.code,
            "count": count,
        },
        dedupe_key=f"issues:pattern:{review.pk}:{kind}",
        urgent=False,
        now=now,
        exclude=exclude,
    )


def may(review, user):
    """{"lead": name who looks into it, "close": say what came of it}."""
    office = roles.COORDINATOR in user.roles
    head = roles.HEAD in user.roles and user.department_id == review.department_id
    is_open = review.closed_at is None
    owner = review.owner_id is not None and review.owner_id == user.pk
    return {"lead": is_open and office, "close": is_open and (owner or office or head)}


def owners(review):
    """Who may be named: officers and heads of the department, and the office."""
    officers = Q(department=review.department_id, groups__name__in=[roles.HANDLER, roles.HEAD])
    named = User.objects.filter(officers | Q(groups__name=roles.COORDINATOR)).values("pk")
    return User.objects.filter(is_active=True, pk__in=named).order_by("name", "pk")


def lead(review, user, *, owner, due_on, now=None):
    """Names who looks into it and until when."""
    _check(review, user, "lead")
    if due_on <= timezone.localdate(now):
        raise invalid("due_on", _("日期应晚于今天。"))
    review.owner, review.due_on = owner, due_on
    with transaction.atomic():
        review.save(update_fields=["owner", "due_on"])
        count = review.issues.count()
        _post(f"{KIND}", review, {owner}, now or timezone.now(), count, exclude=user)


def close(review, user, *, cause, measures, now=None):
    """Ends it with its result; the office and the department's heads hear of it."""
    now = now or timezone.now()
    with transaction.atomic():
        review = PatternReview.objects.select_for_update().get(pk=review.pk)
        _check(review, user, "close")
        review.cause, review.measures = cause, measures
        review.closed_at, review.closed_by = now, user
        review.save(update_fields=["cause", "measures", "closed_at", "closed_by"])
        people = User.objects.filter(is_active=True, groups__name=roles.COORDINATOR)
        heads = User.objects.filter(
            is_active=True, groups__name=roles.HEAD, department=review.department_id
        )
        _post(RESULT_KIND, review, {*people, *heads}, now, review.issues.count(), exclude=user)
    return review


def _check(review, user, deed):
    if review.closed_at is not None:
        raise Conflict(_("这一类事已经办结。"), "closed")
    if not may(review, user)[deed]:
        raise Forbidden(_("您的角色不能进行这一操作。"), "role")
