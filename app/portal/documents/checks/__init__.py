"""Examine a document by its content: one module a format."""

from __future__ import annotations

import io
from importlib import import_module
from typing import BinaryIO

from portal.documents.checks.detect import FAMILIES, MEDIA_TYPES, also_at_start, detect
from portal.documents.verdict import Findings, Limits, Verdict

BINARY = ("image", "sound", "video")
FORMATS = ("pdf", "image", "sound", "video", "docx", "st26")


def check(content: bytes | BinaryIO, as_format: str, limits: Limits | None = None) -> Verdict:
    """Examine a document that should be of a format (one of FORMATS); what it is called plays no part.

    The content is read as far as needed and never written. Hostile content can make this slow or large: a server
    calls `portal.documents.sandbox.check_safely`, which does the same within limits.
    """
    limits = limits or Limits()
    stream = io.BytesIO(content) if isinstance(content, bytes) else content
    size = stream.seek(0, io.SEEK_END)
    findings = Findings()
    if size == 0:
        findings.refuse("empty")
        return findings.verdict(None, 0)
    if size > limits.max_bytes:
        findings.refuse("too-large", size=size, limit=limits.max_bytes)
        return findings.verdict(None, size)
    found = detect(stream)
    if FAMILIES.get(found) != as_format:
        findings.refuse("other-format", found=found, wanted=as_format)
        return findings.verdict(MEDIA_TYPES.get(found), size)
    if as_format in BINARY and (hidden := also_at_start(stream)):
        findings.refuse("something-else", found=hidden, size=size)
    stream.seek(0)
    import_module(f"portal.documents.checks.{as_format}").examine(stream, size, found, limits, findings)
    return findings.verdict(MEDIA_TYPES[found], size)
