"""Every kind of hostile document is refused by its own rule and page, and the plain one beside it is accepted."""

from __future__ import annotations

import io

import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pikepdf import Array, Dictionary, Name, String

from portal.documents.checks import check
from portal.documents.verdict import Limits, Verdict
from portal.documents.wording import RULES, words
from tests.support import hostile
from tests.support.documents import pdf_of_size

PLAIN = {
    "pdf": ("pdf", hostile.pdf(hostile.with_font("/Arial"), pages=2)),
    "png": ("image", hostile.picture("PNG", (20, 20))),
    "jpeg": ("image", hostile.picture("JPEG", (20, 20))),
    "gif": ("image", hostile.picture("GIF", (20, 20))),
    "tiff": ("image", hostile.picture("TIFF", (20, 20))),
    "wav": ("sound", hostile.sound(0.01)),
    "mp3": ("sound", hostile.mp3(5)),
    "mp4": ("video", hostile.video()),
    "docx": ("docx", hostile.docx()),
    "st26": ("st26", hostile.listing(2)),
}


def found(content: bytes, as_format: str, limits: Limits | None = None) -> set[tuple[str, int | None]]:
    """The rules and pages by which a document is refused; every one of them can be told in words."""
    verdict = check(content, as_format, limits)
    assert all(words(reason) for reason in verdict.reasons)
    return {(reason.rule, reason.page) for reason in verdict.reasons}


def accepted(content: bytes, as_format: str) -> Verdict:
    verdict = check(content, as_format)
    assert verdict.reasons == ()
    assert verdict.size == len(content)
    return verdict


def test_plain_documents_are_accepted_with_their_type_and_pages():
    """A check that refuses everything would pass every other test here."""
    assert accepted(hostile.pdf(pages=3), "pdf").pages == 3
    assert accepted(pdf_of_size(2000), "pdf").media_type == "application/pdf"
    assert accepted(hostile.picture("PNG", dpi=(300, 300)), "image").facts["dpi"] == [300, 300]
    assert accepted(hostile.picture("JPEG"), "image").media_type == "image/jpeg"
    assert accepted(hostile.picture("JPEG", progressive=True), "image").media_type == "image/jpeg"
    assert accepted(hostile.picture("GIF"), "image").media_type == "image/gif"
    assert accepted(hostile.picture("TIFF", frames=2), "image").pages == 2
    assert accepted(hostile.sound(0.5), "sound").facts["seconds"] == 0.5
    assert accepted(hostile.mp3(), "sound").media_type == "audio/mpeg"
    assert accepted(hostile.video(), "video").facts["seconds"] == 2.0
    assert accepted(hostile.docx(), "docx").media_type.endswith("wordprocessingml.document")
    assert accepted(hostile.listing(3), "st26").facts["sequences"] == 3


HOSTILE_PDF = {
    "javascript in the name tree": (hostile.in_name_tree, ("pdf-javascript", None)),
    "javascript in an annotation": (
        hostile.annotated(2, Dictionary(Subtype=Name.Link, A=hostile.script())),
        ("pdf-javascript", 2),
    ),
    "javascript after a harmless action": (hostile.next_of_a_link, ("pdf-javascript", None)),
    "launch in an annotation": (
        hostile.annotated(1, Dictionary(Subtype=Name.Link, A=hostile.launch())),
        ("pdf-launch", 1),
    ),
    "launch when it is opened": (hostile.opened(hostile.launch()), ("pdf-open-action", None)),
    "named action when it is opened": (
        hostile.opened(Dictionary(S=Name.Named, N=Name.Print)),
        ("pdf-open-action", None),
    ),
    "submits a form": (
        hostile.annotated(1, Dictionary(Subtype=Name.Widget, A=Dictionary(S=Name.SubmitForm, F=String("x")))),
        ("pdf-sends-data", 1),
    ),
    "opens another file": (
        hostile.annotated(1, Dictionary(Subtype=Name.Link, A=Dictionary(S=Name.GoToR, F=String("x.pdf")))),
        ("pdf-other-file", 1),
    ),
    "an embedded file": (hostile.attachment, ("pdf-embedded-file", None)),
    "an attachment on a page": (
        hostile.annotated(2, Dictionary(Subtype=Name.FileAttachment)),
        ("pdf-embedded-file", 2),
    ),
    "rich media": (hostile.rich_media, ("pdf-rich-media", 1)),
    "an XFA form": (hostile.form_of_xfa, ("pdf-xfa", None)),
    "a font that is not in it": (hostile.with_font("/Arial"), ("pdf-font", 2)),
}


@pytest.mark.parametrize("name", HOSTILE_PDF)
def test_a_pdf_that_acts_is_refused(name):
    """What an officer opens runs on the office's own machines."""
    change, reason = HOSTILE_PDF[name]
    assert reason in found(hostile.pdf(change, pages=2), "pdf")


def test_a_pdf_acting_through_compressed_objects_is_refused():
    """The same, where a search through the bytes sees nothing."""
    modes = {"object_stream_mode": pikepdf.ObjectStreamMode.generate, "compress_streams": True}
    content = hostile.pdf(hostile.in_name_tree, **modes)
    assert b"JavaScript" not in content
    assert ("pdf-javascript", None) in found(content, "pdf")


def test_what_word_processors_write_is_not_refused():
    """ "Open at the first page" and the fonts of every reader are in most documents that agents have."""
    first_page = hostile.opened(lambda document: Array([document.pages[0].obj, Name.Fit]))
    assert found(hostile.pdf(first_page), "pdf") == set()
    go_to = hostile.opened(lambda document: Dictionary(S=Name.GoTo, D=Array([document.pages[0].obj, Name.Fit])))
    assert found(hostile.pdf(go_to), "pdf") == set()
    assert found(hostile.pdf(hostile.with_font("/Helvetica", "/Type1"), pages=2), "pdf") == set()


def test_an_encrypted_pdf_is_refused_even_without_a_password_to_open():
    """An owner's password alone still keeps the office from reading it in thirty years."""
    assert found(hostile.encrypted(), "pdf") == {("pdf-encrypted", None)}
    assert found(hostile.encrypted(user=""), "pdf") == {("pdf-encrypted", None)}


def test_a_pdf_of_a_later_version_is_refused():
    content = hostile.pdf()
    assert found(b"%PDF-2.1" + content[8:], "pdf") == {("pdf-version", None)}
    assert found(b"%PDF-2.0" + content[8:], "pdf") == set()


@pytest.mark.parametrize(
    "extra", [b"PK\x03\x04rest", b"<html><script>x</script></html>", b"MZ\x90\x00", hostile.picture()]
)
def test_something_after_the_pdf_is_refused(extra):
    """Two programs would see two documents: the office and the court must see one."""
    assert found(hostile.pdf() + extra, "pdf") == {("something-else", None)}


@pytest.mark.parametrize("before", [b"PK\x03\x04", b"<html>", b"MZ\x90\x00", b"\x7fELF", b"x"])
def test_something_before_the_pdf_is_refused(before):
    assert found(before + hostile.pdf(), "pdf") == {("other-format", None)}


def test_an_archive_that_is_also_a_pdf_is_refused():
    """ZIP readers begin at the end: the archive's list can hide behind the PDF's own end mark."""
    zipped = hostile.archive(a=b"hidden")
    end = zipped.rindex(b"PK\x05\x06")
    mixed = hostile.pdf() + zipped[:end] + zipped[end : end + 20] + b"\x06\x00\n%%EOF"
    assert ("something-else", None) in found(mixed, "pdf")


def test_a_cut_or_broken_pdf_is_refused():
    content = hostile.pdf(pages=3)
    assert found(content[: len(content) // 2], "pdf") == {("cut-off", None)}
    assert found(content.replace(b"startxref", b"startxxxx"), "pdf") == {("damaged", None)}
    assert found(b"%PDF-1.7\n%%EOF", "pdf") == {("damaged", None)}


def test_limits_of_pages_and_their_size():
    assert found(hostile.pdf(pages=4), "pdf", Limits(max_pages=3)) == {("too-many-pages", None)}
    huge = hostile.pdf(lambda document: document.pages[1].obj.__setitem__("/MediaBox", Array([0, 0, 90000, 10])), 2)
    assert found(huge, "pdf") == {("page-size", 2)}


def test_an_empty_file_and_one_byte_over_the_limit():
    """A limit that is off by one refuses the largest drawing that the office promised to take."""
    content = hostile.pdf()
    for as_format in ("pdf", "image", "sound", "video", "docx", "st26"):
        assert found(b"", as_format) == {("empty", None)}
    assert found(content, "pdf", Limits(max_bytes=len(content))) == set()
    assert found(content, "pdf", Limits(max_bytes=len(content) - 1)) == {("too-large", None)}


@pytest.mark.parametrize(
    ("content", "as_format"),
    [
        (hostile.picture(), "pdf"),
        (hostile.pdf(), "image"),
        (hostile.docx(), "pdf"),
        (hostile.archive(a=b"a"), "docx"),
        (b"MZ\x90\x00" + b"\0" * 100, "pdf"),
        (b"<!DOCTYPE html><html></html>", "st26"),
        (b"just words", "image"),
        (hostile.mp3(), "video"),
        (hostile.picture("WEBP"), "image"),
        (hostile.EICAR, "pdf"),
    ],
)
def test_content_of_another_format_is_refused(content, as_format):
    """What a file is called counts for nothing: the content says what it is."""
    assert found(content, as_format) == {("other-format", None)}


def test_a_picture_bomb_is_refused_before_it_is_decoded():
    """60,000 by 60,000 pixels are 3.6 thousand million: decoding one takes the server's memory."""
    content = hostile.png_bomb()
    assert len(content) < 200_000
    verdict = check(content, "image")
    assert [reason.rule for reason in verdict.reasons] == ["too-many-pixels"]
    assert verdict.facts["width"] == 60_000


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF"])
def test_a_cut_picture_and_one_with_something_behind_it(form):
    content = hostile.picture(form)
    assert found(content[: len(content) // 2], "image") <= {("cut-off", None), ("damaged", None)}
    assert found(content[: len(content) // 2], "image")
    assert found(content + b"<script>alert(1)</script>", "image") == {("something-else", None)}
    assert found(content + hostile.archive(a=b"a"), "image") == {("something-else", None)}
    assert found(content + b"\0\0", "image") == set()


def test_a_camera_picture_with_its_preview_is_accepted():
    """Telephones append a second JPEG (CIPA DC-007): refusing it would refuse most photographs."""
    assert found(hostile.picture("JPEG") + hostile.picture("JPEG", (16, 16)), "image") == set()


def test_an_animated_picture_is_refused():
    """A mark that moves is another kind of mark; an officer would see one frame of it."""
    assert found(hostile.picture("GIF", frames=3), "image") == {("animated", None)}


def test_sounds_and_videos():
    content = hostile.sound()
    assert found(content[:-100], "sound") == {("cut-off", None)}
    assert found(content + b"PK\x03\x04", "sound") == {("something-else", None)}
    assert found(hostile.sound(0), "sound") == {("nothing-to-play", None)}
    assert found(hostile.mp3() + hostile.archive(a=b"a"), "sound") == {("something-else", None)}
    assert found(hostile.video(b"soun"), "video") == {("nothing-to-play", None)}
    assert found(hostile.video()[:-10], "video") == {("cut-off", None)}
    assert found(hostile.video() + b"\0\0", "video") == {("something-else", None)}
    assert found(hostile.video() + hostile.archive(a=b"a"), "video") == {("something-else", None)}


HOSTILE_DOCX = {
    "macros": ({"word/vbaProject.bin": b"x"}, "docx-macros"),
    "a template from elsewhere": (
        {"word/_rels/settings.xml.rels": hostile.relations("attachedTemplate", "https://evil.example/t.dotm")},
        "docx-external",
    ),
    "a picture from elsewhere": (
        {"word/_rels/document.xml.rels": hostile.relations("image", "https://evil.example/p.png")},
        "docx-external",
    ),
    "an embedded object": ({"word/embeddings/oleObject1.bin": b"x"}, "docx-embedded"),
    "a chunk of another format": (
        {"word/_rels/document.xml.rels": hostile.relations("aFChunk", "a.html", internal=True)},
        "docx-embedded",
    ),
    "a part outside of it": ({"../../etc/passwd": b"x"}, "docx-path"),
    "an absolute part": ({"/etc/passwd": b"x"}, "docx-path"),
    "a bomb": ({"word/media/a.bin": b"\0" * 30_000_000}, "unpacks-too-large"),
    "entities": ({"word/document.xml": hostile.laughs().encode() + b"<a>&a9;</a>"}, "docx-entities"),
    "broken XML": ({"word/document.xml": b"<a>"}, "damaged"),
}


@pytest.mark.parametrize("name", HOSTILE_DOCX)
def test_a_docx_that_acts_or_escapes_is_refused(name):
    parts, rule = HOSTILE_DOCX[name]
    assert (rule, None) in found(hostile.docx(**parts), "docx")


def test_a_link_in_a_docx_is_not_refused():
    link = hostile.relations("hyperlink", "https://ipo.example")
    assert found(hostile.docx(**{"word/_rels/document.xml.rels": link}), "docx") == set()


def test_a_docx_with_something_around_it_or_a_broken_part():
    content = hostile.docx()
    assert found(content + b"MZ", "docx") == {("something-else", None)}
    broken = bytearray(hostile.docx(**{"word/media/a.bin": bytes(range(256)) * 40}))
    broken[broken.index(b"word/media/a.bin") + 40] ^= 0xFF
    assert ("damaged", None) in found(bytes(broken), "docx")


def test_a_sequence_listing_is_judged_with_its_line():
    assert found(hostile.listing(0), "st26") == {("st26-no-sequence", None)}
    verdict = check(hostile.listing(2, stated=3), "st26")
    assert [(reason.rule, reason.values["line"]) for reason in verdict.reasons] == [("st26-quantity", 6)]
    verdict = check(b'<?xml version="1.0"?>\n<ST26SequenceListing>\n<a></b>\n</ST26SequenceListing>', "st26")
    assert [(reason.rule, reason.values["line"]) for reason in verdict.reasons] == [("xml-syntax", 3)]
    assert found(b"<?xml version='1.0'?><other/>", "st26") == {("st26-root", None)}


def test_a_sequence_listing_names_its_dtd_and_nothing_is_fetched():
    """The standard's own document type is in every listing; a fetch would let a file call out from the server."""
    doctype = '<!DOCTYPE ST26SequenceListing PUBLIC "-//WIPO//DTD Sequence Listing 1.3//EN" "http://127.0.0.1:9/x.dtd">'
    assert found(hostile.listing(doctype=doctype), "st26") == set()
    assert found(hostile.listing(doctype=hostile.laughs()), "st26") == {("xml-entities", None)}
    secret = '<!DOCTYPE ST26SequenceListing [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    assert found(hostile.listing(doctype=secret), "st26") == {("xml-entities", None)}


def test_a_stream_is_judged_as_its_bytes():
    assert check(io.BytesIO(hostile.pdf()), "pdf").accepted


def test_every_rule_has_words():
    """A rule without words would answer an upload with an error page."""
    assert all(str(text) for text in RULES.values())


@given(
    st.sampled_from(sorted(PLAIN)), st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=4)), min_size=1, max_size=8)
)
def test_no_damage_makes_the_examination_itself_fail(name, changes):
    """An error inside of a check would tell the agent of limits, where the file is simply broken."""
    as_format, content = PLAIN[name]
    broken = bytearray(content)
    for place, data in changes:
        at = int(place * (len(broken) - 1))
        broken[at : at + len(data) // 2] = data
    verdict = check(bytes(broken), as_format)
    assert verdict.size == len(broken)
    assert all(words(reason) for reason in verdict.reasons)
