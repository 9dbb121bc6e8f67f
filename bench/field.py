"""A field for a soak: a database with due reminders, a mail server, and what a run is judged by."""

import tempfile
from contextlib import contextmanager

from bench.crew import Crew, Receiver
from bench.database import own_surroundings

# Short, so that what a killed process held comes back while one looks on.
LEASE = "15"


@contextmanager
def field(number, **environment):
    """(crew, receiver) on a database with `number` due reminders; all ends with the block."""
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
