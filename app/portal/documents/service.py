"""Examine a document: scanned, then judged by its content, within the limits of its kind."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from portal.context import settings
from portal.documents.checks.detect import FAMILIES, MEDIA_TYPES, detect
from portal.documents.names import ending_kind
from portal.documents.sandbox import check_safely
from portal.documents.scanner import ScannerAway, scan
from portal.documents.verdict import Limits, Reason, Verdict
from portal.profile.model import DocumentKind, PageSize

KINDS = {media_type: kind for kind, media_type in MEDIA_TYPES.items()}
PAPERS = {
    PageSize.A3: (297.0, 420.0),
    PageSize.A4: (210.0, 297.0),
    PageSize.A5: (148.0, 210.0),
    PageSize.LETTER: (215.9, 279.4),
    PageSize.LEGAL: (215.9, 355.6),
}
"""Width and height in mm (ISO 216; ANSI Y14.1)."""


def largest(kind: DocumentKind) -> int:
    """The most bytes that a document of this kind may have on this server."""
    return min(kind.max_bytes, settings().max_upload_bytes)


def limits_of(kind: DocumentKind) -> Limits:
    """What a document of this kind must keep to: the portal's own limits, and the office's."""
    asked, usual = kind.limits, Limits()
    versions = asked.pdf_versions
    return Limits(
        max_bytes=largest(kind),
        max_pages=min(asked.pages or usual.max_pages, usual.max_pages),
        page_sizes=[(size.upper() if size[0] == "a" else size.title(), *PAPERS[size]) for size in asked.page_sizes],
        pixels=(asked.pixels.min, asked.pixels.max) if asked.pixels else (None, None),
        colours=[str(one) for one in asked.colours],
        dpi=(asked.dpi.min, asked.dpi.max) if asked.dpi else (None, None),
        plays=(asked.seconds.min, asked.seconds.max) if asked.seconds else (None, None),
        pdf_versions=(versions.min, versions.max) if versions else (None, None),
        fonts_embedded=asked.fonts_embedded,
    )


def examine(
    path: Path, name: str, formats: list[str], size: int, limits: Limits, scanner: str | None = None
) -> tuple[Verdict, str]:
    """Scan and examine a file that may have one of these formats; the format is the one that its content has.

    `scanner` is clamd's address, that of the settings when none is given. What is refused by its content is refused at
    once; else raises ScannerAway where the scanner does not answer: nothing is accepted that was not scanned.
    """
    as_format = _format_of(path, formats)
    if size == 0 or size > limits.max_bytes:
        reason = Reason("too-large", None, {"size": size, "limit": limits.max_bytes}) if size else Reason("empty")
        return Verdict((reason,), None, size), as_format
    away: ScannerAway | None = None
    try:
        address = settings().scanner if scanner is None else scanner
        if address and (found := scan(path, address)):
            return Verdict((Reason("malware", None, {"name": found}),), None, size), as_format
    except ScannerAway as error:
        away = error
    verdict = _named_rightly(_told_of_all(check_safely(path, as_format, limits), formats), name)
    if away and verdict.accepted:
        raise away
    return verdict, as_format


def _told_of_all(verdict: Verdict, formats: list[str]) -> Verdict:
    """Where the format is another, name all that are taken and not only the first."""
    told = tuple(
        replace(reason, values={**reason.values, "wanted": formats}) if reason.rule == "other-format" else reason
        for reason in verdict.reasons
    )
    return replace(verdict, reasons=told)


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
