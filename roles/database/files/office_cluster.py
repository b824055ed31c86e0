#!/usr/bin/python3
"""The database cluster's watcher on each of its servers, and the command for the person on call.

    office-cluster status [--json]          where every member stands, and who is written to
    office-cluster start [--force-bootstrap]  start this server's database; force what cannot be proved (it asks first)
    office-cluster hand-over [MEMBER]       let another member be the writer
    office-cluster settle [--new-cluster]   bring this member to its settings, one member at a time (bin/kit apply)
    office-cluster serve | enter            what systemd runs: the watcher, and the decision before the database starts

What is decided is in office_cluster_rules.py. Nothing here ever removes data. Exit codes: 0 done, 1 not (with the reason),
2 wrong usage. Standard library and Debian's python3-pymysql. Settings: /etc/office-cluster.json.
"""

from __future__ import annotations

import argparse
import http.client
import http.server
import json
import os
import re
import ssl
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import office_cluster_rules as rules
import pymysql

SETTINGS = json.loads(Path("/etc/office-cluster.json").read_text())
ME, MEMBERS = SETTINGS["me"], SETTINGS["members"]
DATA = Path("/var/lib/mysql")
RUN = Path("/run/office-cluster")
PHASE, PERMIT = RUN / "phase.json", RUN / "mariadb.env"
FORCE, CREATE = RUN / "force", Path("/var/lib/office-cluster/create")
POLL_SECONDS, STALE_SECONDS, ASK_SECONDS, ENTER_SECONDS = 0.4, 2.5, 2.0, 45
TABLE = "office_cluster.writer"
WANTED = ("wsrep_ready", "wsrep_cluster_status", "wsrep_local_state", "wsrep_incoming_addresses", "wsrep_cluster_state_uuid")


def say(text: str) -> None:
    """A line for the journal, or for the person who typed the command."""
    print(text, file=sys.stderr, flush=True)


def systemctl(*arguments: str) -> str:
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
            try:
                connection.close()
            except (pymysql.err.MySQLError, OSError):
                pass

    def local(self) -> tuple[rules.Local, str]:
        """How this member stands, and the identity of its cluster's history."""
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
        ), seen.get("wsrep_cluster_state_uuid", "")

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


# --- the watcher ---


class Watcher:
    """Looks at this member, keeps it read-only unless it is the writer, and says both to whom it concerns."""

    def __init__(self) -> None:
        self.database = Database()
        self.report = rules.Report(rules.UNKNOWN, why="the watcher has just begun")
        self.why, self.seen = "the watcher has just begun", 0.0
        self._office: rules.Office | None = None
        self._named = self._present = self._served = time.monotonic()
        self._asked = 0.0
        self._said = ""

    def serves(self) -> bool:
        """Whether writes may come here; a look that is too old is no look."""
        return self.report.writer and time.monotonic() - self.seen < STALE_SECONDS

    def run(self) -> None:
        while True:
            try:
                self.look()
            except (pymysql.err.MySQLError, OSError) as error:
                stopped = code(error) in (2002, 2003, 2013, 2006) or isinstance(error, OSError)
                self.report = at_rest() if stopped else rules.Report(rules.UNKNOWN, why=str(error))
                self.tell(f"the database does not answer: {error}")
            self.seen = time.monotonic()
            time.sleep(POLL_SECONDS)

    def look(self) -> None:
        """One look, and what follows from it. Raises what the database raises."""
        local, cluster = self.database.local()
        if self.database.ask("SELECT @@GLOBAL.wsrep_provider = 'none'")[0][0]:
            alone = position()
            state = rules.UNKNOWN if alone else rules.STOPPED
            self.report = rules.Report(state, why="its database runs by itself, as no member of a cluster")
            self.tell(self.report.why)
            return
        if not local.primary:
            why = "it has lost the others and may not commit"
            self.report = rules.Report(rules.SURVIVOR, cluster=cluster, why=why)
            self.tell(why)
            return
        office = self.database.office() if local.usable else self._office
        now = time.monotonic()
        self.remember(office, local, now)
        decision = rules.duty(
            ME, list(MEMBERS), local, office,
            absent=now - self._present, named=now - self._named, sick=now - self._served,
        )  # fmt: skip
        if decision.what == rules.CLAIM:
            say(f"claims to be the writer: {decision.why}")
            self.database.claim(office, ME)
        writes = decision.what == rules.SERVE
        if writes == local.read_only:
            self.database.ask(f"SET GLOBAL read_only = {'OFF' if writes else 'ON'}")
        self.report = rules.Report(
            rules.PRIMARY, cluster=cluster, writer=writes, synced=local.state == rules.SYNCED, why=decision.why
        )
        self.tell(decision.why)

    def remember(self, office: rules.Office | None, local: rules.Local, now: float) -> None:
        """Since when the row names whom it names, and when its holder was last seen, and seen at work."""
        if office != self._office:
            self._office, self._named, self._present, self._served = office, now, now, now
        if office is None or office.holder in local.view:
            self._present = now
        if office is None or office.holder == ME or office.holder not in local.view:
            self._served = now
        elif now - self._asked > ASK_SECONDS:
            self._asked = now
            threading.Thread(target=self._visit, args=(office.holder,), daemon=True).start()

    def _visit(self, holder: str) -> None:
        if ask(holder).writer:
            self._served = time.monotonic()

    def tell(self, why: str) -> None:
        self.why = why
        if why != self._said:
            self._said = why
            say(why)


def answering(watcher: Watcher) -> type[http.server.BaseHTTPRequestHandler]:
    """To balancers whether writes may come here (200 or 503); to members, over TLS, the whole report."""

    class Answer(http.server.BaseHTTPRequestHandler):
        timeout = 5

        def do_GET(self) -> None:  # noqa: N802
            members = isinstance(self.connection, ssl.SSLSocket)
            if members and not names_in(self.connection.getpeercert()) & set(MEMBERS):
                self.send_error(403)
                return
            status = 200 if members or watcher.serves() else 503
            body = json.dumps(watcher.report.as_dict()) if members else ("writer" if status == 200 else "no")
            self.send_response(status)
            self.send_header("Content-Length", str(len(body.encode())))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            """Two looks a second are no news."""

    return Answer


class Listener(http.server.ThreadingHTTPServer):
    """A handshake that does not come to its end holds up nobody else: it is made in the request's own thread."""

    daemon_threads = True

    def __init__(self, port: int, handler: type, context: ssl.SSLContext | None = None) -> None:
        super().__init__((MEMBERS[ME], port), handler)
        self._made, self._context = 0.0, context

    def finish_request(self, request, client_address) -> None:
        if self._context is not None:
            request.settimeout(5)
            request = renewed(self).wrap_socket(request, server_side=True)
        self.RequestHandlerClass(request, client_address, self)

    def handle_error(self, request, client_address) -> None:
        """Whoever hangs up or shows no certificate of ours gets no answer, and the journal no trace of Python."""


def renewed(listener: Listener) -> ssl.SSLContext:
    """The context with the certificate that is on the disk now: it is renewed while the watcher runs."""
    changed = Path(SETTINGS["certificate"]).stat().st_mtime
    if changed != listener._made:
        listener._context, listener._made = trust(ssl.Purpose.CLIENT_AUTH), changed
    return listener._context


def serve() -> None:
    RUN.mkdir(mode=0o755, exist_ok=True)
    watcher = Watcher()
    handler = answering(watcher)
    for listener in (
        Listener(SETTINGS["check_port"], handler),
        Listener(SETTINGS["exchange_port"], handler, trust(ssl.Purpose.CLIENT_AUTH)),
    ):
        threading.Thread(target=listener.serve_forever, daemon=True).start()
    watcher.run()


# --- before the database starts ---


def recovered() -> str | None:
    """Where the tables' own log ends, `uuid:seqno`, by Debian's galera_recovery; None when it cannot be found.

    After a stop in good order Galera's own file tells it, and the answer is empty.
    """
    at_hand = position()
    if at_hand is None or at_hand.seqno >= 0:
        return ""
    done = subprocess.run(
        ["setpriv", "--reuid=mysql", "--regid=mysql", "--init-groups", "/usr/bin/galera_recovery"],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    found = re.search(r"--wsrep_start_position=([0-9a-f-]{36}:-?\d+)", done.stdout)
    if found is None:
        say(f"where its data ends is not to be found: {(done.stderr or done.stdout).strip()[-600:]}")
    return found[1] if found else None


def enter() -> int:
    """Decide how the database starts, and permit it; systemd tries again when it cannot be decided yet."""
    PERMIT.unlink(missing_ok=True)
    end_of_data = recovered()
    if end_of_data is None:
        note(rules.Report(rules.UNKNOWN, why="its position cannot be found: journalctl -u mariadb"))
        return 1
    own = rules.Report(rules.STOPPED, position(end_of_data), why="waits until it is decided who begins")
    note(own)
    last, end = "", time.monotonic() + ENTER_SECONDS
    while True:
        decision = rules.decide(ME, ask_all(own), create=CREATE.exists(), force=FORCE.exists())
        if decision.why != last:
            last = decision.why
            say(f"{decision.what}: {decision.why}")
        if decision.what != rules.WAIT:
            break
        if time.monotonic() > end:
            say("not started; it is tried again in a few seconds. Every member's word: office-cluster status")
            return 1
        time.sleep(1)
    begins = decision.what == rules.BOOTSTRAP
    note(rules.Report(rules.STARTING, own.position, bootstrap=begins, why=decision.why))
    if begins and own.position:
        allow_bootstrap()
    PERMIT.write_text(f"_WSREP_NEW_CLUSTER={'--wsrep-new-cluster' if begins else ''}\n")
    CREATE.unlink(missing_ok=True)
    FORCE.unlink(missing_ok=True)
    return 0


def allow_bootstrap() -> None:
    """Galera's own guard asks for this mark; that it is true has just been decided among all members."""
    state = DATA / "grastate.dat"
    told = state.read_text()
    state.write_text(re.sub(r"safe_to_bootstrap:\s*\d", "safe_to_bootstrap: 1", told))


# --- the person's commands ---


def wait_until_synced(seconds: float) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        report = ask(ME)
        if report.state == rules.PRIMARY and report.synced:
            return True
        time.sleep(0.5)
    return False


def status(as_json: bool) -> int:
    reports = ask_all()
    if as_json:
        print(json.dumps({name: report.as_dict() for name, report in reports.items()}))
        return 0
    for name, report in reports.items():
        known = f" at {report.position.seqno}" if report.position else ""
        role = "writer" if report.writer else "synced" if report.synced else report.state
        print(f"{name:12} {role}{known}: {report.why}")
    whole = all(report.synced for report in reports.values()) and sum(r.writer for r in reports.values()) == 1
    return 0 if whole else 1


def start(force: bool) -> int:
    """Start the database here; with `force` after a person has typed this server's name."""
    if force:
        status(as_json=False)
        print(
            f"Force only when the members that do not answer are lost for good: what they alone hold is lost with them.\n"
            f"Type the name of this server ({ME}) to go on: ",
            end="", flush=True,
        )  # fmt: skip
        if sys.stdin.readline().strip() != ME:
            say("nothing was done")
            return 1
        if ask(ME).state == rules.SURVIVOR:
            Database().ask("SET GLOBAL wsrep_provider_options = 'pc.bootstrap=1'")
            return 0 if wait_until_synced(30) else 1
        FORCE.touch()
    systemctl("start", "mariadb.service")
    if wait_until_synced(120):
        return 0
    say("it has not started; why: journalctl -u mariadb -u office-cluster")
    return 1


def hand_over(to: str) -> int:
    """Have another synced member be the writer, and wait until it is."""
    reports = ask_all()
    writers = [name for name, report in reports.items() if report.writer]
    able = [name for name, report in reports.items() if report.synced and name not in writers]
    target = to or next((name for name in able if name != ME), "")
    if target in writers:
        return 0
    if target not in able:
        say(f"{target or 'nobody'} can take over: {', '.join(f'{n} {r.state}' for n, r in reports.items())}")
        return 1
    database = Database()
    database.claim(database.office(), target)
    end = time.monotonic() + 20
    while time.monotonic() < end:
        if ask(target).writer:
            say(f"{target} is the writer")
            return 0
        time.sleep(0.3)
    say(f"{target} was named and does not serve: office-cluster status")
    return 1


def needs_restart() -> bool:
    """Whether settings are newer than the running server, or it does not run as a member."""
    if ask(ME).state != rules.PRIMARY:
        return True
    begun = int(systemctl("show", "-p", "ExecMainStartTimestamp", "--value", "--timestamp=unix", "mariadb").lstrip("@") or 0)
    places = ("/etc/mysql/mariadb.conf.d/90-office.cnf", "/etc/systemd/system/mariadb.service.d/office.conf")
    return any(Path(place).stat().st_mtime > begun for place in places)


def settle(new_cluster: bool) -> int:
    """Restart this member when it must be, never while another one is away; print `changed` or `nothing`."""
    if not needs_restart():
        if wait_until_synced(300):
            print("nothing")
            return 0
        say("it is a member and does not get synced: office-cluster status")
        return 1
    reports = {name: report for name, report in ask_all().items() if name != ME}
    holders = [name for name, report in reports.items() if report.position or report.cluster]
    if new_cluster:
        if holders:
            say(f"{', '.join(holders)} holds a cluster already: no second one is made")
            return 1
        CREATE.parent.mkdir(mode=0o700, exist_ok=True)
        CREATE.touch()
    elif not position() and holders and any((DATA / SETTINGS["schema"]).glob("*.ibd")):
        say(
            f"this server holds a schema `{SETTINGS['schema']}` of its own that the cluster does not have; joining would "
            "replace it. Nothing was changed. Move it away (mariadb-dump, DROP DATABASE), then apply again"
        )
        return 1
    if ask(ME).state == rules.PRIMARY:
        away = [name for name, report in reports.items() if not report.synced]
        if away:
            say(f"its settings are new, and it is not restarted while {', '.join(away)} is away: bring it back, then apply again")
            return 1
        if ask(ME).writer and hand_over(""):
            return 1
    systemctl("reset-failed", "mariadb.service")
    done = subprocess.run(["systemctl", "restart", "mariadb.service"], check=False, capture_output=True, text=True)
    if not wait_until_synced(600 if done.returncode == 0 else 5):
        why = systemctl_journal()
        say(f"this server does not get to be a synced member. {why}")
        return 1
    print("changed")
    return 0


def systemctl_journal() -> str:
    out = subprocess.run(
        ["journalctl", "-u", "mariadb.service", "-n", "40", "-o", "cat", "--no-pager"],
        check=False, capture_output=True, text=True,
    ).stdout  # fmt: skip
    said = [line for line in out.splitlines() if line.startswith(("wait:", "join:", "bootstrap:"))]
    return said[-1] if said else "Why: journalctl -u mariadb -u office-cluster"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("serve")
    verbs.add_parser("enter")
    verbs.add_parser("status").add_argument("--json", action="store_true")
    verbs.add_parser("start").add_argument("--force-bootstrap", action="store_true")
    verbs.add_parser("hand-over").add_argument("member", nargs="?", default="", choices=["", *MEMBERS])
    verbs.add_parser("settle").add_argument("--new-cluster", action="store_true")
    given = parser.parse_args()
    if os.geteuid():
        say("office-cluster: only root speaks for this server")
        return 1
    if given.verb == "serve":
        serve()
    return {
        "serve": lambda: 0,
        "enter": enter,
        "status": lambda: status(given.json),
        "start": lambda: start(given.force_bootstrap),
        "hand-over": lambda: hand_over(given.member),
        "settle": lambda: settle(given.new_cluster),
    }[given.verb]()


if __name__ == "__main__":
    sys.exit(main())
