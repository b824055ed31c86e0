"""Documents to file, made to measure."""

from __future__ import annotations

import struct
import zlib


def pdf_of_size(size: int, title: str = "Document of a test") -> bytes:
    """A correct one-page PDF of exactly `size` bytes (from 700 on): what is missing is filler of a stream."""
    small = _pdf(title, 0)
    pdf = _pdf(title, size - len(small))
    # The stream's length and the offset of the table grow by digits: take them off the filler.
    pdf = _pdf(title, size - len(small) - (len(pdf) - size))
    assert len(pdf) == size, f"{len(pdf)} bytes instead of {size}"
    return pdf


def _pdf(title: str, filler: int) -> bytes:
    text = f"BT /F1 14 Tf 60 780 Td ({title}) Tj ET".encode("latin-1")
    body = text + b"\n" + b" " * max(0, filler)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n" % len(body) + body + b"\nendstream",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + content + b"\nendobj\n"
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    for place in places:
        out += b"%010d 00000 n \n" % place
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)
    return bytes(out)


def png(width: int = 600, height: int = 400) -> bytes:
    """A plain PNG image in one colour at 300 dots an inch."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    row = b"\0" + b"\x1d\x4f\x6e" * width
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
        + chunk(b"pHYs", struct.pack(">IIB", 11811, 11811, 1))
        + chunk(b"IDAT", zlib.compress(row * height))
        + chunk(b"IEND", b"")
    )
