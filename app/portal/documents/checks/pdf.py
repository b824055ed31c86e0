"""PDF: readable by anyone in thirty years, and nothing in it that acts."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Page, Pdf, Stream

from portal.documents.checks.detect import name_of, zip_at_end
from portal.documents.verdict import Findings, Limits

ACTIONS = {
    "/JavaScript": "pdf-javascript",
    "/Launch": "pdf-launch",
    "/ImportData": "pdf-sends-data",
    "/SubmitForm": "pdf-sends-data",
    "/GoToR": "pdf-other-file",
    "/GoToE": "pdf-other-file",
    "/Thread": "pdf-other-file",
    "/Rendition": "pdf-rich-media",
    "/Movie": "pdf-rich-media",
    "/Sound": "pdf-rich-media",
    "/RichMediaExecute": "pdf-rich-media",
    "/GoTo3DView": "pdf-rich-media",
}
ANNOTATIONS = {
    "/FileAttachment": "pdf-embedded-file",
    "/RichMedia": "pdf-rich-media",
    "/Movie": "pdf-rich-media",
    "/Sound": "pdf-rich-media",
    "/Screen": "pdf-rich-media",
    "/3D": "pdf-rich-media",
}
HEADER = re.compile(rb"%PDF-(\d)\.(\d)")
CHUNK = 1024 * 1024
WHITE = b"\r\n\t \x00\x0c"
# Every reader has these itself (ISO 32000-1, 9.6.2.2), so a document that leaves them out reads the same everywhere.
STANDARD_FONTS = {
    *("Courier", "Courier-Bold", "Courier-Oblique", "Courier-BoldOblique"),
    *("Helvetica", "Helvetica-Bold", "Helvetica-Oblique", "Helvetica-BoldOblique"),
    *("Times-Roman", "Times-Bold", "Times-Italic", "Times-BoldItalic", "Symbol", "ZapfDingbats"),
}
DEEPEST = 60
MOST_OBJECTS = 500_000
LARGEST_SIDE = 14400.0  # points: 200 inches, beyond which readers clip
POINT = 25.4 / 72
"""Millimetres of a point."""
SIZE_TOLERANCE = 3.0
"""Millimetres by which a page may differ from its paper: scanners and printers' drivers round."""


def examine(stream: BinaryIO, size: int, _found: str, limits: Limits, findings: Findings) -> None:
    """Look at the bytes around the document, then at every object in it, then at each page."""
    if not _has_only_itself(stream, size, limits, findings):
        return
    stream.seek(0)
    try:
        with pikepdf.open(stream, attempt_recovery=False, suppress_warnings=True) as pdf:
            _examine(pdf, limits, findings)
    except pikepdf.PasswordError:
        findings.refuse("pdf-encrypted")
    except (pikepdf.PdfError, ValueError, TypeError, KeyError, RecursionError):
        if not findings.reasons:
            findings.refuse("damaged")


def _has_only_itself(stream: BinaryIO, size: int, limits: Limits, findings: Findings) -> bool:
    """Whether the file begins and ends as a PDF, with nothing after it that another program would read."""
    stream.seek(0)
    header = HEADER.match(stream.read(16))
    if header is None:
        findings.refuse("damaged")
        return False
    _version(f"{int(header[1])}.{int(header[2])}", limits, findings)
    stream.seek(0)
    content = stream.read()
    end = content.rfind(b"%%EOF")
    if end < 0:
        findings.refuse("cut-off")
        return False
    if rest := content[end + 5 :].strip(WHITE):
        findings.refuse("something-else", found=name_of(rest), size=len(rest))
    elif zip_at_end(stream, size):
        findings.refuse("something-else", found="archive", size=size)
    return True


def _examine(pdf: Pdf, limits: Limits, findings: Findings) -> None:
    if pdf.is_encrypted:
        findings.refuse("pdf-encrypted")
        return
    if (objects := int(pdf.trailer.get("/Size", 0))) > MOST_OBJECTS:
        findings.refuse("pdf-objects", objects=objects, limit=MOST_OBJECTS)
        return
    _root(pdf.Root, limits, findings)
    pages = list(pdf.pages)
    findings.pages = len(pages)
    if not pages:
        findings.refuse("no-pages")
    if len(pages) > limits.max_pages:
        findings.refuse("too-many-pages", pages=len(pages), limit=limits.max_pages)
        return
    sizes: dict[str, int] = {}
    fonts: dict[Any, str | None] = {}
    for number, page in enumerate(pages, 1):
        _page(page, number, limits, findings, sizes)
        if limits.fonts_embedded:
            for font in _fonts(page.get("/Resources", Dictionary()), fonts, set(), 0):
                findings.refuse("pdf-font", number, font=font)
    findings.facts["page_sizes_mm"] = sizes
    room = limits.max_unpacked
    for item in pdf.objects:
        _walk(item, None, findings, 0)
        if isinstance(item, Stream) and (room := room - _unpacked(item, room)) <= 0:
            findings.refuse("unpacks-too-large")
            return


def _version(version: str, limits: Limits, findings: Findings) -> None:
    """Judge a version that the file gives itself: known, and one that the office takes."""
    findings.facts["version"] = max(version, findings.facts.get("version", ""))
    low, high = limits.pdf_versions
    if not "1.0" <= version <= "2.0":
        findings.refuse("pdf-version", version=version)
    elif not (low or version) <= version <= (high or version):
        findings.refuse("pdf-version-of-office", version=version, accepted=f"{low or '1.0'} – {high or '2.0'}")


def _root(root: Object, limits: Limits, findings: Findings) -> None:
    if "/Version" in root:
        # The later of the two counts (ISO 32000-1, 7.5.2): a catalogue can only raise what the header says.
        _version(max(str(root["/Version"]).lstrip("/")[:10], findings.facts["version"]), limits, findings)
    opened = root.get("/OpenAction")
    # A plain destination ("open at page 1") acts on nothing; most word processors write one.
    if isinstance(opened, Dictionary) and opened.get("/S") != Name.GoTo:
        findings.refuse("pdf-open-action")
    form = root.get("/AcroForm")
    if isinstance(form, Dictionary) and "/XFA" in form:
        findings.refuse("pdf-xfa")


def _page(page: Page, number: int, limits: Limits, findings: Findings, sizes: dict[str, int]) -> None:
    """The page's size, and what acts on it or in its annotations."""
    unit = float(page.get("/UserUnit", 1))
    paper, seen = _measures(page.mediabox, unit), _measures(page.cropbox, unit)
    if not all(POINT <= side <= LARGEST_SIDE * POINT for side in (*paper, *seen)):
        findings.refuse("page-size", number, width=round(paper[0]), height=round(paper[1]))
    elif limits.page_sizes and not any(_is_paper(seen, known) for known in limits.page_sizes):
        names = ", ".join(name for name, _width, _height in limits.page_sizes)
        findings.refuse("page-format", number, width=round(seen[0]), height=round(seen[1]), accepted=names)
    words = f"{seen[0]:.0f} x {seen[1]:.0f}"
    sizes[words] = sizes.get(words, 0) + 1
    if "/AA" in page:
        findings.refuse("pdf-open-action", number)
    annotations = page.get("/Annots")
    for annotation in annotations if isinstance(annotations, Array) else ():
        _walk(annotation, number, findings, 0)
        for key in ("/A", "/PA", "/AA", "/FS"):
            if isinstance(annotation, Dictionary) and isinstance(annotation.get(key), Dictionary):
                _walk(annotation[key], number, findings, 0)


def _measures(box: Any, unit: float) -> tuple[float, float]:
    """Width and height in mm of a box whose sides are in units of so many points (UserUnit: ISO 32000-1, 14.11.2)."""
    sides = [float(side) * unit * POINT for side in box]
    return abs(sides[2] - sides[0]), abs(sides[3] - sides[1])


def _is_paper(seen: tuple[float, float], known: tuple[str, float, float]) -> bool:
    """Whether a page is a sheet of this paper, upright or on its side."""
    (short, long), (_name, *sides) = sorted(seen), known
    return abs(short - min(sides)) <= SIZE_TOLERANCE and abs(long - max(sides)) <= SIZE_TOLERANCE


def _unpacked(stream: Stream, most: int) -> int:
    """How many bytes a stream unpacks to, counted up to `most`; 0 where it is not packed, or in another way."""
    packed = stream.get("/Filter")
    if packed != Name.FlateDecode and not (isinstance(packed, Array) and list(packed) == [Name.FlateDecode]):
        return 0
    unpacker, data, size = zlib.decompressobj(), bytes(stream.read_raw_bytes()), 0
    try:
        while data and size < most:
            size += len(unpacker.decompress(data, CHUNK))
            data = unpacker.unconsumed_tail
    except zlib.error:
        return size  # readers show what they can of it
    return size


def _walk(item: Object, page: int | None, findings: Findings, depth: int) -> None:
    """Judge an object and what lies directly in it; what it refers to is judged as an object of its own."""
    if depth > DEEPEST:
        findings.refuse("damaged")
    elif isinstance(item, Dictionary | Stream):
        _judge(item, page, findings)
        for _key, value in item.items():
            if isinstance(value, Dictionary | Array | Stream) and not value.is_indirect:
                _walk(value, page, findings, depth + 1)
    elif isinstance(item, Array):
        for value in item:
            if isinstance(value, Dictionary | Array | Stream) and not value.is_indirect:
                _walk(value, page, findings, depth + 1)


def _judge(item: Object, page: int | None, findings: Findings) -> None:
    action, kind = item.get("/S"), item.get("/Subtype")
    if isinstance(action, Name) and (rule := ACTIONS.get(str(action))):
        findings.refuse(rule, page)
    if "/JS" in item:
        findings.refuse("pdf-javascript", page)
    if isinstance(kind, Name) and (rule := ANNOTATIONS.get(str(kind))):
        findings.refuse(rule, page)
    if "/EF" in item or "/EmbeddedFiles" in item:
        findings.refuse("pdf-embedded-file", page)
    if isinstance(item.get("/AA"), Dictionary):
        findings.refuse("pdf-open-action", page)


def _fonts(resources: Any, known: dict[Any, str | None], seen: set[Any], depth: int) -> Iterator[str]:
    """The names of the fonts in a page's resources, and in the forms drawn on it, that are not in the file."""
    if not isinstance(resources, Dictionary) or depth > DEEPEST:
        return
    fonts, drawn = resources.get("/Font"), resources.get("/XObject")
    for _key, font in fonts.items() if isinstance(fonts, Dictionary) else ():
        place = font.objgen if font.is_indirect else id(font)
        if place not in known:
            known[place] = _missing_font(font)
        if (name := known[place]) is not None:
            yield name
    for _key, form in drawn.items() if isinstance(drawn, Dictionary) else ():
        if isinstance(form, Stream) and form.objgen not in seen and "/Resources" in form:
            seen.add(form.objgen)
            yield from _fonts(form.get("/Resources"), known, seen, depth + 1)


def _missing_font(font: Any) -> str | None:
    """The name of a font that a reader may not have: its outlines are not in the file; else None."""
    if not isinstance(font, Dictionary) or font.get("/Subtype") == Name.Type3:
        return None
    name = str(font.get("/BaseFont", "/?")).lstrip("/")
    if name in STANDARD_FONTS and font.get("/Subtype") == Name.Type1:
        return None
    descendants = font.get("/DescendantFonts")
    if isinstance(descendants, Array) and len(descendants):
        font = descendants[0]
    descriptor = font.get("/FontDescriptor")
    has = isinstance(descriptor, Dictionary) and any(
        key in descriptor for key in ("/FontFile", "/FontFile2", "/FontFile3")
    )
    return None if has else name
