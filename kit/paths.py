"""Where everything of a clone lives, and the caches that clones share."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
STATE = ROOT / ".kit"
VENV = ROOT / ".venv"
INVENTORIES = ROOT / "inventories"
PLAYBOOKS = ROOT / "playbooks"
ROLES = ROOT / "roles"
REPORTS = ROOT / "reports"
LOGS = STATE / "logs"
LOCKS = STATE / "locks"
BUNDLES = STATE / "bundles"
# A second, independent rehearsal of the same clone: `bin/kit test` has one of its own and leaves yours alone.
INSTANCE = os.environ.get("KIT_INSTANCE", "")
REHEARSALS = STATE / ("rehearsal" if not INSTANCE else f"rehearsal-{INSTANCE}")
DEV = STATE / "dev"


def cache() -> Path:
    """Return the directory of caches that survive `down` and that clones share."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "ip-filing-kit"


def clone_hash(root: Path = ROOT, instance: str = INSTANCE) -> str:
    """Return 8 hexadecimal digits that tell this clone's rehearsal from every other one on the same machine."""
    place = f"{root.resolve()}#{instance}" if instance else str(root.resolve())
    return hashlib.sha256(place.encode()).hexdigest()[:8]


def private_directory(path: Path) -> Path:
    """Make `path` and its parents, readable by its owner alone, and return it."""
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.chmod(0o700)
    return path


def write_private(path: Path, text: str) -> None:
    """Put `text` into `path` in one step (never half a file), mode 0600."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
