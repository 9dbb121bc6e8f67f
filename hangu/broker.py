"""safefs://, the Celery broker that needs no server: one folder, for the processes of one machine.

    queues/<queue>/<time>-<uuid>-<attempt>.json          waiting, read in the order of the names
    claimed/<pid>.<start>/<queue>/<same name>            taken, kept until acknowledged
    bindings/<exchange>/<digest>.json                    which queue listens to which exchange
    quarantine/<queue>-<same name>                       unreadable, or three workers died over it
    tmp/                                                 being written

Every change is one rename, so that no reader ever meets half a message and two workers never take
the same one. Nothing is forced to disk: after a power cut the database is the source of truth.
"""

import contextlib
import hashlib
import json
import logging
import os
import time
import uuid
from collections import deque
from pathlib import Path
from queue import Empty
from urllib.parse import quote, unquote

from kombu.transport import TRANSPORT_ALIASES, virtual
from kombu.utils.json import dumps, loads

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 3


def register():
    """Make `safefs://` known to kombu in this process."""
    TRANSPORT_ALIASES["safefs"] = "hangu.broker:Transport"


def folded(name):
    """A queue's or exchange's name as the name of a folder that cannot lead anywhere else."""
    return quote(name, safe="@").replace(".", "%2E") or "default"


def process_mark(pid):
    """`<pid>.<start time>`: a pid alone may belong to somebody else after a restart. None when no
    such process lives.
    """
    try:
        # After the last ")" (a command name may hold blanks and brackets), the start time
        # is the 20th field.
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return None if fields[0] in "ZX" else f"{pid}.{fields[19]}"
    except (OSError, IndexError):
        if Path("/proc/self/stat").exists():
            return None
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return None
    except PermissionError:
        pass
    return f"{pid}.0"


class Folder:
    """The files behind the queues; knows nothing of Celery."""

    def __init__(self, root):
        self.root = Path(root)
        self.listed = {}

    def queue(self, queue):
        return self.root / "queues" / folded(queue)

    def write(self, target, text):
        """Write `text` to `target` so that it appears whole or not at all."""
        tmp = self.root / "tmp" / uuid.uuid4().hex
        tmp.parent.mkdir(parents=True, exist_ok=True)
        try:
            tmp.write_text(text, encoding="utf-8")
            move(tmp, target)
        finally:
            tmp.unlink(missing_ok=True)

    def put(self, queue, text):
        self.write(self.queue(queue) / f"{time.time_ns():020d}-{uuid.uuid4().hex}-1.json", text)

    def names(self, queue):
        try:
            return sorted(name for name in os.listdir(self.queue(queue)) if name.endswith(".json"))
        except FileNotFoundError:
            return []

    def claim(self, queue):
        """Take the oldest message; its path under claimed/, or None. Somebody quicker makes a
        rename fail: try the next.
        """
        waiting = self.listed.get(queue)
        if not waiting:
            # A listing serves until used up: listing for each message would cost the
            # square of a backlog.
            waiting = self.listed[queue] = deque(self.names(queue))
        while waiting:
            mine = self.root / "claimed" / process_mark(os.getpid()) / folded(queue)
            name = waiting.popleft()
            with contextlib.suppress(FileNotFoundError):
                move(self.queue(queue) / name, mine / name, source_may_vanish=True)
                return mine / name
        return None

    def give_back(self, claimed, died=False):
        """Return a claimed message to its place in the queue; after MAX_ATTEMPTS dead workers it is
        set aside.
        """
        stem, _, attempt = claimed.stem.rpartition("-")
        attempt = int(attempt) + died
        if attempt > MAX_ATTEMPTS:
            return self.set_aside(claimed, f"{MAX_ATTEMPTS} workers died over it")
        with contextlib.suppress(FileNotFoundError):
            move(
                claimed,
                self.queue(unquote(claimed.parent.name)) / f"{stem}-{attempt}.json",
                source_may_vanish=True,
            )

    def set_aside(self, claimed, reason):
        kept = self.root / "quarantine" / f"{claimed.parent.name}-{claimed.name}"
        with contextlib.suppress(FileNotFoundError):
            move(claimed, kept, source_may_vanish=True)
            logger.error("Message set aside in %s: %s.", kept, reason)

    def recover(self):
        """Give back what workers that no longer live had claimed; the number of messages."""
        found = 0
        for owner in (self.root / "claimed").glob("*.*"):
            if process_mark(int(owner.name.partition(".")[0])) == owner.name:
                continue
            for claimed in owner.glob("*/*.json"):
                self.give_back(claimed, died=True)
                found += 1
            for folder in (*owner.glob("*"), owner):
                with contextlib.suppress(OSError):
                    folder.rmdir()
        return found

    def purge(self, queue):
        gone = 0
        for name in self.names(queue):
            with contextlib.suppress(FileNotFoundError):
                (self.queue(queue) / name).unlink()
                gone += 1
        return gone

    def bindings(self, exchange):
        """[(routing key, pattern, queue)] of an exchange, whichever process declared them."""
        rows = []
        for path in (self.root / "bindings" / folded(exchange)).glob("*.json"):
            with contextlib.suppress(FileNotFoundError, ValueError):
                rows.append(tuple(json.loads(path.read_text(encoding="utf-8"))))
        return rows

    def binding_path(self, exchange, row):
        digest = hashlib.sha256(json.dumps(row).encode()).hexdigest()[:32]
        return self.root / "bindings" / folded(exchange) / f"{digest}.json"


def move(source, target, source_may_vanish=False):
    """Rename, making the target's folder when it is missing (another process may remove an empty
    one).
    """
    for _attempt in range(5):
        try:
            return os.rename(source, target)
        except FileNotFoundError:
            if source_may_vanish and not source.exists():
                raise
            target.parent.mkdir(parents=True, exist_ok=True)
    return os.rename(source, target)


class QoS(virtual.QoS):
    """Keeps each message's file until it is acknowledged."""

    def ack(self, delivery_tag):
        self.channel.forget(delivery_tag)
        super().ack(delivery_tag)

    def reject(self, delivery_tag, requeue=False):
        super().reject(delivery_tag, requeue=requeue)
        # Given back already when re-queued: then there is nothing left to forget.
        self.channel.forget(delivery_tag)


class Channel(virtual.Channel):
    QoS = QoS
    supports_fanout = True

    def __init__(self, connection, **kwargs):
        super().__init__(connection, **kwargs)
        self.folder = Folder(connection.client.transport_options["folder"])
        # Shared by the connection's channels: kombu may return a message through another
        # one than took it.
        self.claims = connection.claims
        self.unacknowledged_queues = set()
        self.pid = os.getpid()

    def basic_consume(self, queue, no_ack, callback, consumer_tag, **kwargs):
        if no_ack:
            self.unacknowledged_queues.add(queue)
        if found := self.folder.recover():
            logger.warning("%d messages of a worker that died are queued again.", found)
        return super().basic_consume(queue, no_ack, callback, consumer_tag, **kwargs)

    def basic_get(self, queue, no_ack=False, **kwargs):
        message = super().basic_get(queue, no_ack=no_ack, **kwargs)
        if message is not None and no_ack:
            self.forget(message.delivery_tag)
        return message

    def _put(self, queue, message, **kwargs):
        self.folder.put(queue, dumps(message))

    def _put_fanout(self, exchange, message, routing_key, **kwargs):
        for _key, _pattern, queue in self.get_table(exchange):
            self._put(queue, message)

    def _get(self, queue):
        while claimed := self.folder.claim(queue):
            try:
                payload = loads(claimed.read_text(encoding="utf-8"))
                tag = payload["properties"]["delivery_tag"]
                # Built once for the sake of its errors: a body that cannot be
                # decoded must not end the worker.
                self.Message(payload, channel=self)
            except Exception as error:
                self.folder.set_aside(claimed, f"unreadable ({error!r})")
                continue
            if queue in self.unacknowledged_queues:
                claimed.unlink(missing_ok=True)
            else:
                self.claims[tag] = claimed
            return payload
        raise Empty

    def forget(self, delivery_tag):
        if claimed := self.claims.pop(delivery_tag, None):
            claimed.unlink(missing_ok=True)

    def _restore(self, message):
        claimed = self.claims.pop(message.delivery_tag, None)
        # A forked child holds a copy of its parent's claims, which are not its own to return.
        if claimed and self.pid == os.getpid():
            self.folder.give_back(claimed)

    def _size(self, queue):
        return len(self.folder.names(queue))

    def _purge(self, queue):
        return self.folder.purge(queue)

    def _has_queue(self, queue, **kwargs):
        return self.folder.queue(queue).is_dir()

    def _new_queue(self, queue, **kwargs):
        self.folder.queue(queue).mkdir(parents=True, exist_ok=True)

    def _delete(self, queue, exchange, routing_key, pattern, **kwargs):
        self._purge(queue)
        row = (routing_key or "", pattern or "", queue)
        self.folder.binding_path(exchange, row).unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            self.folder.queue(queue).rmdir()

    def _queue_bind(self, exchange, routing_key, pattern, queue):
        row = (routing_key or "", pattern or "", queue)
        self.folder.write(self.folder.binding_path(exchange, row), json.dumps(row))

    def get_table(self, exchange):
        return self.folder.bindings(exchange)


class Transport(virtual.Transport):
    Channel = Channel
    default_port = 0
    driver_type = driver_name = "safefs"
    implements = virtual.Transport.implements.extend(
        asynchronous=False, exchange_type=frozenset(["direct", "topic", "fanout"])
    )

    def __init__(self, client, **kwargs):
        super().__init__(client, **kwargs)
        self.claims = {}

    @property
    def default_connection_params(self):
        return {}

    def driver_version(self):
        return "1"
