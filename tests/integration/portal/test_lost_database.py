"""A database that is lost in the middle: what is run again, and what is not because it may have taken place."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import make_url, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from portal.audit import service as audit
from portal.db import db, transaction
from tests.integration import conftest

Judge = Callable[[bytes], str]


class Way:
    """Leads to a database, and cuts a connection as its judge says.

    The judge hears each command, and says `pass`, `cut` (it never arrives) or `deaf` (it arrives, the answer does not).
    """

    def __init__(self, port: int) -> None:
        self.judge: Judge = lambda _: "pass"
        self._target = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", self._target))
            deaf = threading.Event()
            threading.Thread(target=self._ask, args=(near, far, deaf), daemon=True).start()
            threading.Thread(target=self._answer, args=(near, far, deaf), daemon=True).start()

    def _ask(self, near: socket.socket, far: socket.socket, deaf: threading.Event) -> None:
        while data := _received(near):
            verdict = self.judge(data)
            if verdict == "cut":
                break
            if verdict == "deaf":
                deaf.set()
            far.sendall(data)
        if not deaf.is_set():
            _shut(near, far)

    def _answer(self, near: socket.socket, far: socket.socket, deaf: threading.Event) -> None:
        while data := _received(far):
            if deaf.is_set():
                break
            near.sendall(data)
        _shut(near, far)


def _received(end: socket.socket) -> bytes:
    try:
        return end.recv(65536)
    except OSError:
        return b""


def _shut(*ends: socket.socket) -> None:
    for end in ends:
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()


@pytest.fixture
def way(mariadb_schema: str) -> Iterator[Way]:
    """A way to MariaDB that can be cut."""
    found = Way(make_url(mariadb_schema).port or 0)
    yield found
    found.close()


@pytest.fixture
def database_url(way: Way, mariadb_schema: str, template: Path) -> str:
    """MariaDB with the demonstration's people, at the end of that way."""
    conftest._refill(mariadb_schema, template)
    return make_url(mariadb_schema).set(port=way.port).render_as_string(hide_password=False)


def once(verdict: str, *, after: int = 0) -> Judge:
    """Cut the first connection that says "in the middle", or so many commands `after` that; and no later one."""
    heard: list[bytes] = []

    def judge(data: bytes) -> str:
        if heard or b"in the middle" in data:
            heard.append(data)
        return verdict if len(heard) == after + 1 else "pass"

    return judge


calls: list[int] = []


@transaction
def record(session: Session) -> None:
    """Write one row, and count how often it was tried."""
    calls.append(1)
    audit.record(session, "lost-database")
    session.flush()
    session.execute(text("SELECT 'in the middle'"))


def rows(app: Flask) -> int:
    """The rows that are there, asked by a connection of their own."""
    with db.engine.connect() as connection:
        return int(connection.scalar(text("SELECT COUNT(*) FROM audit_entries WHERE event = 'lost-database'")) or 0)


@pytest.fixture(autouse=True)
def _count() -> None:
    calls.clear()


@pytest.mark.parametrize("verdict", ["cut", "deaf"])
def test_a_database_lost_before_the_commit_is_asked_again(app: Flask, way: Way, verdict: str) -> None:
    """The writer that dies under an agent's save is replaced in seconds: the agent need not know."""
    with app.app_context():
        way.judge = once(verdict)
        record()
        assert (rows(app), len(calls)) == (1, 2)


@pytest.mark.parametrize(("verdict", "took_place"), [("cut", 0), ("deaf", 1)])
def test_a_database_lost_during_the_commit_is_not_asked_again(
    app: Flask, way: Way, verdict: str, took_place: int
) -> None:
    """It may have taken place, as the second case shows: run again, one payment would be two."""
    with app.app_context():
        way.judge = once(verdict, after=1)
        with pytest.raises(OperationalError):
            record()
        assert len(calls) == 1
        assert rows(app) == took_place


def test_a_server_that_is_no_writer_any_more_is_left_for_another(app: Flask, mariadb_schema: str) -> None:
    """After a hand-over the old writer refuses: the pool must not give out the same connection again."""
    ids: list[int] = []

    @transaction
    def write(session: Session) -> None:
        ids.append(int(session.scalar(text("SELECT CONNECTION_ID()")) or 0))
        if len(ids) == 1:
            session.execute(text("SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 1290, MESSAGE_TEXT = 'read-only'"))
        audit.record(session, "lost-database")

    with app.app_context():
        write()
        assert len(ids) == 2
        assert ids[0] != ids[1]
        assert rows(app) == 1
