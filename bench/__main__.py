"""python -m bench; SIZE=small|full, DATABASE_URL as for the portal."""

import logging
import os
import signal
import sys
from importlib import import_module

import django
from django.conf import settings
from django.core.management import call_command
from django.db import connections

from bench.database import own_surroundings
from bench.sizes import SIZES


def main():
    size = SIZES.get(os.environ.get("SIZE") or "small")
    if size is None:
        sys.stderr.write(f"SIZE must be one of: {', '.join(SIZES)}.\n")
        return 2
    # Told to end, we still drop our database.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    with own_surroundings():
        django.setup()
        # DEBUG would keep every statement in memory; it was only needed to start without a key.
        settings.DEBUG = False
        settings.ALLOWED_HOSTS = ["testserver"]
        logging.getLogger("hangu").setLevel(logging.WARNING)
        try:
            call_command("migrate", verbosity=0)
            # Models can be imported only now that Django is set up.
            report = import_module("bench.suite").run(size)
            sys.stdout.write(report.text())
        finally:
            connections.close_all()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
