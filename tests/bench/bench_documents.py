"""How long a document takes into the store and out of it, by its size: with the portal's own engines, as it calls them.

The directory and one Swift on the loopback (one copy) are measured here; where a rehearsal of production stands
(`bin/kit up production`), the store of its first server as well: three servers, two copies written before the answer.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "app")]

SIZES = {"10 KB": 10_000, "1 MB": 1_000_000, "25 MB": 25_000_000}
# What runs on the server as well, where there is nothing but the portal.
MEASURING = """
import json, os, statistics, time

def measure(shelf, sizes):
    found = {}
    for name, size in sizes.items():
        put, got = [], []
        for turn in range(4 if size > 5_000_000 else 12):
            content = os.urandom(size)
            begun = time.perf_counter()
            stored = shelf.put(content)
            between = time.perf_counter()
            assert shelf.get(stored.sha512) == content
            if turn:
                put.append((between - begun) * 1000)
                got.append((time.perf_counter() - between) * 1000)
        found[name] = [round(statistics.median(put), 1), round(statistics.median(got), 1)]
    return found
"""
ON_SERVER = f"""{MEASURING}
from portal.documents.store import store_of
from portal.settings import load_settings
print(json.dumps(measure(store_of(load_settings()), {SIZES!r})))
"""


def here() -> dict[str, Any]:
    """Both engines on this machine."""
    from portal.documents.store import LocalStore
    from portal.documents.store.doors import Access, Doors
    from portal.documents.store.s3 import S3Store
    from tests.integration.swift import BUCKET, SECRET, swift

    scope: dict[str, Any] = {}
    exec(MEASURING, scope)  # the same lines as on the server
    with TemporaryDirectory(prefix="bench-documents-") as folder, swift() as storage:
        access = Access((storage.endpoint,), BUCKET, "office:portal", SECRET, "us-east-1", None)
        return {
            "directory": scope["measure"](LocalStore(Path(folder)), SIZES),
            "Swift, one copy, loopback": scope["measure"](S3Store(Doors(access), Path(folder)), SIZES),
        }


def rehearsal() -> dict[str, Any]:
    """The store of production's rehearsal, if it stands."""
    from kit.rehearsal.names import container_name
    from kit.rehearsal.runtime import inspect, podman

    name = container_name("prod1")
    found = inspect("container", name)
    if not found or not found["State"]["Running"]:
        return {}
    command = "PORTAL_SETTINGS=/etc/portal/settings.toml setpriv --reuid=portal --regid=portal --init-groups"
    done = podman(
        "exec", "-i", name, "sh", "-c", f"{command} /opt/portal/current/bin/python -", stdin=ON_SERVER, check=True
    )
    return {"production's rehearsal, three servers": json.loads(done.stdout.splitlines()[-1])}


def main() -> None:
    rows = [
        {"what": f"{where}: {verb} {size}", "value": value, "unit": "ms", "goal": "", "ok": None}
        for where, sizes in (here() | rehearsal()).items()
        for size, pair in sizes.items()
        for verb, value in zip(("put", "get"), pair, strict=True)
    ]
    print(json.dumps({"measures": rows}))


if __name__ == "__main__":
    main()
