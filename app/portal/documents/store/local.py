"""One directory of this server: content is fsynced, then its directory entry, and only then is the caller answered."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from portal.documents.store.base import (
    CHUNK,
    FILE_MODE,
    FOLDER_MODE,
    HASH,
    KEY,
    ContentAltered,
    NameTaken,
    NotStored,
    StoreAway,
    Stored,
    require_name,
    sync_file,
    sync_folder,
    translated,
)


class LocalStore:
    """One directory. It must exist: a missing mount is not answered by filling the disk underneath it."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, data: bytes | BinaryIO) -> Stored:
        source = io.BytesIO(data) if isinstance(data, bytes) else data
        with self._incoming() as (temporary, stream), translated("store a document"):
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
        with translated("read a document"):
            try:
                data = path.read_bytes()
            except FileNotFoundError:
                self._require_root()
                raise NotStored(f"nothing is stored under {sha512}") from None
        if hashlib.sha512(data).hexdigest() != sha512:
            raise ContentAltered(f"{path} no longer has the hash that it was stored under")
        return data

    def open(self, sha512: str) -> BinaryIO:
        path = self._content(sha512)
        with translated("read a document"):
            try:
                stream = path.open("rb")
            except FileNotFoundError:
                self._require_root()
                raise NotStored(f"nothing is stored under {sha512}") from None
            try:
                found = hashlib.file_digest(stream, "sha512").hexdigest()
                stream.seek(0)
            except OSError:
                stream.close()
                raise
        if found != sha512:
            stream.close()
            raise ContentAltered(f"{path} no longer has the hash that it was stored under")
        return stream

    def exists(self, sha512: str) -> bool:
        with translated("look up a document"):
            self._require_root()
            return self._content(sha512).exists()

    def hold(self, key: str, source: Path) -> None:
        path = self._held(key)
        with translated("keep a file that arrived"):
            self._make_folder(path.parent)
            sync_file(source)
            try:
                os.link(source, path)
            except FileExistsError:
                return
            except OSError as error:
                if error.errno not in (errno.EXDEV, errno.EPERM, errno.EMLINK):
                    raise
                self._copy_to(path, source)
            sync_folder(path.parent)

    @contextmanager
    def held(self, key: str) -> Iterator[Path]:
        path = self._held(key)
        if not path.exists():
            self._require_root()
            raise NotStored(f"nothing is held under {key}")
        yield path

    def drop(self, key: str) -> None:
        with translated("forget a file that arrived"):
            self._held(key).unlink(missing_ok=True)

    def held_for(self, seconds: float) -> list[str]:
        with translated("look through what is held"):
            folder = self.root / "waiting"
            paths = folder.iterdir() if folder.is_dir() else ()
            return sorted(path.name for path in paths if time.time() - path.stat().st_ctime > seconds)

    def name(self, name: str, content: bytes) -> Stored:
        path = self._name(name)
        stored = self.put(content)
        with translated("name a package"):
            self._make_folder(path.parent)
            try:
                os.link(self._content(stored.sha512), path)
            except FileExistsError:
                raise NameTaken(name) from None
            sync_folder(path.parent)
        return stored

    def named(self, name: str) -> bytes | None:
        path = self._name(name)
        with translated("read a package"):
            try:
                data = path.read_bytes()
            except FileNotFoundError:
                self._require_root()
                return None
            # A name is a second link to its content: altered bytes have a hash that nothing was stored under.
            if not self._content(hashlib.sha512(data).hexdigest()).exists():
                raise ContentAltered(f"{path} no longer has the content that was named")
        return data

    def has_name(self, name: str) -> bool:
        """Whether something has this name (not read, so not checked)."""
        return self._name(name).exists()

    def everything(self) -> Iterator[str]:
        with translated("list what is stored"):
            self._require_root()
            for folder, folders, files in os.walk(self.root):
                folders.sort()
                for name in sorted(files):
                    key = str((Path(folder) / name).relative_to(self.root))
                    if not key.startswith(("incoming/", "arriving/", ".")):
                        yield key

    def altered_at(self, sha512: str) -> list[str]:
        try:
            self.open(sha512).close()
        except ContentAltered:
            return [str(self._content(sha512))]
        return []

    def ready(self) -> bool:
        return os.access(self.root, os.R_OK | os.W_OK | os.X_OK)

    def check(self) -> None:
        with self._incoming() as (_, stream), translated("write to the document store"):
            stream.write(b"\0")
            stream.flush()

    def sweep(self, older_than: float = 86400.0) -> int:
        """Remove what interrupted writes left behind more than so many seconds ago; how many files that were."""
        removed = 0
        with translated("sweep the document store"):
            folder = self.root / "incoming"
            for path in folder.iterdir() if folder.is_dir() else ():
                if time.time() - path.stat().st_mtime > older_than:
                    path.unlink(missing_ok=True)
                    removed += 1
        return removed

    @contextmanager
    def _incoming(self) -> Iterator[tuple[Path, BinaryIO]]:
        """A new file on the store's own file system, gone afterwards whatever happens."""
        with translated("open the document store"):
            self._make_folder(self.root / "incoming")
            path = self.root / "incoming" / secrets.token_hex(16)
            stream = path.open("xb")
        try:
            with translated("write to the document store"):
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
        sync_folder(path.parent)

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
        sync_folder(folder.parent)

    def _copy_to(self, path: Path, source: Path) -> None:
        """Copy from another file system; the name is there only when the content is."""
        with self._incoming() as (temporary, stream), source.open("rb") as content:
            shutil.copyfileobj(content, stream, CHUNK)
            stream.flush()
            os.fsync(stream.fileno())
            temporary.rename(path)

    def _require_root(self) -> None:
        if not self.root.is_dir():
            raise StoreAway(f"the document store {self.root} is not there")

    def _content(self, sha512: str) -> Path:
        if not HASH.fullmatch(sha512):
            raise NotStored(f"not a SHA-512 in hexadecimal: {sha512[:140]!r}")
        return self.root / "sha512" / sha512[:2] / sha512[2:4] / sha512

    def _held(self, key: str) -> Path:
        if not KEY.fullmatch(key):
            raise NotStored(f"not a key of what is held: {key[:80]!r}")
        return self.root / "waiting" / key

    def _name(self, name: str) -> Path:
        require_name(name)
        return self.root / name


def _hash(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha512").hexdigest()
