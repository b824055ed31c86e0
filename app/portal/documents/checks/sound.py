"""Sounds: WAV and MP3 that play."""

from __future__ import annotations

from typing import Any, BinaryIO

from mutagen import MutagenError
from mutagen.mp3 import MP3
from mutagen.wave import WAVE

from portal.documents.checks.detect import name_of, zip_at_end
from portal.documents.verdict import Findings, Limits


def examine(stream: BinaryIO, size: int, found: str, _limits: Limits, findings: Findings) -> None:
    """Read the stream's header and length; then look for what does not belong to it."""
    stream.seek(0)
    try:
        info: Any = (WAVE if found == "wav" else MP3)(fileobj=stream).info
    except (MutagenError, ValueError, EOFError, IndexError, KeyError):
        findings.refuse("damaged")
        return
    if info is None or not info.length or getattr(info, "sketchy", False):
        findings.refuse("nothing-to-play")
        return
    findings.facts |= {"seconds": round(info.length, 2), "sample_rate": info.sample_rate, "channels": info.channels}
    if found == "wav":
        _has_only_itself(stream, size, findings)
    if zip_at_end(stream, size):
        findings.refuse("something-else", found="archive", size=size)


def _has_only_itself(stream: BinaryIO, size: int, findings: Findings) -> None:
    stream.seek(4)
    end = int.from_bytes(stream.read(4), "little") + 8
    if end > size:
        findings.refuse("cut-off")
    stream.seek(end)
    if rest := stream.read().strip(b"\x00"):
        findings.refuse("something-else", found=name_of(rest), size=len(rest))
