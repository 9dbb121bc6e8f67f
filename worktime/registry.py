"""Who is told when the calendar changes. Apps above register in AppConfig.ready."""

_callbacks = []
_questions = []


def on_calendar_change(callback):
    """Register `callback(change, old_calendar, new_calendar)`; it runs in the transaction of the
    change.

    `change` is a CalendarChange, the calendars are WorkCalendar. An error in a callback undoes the
    change. Usable as a decorator; registering twice is the same as once.
    """
    if callback not in _callbacks:
        _callbacks.append(callback)
    return callback


def on_calendar_question(callback):
    """Register `callback(calendar)` → rows {"department", "issues", "promises", "earlier", "later",
    "numbers"} of what that calendar would move; nothing may be stored.
    """
    if callback not in _questions:
        _questions.append(callback)
    return callback


def what_if(calendar):
    """What the calendar would move, asked of every app that registered."""
    return [row for callback in _questions for row in callback(calendar)]


def forget(callback):
    for callbacks in (_callbacks, _questions):
        if callback in callbacks:
            callbacks.remove(callback)


def announce(change, old, new):
    for callback in tuple(_callbacks):
        callback(change, old, new)
