"""Who is told when the calendar changes. Apps above register in AppConfig.ready."""

_callbacks = []


def on_calendar_change(callback):
    """Register `callback(change, old_calendar, new_calendar)`; it runs in the transaction of the
    change.

    `change` is a CalendarChange, the calendars are WorkCalendar. An error in a callback undoes the
    change. Usable as a decorator; registering twice is the same as once.
    """
    if callback not in _callbacks:
        _callbacks.append(callback)
    return callback


def forget(callback):
    _callbacks.remove(callback)


def announce(change, old, new):
    for callback in tuple(_callbacks):
        callback(change, old, new)
