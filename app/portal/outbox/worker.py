"""Deliver what the outbox holds, at least once: a receiver takes a repeat as the same thing.

A worker that dies between an effect and its mark leaves a lease that runs out, and the effect is tried again.
"""

from __future__ import annotations

import errno
import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from portal.db import db
from portal.outbox import housekeeping, service
from portal.outbox.service import Claimed

log = logging.getLogger("portal.outbox")

Handler = Callable[[str, dict[str, Any]], None]
HANDLERS = {
    "receipt": "portal.filing.service:deliver_receipt",
    "archive": "portal.filing.archives:deliver",
    "reception-notice": "portal.filing.reception_notice:deliver_notice",
    "mail": "portal.notices.mail:deliver",
    "document": "portal.drafting.documents:deliver",
}
"""What delivers each kind: a function of the effect's key and its payload, which raises when it could not.

An error with a `retry_after` (a timedelta) is tried again after that time, instead of after longer and longer waits.
"""

BATCH = 8
"""Claimed at once: even when each of them runs into a mail server's time-out (30 s), the lease outlasts them."""
IDLE = 1.0
HOUSE_EVERY = 3600.0


def run_once(limit: int = BATCH, worker: str = "worker", stopping: Callable[[], bool] = lambda: False) -> int:
    """Try up to `limit` due effects, and say how many were delivered. Raises only when the database is away."""
    count = 0
    for row in service.claim(worker, limit):
        beat()
        if stopping():
            service.release(row, worker)
        elif _deliver(row, worker):
            count += 1
    return count


def _deliver(row: Claimed, worker: str) -> bool:
    try:
        handler(row.kind)(row.key, row.payload)
    except Exception as error:
        db.session.rollback()
        log.warning("%s %s: attempt %d failed: %s", row.kind, row.key, row.attempts, error)
        service.failed(row, worker, f"{type(error).__name__}: {error}", getattr(error, "retry_after", None))
        return False
    service.delivered(row)
    return True


def handler(kind: str) -> Handler:
    """The function that delivers this kind; raises KeyError."""
    module, _, name = HANDLERS[kind].partition(":")
    found: Handler = getattr(import_module(module), name)
    return found


def worker_name(pid: int) -> str:
    """The name under which a worker of this host claims."""
    return f"{socket.gethostname()[:50]}:{pid}"


def is_dead(name: str) -> bool:
    """Whether a worker of this name has ended: it ran on this host, and its process is gone.

    Asked by a worker that has claimed nothing yet: a claim under its own name is of a process before it.
    """
    pid = name.rpartition(":")[2]
    if not pid.isdigit() or name != worker_name(int(pid)):
        return False
    if int(pid) == os.getpid():
        return True
    try:
        os.kill(int(pid), 0)
    except OSError as error:
        return error.errno == errno.ESRCH
    return False


class Worker:
    """The loop of `portal worker`: until SIGTERM or SIGINT, after which it ends what it has begun."""

    def __init__(self, name: str | None = None, idle: float = IDLE) -> None:
        self.name = name or worker_name(os.getpid())
        self.idle = idle
        self._stop = threading.Event()

    def stop(self, *_signal: object) -> None:
        """Ask the loop to end."""
        self._stop.set()

    def run(self) -> None:
        """Deliver until asked to stop; a database that is away is waited for."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.stop)
        notify("READY=1")
        self._take_back()
        kept = -HOUSE_EVERY
        while not self._stop.is_set():
            beat()
            if time.monotonic() - kept > HOUSE_EVERY:
                kept = time.monotonic()
                housekeeping.keep_house(beat)
                _forget_session()
            if not self._turn():
                self._stop.wait(self.idle)
        notify("STOPPING=1")

    def _take_back(self) -> None:
        """Try again at once what workers of this host had begun when they were killed."""
        try:
            if count := service.take_back(is_dead):
                log.warning("took back %d effects that a dead worker held", count)
        except SQLAlchemyError as error:
            log.warning("the database is away: %s", error)
        finally:
            _forget_session()

    def _turn(self) -> int:
        """One batch; 0 means that there is time to rest."""
        try:
            return run_once(BATCH, self.name, self._stop.is_set)
        except SQLAlchemyError as error:
            log.warning("the database is away: %s", error)
            return 0
        finally:
            _forget_session()


def _forget_session() -> None:
    try:
        db.session.rollback()
    except SQLAlchemyError:
        db.session.close()


def beat() -> None:
    """Show that the worker lives: to systemd's watchdog, and to `portal doctor` by a file's time."""
    notify("WATCHDOG=1")
    if folder := os.environ.get("RUNTIME_DIRECTORY"):
        Path(folder.split(":")[0], "heartbeat").touch()


def notify(message: str) -> None:
    """Tell systemd, where it listens (sd_notify)."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.connect("\0" + address[1:] if address.startswith("@") else address)
        channel.sendall(message.encode())
