"""python -m bench.soak [SCENARIO …]: reminders under fire, with the figures printed.

SIZE=small|full; DATABASE_URL as for the portal (a database of its own is made there), else SQLite.
Servers that are stopped, frozen or emptied are started here for that purpose and no others touched.
"""

import os
import random
import sys
import tempfile
import time
from contextlib import contextmanager

from bench.crew import Crew, Receiver, settled, until
from bench.database import own_surroundings

SIZES = {"small": (1_000, 8), "full": (10_000, 50)}
# Short, so that what a killed process held comes back while one looks on.
LEASE = "15"


@contextmanager
def field(number, **environment):
    """(crew, receiver) on a database with `number` due reminders; everything ends with the block."""
    receiver = Receiver()
    with tempfile.TemporaryDirectory(prefix="soak-") as folder, own_surroundings():
        own = {
            "EMAIL_URL": f"smtp://127.0.0.1:{receiver.port}",
            "DELIVERY_LEASE": LEASE,
            "SECRET_KEY": "only-for-this-soak",
            # Where reminders break off, the portal's own warnings would only be noise.
            "PYTHONWARNINGS": "ignore",
        }
        crew = Crew(own | environment, folder)
        receiver.start()
        try:
            crew.seed(number)
            yield crew, receiver
        finally:
            crew.stop(patience=5)
            receiver.stop()


def figures(number, state, receiver, seconds, **more):
    """What a run is judged by."""
    return {
        "due": number,
        "lost": number - len(receiver.copies),
        "messages": state["messages"],
        "keys": state["keys"],
        "sent": state["deliveries"].get("sent", 0),
        "recorded twice": state["sent_twice"],
        "extra copies": receiver.extra,
        "attempts": state["attempts"],
        "seconds": round(seconds),
        **more,
    }


def faults(found, copies):
    """What is wrong with these figures, as sentences; at most `copies` extra are allowed."""
    due, wrong = found["due"], []
    if found["lost"]:
        wrong.append(f"{found['lost']} lost")
    for name in ("messages", "keys", "sent"):
        if found[name] != due:
            wrong.append(f"{found[name]} {name}, {due} due")
    if found["recorded twice"]:
        wrong.append(f"{found['recorded twice']} recorded twice")
    if found["extra copies"] > copies:
        wrong.append(f"{found['extra copies']} extra copies, {copies} allowed")
    return wrong


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
    from bench import breakage

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
