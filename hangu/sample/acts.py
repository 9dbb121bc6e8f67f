"""Deeds of the sample that are done in the order of time."""

import heapq
from itertools import count


class Acts:
    def __init__(self, almanac):
        self.almanac, self.acts, self.order = almanac, [], count()

    def add(self, day, minutes, deed, *given):
        """A deed on a working day, `minutes` of working time after its opening."""
        self.add_at(self.almanac.at(day, minutes), deed, *given)

    def add_at(self, moment, deed, *given):
        """A deed at a moment; after the anchor it has not happened."""
        if moment <= self.almanac.anchor:
            heapq.heappush(self.acts, (moment, next(self.order), deed, given))

    def take_all(self):
        """Every deed, also those that are added meanwhile."""
        while self.acts:
            moment, _order, deed, given = heapq.heappop(self.acts)
            try:
                deed(moment, *given)
            except Exception as error:
                error.add_note(f"{moment:%Y-%m-%d}: {deed.__qualname__} {given}")
                raise
