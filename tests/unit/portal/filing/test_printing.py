"""Printing: sound PDF/A for whatever was typed, and never a character that is silently not there."""

from __future__ import annotations

import hashlib
import io
import re
import subprocess
from datetime import timedelta
from pathlib import Path

import pikepdf
import pytest
import typst
from flask import Flask
from flask_babel import Babel
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops

from portal.documents.display import Shown
from portal.drafting.compare import Row
from portal.filing import papers, printed_form, printing, rules
from portal.filing.pictures import Of, Picture
from portal.filing.st96.writer import application_xml
from portal.profile.loader import load_profile
from tests.support.applications import FULL, RECEIVED, circumstances

PROFILE = load_profile(Path(__file__).parents[4] / "inventories/test/office.yml")
ISSUED = RECEIVED + timedelta(seconds=1)


@pytest.fixture(autouse=True)
def in_portal():
    app = Flask("portal")
    app.config["PROFILE"] = PROFILE
    Babel(app)
    with app.app_context():
        yield


def manifest(**changes: object) -> dict:
    parts = [
        rules.Part(
            "document", one.kind, one.file_name, one.media_type, one.size, one.sha512, one.pages,
            rules.instant(one.received_at),
        )
        for one in FULL.documents
    ]  # fmt: skip
    xml = rules.Part("application-data", "st96", "application.xml", "application/xml", 4, "aa" * 64)
    return rules.manifest(FULL, circumstances(), [xml, *parts]) | changes


def receipt(**changes: object) -> printing.Printed:
    content = manifest(**changes)
    return papers.receipt(content, rules.canonical(content), b"<a/>", ISSUED)


def words(document: bytes, tmp_path: Path) -> str:
    path = tmp_path / "paper.pdf"
    path.write_bytes(document)
    return subprocess.run(["pdftotext", "-raw", path, "-"], capture_output=True, text=True, check=True).stdout


def test_a_receipt_claims_pdf_a_3a_and_pdf_ua_1():
    with pikepdf.open(io.BytesIO(receipt().document)) as document:
        metadata = document.Root.Metadata.read_bytes()
        assert b"<pdfaid:part>3</pdfaid:part>" in metadata
        assert b"<pdfaid:conformance>A</pdfaid:conformance>" in metadata
        assert b"<pdfuaid:part>1</pdfuaid:part>" in metadata
        assert str(document.Root.Lang) == "en"
        assert set(document.attachments) == {"application.xml", "manifest.json"}


def test_the_attached_manifest_is_the_record_itself():
    content = manifest()
    with pikepdf.open(io.BytesIO(receipt().document)) as document:
        attached = document.attachments["manifest.json"].get_file().read_bytes()
    assert hashlib.sha512(attached).hexdigest() == hashlib.sha512(rules.canonical(content)).hexdigest()


def test_every_page_of_a_test_tier_says_that_it_has_no_legal_effect(tmp_path):
    """A receipt from a test system must not be shown to a court as a real one, not even its second page."""
    found = words(receipt().document, tmp_path)
    pages = found.split("\f")[:-1]
    assert len(pages) >= 2
    assert all("TEST – no legal effect" in page for page in pages)


def test_a_production_receipt_carries_no_mark(tmp_path):
    found = words(receipt(legal_effect=True, tier="production").document, tmp_path)
    assert "no legal effect" not in found


def test_what_cannot_be_printed_is_numbered_and_said(tmp_path):
    """An applicant's name with a hole in it is another name."""
    printed = receipt(applicant="Ab\ue000cd \u202eevil\u202c \U000fffff")
    assert {"\ue000", "\u202e", "\u202c"} <= printed.replaced
    found = " ".join(words(printed.document, tmp_path).split())
    assert "Ab[U+E000]cd [U+202E]evil[U+202C]" in found
    assert "Some characters cannot be printed" in found


def test_a_host_without_fonts_still_prints(monkeypatch, tmp_path):
    """On a server where the font packages are missing, the receipt of an Arabic name is numbered, not refused."""
    bare = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True)
    monkeypatch.setattr(printing, "_fonts", lambda: bare)
    monkeypatch.setattr(printing, "_families", lambda _language: ["Libertinus Serif"])
    monkeypatch.setattr(papers, "printer", printing.Printer)
    monkeypatch.setattr(
        printing.typst, "Compiler", lambda *args, **kwargs: REAL_COMPILER(*args, ignore_system_fonts=True, **kwargs)
    )
    printed = receipt(applicant="Zoë 日本")
    assert printed.replaced == {"日", "本"}
    assert "Zoë [U+65E5][U+672C]" in words(printed.document, tmp_path)


REAL_COMPILER = typst.Compiler


def test_a_plain_name_replaces_nothing():
    assert receipt(applicant="Café Zoë & Fils <Ltd> #let x = 1 $a$ *b* _c_ @d").replaced == frozenset()


def test_typst_code_in_a_name_is_text(tmp_path):
    """A name that is taken as code could read the server's files into a receipt."""
    found = words(receipt(applicant='#read("/etc/passwd") [*x*] \\u{41} // y').document, tmp_path)
    assert '#read("/etc/passwd") [*x*] \\u{41} // y' in found


def test_endless_words_stay_on_the_paper(tmp_path):
    """A file name of 250 letters must not run over the size beside it, or off the page."""
    name = "x" * 246 + ".pdf"
    content = manifest(applicant="W" * 300)
    content["files"][1] = {**content["files"][1], "name": name}
    printed = papers.receipt(content, rules.canonical(content), b"<a/>", ISSUED)
    (tmp_path / "paper.pdf").write_bytes(printed.document)
    boxes = subprocess.run(
        ["pdftotext", "-bbox", tmp_path / "paper.pdf", "-"], capture_output=True, text=True, check=True
    ).stdout
    right = max(float(found) for found in re.findall(r'xMax="([\d.]+)"[^>]*>[xW]+', boxes))
    assert right <= 595 - 22 / 25.4 * 72 + 1


def test_paper_is_the_same_for_the_same_filing():
    assert receipt().document == receipt().document


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(min_size=1, max_size=60))
def test_whatever_was_typed_a_receipt_comes_out(name):
    """No name may keep a filing from its receipt."""
    assert receipt(applicant=name, title=name[:40]).document.startswith(b"%PDF-1.7")


def test_the_form_and_the_xml_tell_the_same_number(tmp_path):
    xml = application_xml(FULL, circumstances(), "form")
    printed = printed_form.form(manifest(), xml, {"applicants": [told_as("Name", FULL.applicant.name)], "priority": []})
    found = words(printed.document, tmp_path).replace("\u00a0", " ")
    assert "XX T 40 2026 000000017" in found
    assert "None." in found
    assert printed_form.declaration()[:40] in found


def test_fees_on_two_pages_have_one_total_at_their_end(tmp_path):
    """A total under the first page's lines would not be theirs."""
    line = {"code": "f", "name": {"en": "Fee"}, "quantity": 1, "unit_amount": "2.00", "amount": "2.00"}
    fees = {"currency": "USD", "total": "160.00", "lines": [line] * 80}
    found = words(receipt(fees=fees).document, tmp_path).replace("\u00a0", " ")
    assert found.count("USD 160.00") == 1
    assert found.rindex("USD 2.00") < found.index("USD 160.00")


def png(colour: str = "#c8141e", size: tuple[int, int] = (300, 200)) -> Shown:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "PNG")
    return Shown(out.getvalue(), "image/png", *size)


def told_as(label: str, value: str, key: str = "name-0") -> Row:
    """An answer as the check page shows it."""
    return Row(key, key, label, value)


def form(tmp_path: Path, *shown: Picture) -> Path:
    answers = {"applicants": [told_as("Name", "Zoë")], "mark": [told_as("Kind", "Figurative mark", "kind")]}
    path = tmp_path / "form.pdf"
    path.write_bytes(printed_form.form(manifest(), b"<a/>", answers, shown).document)
    return path


def told(path: Path) -> str:
    run = subprocess.run(["pdftotext", "-raw", path, "-"], capture_output=True, text=True, check=True)
    return " ".join(run.stdout.split())


def figures(path: Path) -> list[str]:
    """The alternative texts of the figures in the tagged structure."""
    with pikepdf.open(path) as document:
        elements = [one for one in document.objects if isinstance(one, pikepdf.Dictionary) and one.get("/S")]
        return [str(one.Alt) for one in elements if one.S == "/Figure"]


def red_area(path: Path, tmp_path: Path) -> tuple[float, float]:
    """Width and height in millimetres of what is red on the first page."""
    subprocess.run(["pdftoppm", "-r", "127", "-png", "-singlefile", path, tmp_path / "page"], check=True)
    with Image.open(tmp_path / "page.png") as page:
        red, green, _blue = page.convert("RGB").split()
        box = ImageChops.multiply(
            red.point(lambda value: 255 if value > 180 else 0), green.point(lambda value: 255 if value < 60 else 0)
        ).getbbox()
    assert box is not None
    return (box[2] - box[0]) / 5, (box[3] - box[1]) / 5


@pytest.mark.parametrize(
    ("size", "on_paper"),
    [
        ((300, 200), (120, 80)),  # fits by its width
        ((200, 400), (45, 90)),  # by its height
        ((40, 20), (20, 10)),  # not blown up: half a millimetre a pixel
        ((16000, 20), (120, 0.2)),
    ],
)
def test_the_form_shows_the_picture_of_the_mark_in_its_proportions(tmp_path, size, on_paper):
    """A figurative mark is its picture: a form that only names the file protects nothing."""
    made = Shown(png().content, "image/png", *size)
    path = form(tmp_path, Picture(Of.MARK, "logo.png", "A cup.", made))
    assert red_area(path, tmp_path) == pytest.approx(on_paper, abs=0.5)
    assert "logo.png, scaled to fit." in told(path)


def test_the_picture_has_words_for_those_who_cannot_see_it(tmp_path):
    path = form(tmp_path, Picture(Of.MARK, "logo.png", "A cup \ue000.", png()))
    assert figures(path) == ["Picture of the mark: A cup [U+E000]."]
    with pikepdf.open(path) as document:
        metadata = document.Root.Metadata.read_bytes()
    assert b"<pdfaid:part>3</pdfaid:part>" in metadata
    assert b"<pdfuaid:part>1</pdfuaid:part>" in metadata


@pytest.mark.parametrize("broken", [None, Shown(b"", '"<', 3, 2)])
def test_a_picture_that_cannot_be_shown_is_named(tmp_path, broken):
    path = form(tmp_path, Picture(Of.MARK, "logo <1>.tif", "", broken))
    assert "The picture logo <1>.tif cannot be shown on this paper." in told(path)
    assert figures(path) == []


def test_a_page_of_several_says_that_there_are_more(tmp_path):
    path = form(tmp_path, Picture(Of.MARK, "logo.tif", "", png(), pages=3))
    assert "Shown is page 1 of 3." in told(path)
    assert figures(path) == ["Picture of the mark: logo.tif"]
