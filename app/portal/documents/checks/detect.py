"""Tell what a file is from its content."""

from __future__ import annotations

import io
import re
import struct
import zipfile
from typing import BinaryIO

MEDIA_TYPES = {
    "pdf": "application/pdf",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "tiff": "image/tiff",
    "wav": "audio/wav",
    "mp3": "audio/mpeg",
    "mp4": "video/mp4",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xml": "application/xml",
}
FAMILIES = {"pdf": "pdf", "mp4": "video", "docx": "docx", "wav": "sound", "mp3": "sound", "xml": "st26"}
FAMILIES |= dict.fromkeys(("jpeg", "png", "gif", "tiff"), "image")

STARTS = [
    (b"%PDF-", "pdf"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
    (b"ID3", "mp3"),
    (b"MZ", "program"),
    (b"\x7fELF", "program"),
    (b"\xca\xfe\xba\xbe", "program"),
    (b"#!", "program"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"{\\rtf", "rtf"),
    (b"Rar!", "archive"),
    (b"7z\xbc\xaf\x27\x1c", "archive"),
    (b"\x1f\x8b", "archive"),
]
HTML = re.compile(rb"<(!doctype\s+html|html|head|body|script|iframe|svg)[\s>/]", re.IGNORECASE)
ZIP_END = b"PK\x05\x06"
LONGEST_ZIP_END = 22 + 65535


def detect(stream: BinaryIO) -> str:
    """The kind of file: a key of MEDIA_TYPES, or another word that `portal.documents.wording` has a name for."""
    stream.seek(0)
    head = stream.read(4096)
    for start, kind in STARTS:
        if head.startswith(start):
            return kind
    if head[:4] == b"RIFF":
        return {b"WAVE": "wav", b"WEBP": "webp"}.get(head[8:12], "unknown")
    if head[4:8] == b"ftyp":
        return "heic" if head[8:12] in (b"heic", b"heix", b"mif1", b"avif") else "mp4"
    if head[:2] == b"PK":
        return _zipped(stream)
    if is_mpeg_frame(head):
        return "mp3"
    return _text(head)


def zip_at_end(stream: BinaryIO, size: int) -> bool:
    """Whether a reader of ZIP archives would take the file for one: its end record reaches to the last byte."""
    stream.seek(max(0, size - LONGEST_ZIP_END))
    tail = stream.read()
    at = tail.rfind(ZIP_END)
    while at >= 0:
        if len(tail) >= at + 22 and struct.unpack("<H", tail[at + 20 : at + 22])[0] <= len(tail) - at - 22:
            return True
        at = tail.rfind(ZIP_END, 0, at)
    return False


def also_at_start(stream: BinaryIO) -> str | None:
    """What another program would take the file for by its first kilobyte: a PDF, which may begin within it
    (ISO 32000-1, annex H, note 13), or a web page; None when it is only what it begins with."""
    stream.seek(0)
    head = stream.read(1024)
    if b"%PDF-" in head[1:]:
        return "pdf"
    return "html" if HTML.search(head) else None


def name_of(data: bytes) -> str:
    """What bytes before or after a document's own content look like."""
    kind = detect(io.BytesIO(data.lstrip(b"\r\n\t \x00") or data))
    return "archive" if kind in ("zip", "docx") else kind


def is_mpeg_frame(head: bytes) -> bool:
    """Whether the bytes begin an MPEG audio layer III frame."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return False
    return head[1] >> 1 & 3 == 1 and head[1] >> 3 & 3 != 1 and head[2] >> 4 not in (0, 15) and head[2] >> 2 & 3 != 3


def _zipped(stream: BinaryIO) -> str:
    try:
        with zipfile.ZipFile(stream) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return "zip"
    return "docx" if "[Content_Types].xml" in names and any(name.startswith("word/") for name in names) else "zip"


def _text(head: bytes) -> str:
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if HTML.search(head[:1024]):
        return "html"
    if start.startswith(b"<?xml") or re.match(rb"<(!DOCTYPE\s+)?[A-Za-z_]", start):
        return "xml"
    if head[:2] in (b"\xff\xfe", b"\xfe\xff") and b"<" in head[:8]:
        return "xml"
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 4:
            return "unknown"
    return "unknown" if b"\x00" in head else "text"
