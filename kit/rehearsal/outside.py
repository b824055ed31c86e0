"""When the internet's side of a rehearsal must be made again: pure reckoning over files."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from kit.paths import INVENTORIES, PLAYBOOKS, ROLES
from kit.tier import Tier

STAMP = "outside-made-from"


def fingerprint(tier: Tier, container: str) -> str:
    """Return a hash of all that `playbooks/rehearsal.yml` depends on, and of the very container it was run on."""
    folders = [ROLES / "outside", ROLES / "tls", INVENTORIES / "common", INVENTORIES / "rehearsal", tier.folder]
    files = [PLAYBOOKS / "rehearsal.yml", tier.state / "hosts.yml", tier.vault, *tier.certificates.glob("*")]
    return of_files([*files, *(file for folder in folders for file in folder.rglob("*"))], container)


def of_files(files: Iterable[Path], extra: str) -> str:
    """Return a hash of the files' names and contents; directories and what is not there are left out."""
    digest = hashlib.sha256(extra.encode())
    for file in sorted(set(files)):
        if file.is_file():
            digest.update(f"\0{file}\0".encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()


def stands(tier: Tier, container: str) -> bool:
    """Say whether the last preparation of `outside` still holds for this container and these sources."""
    stamp = tier.state / STAMP
    return stamp.is_file() and stamp.read_text() == fingerprint(tier, container)


def remember(tier: Tier, container: str) -> None:
    """Remember that `outside` was prepared from the sources as they are."""
    (tier.state / STAMP).write_text(fingerprint(tier, container))
