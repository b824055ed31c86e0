"""The portal alone on this machine: SQLite, a local directory, mail shown on a page."""

from __future__ import annotations

import base64
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import tomllib
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from kit import certificates
from kit.errors import Exit, KitError
from kit.paths import DEV, ROOT, private_directory, write_private
from kit.secrets import DEMONSTRATION, new_password, new_totp_secret

UP_SECONDS = 30.0


def prepare(office: Path, office_name: str, port: int) -> dict[str, Any]:
    """Write settings, a signing key and demonstration secrets, each once. Return the demonstration's secrets."""
    private_directory(DEV / "documents")  # the portal never makes its store: a missing mount must not look empty
    private_directory(DEV)
    _signing(office_name)
    people = DEV / "people.json"
    if not people.is_file():
        made = {person: {"password": new_password(16), "totp": new_totp_secret()} for person in DEMONSTRATION}
        write_private(people, json.dumps(made, indent=2))
    write_private(DEV / "settings.toml", settings(_kept_secrets(), office, port))
    known: dict[str, Any] = json.loads(people.read_text())
    return known


def settings(kept: dict[str, str], office: Path, port: int) -> str:
    """Return the developer's settings.toml. TOML and JSON write strings alike."""
    values: dict[str, str | int | bool | list[str]] = {
        "tier": "development",
        "public_url": f"http://127.0.0.1:{port}",
        "extra_hosts": ["localhost"],
        "office_file": str(office),
        **kept,
        "database_url": f"sqlite:///{DEV / 'portal.sqlite'}",
        "documents_path": str(DEV / "documents"),
        "signing_keystore": str(DEV / "signing.p12"),
        "signing_trust": str(DEV / "signing-root.crt"),
        "mail_page": True,
        "trusted_proxies": 0,
        "number_prefix": "T",
    }
    lines = [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in values.items()]
    return "# written by bin/kit dev\n" + "\n".join(lines) + "\n"


def environment() -> dict[str, str]:
    """Return the environment in which the portal finds these settings."""
    return {
        **os.environ,
        "PORTAL_SETTINGS": str(DEV / "settings.toml"),
        "PYTHONPATH": str(ROOT / "app"),
        "PYTHONUNBUFFERED": "1",
    }


# One process for all: most of a command's time is the import of the portal.
_FILL = """
from portal.cli import main
for arguments in (["migrate"], ["seed-classification", "--demonstration"], ["demo-data", "--json"]):
    main(arguments, standalone_mode=False)
"""


def fill(secrets_of: dict[str, Any]) -> dict[str, str]:
    """Bring the schema to its head and make the demonstration people. Return their e-mail addresses."""
    done = subprocess.run(
        [sys.executable, "-c", _FILL],
        input=json.dumps(secrets_of), env=environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        raise KitError(
            "KIT-070",
            "The portal's database could not be made ready.",
            where=str(DEV / "settings.toml"),
            why="\n".join((done.stderr or done.stdout).strip().splitlines()[-6:]),
            fix="mend what it names; bin/kit dev --fresh begins with an empty portal",
            exit_code=Exit.INTERNAL,
        )
    accounts: dict[str, str] = json.loads(done.stdout.strip().splitlines()[-1])["accounts"]
    return accounts


def require_port(port: int) -> None:
    """Raise KIT-071 when something else listens on the port."""
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            raise KitError(
                "KIT-071",
                f"Port {port} is in use.",
                where=f"127.0.0.1:{port}",
                why="another bin/kit dev, or another program, listens there",
                fix=f"end it, or choose another: bin/kit dev --port {port + 1}",
            )


class Server:
    """The portal's two processes: the pages, which start again when a source changes, and the worker."""

    def __init__(self, port: int, *, reload: bool) -> None:
        self.port = port
        serve = [sys.executable, "-m", "flask", "--app", "portal.wsgi", "run", "-h", "127.0.0.1", "-p", str(port)]
        serve += ["--reload", "--debugger"] if reload else []
        self.pages = subprocess.Popen(serve, env=environment(), cwd=ROOT, start_new_session=True)
        self.worker: subprocess.Popen[bytes] | None = None

    def start_worker(self) -> None:
        """Start the worker, once the schema stands."""
        log = (DEV / "worker.log").open("ab")
        self.worker = subprocess.Popen(
            [sys.executable, "-c", "from portal.cli import main; main()", "worker"],
            env=environment(), cwd=ROOT, stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        log.close()

    def wait_until_up(self) -> None:
        """Wait until the portal answers. Raises KIT-072 when it does not."""
        deadline = time.monotonic() + UP_SECONDS
        while time.monotonic() < deadline and self.pages.poll() is None:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health/live", timeout=2) as answer:
                    if answer.status == 200:
                        return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        raise KitError(
            "KIT-072",
            "The portal does not answer.",
            where=f"http://127.0.0.1:{self.port}/health/live",
            why="it ended" if self.pages.poll() is not None else f"nothing within {UP_SECONDS:.0f} seconds",
            fix="its own words stand above this message",
            exit_code=Exit.INTERNAL,
        )

    def wait(self) -> int:
        """Wait until the pages end, or the operator interrupts."""
        return self.pages.wait()

    def stop(self) -> None:
        """End both processes with everything that they started."""
        for process in (self.worker, self.pages):
            if process is None:
                continue
            for number in (signal.SIGTERM, signal.SIGKILL):
                try:
                    os.killpg(process.pid, number)
                    process.wait(10)
                    break
                except ProcessLookupError:
                    break
                except subprocess.TimeoutExpired:
                    continue


def _kept_secrets() -> dict[str, str]:
    """Return the portal's keys: those of the last time, so that a restart signs nobody out."""
    path = DEV / "settings.toml"
    known = tomllib.loads(path.read_text()) if path.is_file() else {}
    passphrase = (DEV / "signing.passphrase").read_text()
    fresh = {name: secrets.token_urlsafe(48) for name in ("secret_key", "password_salt", "totp_secret")}
    return {**{name: str(known.get(name, value)) for name, value in fresh.items()}, "signing_passphrase": passphrase}


def _signing(office_name: str) -> None:
    if (DEV / "signing.p12").is_file():
        return
    passphrase = new_password(32)
    made = certificates.signing_keystore(office_name, "test", passphrase)
    write_private(DEV / "signing.passphrase", passphrase)
    write_private(DEV / "signing-root.crt", made.roots)
    (DEV / "signing.p12").write_bytes(base64.b64decode(made.keystore))
    (DEV / "signing.p12").chmod(0o600)
