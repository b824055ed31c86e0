"""One run at a time per tier. The kernel frees the lock when its holder dies, so none is ever stale."""

from __future__ import annotations

import fcntl
import getpass
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from kit.errors import Exit, KitError
from kit.paths import LOCKS, REHEARSALS, private_directory
from kit.tier import Tier


@contextmanager
def hold(tier: Tier, purpose: str) -> Iterator[None]:
    """Hold the tier while the block runs. Raises KIT-030 with who holds it, since when, and for what."""
    private_directory(LOCKS)
    suffix = f"-{REHEARSALS.name}" if tier.rehearsal else ""
    path = LOCKS / f"{tier.name}{suffix}.lock"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _refusal(tier, path) from None
        holder = {
            "who": f"{getpass.getuser()}@{socket.gethostname()}",
            "pid": os.getpid(),
            "since": datetime.now().astimezone().isoformat(timespec="seconds"),
            "purpose": purpose,
        }
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps(holder).encode(), 0)
        yield
    finally:
        os.close(descriptor)


def holder_text(content: str) -> str:
    """Say in words who holds a lock, from the content of its file; it may still be being written."""
    try:
        holder = json.loads(content)
        return f"{holder['who']} (process {holder['pid']}) since {holder['since']}, for: {holder['purpose']}"
    except (ValueError, KeyError, TypeError):
        return "another run that began this moment"


def _refusal(tier: Tier, path: Path) -> KitError:
    return KitError(
        "KIT-030",
        f"Another run holds the tier {tier.title}.",
        where=str(path),
        why=f"held by {holder_text(path.read_text(errors='replace'))}",
        fix="wait until it has ended, then run the same command again",
        exit_code=Exit.LOCKED,
    )
