"""The portal under gunicorn as production starts it, on SQLite and a folder of its own."""

from __future__ import annotations

import json
import os
import re
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

ROOT = Path(__file__).resolve().parents[2]
COMMAND = ["--worker-class", "gthread", "--workers", "2", "--threads", "8", "--no-control-socket"]
"""As roles/portal/templates/portal.service.j2 has it."""
PASSWORD = "a long password of the agents"
TOTP = "JBSWY3DPEHPK3PXP"


@dataclass
class Served:
    """A portal that answers at `url`; `pid` is gunicorn's own process."""

    url: str
    pid: int
    folder: Path
    settings: Path

    def workers(self) -> list[int]:
        """The processes that answer."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text()
        return [int(child) for child in children.split()]

    def agent(self) -> requests.Session:
        """A signed-in agent."""
        session = requests.Session()
        session.trust_env = False
        page = session.get(f"{self.url}/sign-in").text
        form = {"csrf_token": token_in(page), "email": "agent@demo.example", "password": PASSWORD}
        answer = session.post(f"{self.url}/sign-in", data=form)
        assert "/sign-out" in answer.text, answer.text[:500]
        session.headers.update({"X-CSRFToken": token_in(answer.text), "Tus-Resumable": "1.0.0"})
        return session

    def new_draft(self, agent: requests.Session, service: str = "trademark-national") -> str:
        """The address of a new draft."""
        form = {"csrf_token": agent.headers["X-CSRFToken"], "service": service, "reference": "R"}
        answer = agent.post(f"{self.url}/drafts/new", data=form, allow_redirects=False)
        assert answer.status_code == 303, answer.text
        return self.url + str(answer.headers["Location"])


def token_in(page: str) -> str:
    """The form's token in a page."""
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found, "the page has no token"
    return found[1]


@contextmanager
def serving(folder: Path, office: Path = ROOT / "inventories/test/office.yml", **settings: Any) -> Iterator[Served]:
    """A portal with the demonstration's people, until the end of the block."""
    from portal.accounts import service as accounts
    from portal.app import create_app
    from portal.db import Base, db
    from portal.settings import load_settings
    from tests.support import built

    built.everything()
    (folder / "documents").mkdir(exist_ok=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    values = {
        "tier": "development",
        "public_url": f"http://127.0.0.1:{port}",
        "office_file": str(office),
        **{name: secrets.token_urlsafe(48) for name in ("secret_key", "password_salt", "totp_secret")},
        "database_url": f"sqlite:///{folder / 'portal.db'}",
        "documents_path": str(folder / "documents"),
        "trusted_proxies": 0,
        **settings,
    }
    path = folder / "settings.toml"
    path.write_text("".join(f"{name} = {json.dumps(value)}\n" for name, value in values.items()))
    app = create_app(load_settings(path))
    with app.app_context():
        Base.metadata.create_all(db.engine)
        accounts.demo_data({role: {"password": PASSWORD, "totp": TOTP} for role in ("agent", "officer", "cashier")})
        db.session.close()
        db.engine.dispose()
    log = folder / "gunicorn.log"
    command = [sys.executable, "-m", "gunicorn", *COMMAND, "--bind", f"127.0.0.1:{port}", "portal.wsgi:app"]
    paths = os.pathsep.join([str(ROOT / "app"), str(ROOT)])
    environment = {**os.environ, "PYTHONPATH": paths, "PORTAL_SETTINGS": str(path)}
    with log.open("wb") as out:
        process = subprocess.Popen(command, env=environment, stdout=out, stderr=out)
    try:
        _wait(process, port, log)
        yield Served(f"http://127.0.0.1:{port}", process.pid, folder, path)
    finally:
        process.terminate()
        process.wait(40)


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    until = time.monotonic() + 60
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        if process.poll() is not None or time.monotonic() > until:
            raise RuntimeError(f"gunicorn did not start:\n{log.read_text()}")
        time.sleep(0.05)
