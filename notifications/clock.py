"""When a message may go out. Quiet hours and days off move this time, never the record."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from worktime.clock import next_working_moment, opening
from worktime.services import current_calendar

# What the night and the first sweeps of the day have brought is one digest a person.
DIGEST_AFTER = timedelta(minutes=15)


def first_try(now, *, at_once, urgent):
    """at_once: an answer somebody is waiting for, now. urgent: now, outside quiet hours. All else:
    in working time, of a morning together with the digest.
    """
    if at_once:
        return now
    return after_quiet(now) if urgent else calm(now)


def calm(moment):
    """The next working moment; in the first minutes of a day, the digest's time."""
    calendar = current_calendar()
    at = next_working_moment(calendar, moment)
    digest = opening(calendar, timezone.localdate(at)) + DIGEST_AFTER
    # In a day that opens for less than a quarter of an hour the digest would come too late.
    return max(at, next_working_moment(calendar, digest)) if at < digest else at


def after_quiet(moment):
    """`moment`, or the end of the quiet hours it lies in (QUIET_HOURS, such as 22:00-07:00)."""
    if settings.QUIET_HOURS is None:
        return moment
    begins, ends = settings.QUIET_HOURS
    local = timezone.localtime(moment)
    time = local.time()
    inside = begins <= time < ends if begins <= ends else time >= begins or time < ends
    if not inside:
        return moment
    end = local.replace(hour=ends.hour, minute=ends.minute, second=0, microsecond=0)
    return end if end > local else end + timedelta(days=1)
