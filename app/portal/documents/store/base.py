"""What every engine of the document store offers, and what can be wrong with it."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

CHUNK = 1024 * 1024
FULL = {errno.ENOSPC, errno.EDQUOT}
FILE_MODE = 0o640
FOLDER_MODE = 0o770  # the set-group-ID bit is inherited; the portal's unit may not set it
HASH = re.compile(r"[0-9a-f]{128}")
KEY = re.compile(r"[A-Za-z0-9_-]{8,64}")
NAME = re.compile(r"[a-z]+(/[A-Za-z0-9][A-Za-z0-9.-]{0,99})+")


class StoreError(Exception):
    """The document store did not do what was asked; nothing may be acknowledged on it."""


class StoreFull(StoreError):
    """No room is left; what was being written is gone again."""


class StoreAway(StoreError):
    """The store cannot be reached, read or written."""


class NotStored(StoreError):
    """No content has this hash."""


class ContentAltered(StoreError):
    """The bytes on disk no longer have the hash that they were stored under."""


class NameTaken(StoreError):
    """This name was given before; it is never given twice."""


@dataclass(frozen=True)
class Stored:
    """What was stored: the hash of the received bytes in hexadecimal, and their number."""

    sha512: str
    size: int


class DocumentStore(Protocol):
    """What every engine offers. Raises StoreFull and StoreAway from every method."""

    def put(self, data: bytes | BinaryIO) -> Stored:
        """Store content for good before returning; the same content twice is one object."""

    def get(self, sha512: str) -> bytes:
        """The content of this hash, checked against it; raises NotStored or ContentAltered."""

    def open(self, sha512: str) -> BinaryIO:
        """The content of this hash as a stream, checked whole before the first byte; raises as `get` does.

        For documents: they may be larger than what a server wants to hold in memory.
        """

    def exists(self, sha512: str) -> bool:
        """Whether content of this hash is stored (not read, so not checked)."""

    def hold(self, key: str, source: Path) -> None:
        """Keep a file that has arrived until it is examined, for good and where every server finds it.

        A repeat is the same thing. What is held is no document: it has no hash that anything could name.
        """

    def held(self, key: str) -> AbstractContextManager[Path]:
        """A file with what is held under this key, to read from; raises NotStored."""

    def drop(self, key: str) -> None:
        """Forget what is held under this key; nothing may be."""

    def held_for(self, seconds: float) -> list[str]:
        """The keys of what has been held for longer than this."""

    def name(self, name: str, content: bytes) -> Stored:
        """Store content and give it a name that nothing had before; raises NameTaken."""

    def named(self, name: str) -> bytes | None:
        """The content that has this name, checked, or None; raises ContentAltered."""

    def everything(self) -> Iterator[str]:
        """All that is stored, as `sha512/…`, `waiting/…` and names; a listing may be some seconds behind."""

    def altered_at(self, sha512: str) -> list[str]:
        """Where the copies of this content lie, or are served, that are not what was stored; raises NotStored."""

    def ready(self) -> bool:
        """Whether the store answers at this moment, asked quickly and without writing."""

    def check(self) -> None:
        """Raise unless a byte can be written now."""

    def sweep(self, older_than: float = 86400.0) -> int:
        """Remove what writes that were interrupted so many seconds ago left behind; how many files that were."""


def require_name(name: str) -> None:
    """Raise ValueError for a name that would leave its place."""
    if not NAME.fullmatch(name) or name.startswith(("sha512/", "incoming/", "waiting/", "arriving/")):
        raise ValueError(f"not a name for the document store: {name!r}")


def sync_file(path: Path) -> int:
    """Write a file through to the disk; its size in bytes."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
        return os.fstat(descriptor).st_size
    finally:
        os.close(descriptor)


def sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def translated(doing: str) -> Iterator[None]:
    """Say what the operating system's error means for a filing."""
    try:
        yield
    except OSError as error:
        kind = StoreFull if error.errno in FULL else StoreAway
        raise kind(f"could not {doing}: {error}") from error
