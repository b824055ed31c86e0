"""Receive a document: to disk, within the limits, scanned, examined, and only then into the store."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, BinaryIO

from portal.context import settings
from portal.db import utc_now
from portal.documents.checks.detect import FAMILIES, MEDIA_TYPES, detect
from portal.documents.names import ending_kind, safe_name
from portal.documents.sandbox import check_safely
from portal.documents.scanner import scan
from portal.documents.store import store
from portal.documents.verdict import Limits, Reason, Verdict
from portal.profile.model import DocumentKind

CHUNK = 1024 * 1024
KINDS = {media_type: kind for kind, media_type in MEDIA_TYPES.items()}


@dataclass(frozen=True)
class Received:
    """A document that was accepted and is in the store; `received_at` is after its last byte."""

    file_name: str
    format: str
    media_type: str
    size: int
    sha512: str
    pages: int | None
    received_at: datetime


class Refused(Exception):
    """The document was not accepted; `reasons` says why, and nothing of it was kept."""

    def __init__(self, file_name: str, reasons: tuple[Reason, ...]) -> None:
        self.file_name, self.reasons = file_name, reasons
        super().__init__(f"{file_name}: {', '.join(reason.rule for reason in reasons)}")


def largest(kind: DocumentKind) -> int:
    """The most bytes that a document of this kind may have on this server."""
    return min(kind.max_bytes, settings().max_upload_bytes)


def receive(content: IO[bytes], given_name: str, kind: DocumentKind) -> Received:
    """Take an upload in; raises Refused, ScannerAway, or the store's StoreFull and StoreAway."""
    name = safe_name(given_name)
    with tempfile.NamedTemporaryFile(prefix="upload-") as held:
        size = _copy(content, held, largest(kind) + 1)
        held.flush()
        received_at = utc_now()
        path = Path(held.name)
        verdict, as_format = examine(path, name, [str(one) for one in kind.formats], size, largest(kind))
        if not verdict.accepted:
            raise Refused(name, verdict.reasons)
        held.seek(0)
        stored = store().put(_readable(held))
    return Received(name, as_format, verdict.media_type or "", stored.size, stored.sha512, verdict.pages, received_at)


def examine(
    path: Path, name: str, formats: list[str], size: int, limit: int, scanner: str | None = None
) -> tuple[Verdict, str]:
    """Scan and examine a file that may have one of these formats; the format is the one that its content has.

    `scanner` is clamd's address, that of the settings when none is given. Raises ScannerAway: nothing is accepted
    that was not scanned.
    """
    as_format = _format_of(path, formats)
    if size == 0 or size > limit:
        reason = Reason("too-large", None, {"size": size, "limit": limit}) if size else Reason("empty")
        return Verdict((reason,), None, size), as_format
    address = settings().scanner if scanner is None else scanner
    if address and (found := scan(path, address)):
        return Verdict((Reason("malware", None, {"name": found}),), None, size), as_format
    verdict = check_safely(path, as_format, Limits(max_bytes=limit))
    return _named_rightly(verdict, name), as_format


def _named_rightly(verdict: Verdict, name: str) -> Verdict:
    """Refuse what is accepted by its content under a name that says something else: others would open it wrongly."""
    said, found = ending_kind(name), KINDS.get(verdict.media_type or "")
    if verdict.accepted and said and found and said != found:
        values = {"ending": "." + name.rpartition(".")[2], "found": found}
        return Verdict((Reason("other-name", None, values),), verdict.media_type, verdict.size, verdict.pages)
    return verdict


def _format_of(path: Path, formats: Iterable[str]) -> str:
    """The one of the formats that the content has, else the first."""
    formats = list(formats)
    with path.open("rb") as document:
        family = FAMILIES.get(detect(document))
    return family if family in formats else formats[0]


def _copy(source: IO[bytes], target: IO[bytes], most: int) -> int:
    """Copy up to `most` bytes; the number that was copied."""
    copied = 0
    while copied < most and (chunk := source.read(min(CHUNK, most - copied))):
        target.write(chunk)
        copied += len(chunk)
    return copied


def _readable(held: IO[bytes]) -> BinaryIO:
    return io.BufferedReader(io.FileIO(held.fileno(), closefd=False))
