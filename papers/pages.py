"""Boxes, and how they are divided into pages. Heights in pt, measured down the type area."""

from collections.abc import Callable
from dataclasses import dataclass, field

from papers.measures import HEIGHT


@dataclass(frozen=True)
class Box:
    """Something as wide as the type area: `draw(top)` gets the distance from the area's top, pt.

    `keep`: never the last on its page. `blank`: left out at the top of a page. `header` is drawn
    above it when it is the first on a page that is not the header's own.
    """

    height: float
    draw: Callable[[float], None] | None = None
    keep: bool = False
    blank: bool = False
    header: "Box | None" = None


@dataclass
class Page:
    placed: list = field(default_factory=list)
    used: float = 0.0

    def add(self, box):
        if box.blank and not self.placed:
            return
        if box.header and not self.placed:
            self.put(box.header)
        self.put(box)

    def put(self, box):
        self.placed.append((self.used, box))
        self.used += box.height


def divided(boxes, foot=0.0):
    """[Page]; the last page keeps `foot` pt free at its end."""
    pages = [Page()]
    chains = list(chained(boxes))
    for number, chain in enumerate(chains):
        reserve = foot if number == len(chains) - 1 else 0.0
        need = sum(box.height for box in chain) + reserve
        if pages[-1].placed and pages[-1].used + need > HEIGHT + 0.01:
            pages.append(Page())
        for position, box in enumerate(chain):
            last = position == len(chain) - 1
            if pages[-1].used + box.height + (reserve if last else 0) > HEIGHT + 0.01:
                # A chain longer than a page: broken where it must be.
                if pages[-1].placed:
                    pages.append(Page())
            pages[-1].add(box)
    return pages


def chained(boxes):
    """Groups of boxes that belong on one page: each with what it keeps to."""
    chain = []
    for box in boxes:
        chain.append(box)
        if not box.keep:
            yield chain
            chain = []
    if chain:
        yield chain
