"""What was measured, in a plain text whose lines keep their form from run to run."""

import platform
import time
from dataclasses import dataclass, field
from statistics import median

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

UNITS = {"ms": 1e3, "us": 1e6, "s": 1}


@dataclass
class Samples:
    """Seconds of each run."""

    seconds: list = field(default_factory=list)

    def take(self, function):
        """Times one call and returns what it returned."""
        began = time.perf_counter()
        answer = function()
        self.seconds.append(time.perf_counter() - began)
        return answer

    def each(self, number):
        """The same runs as seconds per item."""
        return Samples([second / number for second in self.seconds])

    @property
    def low(self):
        return min(self.seconds)

    @property
    def middle(self):
        return median(self.seconds)


def measured(function, runs, warm=2):
    for _run in range(warm):
        function()
    samples = Samples()
    for _run in range(runs):
        samples.take(function)
    return samples


def statements(function):
    """How many SQL statements a call sends, those of its transactions included."""
    with CaptureQueriesContext(connection) as queries:
        function()
    return len(queries)


class Report:
    def __init__(self, size):
        self.size, self.ratios, self.figures, self.counts = size, [], [], []

    def ratio(self, name, over, under, aim=None):
        """over and under: Samples, or plain numbers; `aim` is the most it should be."""
        if isinstance(over, Samples):
            middle, low = over.middle / under.middle, over.low / under.low
        else:
            middle = low = over / under
        # The minima: what other work on the machine adds, they have least of.
        said = "" if aim is None else f"aim {aim:g} {'kept' if low <= aim else 'MISSED'}"
        line = f"{name:<54} median {middle:8.3f}  min {low:8.3f}  {said}"
        self.ratios.append(line.rstrip())

    def figure(self, name, samples, unit="ms"):
        low, middle, high = (
            value * UNITS[unit] for value in (samples.low, samples.middle, max(samples.seconds))
        )
        runs = len(samples.seconds)
        self.figures.append(
            f"{name:<54} {low:10.3f} /{middle:10.3f} /{high:10.3f} {unit:<2} runs {runs}"
        )

    def count(self, name, value):
        self.counts.append(f"{name:<54} {value:>10g}")

    def text(self):
        parts = [
            _heading(self.size),
            "RATIOS (of medians, of minima)",
            *self.ratios,
            "COUNTS",
            *self.counts,
            "FIGURES (min / median / max)",
            *self.figures,
        ]
        return "\n".join(parts) + "\n"


def _heading(size):
    connection.ensure_connection()
    version = ".".join(map(str, connection.get_database_version()))
    database = f"{connection.vendor} {version}"
    python = f"Python {platform.python_version()}"
    return f"BENCH size {size} | {database} | {python} | {timezone.localdate():%Y-%m-%d}"
