"""Where documents and packages rest: content under its SHA-512, and names that are given once.

A caller that was answered may rely on the disk: content is fsynced, then its directory entry. The database only
points here, and a lost index can be rebuilt from what is here (design, "The way of one filing").
"""

from __future__ import annotations

import errno
import hashlib
import io
import os
import re
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from portal.context import settings

CHUNK = 1024 * 1024
FULL = {errno.ENOSPC, errno.EDQUOT}
FILE_MODE = 0o640
FOLDER_MODE = 0o770  # the set-group-ID bit is inherited; the portal's unit may not set it
HASH = re.compile(r"[0-9a-f]{128}")
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

    def exists(self, sha512: str) -> bool:
        """Whether content of this hash is stored (not read, so not checked)."""

    def name(self, name: str, content: bytes) -> Stored:
        """Store content and give it a name that nothing had before; raises NameTaken."""

    def named(self, name: str) -> bytes | None:
        """The content that has this name, checked, or None; raises ContentAltered."""

    def check(self) -> None:
        """Raise unless a byte can be written now."""

    def sweep(self, older_than: float = 86400.0) -> int:
        """Remove what writes that were interrupted so many seconds ago left behind; how many files that were."""


def store() -> DocumentStore:
    """The store of the current application."""
    return LocalStore(settings().documents_path)


class LocalStore:
    """One directory. It must exist: a missing mount is not answered by filling the disk underneath it."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, data: bytes | BinaryIO) -> Stored:
        source = io.BytesIO(data) if isinstance(data, bytes) else data
        with self._incoming() as (temporary, stream), _translated("store a document"):
            digest, size = hashlib.sha512(), 0
            while chunk := source.read(CHUNK):
                digest.update(chunk)
                size += len(chunk)
                stream.write(chunk)
            stream.flush()
            os.fsync(stream.fileno())
            stored = Stored(digest.hexdigest(), size)
            self._place(temporary, stored.sha512)
        return stored

    def get(self, sha512: str) -> bytes:
        path = self._content(sha512)
        with _translated("read a document"):
            try:
                data = path.read_bytes()
            except FileNotFoundError:
                self._require_root()
                raise NotStored(f"nothing is stored under {sha512}") from None
        if hashlib.sha512(data).hexdigest() != sha512:
            raise ContentAltered(f"{path} no longer has the hash that it was stored under")
        return data

    def exists(self, sha512: str) -> bool:
        with _translated("look up a document"):
            self._require_root()
            return self._content(sha512).exists()

    def name(self, name: str, content: bytes) -> Stored:
        path = self._name(name)
        stored = self.put(content)
        with _translated("name a package"):
            self._make_folder(path.parent)
            try:
                os.link(self._content(stored.sha512), path)
            except FileExistsError:
                raise NameTaken(name) from None
            _sync_folder(path.parent)
        return stored

    def named(self, name: str) -> bytes | None:
        path = self._name(name)
        with _translated("read a package"):
            try:
                data = path.read_bytes()
            except FileNotFoundError:
                self._require_root()
                return None
            # A name is a second link to its content: altered bytes have a hash that nothing was stored under.
            if not self._content(hashlib.sha512(data).hexdigest()).exists():
                raise ContentAltered(f"{path} no longer has the content that was named")
        return data

    def check(self) -> None:
        with self._incoming() as (_, stream), _translated("write to the document store"):
            stream.write(b"\0")
            stream.flush()

    def sweep(self, older_than: float = 86400.0) -> int:
        """Remove what interrupted writes left behind more than so many seconds ago; how many files that were."""
        removed = 0
        with _translated("sweep the document store"):
            folder = self.root / "incoming"
            for path in folder.iterdir() if folder.is_dir() else ():
                if time.time() - path.stat().st_mtime > older_than:
                    path.unlink(missing_ok=True)
                    removed += 1
        return removed

    @contextmanager
    def _incoming(self) -> Iterator[tuple[Path, BinaryIO]]:
        """A new file on the store's own file system, gone afterwards whatever happens."""
        with _translated("open the document store"):
            self._make_folder(self.root / "incoming")
            path = self.root / "incoming" / secrets.token_hex(16)
            stream = path.open("xb")
        try:
            with _translated("write to the document store"):
                os.fchmod(stream.fileno(), FILE_MODE)
            yield path, stream
        finally:
            with suppress(OSError):
                stream.close()
            with suppress(OSError):
                path.unlink(missing_ok=True)

    def _place(self, temporary: Path, sha512: str) -> None:
        """Give the written file its place; a sound copy that is there already stays, an altered one is replaced."""
        path = self._content(sha512)
        self._make_folder(path.parent)
        try:
            os.link(temporary, path)
        except FileExistsError:
            if _hash(path) != sha512:
                temporary.replace(path)
        _sync_folder(path.parent)

    def _make_folder(self, folder: Path) -> None:
        """Make a folder below the root, each new level written through to its parent."""
        if folder.is_dir():
            return
        self._require_root()
        if folder.parent != self.root:
            self._make_folder(folder.parent)
        try:
            folder.mkdir(FOLDER_MODE)
        except FileExistsError:
            return
        _sync_folder(folder.parent)

    def _require_root(self) -> None:
        if not self.root.is_dir():
            raise StoreAway(f"the document store {self.root} is not there")

    def _content(self, sha512: str) -> Path:
        if not HASH.fullmatch(sha512):
            raise NotStored(f"not a SHA-512 in hexadecimal: {sha512[:140]!r}")
        return self.root / "sha512" / sha512[:2] / sha512[2:4] / sha512

    def _name(self, name: str) -> Path:
        if not NAME.fullmatch(name) or name.startswith(("sha512/", "incoming/")):
            raise ValueError(f"not a name for the document store: {name!r}")
        return self.root / name


def _hash(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha512").hexdigest()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _translated(doing: str) -> Iterator[None]:
    """Say what the operating system's error means for a filing."""
    try:
        yield
    except OSError as error:
        kind = StoreFull if error.errno in FULL else StoreAway
        raise kind(f"could not {doing}: {error}") from error
