"""Uploads at a real server whose processes are killed: what was answered is there, and the rest goes on."""

from __future__ import annotations

import contextlib
import hashlib
import os
import signal
import socket
import sqlite3
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import requests

from portal.app import create_app
from portal.db import db, utc_now
from portal.documents.store import LocalStore
from portal.outbox.models import OutboxRow
from portal.outbox.worker import run_once
from portal.settings import load_settings
from tests.integration.portal.tus import PART, metadata
from tests.support.documents import pdf_of_size
from tests.support.gunicorn import Served, serving

SIZE = 8_000_000


@pytest.fixture
def portal(tmp_path) -> Iterator[Served]:
    with serving(tmp_path) as served:
        yield served


def begin(portal: Served, agent, draft: str) -> str:
    told = {"Upload-Length": str(SIZE), "Upload-Metadata": metadata(filename="a.pdf", kind="priority-document")}
    answer = agent.post(f"{draft}/uploads", headers=told)
    assert answer.status_code == 201, answer.text
    return portal.url + answer.headers["Location"]


def rows(portal: Served) -> list[tuple[str, str]]:
    with sqlite3.connect(portal.folder / "portal.db") as database:
        return database.execute("SELECT state, sha512 FROM draft_documents").fetchall()


def half_sent(portal: Served, agent, address: str, content: bytes, bytes_sent: int) -> socket.socket:
    """A connection on which a part was announced whole and sent in half."""
    parts = urlsplit(address)
    cookies = "; ".join(f"{one.name}={one.value}" for one in agent.cookies)
    head = (
        f"PATCH {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nCookie: {cookies}\r\nUpload-Offset: 0\r\n"
        f"Tus-Resumable: 1.0.0\r\nX-CSRFToken: {agent.headers['X-CSRFToken']}\r\nAccept: application/json\r\n"
        f"Content-Type: {PART}\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    connection = socket.create_connection((parts.hostname, parts.port))
    connection.sendall(head.encode() + content[:bytes_sent])
    return connection


def on_disk(portal: Served, address: str) -> int:
    return (portal.folder / "documents" / "arriving" / address.rsplit("/", 1)[1]).stat().st_size


def wait_for(what, seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until
        time.sleep(0.05)


def test_every_process_is_killed_in_the_middle_of_a_part_and_the_upload_goes_on(portal):
    """A power cut at noon of the last day: the agent's browser sends the rest, not the whole again."""
    content, agent = pdf_of_size(SIZE), portal.agent()
    draft = portal.new_draft(agent)
    address = begin(portal, agent, draft)
    connection = half_sent(portal, agent, address, content, 5_000_000)
    wait_for(lambda: on_disk(portal, address) > 3_000_000)
    before = portal.workers()
    for worker in before:
        os.kill(worker, signal.SIGKILL)
    connection.close()
    wait_for(lambda: len(set(portal.workers()) - set(before)) == 2)
    answer = agent.head(address)
    here = int(answer.headers["Upload-Offset"])
    assert 3_000_000 < here <= 5_000_000
    headers = {"Upload-Offset": str(here), "Content-Type": PART, "Accept": "application/json"}
    assert agent.patch(address, data=content[here:], headers=headers).status_code == 204
    assert rows(portal) == [("accepted", hashlib.sha512(content).hexdigest())]


def test_a_cut_link_keeps_what_came(portal):
    """The server notices at once, and writes no error page to nobody."""
    content, agent = pdf_of_size(SIZE), portal.agent()
    address = begin(portal, agent, portal.new_draft(agent))
    half_sent(portal, agent, address, content, 2_000_000).close()
    wait_for(lambda: on_disk(portal, address) > 1_000_000)
    wait_for(lambda: agent.head(address).headers["Upload-Offset"] == str(on_disk(portal, address)))
    here = on_disk(portal, address)
    headers = {"Upload-Offset": str(here), "Content-Type": PART}
    assert agent.patch(address, data=content[here:], headers=headers).status_code == 204
    assert rows(portal) == [("accepted", hashlib.sha512(content).hexdigest())]


def test_a_process_is_killed_while_it_examines_and_the_worker_ends_it(tmp_path):
    """The bytes are held and the effect is in the outbox before anything is examined."""
    content = pdf_of_size(SIZE)
    with socket.create_server(("127.0.0.1", 0)) as scanner:  # takes a file and never answers
        port = scanner.getsockname()[1]
        with serving(tmp_path, scanner=f"tcp://127.0.0.1:{port}") as portal:
            agent = portal.agent()
            address = begin(portal, agent, portal.new_draft(agent))
            sender = threading.Thread(target=send, args=(agent, address, content))
            sender.start()
            connection, _address = scanner.accept()
            before = portal.workers()
            for worker in before:
                os.kill(worker, signal.SIGKILL)
            sender.join(30)
            connection.close()
            wait_for(lambda: len(set(portal.workers()) - set(before)) == 2)
            assert rows(portal) == [("waiting", hashlib.sha512(content).hexdigest())]
            assert agent.head(address).headers["Upload-Offset"] == str(SIZE)
    app = create_app(load_settings(portal.settings).model_copy(update={"scanner": ""}))
    with app.app_context():
        for row in db.session.query(OutboxRow):
            row.due_at = utc_now() - timedelta(seconds=1)
        db.session.commit()
        assert run_once() == 1
    assert rows(portal) == [("accepted", hashlib.sha512(content).hexdigest())]
    assert LocalStore(tmp_path / "documents").held_for(-60) == []


def send(agent, address: str, content: bytes) -> None:
    """A part whose answer will not come."""
    headers = {"Upload-Offset": "0", "Content-Type": PART}
    with contextlib.suppress(requests.ConnectionError):
        agent.patch(address, data=content, headers=headers)
