#!/usr/bin/python3
"""Which release of the portal this server runs, and the way back to the one before.

    office-release status         the release in use, the one that answers, the one before, and those installed (JSON)
    office-release keep TARGET    before TARGET is put in place: keep what the release in use serves with
    office-release can-go-back    say whether the release before can serve on the database as it is (exit 3: it cannot)
    office-release back           put the release before in place again, and wait until it answers

Each can be repeated after it was killed at any point. Run as root. Standard library only.
"""

from __future__ import annotations

import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import tomllib
from pathlib import Path
from urllib.parse import urlsplit

HOME = Path("/opt/portal")
CURRENT, PREVIOUS = HOME / "current", HOME / "previous"
SETTINGS = Path("/etc/portal/settings.toml")
UNITS = ("portal.socket", "portal.service", "portal-worker.service")
SERVED_WITH = (SETTINGS, Path("/etc/portal/office.yml"), *(Path("/etc/systemd/system") / unit for unit in UNITS))
KEPT = Path("/var/lib/portal-releases")
"""What a release served with: a release that is put back must find settings that it knows."""
PATIENCE = 60.0
"""Seconds until a release that was started must answer."""


class Refused(Exception):
    """Why nothing was done, in words for the person at the console."""


class ThroughSocket(http.client.HTTPConnection):
    """The portal, asked as its own proxy asks it."""

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(10)
        self.sock.connect("/run/portal/portal.sock")


def version_of(link: Path) -> str | None:
    return link.resolve().name if link.exists() else None


def answering() -> str | None:
    """The version that answers here now; None when none does."""
    try:
        host = urlsplit(tomllib.loads(SETTINGS.read_text())["public_url"]).hostname or ""
        portal = ThroughSocket(host)
        portal.request("GET", "/health/live", headers={"X-Forwarded-Proto": "https", "X-Forwarded-For": "127.0.0.1"})
        return str(json.loads(portal.getresponse().read())["version"])
    except (OSError, ValueError, KeyError, http.client.HTTPException):
        return None


def point(link: Path, to: Path) -> None:
    """Let a link lead elsewhere in one step."""
    fresh = link.with_name(f".{link.name}.new")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(to)
    fresh.replace(link)


def copy(source: Path, to: Path) -> None:
    """Copy a file with its owner and mode; under its name there is never half of one."""
    fresh = to.with_name(f".{to.name}.new")
    shutil.copy2(source, fresh)
    owner = source.stat()
    os.chown(fresh, owner.st_uid, owner.st_gid)
    fresh.replace(to)


def status() -> dict[str, object]:
    installed = sorted(path.parent.name for path in (HOME / "releases").glob("*/.complete"))
    return {
        "current": version_of(CURRENT),
        "answering": answering(),
        "previous": version_of(PREVIOUS),
        "installed": installed,
    }


def keep(target: str) -> dict[str, object]:
    """Keep what the release in use serves with, unless it is the target already; then the way back is known."""
    now = version_of(CURRENT)
    if now is None or now == target:
        return {"changed": False, "previous": version_of(PREVIOUS)}
    place = KEPT / now
    KEPT.mkdir(mode=0o700, exist_ok=True)
    place.mkdir(mode=0o700, exist_ok=True)
    for path in SERVED_WITH:
        if path.exists():
            copy(path, place / path.name)
    changed = version_of(PREVIOUS) != now
    point(PREVIOUS, CURRENT.resolve())
    for forgotten in KEPT.iterdir():
        if forgotten.name not in {now, target} and not (HOME / "releases" / forgotten.name).exists():
            shutil.rmtree(forgotten)
    return {"changed": changed, "previous": now}


def schema(release: Path, *more: str) -> dict[str, object]:
    """What a release says of the database's schema."""
    command = ["setpriv", "--reuid=portal", "--regid=portal", "--init-groups", str(release / "bin/portal"), "schema"]
    environment = {"PATH": os.defpath, "PORTAL_SETTINGS": str(SETTINGS), "LC_ALL": "C.UTF-8"}
    done = subprocess.run([*command, "--json", *more], env=environment, capture_output=True, text=True, check=False)
    if done.returncode not in {0, 3}:
        raise Refused(f"the schema is unknown: {done.stderr.strip()[-400:]}")
    told: dict[str, object] = json.loads(done.stdout)
    return told


def can_go_back() -> dict[str, object]:
    """The two versions; raises Refused with the reason why there is no way back."""
    now, before = version_of(CURRENT), version_of(PREVIOUS)
    if before is None or before == now:
        raise Refused("no release before this one is kept on this server")
    if not (PREVIOUS / ".complete").exists():
        raise Refused(f"the release {before} is no longer whole on this server")
    head = str(schema(PREVIOUS)["head"])
    if not schema(CURRENT, "--serves", head)["serves"]:
        raise Refused(
            f"{before} cannot serve on the database any more: its schema ends at {head}, and what came later took away "
            "what it reads. Restore a backup, or go on to a release that is mended"
        )
    return {"current": now, "previous": before}


def back() -> dict[str, object]:
    """Put the release before in place, with what it served with."""
    now, before = version_of(CURRENT), version_of(PREVIOUS)
    if before is None:
        raise Refused("no release before this one is kept on this server")
    for path in SERVED_WITH:
        kept = KEPT / before / path.name
        if kept.exists():
            copy(kept, path)
    subprocess.run(["systemctl", "daemon-reload"], check=True)
    point(CURRENT, PREVIOUS.resolve())
    subprocess.run(["systemctl", "restart", "portal.service", "portal-worker.service"], check=True)
    until = time.monotonic() + PATIENCE
    while (found := answering()) != before:
        if time.monotonic() > until:
            raise Refused(f"{before} was put in place and does not answer; {found or 'nothing'} does")
        time.sleep(0.5)
    PREVIOUS.unlink()
    return {"changed": True, "left": now, "current": before}


def main() -> int:
    verbs = {"status": status, "keep": keep, "can-go-back": can_go_back, "back": back}
    verb, *arguments = sys.argv[1:] or [""]
    if verb not in verbs or len(arguments) != (1 if verb == "keep" else 0):
        print(__doc__, file=sys.stderr)
        return 2
    try:
        print(json.dumps(verbs[verb](*arguments)))
    except Refused as refused:
        print(f"office-release: {refused}.", file=sys.stderr)
        return 3
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"office-release: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
