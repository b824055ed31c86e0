"""The watcher of a member: keeps it read-only unless it is the writer, and says so to balancers and to the others."""

from __future__ import annotations

import http.server
import json
import ssl
import threading
import time
from pathlib import Path

import office_cluster_rules as rules
import pymysql
from office_cluster_member import (
    ASK_SECONDS,
    ME,
    MEMBERS,
    RUN,
    SETTINGS,
    Database,
    ask,
    ask_all,
    at_rest,
    code,
    names_in,
    position,
    say,
    trust,
)  # fmt: skip

POLL_SECONDS, STALE_SECONDS = 0.4, 2.5


class Watcher:
    """Looks at this member, keeps it read-only unless it is the writer, and says both to whom it concerns."""

    def __init__(self) -> None:
        self.database = Database()
        self.report = rules.Report(rules.UNKNOWN, why="the watcher has just begun")
        self.why, self.seen = "the watcher has just begun", 0.0
        self._office: rules.Office | None = None
        self._named = self._present = self._served = time.monotonic()
        self._lost = time.monotonic()
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
        local, reached = self.database.local()
        if self.database.ask("SELECT @@GLOBAL.wsrep_provider = 'none'")[0][0]:
            alone = position()
            state = rules.UNKNOWN if alone else rules.STOPPED
            self.report = rules.Report(state, why="its database runs by itself, as no member of a cluster")
            self.tell(self.report.why)
            return
        if not local.primary:
            why = "it has lost the others and may not commit"
            self.report = rules.Report(rules.SURVIVOR, reached, cluster=reached.cluster, why=why)
            self.tell(why)
            self.reunite()
            return
        self._lost = time.monotonic()
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
            rules.PRIMARY, cluster=reached.cluster, writer=writes, synced=local.state == rules.SYNCED, why=decision.why
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

    def reunite(self) -> None:
        """Be the one around whom all gather, when all are here and Galera itself does not bring them together."""
        if time.monotonic() - self._lost > rules.REUNITE_SECONDS:
            self._lost = time.monotonic()
            if rules.gathers(ME, ask_all(self.report)):
                say("all members run, and none may commit; this one has the most: the others gather around it")
                self.database.ask("SET GLOBAL wsrep_provider_options = 'pc.bootstrap=1'")

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

        def do_GET(self) -> None:
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
