"""Videos: MP4 that plays, made of its own boxes to the last byte."""

from __future__ import annotations

from typing import Any, BinaryIO

from mutagen import MutagenError
from mutagen.mp4 import MP4

from portal.documents.checks.detect import name_of, zip_at_end
from portal.documents.checks.sound import plays_as_asked
from portal.documents.verdict import Findings, Limits

MOST_BOXES = 10_000
LARGEST_INDEX = 64 * 1024 * 1024


def examine(stream: BinaryIO, size: int, _found: str, limits: Limits, findings: Findings) -> None:
    """Follow the boxes (ISO/IEC 14496-12), then read the length."""
    index = _follow(stream, size, findings)
    if findings.reasons:
        return
    if index is None or b"vide" not in index:
        findings.refuse("nothing-to-play")
        return
    stream.seek(0)
    try:
        info: Any = MP4(fileobj=stream).info  # type: ignore[no-untyped-call]
    except (MutagenError, ValueError, EOFError, IndexError, KeyError):
        findings.refuse("damaged")
        return
    if info is not None:
        findings.facts["seconds"] = round(info.length, 2)
        plays_as_asked(info.length, limits, findings)
    if zip_at_end(stream, size):
        findings.refuse("something-else", found="archive", size=size)


def _follow(stream: BinaryIO, size: int, findings: Findings) -> bytes | None:
    """The content of the box `moov`; what does not end where the file ends is refused."""
    at, index = 0, None
    for _number in range(MOST_BOXES):
        if at >= size:
            return index
        stream.seek(at)
        header = stream.read(16)
        length, kind = int.from_bytes(header[:4], "big"), header[4:8]
        if length == 1:
            length = int.from_bytes(header[8:16], "big")
        elif length == 0:
            length = size - at
        if len(header) < 8 or length < 8 or not _is_name(kind):
            stream.seek(at)
            rest = stream.read()
            findings.refuse("something-else", found=name_of(rest), size=len(rest))
            return index
        if at + length > size:
            findings.refuse("cut-off")
            return index
        if kind == b"moov":
            stream.seek(at)
            index = stream.read(min(length, LARGEST_INDEX))
        at += length
    findings.refuse("damaged")
    return index


def _is_name(kind: bytes) -> bool:
    return all(32 <= byte < 127 or byte == 0xA9 for byte in kind)
