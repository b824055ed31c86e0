"""Sounds: WAV and MP3 that play to their end."""

from __future__ import annotations

from typing import Any, BinaryIO

from mutagen import MutagenError
from mutagen.mp3 import MP3
from mutagen.wave import WAVE

from portal.documents.checks import mpeg
from portal.documents.checks.detect import name_of, zip_at_end
from portal.documents.verdict import Findings, Limits, is_within


def examine(stream: BinaryIO, size: int, found: str, limits: Limits, findings: Findings) -> None:
    """Read the stream's header and length; then look for what is missing, and what does not belong to it."""
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
    plays_as_asked(info.length, limits, findings)
    (_is_whole_wav if found == "wav" else _is_whole_mp3)(stream, size, findings)
    if zip_at_end(stream, size):
        findings.refuse("something-else", found="archive", size=size)


def plays_as_asked(seconds: float, limits: Limits, findings: Findings) -> None:
    """Whether a sound or video is as long as the office takes it."""
    if not is_within(seconds, limits.plays):
        low, high = limits.plays
        findings.refuse("plays", seconds=round(seconds, 1), least=low or 0, most=high or round(seconds))


def _is_whole_wav(stream: BinaryIO, size: int, findings: Findings) -> None:
    """Follow the chunks (RIFF: Multimedia Programming Interface 1.0); each must be there to its end."""
    stream.seek(4)
    end = int.from_bytes(stream.read(4), "little") + 8
    at = 12
    while at + 8 <= min(end, size):
        stream.seek(at + 4)
        length = int.from_bytes(stream.read(4), "little")
        at += 8 + length + length % 2
    if end > size or at > max(end, size) + 1:
        findings.refuse("cut-off")
    stream.seek(end)
    if rest := stream.read().strip(b"\x00"):
        findings.refuse("something-else", found=name_of(rest), size=len(rest))


def _is_whole_mp3(stream: BinaryIO, _size: int, findings: Findings) -> None:
    stream.seek(0)
    walk = mpeg.walk(stream.read())
    if walk.is_cut:
        findings.refuse("cut-off")
    elif rest := walk.rest.strip(b"\x00"):
        findings.refuse("something-else", found=name_of(rest), size=len(rest))
