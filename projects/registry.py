"""What this room needs of rooms above it; they register in AppConfig.ready."""

_takers = []


def on_problem(taker):
    """Register `taker(visit=…, user=…, **fields)`, which hands a problem raised on a visit into the
    closed loop and returns the issue. One taker; registering the same again is harmless.
    """
    if _takers and _takers != [taker]:
        raise RuntimeError("Two rooms want to take the problems of visits.")
    _takers[:] = [taker]
    return taker


def raise_problem(**fields):
    """The issue made of a problem. Raises LookupError where no room takes any."""
    if not _takers:
        raise LookupError("Nobody takes the problems of visits.")
    return _takers[0](**fields)
