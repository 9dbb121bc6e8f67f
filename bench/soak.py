"""python -m bench.soak [SCENARIO …]: reminders under fire, with the figures printed.

SIZE=small|full; DATABASE_URL as for the portal (a database of its own is made there), else SQLite.
Servers that are stopped, frozen or emptied are started here for that purpose and no others touched.
"""

import os
import random
import signal
import sys
import time

from bench import breakage
from bench.crew import settled, until
from bench.field import faults, field, figures

SIZES = {"small": (1_000, 8), "full": (10_000, 50)}


def killed(number, kills, *, dispatchers=4, sweepers=2, chance=None, pause=2.0, seconds=1800):
    """Dispatchers and sweepers, of which `kills` are killed at random moments."""
    chance = chance or random.Random()
    with field(number) as (crew, receiver):
        began = time.monotonic()
        for part, many in (("sweeper", sweepers), ("dispatcher", dispatchers)):
            for _n in range(many):
                crew.start(part)
        for n in range(kills):
            # Spread over the whole run: the next kill waits until enough has arrived.
            until(lambda n=n: len(receiver.copies) >= number * n // (kills + 1), seconds, 0.05)
            time.sleep(chance.uniform(0, pause))
            crew.kill(chance)
        state = settled(crew, receiver, number, seconds)
        found = figures(number, state, receiver, time.monotonic() - began, kills=dict(crew.kills))
    return found, faults(found, crew.kills["dispatcher"])


def calm(number):
    """The same with nobody killed: not one extra copy."""
    return killed(number, 0)


def main():
    # Told to end, we still stop what we have started.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    number, kills = SIZES[os.environ.get("SIZE") or "small"]
    scenarios = {
        "killed": lambda: killed(number, kills),
        "calm": lambda: calm(number),
        **breakage.scenarios(number),
    }
    chosen = sys.argv[1:] or list(scenarios)
    failed = []
    for name in chosen:
        found, wrong = scenarios[name]()
        sys.stdout.write(f"{name}: {found}\n    {'; '.join(wrong) or 'as promised'}\n")
        sys.stdout.flush()
        failed += [name] if wrong else []
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
