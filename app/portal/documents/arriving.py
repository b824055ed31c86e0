"""Files on their way in: written as the bytes come, and continued where they stopped.

A part is a file of this server's own disk, beside the documents: both of its processes see it. What was answered as
received is on the disk; after a crash an upload goes on from what is.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from portal.context import settings
from portal.documents.store import FILE_MODE, FOLDER_MODE, KEY, StoreAway, sync_file, sync_folder, translated

CHUNK = 256 * 1024


class Readable(Protocol):
    """What bytes come from; a read may raise whatever ends a connection."""

    def read(self, size: int, /) -> bytes:
        """At most so many bytes; none at the end."""


class NotArriving(Exception):
    """No file arrives under this key on this server: it was discarded, or it is too old."""


class OtherOffset(Exception):
    """The bytes do not continue the file; `size` is how many there are."""

    def __init__(self, size: int) -> None:
        self.size = size
        super().__init__(f"the file has {size} bytes")


class CutOff(Exception):
    """The connection ended before everything had come; what had come is kept."""


class Busy(Exception):
    """Another request writes to the same file at this moment."""


class WrongChecksum(Exception):
    """The bytes are not those that were sent; none of them was kept."""


@dataclass(frozen=True)
class Checksum:
    """What a part must hash to: `algorithm` is a name of hashlib."""

    algorithm: str
    digest: bytes


def arriving() -> Arriving:
    """The files that arrive at the current application."""
    return Arriving(settings().documents_path)


class Arriving:
    """A folder of the documents' directory, which must exist. Raises StoreFull and StoreAway from every method."""

    def __init__(self, root: Path) -> None:
        self.root, self.folder = root, root / "arriving"

    def begin(self, key: str) -> None:
        """Make a file that will arrive; one that is there stays as it is."""
        with translated("begin an upload"):
            if not self.root.is_dir():
                raise StoreAway(f"the document store {self.root} is not there")
            self.folder.mkdir(FOLDER_MODE, exist_ok=True)
            descriptor = os.open(self._path(key), os.O_CREAT | os.O_WRONLY, FILE_MODE)
            os.close(descriptor)
            sync_folder(self.folder)

    def has_room_for(self, size: int) -> bool:
        """Whether the disk could take so many bytes now, with as much again for the document that it becomes."""
        with translated("look for room"):
            free = os.statvfs(self.root)
            return free.f_bavail * free.f_frsize > 2 * size

    def size(self, key: str) -> int:
        """How many bytes are there for good; raises NotArriving."""
        with translated("look at an upload"), self._known(key) as path:
            return sync_file(path)

    def path(self, key: str) -> Path:
        """Where the bytes are; raises NotArriving."""
        with self._known(key) as path:
            return path

    def append(self, key: str, offset: int, source: Readable, most: int, checksum: Checksum | None = None) -> int:
        """Write what comes, at most so many bytes, behind the first `offset`; how many the file has then.

        Raises NotArriving, OtherOffset, Busy, and what reading raises: what was written before that stays, unless it
        had a checksum, by which it cannot be judged any more.
        """
        with translated("receive an upload"), self._known(key) as path, path.open("r+b") as stream:
            _lock(stream)
            size = stream.seek(0, os.SEEK_END)
            if size != offset:
                raise OtherOffset(size)
            digest = hashlib.new(checksum.algorithm, usedforsecurity=False) if checksum else None
            is_whole = False
            try:
                _copy(source, stream, most, digest)
                is_whole = digest is None or (checksum is not None and digest.digest() == checksum.digest)
            finally:
                stream.flush()
                if digest is not None and not is_whole:
                    stream.truncate(offset)
                os.fsync(stream.fileno())
            if not is_whole:
                raise WrongChecksum(key)
            return stream.seek(0, os.SEEK_END)

    def remove(self, key: str) -> None:
        """Forget a file; nothing may be there."""
        with translated("forget an upload"):
            self._path(key).unlink(missing_ok=True)

    def older_than(self, seconds: float) -> list[str]:
        """The keys of files to which nothing was written for longer than this."""
        with translated("look through uploads"):
            paths = self.folder.iterdir() if self.folder.is_dir() else ()
            return sorted(path.name for path in paths if time.time() - path.stat().st_mtime > seconds)

    @contextmanager
    def _known(self, key: str) -> Iterator[Path]:
        path = self._path(key)
        if not path.is_file():
            raise NotArriving(key)
        yield path

    def _path(self, key: str) -> Path:
        if not KEY.fullmatch(key):
            raise NotArriving(key)
        return self.folder / key


def _lock(stream: BinaryIO) -> None:
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise Busy from None


def _read(source: Readable, most: int) -> bytes:
    try:
        return source.read(most)
    except OSError as error:  # the connection's, not the disk's
        raise CutOff(str(error)) from error


def _copy(source: Readable, target: BinaryIO, most: int, digest: hashlib._Hash | None) -> None:
    left = most
    while left > 0 and (chunk := _read(source, min(CHUNK, left))):
        target.write(chunk)
        left -= len(chunk)
        if digest is not None:
            digest.update(chunk)
