"""A client's own ledger: rows that the database acknowledged, noted where a crash of the database does not reach."""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from tests.support.servers import Server

TABLE = "portal.kit_drill"
FILE = "/root/kit-drill-ledger"
UNIT = "kit-drill-ledger"

# As the portal's own account, on the portal's own way, one row a transaction: noted only when its commit was answered.
PROGRAM = f"""
import os, time, tomllib, uuid
from sqlalchemy import create_engine, text
url = tomllib.load(open("/etc/portal/settings.toml", "rb"))["database_url"]
engine = create_engine(url, pool_pre_ping=True, pool_size=1, connect_args=dict(connect_timeout=2, read_timeout=10))
ledger = os.open("{FILE}", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
while True:
    row = uuid.uuid4().hex
    try:
        with engine.begin() as connection:
            writer = connection.scalar(text("SELECT @@hostname"))
            connection.execute(text("INSERT INTO {TABLE} (id, writer) VALUES (:i, :w)"), dict(i=row, w=writer))
        os.write(ledger, f"{{time.time():.3f}} {{writer}} {{row}}\\n".encode())
        time.sleep(0.02)
    except Exception as error:
        os.write(ledger, f"{{time.time():.3f}} - {{type(error).__name__}}\\n".encode())
        time.sleep(0.1)
"""


@dataclass(frozen=True)
class Entry:
    """An acknowledged row: when (epoch seconds), by which writer, and its identity."""

    at: float
    writer: str
    row: str


def prepare(server: Server) -> None:
    """Make the table of the drill, with the administrator's account."""
    server.run(
        f'mariadb -e "DROP TABLE IF EXISTS {TABLE}; CREATE TABLE {TABLE} (id CHAR(32) PRIMARY KEY, writer VARCHAR(64))"'
    )


def clear(server: Server) -> None:
    """Take the table of the drill away."""
    server.run(f'mariadb -e "DROP TABLE IF EXISTS {TABLE}"')


def begin(server: Server) -> None:
    """Start committing on a server of the portal, with an empty ledger."""
    stop(server)
    server.run(f"rm -f {FILE}")
    python = "/opt/portal/current/bin/python"
    python = f"$(test -x {python} && echo {python} || ls -d /opt/portal/releases/*/bin/python | tail -1)"
    server.run(f"systemd-run --quiet --collect --unit={UNIT} {python} -c {shlex.quote(PROGRAM)}")


def stop(server: Server) -> None:
    """Stop committing; the ledger stays."""
    server.attempt(f"systemctl stop {UNIT}")


def read(servers: Sequence[Server]) -> list[Entry]:
    """All acknowledged rows of these servers' ledgers, in the order of their times."""
    lines = [line.split() for server in servers for line in server.attempt(f"cat {FILE}")[1].splitlines()]
    return sorted(
        (Entry(float(at), writer, row) for at, writer, row in (one for one in lines if len(one) == 3) if writer != "-"),
        key=lambda entry: entry.at,
    )


def missing(entries: Sequence[Entry], server: Server) -> list[Entry]:
    """The acknowledged rows that a member does not have."""
    held = set(server.run(f"mariadb -Ne 'SELECT id FROM {TABLE}'").split())
    return [entry for entry in entries if entry.row not in held]


def turns(entries: Sequence[Entry]) -> list[str]:
    """The writers in the order in which they were acknowledged by; two at once would take turns."""
    writers = [entry.writer for entry in entries]
    return writers[:1] + [after for before, after in pairwise(writers) if before != after]


def silence(entries: Sequence[Entry], since: float) -> float:
    """Seconds from `since` until somebody was acknowledged again, after the longest pause that began near it."""
    times = [since] + [entry.at for entry in entries if entry.at >= since]
    return max((after - before for before, after in pairwise(times)), default=float("inf"))


def status(server: Server) -> dict[str, dict]:
    """What the watchers say of every member, asked on this server."""
    return dict(json.loads(server.run("office-cluster status --json")))
