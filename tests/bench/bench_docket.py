"""Requests a second of the docket page of 50 rows, against a bare Flask page with the same 50 rows from SQLite.

Both are served by gunicorn as the portal role starts it, one after the other on the loopback, from the same database
file; `wrk` asks with the cookie of a signed-in agent. Goal: at least 0.25 of the bare page.

    python tests/bench/bench_docket.py [--seconds 5] [--rounds 3]
"""

from __future__ import annotations

import argparse
import json
import os
import re
import secrets
import shutil
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask, g, render_template_string

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "app")]

GOAL = 0.25
FILINGS = 1000
PASSWORD = "a long password of the agents"
GUNICORN = ["--worker-class", "gthread", "--workers", "2", "--threads", "8", "--no-control-socket"]
CONNECTIONS = "8"

PAGE = """<!doctype html><title>Docket</title><table>{% for row in rows %}<tr>{% for cell in row %}<td>{{ cell }}</td>
{% endfor %}</tr>{% endfor %}</table>"""
QUERY = """SELECT f.number, f.title, f.applicant, f.received_at, f.reception_date, f.state, b.state
FROM filings f LEFT JOIN bills b ON b.filing_id = f.id AND b.state != 'cancelled'
WHERE f.firm_id = 1 ORDER BY f.received_at DESC, f.id DESC LIMIT 50"""


def bare() -> Flask:
    """A Flask page with nothing but the rows: what the framework costs by itself."""
    app = Flask("bare")
    path = os.environ["BENCH_DATABASE"]

    @app.get("/docket")
    def docket() -> str:
        g.connection = sqlite3.connect(path)
        return render_template_string(PAGE, rows=g.connection.execute(QUERY).fetchall())

    @app.teardown_request
    def close(_error: BaseException | None) -> None:
        if "connection" in g:
            g.connection.close()

    return app


def prepare(folder: Path) -> Path:
    """A portal of a test tier with one firm's filings; returns its settings file."""
    from kit.assets import build_assets
    from portal.accounts import service as accounts
    from portal.accounts.models import User
    from portal.app import create_app
    from portal.db import Base, db
    from portal.settings import load_settings
    from tests.support.filings import make_filing

    build_assets()
    settings = folder / "settings.toml"
    values = {
        "tier": "development",
        "public_url": "http://127.0.0.1",
        "office_file": str(ROOT / "inventories/test/office.yml"),
        **{name: secrets.token_urlsafe(48) for name in ("secret_key", "password_salt", "totp_secret")},
        "database_url": f"sqlite:///{folder / 'portal.db'}",
        "documents_path": str(folder),
    }
    settings.write_text("".join(f"{name} = {json.dumps(value)}\n" for name, value in values.items()))
    app = create_app(load_settings(settings))
    with app.app_context():
        Base.metadata.create_all(db.engine)
        key = "JBSWY3DPEHPK3PXP"
        accounts.demo_data({role: {"password": PASSWORD, "totp": key} for role in ("agent", "officer", "cashier")})
        agent = db.session.query(User).filter_by(email="agent@demo.example").one()
        firm, person = agent.firm_id, agent.id
        for serial in range(1, FILINGS + 1):
            make_filing(app.config["PROFILE"], firm, person, serial, title=f"MARK {serial}", applicant="Baobab & Co")
        db.session.close()
        db.engine.dispose()
    return settings


@contextmanager
def serving(target: str, environment: dict[str, str], log: Path) -> Iterator[int]:
    """gunicorn with this application, until the end of the block; gives its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "gunicorn", *GUNICORN, "--bind", f"127.0.0.1:{port}", target]
    path = os.pathsep.join([str(ROOT / "app"), str(ROOT)])
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, env={**os.environ, "PYTHONPATH": path, **environment}, stdout=out, stderr=out
        )
    try:
        until = time.monotonic() + 30
        while True:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"{target} did not start:\n{log.read_text()}")
            time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait(30)


def sign_in(port: int) -> str:
    """The cookie of a signed-in agent, as a browser would send it."""
    jar = urllib.request.HTTPCookieProcessor()
    browser = urllib.request.build_opener(jar)
    page = browser.open(f"http://127.0.0.1:{port}/sign-in").read().decode()
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found, "the sign-in page has no token"
    form = {"csrf_token": found.group(1), "email": "agent@demo.example", "password": PASSWORD}
    browser.open(f"http://127.0.0.1:{port}/sign-in", urllib.parse.urlencode(form).encode())
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in jar.cookiejar)


def rows_of(port: int, cookie: str) -> int:
    """How many filings the page lists: a page that says nothing is quick."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}/docket", headers={"Cookie": cookie})
    return len(re.findall(r"9\d{8}</(?:a|td)>", urllib.request.urlopen(request).read().decode()))


def load(port: int, cookie: str, seconds: int) -> float:
    """Requests a second; raises when any answer was not a success."""
    wrk = shutil.which("wrk")
    if wrk is None:
        raise RuntimeError("wrk is not installed: apt-get install wrk")
    command = [wrk, "-t", "1", "-c", CONNECTIONS, "-d", f"{seconds}s", "-H", f"Cookie: {cookie}"]
    said = subprocess.run(
        [*command, f"http://127.0.0.1:{port}/docket"], capture_output=True, text=True, check=True
    ).stdout
    if re.search(r"Non-2xx|Socket errors", said):
        raise RuntimeError(said)
    found = re.search(r"Requests/sec:\s+([\d.]+)", said)
    assert found, said
    return float(found.group(1))


def measure(seconds: int, rounds: int) -> tuple[float, float]:
    """The median of each, in alternating rounds: what else the machine does falls on both."""
    with tempfile.TemporaryDirectory(prefix="bench-docket-") as name:
        folder = Path(name)
        settings = prepare(folder)
        bares, portals = [], []
        with (
            serving(
                "tests.bench.bench_docket:bare()", {"BENCH_DATABASE": str(folder / "portal.db")}, folder / "b"
            ) as plain,
            serving("portal.wsgi:app", {"PORTAL_SETTINGS": str(settings)}, folder / "p") as port,
        ):
            cookie = sign_in(port)
            for at in (plain, port):
                assert rows_of(at, cookie) == 50
                load(at, cookie, 1)
            for _ in range(rounds):
                bares.append(load(plain, cookie, seconds))
                portals.append(load(port, cookie, seconds))
        return statistics.median(bares), statistics.median(portals)


def main() -> None:
    """Measure, and print what `bin/kit bench` reads as the last line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    plain, portal = measure(given.seconds, given.rounds)
    ratio = round(portal / plain, 3)
    measures = [
        {"what": "bare Flask page, 50 rows", "value": round(plain), "unit": "requests/s"},
        {"what": "docket page, 50 rows", "value": round(portal), "unit": "requests/s"},
        {"what": "docket against bare", "value": ratio, "unit": "", "goal": f"≥ {GOAL}", "ok": ratio >= GOAL},
    ]
    print(json.dumps({"measures": measures}))


if __name__ == "__main__":
    main()
