"""Any S3 storage, with the same names for the same things as the local directory (docs/decisions/0095-s3-store.md).

A storage has written what it promises before it answers (Swift: two copies of three, synced). It may serve an altered
byte once before it notices: every read is checked here, and asked again.
"""

from __future__ import annotations

import base64
import hashlib
import io
import os
import secrets
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO

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
    translated,
)
from portal.documents.store.doors import Access, Doors, doors
from portal.settings import Settings

READS = 4
"""How often an altered content is asked for: each copy of three, and once more for one that is being set aside."""
HELD_HASH = "sha512"
PROBE = "probe"


class S3Store:
    """A bucket, which must exist. `scratch` is a directory of this server for what is on its way."""

    def __init__(self, storage: Doors, scratch: Path) -> None:
        self._storage, self.bucket, self.scratch = storage, storage.bucket, scratch

    @classmethod
    def of(cls, settings: Settings) -> S3Store:
        """The store that the settings name; the doors are shared by all of a process."""
        access = Access(
            tuple(str(address).rstrip("/") for address in settings.documents_s3_endpoints),
            settings.documents_s3_bucket,
            settings.documents_s3_key,
            settings.documents_s3_secret.get_secret_value(),
            settings.documents_s3_region,
            str(settings.documents_s3_ca) if settings.documents_s3_ca else None,
        )
        return cls(doors(access), settings.documents_path)

    def put(self, data: bytes | BinaryIO) -> Stored:
        with self._sendable(data) as stream:
            stored, md5 = _measured(stream)
            self._send("store a document", _content(stored.sha512), stream, stored, md5)
        return stored

    def get(self, sha512: str) -> bytes:
        target = io.BytesIO()
        self._fetch_checked(_content(sha512), sha512, target)
        return target.getvalue()

    def open(self, sha512: str) -> BinaryIO:
        key = _content(sha512)
        target = self._unnamed()
        try:
            self._fetch_checked(key, sha512, target)
        except BaseException:
            target.close()
            raise
        target.seek(0)
        return target

    def exists(self, sha512: str) -> bool:
        return self._has(_content(sha512))

    def hold(self, key: str, source: Path) -> None:
        with translated("keep a file that arrived"), source.open("rb") as stream:
            stored, md5 = _measured(stream)
            self._send("keep a file that arrived", _held(key), stream, stored, md5, {HELD_HASH: stored.sha512})

    @contextmanager
    def held(self, key: str) -> Iterator[Path]:
        name = _held(key)
        known = self._storage.ask(
            "look up what is held", lambda client: client.head_object(Bucket=self.bucket, Key=name)
        )
        path = self._incoming() / secrets.token_hex(16)
        try:
            with translated("make room for a document"), path.open("xb") as target:
                os.fchmod(target.fileno(), FILE_MODE)
                self._fetch_checked(name, known["Metadata"].get(HELD_HASH, ""), target)
            yield path
        finally:
            path.unlink(missing_ok=True)

    def drop(self, key: str) -> None:
        name = _held(key)
        try:
            self._storage.ask("forget what is held", lambda client: client.delete_object(Bucket=self.bucket, Key=name))
        except NotStored:
            return

    def held_for(self, seconds: float) -> list[str]:
        before = datetime.now(UTC) - timedelta(seconds=seconds)
        return [name.removeprefix("waiting/") for name, changed in self.listed("waiting/") if changed < before]

    def name(self, name: str, content: bytes) -> Stored:
        """As the protocol says, for a caller who holds a lock under which nobody else gives this name.

        S3 has no "only if absent" that Swift would know: the name is looked up, given, and looked at again.
        """
        require_name(name)
        if self._has(name):
            raise NameTaken(name)
        stored = self.put(content)
        pointer = stored.sha512.encode()
        measured, md5 = _measured(io.BytesIO(pointer))
        self._send("name a package", name, io.BytesIO(pointer), measured, md5)
        if self._pointer(name) != stored.sha512:
            raise NameTaken(name)  # somebody without the lock was faster
        return stored

    def named(self, name: str) -> bytes | None:
        require_name(name)
        try:
            sha512 = self._pointer(name)
        except NotStored:
            return None
        try:
            return self.get(sha512)
        except NotStored:
            raise ContentAltered(f"{name} no longer has the content that was named") from None

    def everything(self) -> Iterator[str]:
        return (name for name, _changed in self.listed() if name != PROBE)

    def altered_at(self, sha512: str) -> list[str]:
        """The doors that served something else; each reads the copy of its own server first (roles/swift).

        That was the last time: Swift sets aside what it has read and found altered, and brings a sound copy.
        """
        found = self._storage.ask_each("read a document", lambda client: self._hash_of(client, _content(sha512)))
        return [address for address, served in found.items() if served != sha512]

    def ready(self) -> bool:
        try:
            self._storage.ask("look at the bucket", lambda client: client.head_bucket(Bucket=self.bucket))
        except (StoreAway, NotStored):
            return False
        return os.access(self.scratch, os.R_OK | os.W_OK | os.X_OK)

    def check(self) -> None:
        measured, md5 = _measured(io.BytesIO(b"\0"))
        self._send("write to the document store", PROBE, io.BytesIO(b"\0"), measured, md5)

    def sweep(self, older_than: float = 86400.0) -> int:
        removed = 0
        with translated("sweep what was on its way"):
            for path in self._incoming().iterdir():
                if time.time() - path.stat().st_mtime > older_than:
                    path.unlink(missing_ok=True)
                    removed += 1
        return removed

    def listed(self, prefix: str = "") -> Iterator[tuple[str, datetime]]:
        """Names of what is stored and when it was written, in order. A listing may be some seconds behind."""
        after = ""
        while True:
            page = self._page(prefix, after)
            found = page.get("Contents", [])
            yield from ((one["Key"], one["LastModified"]) for one in found)
            if not found or not page.get("IsTruncated"):
                return
            after = found[-1]["Key"]

    def _page(self, prefix: str, after: str) -> dict[str, Any]:
        asked = {"Bucket": self.bucket, "Prefix": prefix, "StartAfter": after}
        page: dict[str, Any] = self._storage.ask("list what is stored", lambda client: client.list_objects_v2(**asked))
        return page

    def _send(
        self, doing: str, key: str, stream: BinaryIO, what: Stored, md5: str, about: dict[str, str] | None = None
    ) -> None:
        """Send the rest of a stream, with the checksum by which the storage refuses anything else."""
        begin = stream.tell()

        def act(client: Any) -> None:
            stream.seek(begin)
            client.put_object(
                Bucket=self.bucket, Key=key, Body=stream, ContentLength=what.size, ContentMD5=md5, Metadata=about or {}
            )

        self._storage.ask(doing, act)

    def _fetch_checked(self, key: str, sha512: str, target: BinaryIO) -> None:
        """Write an object's content to `target` if it has this hash; raises NotStored, ContentAltered."""
        for turn in range(READS):
            if self._storage.ask("read a document", lambda client: self._hash_of(client, key, target), turn) == sha512:
                return
            time.sleep(0.1 * turn)  # the storage sets an altered copy aside after it was read
        raise ContentAltered(f"{key} no longer has the content that was stored, at any door")

    def _hash_of(self, client: Any, key: str, target: BinaryIO | None = None) -> str:
        """The SHA-512 of what one door serves, written to `target` from its beginning."""
        if target:
            target.seek(0)
            target.truncate()
        digest = hashlib.sha512()
        for chunk in client.get_object(Bucket=self.bucket, Key=key)["Body"].iter_chunks(CHUNK):
            digest.update(chunk)
            if target:
                with translated("make room for a document"):
                    target.write(chunk)
        return digest.hexdigest()

    def _pointer(self, name: str) -> str:
        """The hash that a name points to; raises ContentAltered for anything else."""
        for turn in range(READS):
            found: str = self._storage.ask(
                "read a name",
                lambda client: client.get_object(Bucket=self.bucket, Key=name)["Body"].read().decode(errors="replace"),
                turn,
            )
            if HASH.fullmatch(found):
                return found
        raise ContentAltered(f"{name} does not name a content")

    def _has(self, key: str) -> bool:
        try:
            self._storage.ask("look up a document", lambda client: client.head_object(Bucket=self.bucket, Key=key))
        except NotStored:
            return False
        return True

    @contextmanager
    def _sendable(self, data: bytes | BinaryIO) -> Iterator[BinaryIO]:
        """The data as something that can be read twice, larger than memory or not."""
        if isinstance(data, bytes):
            yield io.BytesIO(data)
        elif data.seekable():
            yield data
        else:
            with self._unnamed() as spool:
                with translated("make room for a document"):
                    while chunk := data.read(CHUNK):
                        spool.write(chunk)
                spool.seek(0)
                yield spool

    def _unnamed(self) -> BinaryIO:
        """A file of this server that is gone when it is closed, or its process killed."""
        folder = self._incoming()
        with translated("make room for a document"):
            return tempfile.TemporaryFile(dir=folder)

    def _incoming(self) -> Path:
        """Where files are while they are on their way."""
        with translated("make room for what is on its way"):
            if not self.scratch.is_dir():
                raise StoreAway(f"{self.scratch} is not there")
            folder = self.scratch / "incoming"
            folder.mkdir(FOLDER_MODE, exist_ok=True)
            return folder


def _measured(stream: BinaryIO) -> tuple[Stored, str]:
    """The hash and size of what follows in a stream, and its MD5 as HTTP wants it; the stream stays where it was."""
    sha512, md5, size = hashlib.sha512(), hashlib.md5(usedforsecurity=False), 0
    begin = stream.tell()
    while chunk := stream.read(CHUNK):
        sha512.update(chunk)
        md5.update(chunk)
        size += len(chunk)
    stream.seek(begin)
    return Stored(sha512.hexdigest(), size), base64.b64encode(md5.digest()).decode()


def _content(sha512: str) -> str:
    if not HASH.fullmatch(sha512):
        raise NotStored(f"not a SHA-512 in hexadecimal: {sha512[:140]!r}")
    return f"sha512/{sha512[:2]}/{sha512[2:4]}/{sha512}"


def _held(key: str) -> str:
    if not KEY.fullmatch(key):
        raise NotStored(f"not a key of what is held: {key[:80]!r}")
    return f"waiting/{key}"
