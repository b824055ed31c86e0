#!/opt/portal/current/bin/python
"""Put a test or demo tier back to its training data: no drafts, no filings, no documents, the training accounts anew.

    office-reset [FILE]     FILE holds the secrets as JSON: {"migration_url": …, "people": {…}}; `-` is standard input

The portal is away for some seconds meanwhile. What stopped half-way is completed by the next run. Run as root;
refused in production.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import sys
import time
import tomllib
from pathlib import Path

from sqlalchemy import create_engine, text

SETTINGS = Path("/etc/portal/settings.toml")
PORTAL = "/opt/portal/current/bin/portal"
UNITS = ("portal.socket", "portal.service", "portal-worker.service")


def empty_schema(url: str) -> int:
    """Drop every table and view of the schema; how many there were."""
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("SET FOREIGN_KEY_CHECKS = 0"))
        found = connection.execute(text("SHOW FULL TABLES")).all()
        for name, kind in found:
            connection.execute(text(f"DROP {'VIEW' if kind == 'VIEW' else 'TABLE'} `{name}`"))
    engine.dispose()
    return len(found)


def empty_documents(folder: Path) -> int:
    """Remove all that was stored, not the directory itself; how many files there were."""
    count = sum(1 for file in folder.rglob("*") if file.is_file())
    for entry in folder.iterdir():
        shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    return count


def portal(*arguments: str, given: str = "", **environment: str) -> None:
    """Run a command of the portal as its account."""
    subprocess.run(
        ["setpriv", "--reuid=portal", "--regid=portal", "--init-groups", PORTAL, *arguments],
        input=given, text=True, check=True, stdout=subprocess.DEVNULL,
        env={**os.environ, "PORTAL_SETTINGS": str(SETTINGS), **environment},
    )  # fmt: skip


def main() -> None:
    place = sys.argv[1] if len(sys.argv) > 1 else "/etc/portal/reset.json"
    settings = tomllib.loads(SETTINGS.read_text())
    if settings["tier"] not in ("test", "demo"):
        print(f"office-reset: refused: this is the tier {settings['tier']}, whose filings count", file=sys.stderr)
        sys.exit(6)
    secrets = json.loads(sys.stdin.read() if place == "-" else Path(place).read_text())
    begun = time.monotonic()
    with Path("/run/office-reset.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        subprocess.run(["systemctl", "stop", *UNITS], check=True)
        try:
            dropped = empty_schema(secrets["migration_url"])
            removed = empty_documents(Path(settings["documents_path"]))
            portal("migrate", PORTAL_DATABASE_URL=secrets["migration_url"])
            if secrets["people"]:
                portal("seed-classification", "--demonstration")
                portal("demo-data", given=json.dumps(secrets["people"]))
            else:
                portal("seed-classification")
        finally:
            subprocess.run(["systemctl", "start", *UNITS], check=True)
    print(json.dumps({"tables": dropped, "documents": removed, "seconds": round(time.monotonic() - begun, 1)}))


if __name__ == "__main__":
    main()
