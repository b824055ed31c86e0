"""DOCX: an archive that unpacks safely, without macros, and with nothing fetched from elsewhere."""

from __future__ import annotations

import posixpath
import zipfile
import zlib
from typing import Any, BinaryIO

from lxml import etree

from portal.documents.checks.detect import ZIP_END
from portal.documents.checks.xml import parser
from portal.documents.verdict import Findings, Limits

MOST_PARTS = 5000
HIGHEST_RATIO = 200
ALWAYS_FINE = 4 * 1024 * 1024
LARGEST_XML = 64 * 1024 * 1024
RELATIONSHIP = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
FIELD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}instrText"


def examine(stream: BinaryIO, size: int, _found: str, limits: Limits, findings: Findings) -> None:
    """Look at the list of parts before any of them is unpacked."""
    stream.seek(0)
    try:
        with zipfile.ZipFile(stream) as archive:
            parts = archive.infolist()
            _has_only_itself(stream, size, parts, archive, findings)
            _unpacks_safely(parts, limits, findings)
            if not findings.reasons:
                _holds_only_text(archive, parts, findings)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, NotImplementedError, RuntimeError):
        findings.refuse("damaged")


def _has_only_itself(
    stream: BinaryIO, size: int, parts: list[zipfile.ZipInfo], archive: zipfile.ZipFile, findings: Findings
) -> None:
    first = min((part.header_offset for part in parts), default=0)
    stream.seek(max(0, size - 22 - 65535))
    tail = stream.read()
    behind = len(tail) - tail.rfind(ZIP_END) - 22 - len(archive.comment)
    if first or behind > 0:
        findings.refuse("something-else", found="unknown", size=first or behind)


def _unpacks_safely(parts: list[zipfile.ZipInfo], limits: Limits, findings: Findings) -> None:
    names = [part.filename for part in parts]
    if len(parts) > MOST_PARTS or len({name.casefold() for name in names}) < len(names):
        findings.refuse("damaged")
    for part in parts:
        name = part.filename
        if name.startswith("/") or "\\" in name or ":" in name or ".." in posixpath.normpath(name).split("/"):
            findings.refuse("docx-path", name=name[:100])
        if part.flag_bits & 1:
            findings.refuse("docx-encrypted")
        if part.file_size > ALWAYS_FINE and part.file_size > HIGHEST_RATIO * max(1, part.compress_size):
            findings.refuse("unpacks-too-large")
    if sum(part.file_size for part in parts) > limits.max_unpacked:
        findings.refuse("unpacks-too-large")


def _holds_only_text(archive: zipfile.ZipFile, parts: list[zipfile.ZipInfo], findings: Findings) -> None:
    names = {part.filename for part in parts}
    if "word/document.xml" not in names:
        findings.refuse("damaged")
    if any("vbaproject" in name.lower() or "vbadata" in name.lower() for name in names):
        findings.refuse("docx-macros")
    if any(name.startswith(("word/embeddings/", "word/activeX/")) for name in names):
        findings.refuse("docx-embedded")
    for part in parts:
        if part.filename.endswith((".xml", ".rels")):
            _part(archive, part, findings)
        else:
            with archive.open(part) as content:  # the checksum is compared at its end
                while content.read(1 << 20):
                    pass


def _part(archive: zipfile.ZipFile, part: zipfile.ZipInfo, findings: Findings) -> None:
    with archive.open(part) as content:
        data = content.read(LARGEST_XML + 1)
    if len(data) > LARGEST_XML:
        findings.refuse("unpacks-too-large")
        return
    try:
        tree: Any = etree.fromstring(data, parser())
    except etree.XMLSyntaxError:
        findings.refuse("docx-entities" if b"<!DOCTYPE" in data else "damaged")
        return
    if tree.getroottree().docinfo.internalDTD is not None:
        findings.refuse("docx-entities")
    if part.filename == "[Content_Types].xml" and b"macroEnabled" in data:
        findings.refuse("docx-macros")
    for link in tree.iter(RELATIONSHIP):
        kind = link.get("Type", "").rsplit("/", 1)[-1]
        if link.get("TargetMode") == "External" and kind != "hyperlink":
            findings.refuse("docx-external", target=link.get("Target", "")[:100])
        if kind in ("oleObject", "control", "aFChunk", "vbaProject"):
            findings.refuse("docx-macros" if kind == "vbaProject" else "docx-embedded")
    for field in tree.iter(FIELD):
        if (field.text or "").strip().upper().startswith(("DDE", "INCLUDETEXT", "INCLUDEPICTURE")):
            findings.refuse("docx-external", target=(field.text or "").strip()[:100])
