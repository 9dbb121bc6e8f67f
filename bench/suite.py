"""The order of the benchmarks: small tables first, then full ones, the queue last."""

import sys
import time

from bench import api, clock, delivery, loop, pages, sweep
from bench.filling import District
from bench.report import Report


def run(size):
    report, district = Report(size.name), District()
    _say("filling", size.few)
    district.fill(size.few)
    few = pages.measure(district, size.pages)
    _say("filling", size.issues)
    district.fill(size.issues)
    pages.report(report, size, few, pages.measure(district, size.pages))
    for benchmark in (api, loop, clock, sweep, delivery):
        began = time.perf_counter()
        benchmark.run(report, district, size)
        _say(benchmark.__name__, f"{time.perf_counter() - began:.1f} s")
    return report


def _say(*words):
    # Progress goes beside the report, so that the report can be kept as a file.
    sys.stderr.write(" ".join(map(str, words)) + "\n")
