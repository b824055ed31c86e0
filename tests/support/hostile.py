"""Documents that must be refused, and plain ones beside them: made by code, so that no scanner alarms at a clone."""

from __future__ import annotations

import io
import struct
import wave
import zipfile
import zlib
from collections.abc import Callable
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream, String
from PIL import Image

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""The harmless file that every virus scanner reports (eicar.org)."""


def pdf(change: Callable[[Pdf], None] | None = None, pages: int = 1, **save: Any) -> bytes:
    """A correct PDF of blank A4 pages, after `change`."""
    document = Pdf.new()
    for _page in range(pages):
        document.add_blank_page(page_size=(595, 842))
    if change:
        change(document)
    target = io.BytesIO()
    document.save(target, **save)
    return target.getvalue()


def annotated(page: int, annotation: Dictionary) -> Callable[[Pdf], None]:
    """Put an annotation on a page, counted from 1."""

    def change(document: Pdf) -> None:
        annotation["/Type"], annotation["/Rect"] = Name.Annot, Array([0, 0, 100, 100])
        document.pages[page - 1]["/Annots"] = Array([document.make_indirect(annotation)])

    return change


def script() -> Dictionary:
    return Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))


def launch() -> Dictionary:
    return Dictionary(S=Name.Launch, F=String("cmd.exe"))


def in_name_tree(document: Pdf) -> None:
    """JavaScript that a reader runs when it opens the document."""
    document.Root["/Names"] = Dictionary(JavaScript=Dictionary(Names=Array([String("a"), script()])))


def next_of_a_link(document: Pdf) -> None:
    """JavaScript behind a harmless action, as its /Next."""
    action = Dictionary(S=Name.URI, URI=String("https://ipo.example"), Next=document.make_indirect(script()))
    annotated(1, Dictionary(Subtype=Name.Link, A=action))(document)


def attachment(document: Pdf) -> None:
    document.attachments["other.txt"] = b"another file"


def rich_media(document: Pdf) -> None:
    annotated(1, Dictionary(Subtype=Name.RichMedia))(document)


def form_of_xfa(document: Pdf) -> None:
    document.Root["/AcroForm"] = Dictionary(Fields=Array(), XFA=document.make_stream(b"<xdp/>"))


def opened(action: Any) -> Callable[[Pdf], None]:
    def change(document: Pdf) -> None:
        document.Root["/OpenAction"] = action(document) if callable(action) else action

    return change


def with_font(name: str, subtype: str = "/TrueType") -> Callable[[Pdf], None]:
    """A font on the second page whose outlines are not in the file, drawn in a form."""

    def change(document: Pdf) -> None:
        font = Dictionary(Type=Name.Font, Subtype=Name(subtype), BaseFont=Name(name))
        form = Stream(document, b"")
        form["/Type"], form["/Subtype"], form["/BBox"] = Name.XObject, Name.Form, Array([0, 0, 9, 9])
        form["/Resources"] = Dictionary(Font=Dictionary(F1=font))
        document.pages[1]["/Resources"] = Dictionary(XObject=Dictionary(X1=document.make_indirect(form)))

    return change


def encrypted(user: str = "secret") -> bytes:
    return pdf(encryption=pikepdf.Encryption(owner="owner", user=user))


def archive(**files: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, content in files.items():
            zipped.writestr(name, content)
    return target.getvalue()


def picture(form: str = "PNG", size: tuple[int, int] = (64, 48), frames: int = 1, **save: Any) -> bytes:
    """A picture that differs from pixel to pixel, so that a cut is noticed."""
    made = [Image.effect_noise(size, 60 + number) for number in range(frames)]
    if form != "GIF":
        made = [one.convert("RGB") for one in made]
    target = io.BytesIO()
    more = {"save_all": True, "append_images": made[1:]} if frames > 1 else {}
    made[0].save(target, form, **more, **save)
    return target.getvalue()


def plain_tiff(side: int, frames: int = 1) -> bytes:
    """Pages of one colour, packed to almost nothing."""
    page = Image.new("RGB", (side, side), (200, 100, 50))
    target = io.BytesIO()
    page.save(target, "TIFF", compression="tiff_deflate", save_all=True, append_images=[page] * (frames - 1))
    return target.getvalue()


def png_bomb(width: int = 60_000, height: int = 60_000) -> bytes:
    """A small PNG that says it has thousands of millions of pixels, with some of them."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    packer = zlib.compressobj(9)
    data = b"".join(packer.compress(b"\0" * (width // 8 + 1)) for _row in range(2000)) + packer.flush()
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def sound(seconds: float = 0.1) -> bytes:
    """A correct WAV of silence."""
    target = io.BytesIO()
    with wave.open(target, "wb") as made:
        made.setnchannels(1)
        made.setsampwidth(2)
        made.setframerate(8000)
        made.writeframes(b"\0\0" * int(8000 * seconds))
    return target.getvalue()


def mp3(frames: int = 40) -> bytes:
    """MPEG-1 layer III frames of silence, 128 kbit/s at 44.1 kHz."""
    return (b"\xff\xfb\x90\x00" + b"\0" * 413) * frames


def box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content) + 8) + kind + content


def video(handler: bytes = b"vide") -> bytes:
    """The boxes of an MP4 with one track of two seconds."""
    header = box(b"mvhd", struct.pack(">IIIII", 0, 0, 0, 1000, 2000) + b"\0" * 80)
    media = box(b"mdhd", struct.pack(">IIIII", 0, 0, 0, 1000, 2000) + b"\0" * 4)
    told = box(b"hdlr", b"\0" * 8 + handler + b"\0" * 12 + b"x\0")
    track = box(b"trak", box(b"mdia", media + told))
    return box(b"ftyp", b"isom\0\0\2\0isomiso2") + box(b"moov", header + track) + box(b"mdat", b"\0" * 64)


WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def docx(**more: bytes) -> bytes:
    """A correct DOCX with one paragraph; `more` adds or replaces parts by name."""
    parts = {
        "[Content_Types].xml": b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "_rels/.rels": relations("officeDocument", "word/document.xml", internal=True),
        "word/document.xml": f'<w:document xmlns:w="{WORD}"><w:body><w:p/></w:body></w:document>'.encode(),
    }
    return archive(**{**parts, **more})


def relations(kind: str, target: str, *, internal: bool = False) -> bytes:
    mode = "" if internal else ' TargetMode="External"'
    link = f'<Relationship Id="r1" Type="{OFFICE}/{kind}" Target="{target}"{mode}/>'
    return f'<Relationships xmlns="{RELATIONS}">{link}</Relationships>'.encode()


DOCTYPE = '<!DOCTYPE ST26SequenceListing PUBLIC "-//WIPO//DTD Sequence Listing 1.3//EN" "ST26SequenceListing_V1_3.dtd">'
SOURCE = """<INSDFeature><INSDFeature_key>source</INSDFeature_key><INSDFeature_location>1..12</INSDFeature_location>
<INSDFeature_quals>
<INSDQualifier><INSDQualifier_name>mol_type</INSDQualifier_name>
<INSDQualifier_value>other DNA</INSDQualifier_value></INSDQualifier>
<INSDQualifier><INSDQualifier_name>organism</INSDQualifier_name>
<INSDQualifier_value>synthetic construct</INSDQualifier_value></INSDQualifier>
</INSDFeature_quals></INSDFeature>"""
SEQUENCE = f"""<INSDSeq><INSDSeq_length>12</INSDSeq_length>
<INSDSeq_moltype>DNA</INSDSeq_moltype><INSDSeq_division>PAT</INSDSeq_division>
<INSDSeq_feature-table>{SOURCE}</INSDSeq_feature-table>
<INSDSeq_sequence>acgtacgtacgt</INSDSeq_sequence></INSDSeq>"""
SKIPPED = """<INSDSeq><INSDSeq_length/><INSDSeq_moltype/><INSDSeq_division/>
<INSDSeq_sequence>000</INSDSeq_sequence></INSDSeq>"""


def listing(sequences: int = 1, stated: int | None = None, doctype: str = DOCTYPE) -> bytes:
    """A sequence listing by WIPO ST.26 with as many sequences; `stated` is what it says that it has."""
    data = "".join(f'<SequenceData sequenceIDNumber="{n + 1}">{SEQUENCE}</SequenceData>\n' for n in range(sequences))
    total = sequences if stated is None else stated
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n{doctype}\n'
        '<ST26SequenceListing originalFreeTextLanguageCode="en" dtdVersion="V1_3">\n'
        "<ApplicantFileReference>OUR-17</ApplicantFileReference>\n"
        '<InventionTitle languageCode="en">A primer</InventionTitle>\n'
        f"<SequenceTotalQuantity>{total}</SequenceTotalQuantity>\n{data}</ST26SequenceListing>\n"
    ).encode()


def laughs() -> str:
    """Entities that would expand to thousands of millions of characters."""
    lines = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    return f'<!DOCTYPE ST26SequenceListing [<!ENTITY a0 "ha">{lines}]>'
