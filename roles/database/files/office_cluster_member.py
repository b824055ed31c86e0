"""What a member of the database cluster knows of itself, and how it asks the others."""

from __future__ import annotations

import contextlib
import http.client
import json
import ssl
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import office_cluster_rules as rules
import pymysql

SETTINGS = json.loads(Path("/etc/office-cluster.json").read_text())
ME, MEMBERS = SETTINGS["me"], SETTINGS["members"]
DATA = Path("/var/lib/mysql")
RUN = Path("/run/office-cluster")
PHASE = RUN / "phase.json"
ASK_SECONDS = 2.0
TABLE = "office_cluster.writer"
WANTED = (
    "wsrep_ready", "wsrep_cluster_status", "wsrep_local_state", "wsrep_incoming_addresses", "wsrep_cluster_state_uuid",
    "wsrep_last_committed",
)  # fmt: skip


def say(text: str) -> None:
    """A line for the journal, or for the person who typed the command."""
    print(text, file=sys.stderr, flush=True)


def systemctl(*arguments: str) -> str:
    """What systemctl says; nothing where it refuses."""
    return subprocess.run(["systemctl", *arguments], check=False, capture_output=True, text=True).stdout.strip()


# --- the database on this server ---


class Database:
    """root's connection through the socket, made again whenever it breaks."""

    def __init__(self) -> None:
        self._connection: pymysql.Connection | None = None

    def ask(self, sql: str, *values: object) -> list[tuple]:
        """Run one statement. Raises pymysql.err.MySQLError or OSError."""
        try:
            if self._connection is None:
                self._connection = pymysql.connect(
                    unix_socket="/run/mysqld/mysqld.sock", user="root", autocommit=True, charset="utf8mb4",
                    connect_timeout=2, read_timeout=3, write_timeout=3,
                )  # fmt: skip
            with self._connection.cursor() as cursor:
                cursor.execute(sql, values or None)
                return list(cursor.fetchall())
        except pymysql.err.MySQLError as error:
            if not isinstance(error, pymysql.err.ProgrammingError) and code(error) not in (1047, 1213, 1205):
                self.close()
            raise
        except OSError:
            self.close()
            raise

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(pymysql.err.MySQLError, OSError):
                connection.close()

    def local(self) -> tuple[rules.Local, rules.Position]:
        """How this member stands, and how far it has come in which history."""
        names = ", ".join(f"'{name}'" for name in WANTED)
        seen = dict(self.ask(f"SHOW GLOBAL STATUS WHERE Variable_name IN ({names})"))
        read_only = self.ask("SELECT @@GLOBAL.read_only")[0][0]
        addresses = {address.rpartition(":")[0].strip("[]") or address for address in
                     seen.get("wsrep_incoming_addresses", "").split(",")}  # fmt: skip
        return rules.Local(
            primary=seen.get("wsrep_cluster_status") == "Primary",
            ready=seen.get("wsrep_ready") == "ON",
            state=int(seen.get("wsrep_local_state") or 0),
            view=tuple(name for name, address in MEMBERS.items() if address in addresses),
            read_only=bool(int(read_only)),
        ), rules.Position(seen.get("wsrep_cluster_state_uuid", ""), int(seen.get("wsrep_last_committed") or -1))

    def office(self) -> rules.Office | None:
        """Who the cluster says is the writer; None before the first one. Raises pymysql.err.MySQLError."""
        try:
            rows = self.ask(f"SELECT holder, epoch, previous FROM {TABLE}")  # noqa: S608
        except pymysql.err.MySQLError as error:
            if code(error) in (1049, 1146):  # no such schema, no such table
                return None
            raise
        return rules.Office(*rows[0]) if rows else None

    def claim(self, office: rules.Office | None, holder: str) -> None:
        """Have the cluster agree on another writer; of two that claim at once the cluster refuses one."""
        if office is None:
            self.ask("CREATE DATABASE IF NOT EXISTS office_cluster")
            self.ask(
                f"CREATE TABLE IF NOT EXISTS {TABLE} (id TINYINT PRIMARY KEY, holder VARCHAR(64) NOT NULL, "
                "epoch INT NOT NULL, previous VARCHAR(64) NOT NULL, since TIMESTAMP NOT NULL) ENGINE=InnoDB"
            )
            self.ask(f"INSERT IGNORE INTO {TABLE} VALUES (1, %s, 1, '', NOW())", holder)  # noqa: S608
            return
        self.ask(
            f"UPDATE {TABLE} SET previous = holder, holder = %s, epoch = epoch + 1, since = NOW() "  # noqa: S608
            "WHERE id = 1 AND epoch = %s",
            holder, office.epoch,
        )  # fmt: skip


def code(error: Exception) -> int:
    return error.args[0] if error.args and isinstance(error.args[0], int) else 0


# --- what this server says of itself ---


def text_of(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""


def position(recovered: str = "") -> rules.Position | None:
    return rules.read_position(text_of(DATA / "grastate.dat"), text_of(DATA / "gvwstate.dat"), recovered)


def at_rest() -> rules.Report:
    """This server while its database does not answer: what `enter` has noted, or what a stop in good order left."""
    active = systemctl("show", "-p", "ActiveState,SubState", "--value", "mariadb.service").split()
    phase = json.loads(text_of(PHASE) or "{}")
    if active[:1] in (["inactive"], ["failed"]):
        left = position()
        if left is None or left.seqno >= 0:
            return rules.Report(rules.STOPPED, left, why="stopped")
        if phase.get("state") != rules.STOPPED:
            return rules.Report(rules.UNKNOWN, why="stopped after a crash; its position is found when it is started")
    if phase.get("state") in (rules.STOPPED, rules.UNKNOWN):
        return rules.Report.from_dict(phase)
    if phase.get("state") == rules.STARTING and active[:1] in (["activating"], ["active"], ["reloading"]):
        return rules.Report.from_dict(phase) if "start-pre" not in active else rules.Report(rules.UNKNOWN, why="begins")
    return rules.Report(rules.UNKNOWN, why=f"its database is {'/'.join(active)}")


def note(report: rules.Report) -> None:
    """Leave for the watcher what is known while the database does not run."""
    RUN.mkdir(mode=0o755, exist_ok=True)
    draft = PHASE.with_suffix(".new")
    draft.write_text(json.dumps(report.as_dict()))
    draft.replace(PHASE)


# --- what the others say ---


def trust(purpose: ssl.Purpose) -> ssl.SSLContext:
    """Both sides show a certificate of the internal authority, made for the database."""
    context = ssl.create_default_context(purpose, cafile=SETTINGS["ca"])
    context.load_cert_chain(SETTINGS["certificate"], SETTINGS["key"])
    context.verify_mode = ssl.CERT_REQUIRED
    context.check_hostname = False  # servers are known by address; who answers is told by the name in the certificate
    return context


def ask(name: str) -> rules.Report:
    """What a member says of itself; `unreachable` when it says nothing, or when somebody else answers."""
    connection = http.client.HTTPSConnection(
        MEMBERS[name], SETTINGS["exchange_port"], timeout=ASK_SECONDS, context=trust(ssl.Purpose.SERVER_AUTH)
    )
    try:
        connection.connect()
        if name not in names_in(connection.sock.getpeercert()):
            return rules.Report(rules.UNREACHABLE, why=f"another server answers at {MEMBERS[name]}")
        connection.request("GET", "/")
        return rules.Report.from_dict(json.loads(connection.getresponse().read(65536)))
    except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError) as error:
        return rules.Report(rules.UNREACHABLE, why=str(error) or type(error).__name__)
    finally:
        connection.close()


def names_in(certificate: dict | None) -> set[str]:
    return {value for kind, value in (certificate or {}).get("subjectAltName", ()) if kind == "DNS"}


def ask_all(own: rules.Report | None = None) -> dict[str, rules.Report]:
    """Every member's report, in the inventory's order; `own` stands for this server's."""
    with ThreadPoolExecutor(len(MEMBERS)) as pool:
        return dict(zip(MEMBERS, pool.map(lambda name: own if own and name == ME else ask(name), MEMBERS), strict=True))
