"""Ask ClamAV's daemon about a document, by its INSTREAM command."""

from __future__ import annotations

import re
import socket
import struct
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

CHUNK = 256 * 1024
SECONDS = 60
CONNECT_SECONDS = 5
MOST_ANSWER = 4096


class ScannerAway(Exception):
    """The scanner did not answer, or not with a verdict: nothing may be accepted unscanned."""

    retry_after = timedelta(seconds=20)
    """What waits for the scanner is soon gone on with when it is back: on the last day of a term minutes count."""


def scan(path: Path, address: str) -> str | None:
    """The name of what clamd at `tcp://host:port` or `unix:/path` found; None when it found nothing."""
    try:
        with _connected(address) as connection, path.open("rb") as document:
            connection.sendall(b"zINSTREAM\0")
            while chunk := document.read(CHUNK):
                connection.sendall(struct.pack("!L", len(chunk)) + chunk)
            connection.sendall(struct.pack("!L", 0))
            answer = _answer(connection)
    except OSError as error:
        raise ScannerAway(f"{address}: {error}") from error
    if answer == "stream: OK":
        return None
    if found := re.fullmatch(r"stream: (.+) FOUND", answer):
        return found[1]
    raise ScannerAway(f"{address} answered: {answer[:200]!r}")


def ping(address: str) -> None:
    """Raise ScannerAway unless clamd answers."""
    try:
        with _connected(address) as connection:
            connection.sendall(b"zPING\0")
            answer = _answer(connection)
    except OSError as error:
        raise ScannerAway(f"{address}: {error}") from error
    if answer != "PONG":
        raise ScannerAway(f"{address} answered: {answer[:200]!r}")


def _connected(address: str) -> socket.socket:
    if address.startswith("unix:"):
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(CONNECT_SECONDS)
        try:
            connection.connect(address.removeprefix("unix:"))
        except OSError:
            connection.close()
            raise
    else:
        parts = urlsplit(address)
        connection = socket.create_connection((parts.hostname or "", parts.port or 3310), CONNECT_SECONDS)
    connection.settimeout(SECONDS)
    return connection


def _answer(connection: socket.socket) -> str:
    """What clamd says up to its null byte."""
    received = b""
    while not received.endswith(b"\0") and len(received) < MOST_ANSWER:
        chunk = connection.recv(MOST_ANSWER)
        if not chunk:
            break
        received += chunk
    return received.rstrip(b"\0\n").decode("utf-8", "replace")
