"""The form of each right: its pictures in their places, its direction, and its text as a reader can search it."""

from __future__ import annotations

import io
import re
import subprocess
import unicodedata
from dataclasses import replace
from datetime import date
from pathlib import Path

import pikepdf
import pytest
from flask import Flask
from flask_babel import Babel
from PIL import Image

from portal.documents.display import Shown
from portal.drafting.checks import Held
from portal.drafting.compare import Row
from portal.filing import marks, printed_form, rules
from portal.filing.pictures import Of, Picture, Subject, pictures
from portal.profile.loader import load_profile
from portal.profile.model import Required
from tests.support import fonts, hostile
from tests.support.applications import DESIGNS, DRAWING, EVERYTHING, PATENT, PURPOSES, circumstances

PROFILE = load_profile(Path(__file__).parents[4] / "inventories/test/office.yml")
ANSWERS = {
    "applicants": [Row("name-0", "name-0", "Name", "Zoë")],
    "designs": [
        Row("product-0", "product-0", "Design 1: The product", "Chair"),
        Row("locarno-0", "locarno-0", "Design 1: Class", "06-01"),
        Row("product-1", "product-1", "Design 2: The product", "Lamp"),
    ],
}


@pytest.fixture(autouse=True)
def in_portal():
    app = Flask("portal")
    office = PROFILE.office.model_copy(update={"languages": ["en", "fr", "ar"]})
    app.config["PROFILE"] = PROFILE.model_copy(update={"office": office})
    Babel(app)
    with app.app_context():
        yield


def shown(size: tuple[int, int] = (300, 200)) -> Shown:
    out = io.BytesIO()
    Image.new("RGB", size, "#c8141e").save(out, "PNG")
    return Shown(out.getvalue(), "image/png", *size)


def view(position: str, made: Shown | None = None, name: str = "") -> Picture:
    return Picture(Of.VIEW, name or f"view {position}.png", "Chair", made or shown(), None, position)


def printed(
    tmp_path: Path, *shown_pictures: Picture, language: str = "en", answers=ANSWERS, application=DESIGNS
) -> Path:
    manifest = rules.manifest(replace(application, language=language), circumstances(), [])
    path = tmp_path / "form.pdf"
    path.write_bytes(printed_form.form(manifest, b"<a/>", answers, shown_pictures).document)
    return path


def told(path: Path, *options: str) -> str:
    run = subprocess.run(["pdftotext", *(options or ("-raw",)), path, "-"], capture_output=True, text=True, check=True)
    return run.stdout if options else " ".join(run.stdout.split())


def figures(path: Path) -> list[str]:
    """The alternative texts of the figures, in the order of the structure."""
    with pikepdf.open(path) as document:
        elements = [one for one in document.objects if isinstance(one, pikepdf.Dictionary) and one.get("/S")]
        return sorted(str(one.Alt) for one in elements if one.S == "/Figure")


def claims(document: bytes) -> bytes:
    with pikepdf.open(io.BytesIO(document)) as opened:
        return opened.Root.Metadata.read_bytes()


# Designs.


def test_the_views_of_a_design_stand_under_it_with_their_numbers(tmp_path):
    """An examiner who has to guess which view is of which design registers the wrong one."""
    path = printed(tmp_path, view("1.1"), view("1.2"), view("2.1"))
    text = told(path)
    places = [
        text.index(word)
        for word in ("Design 1: The product", "1.1 view", "1.2 view", "Design 2: The product", "2.1 view")
    ]
    assert places == sorted(places)
    assert figures(path) == ["View 1.1: Chair", "View 1.2: Chair", "View 2.1: Chair"]
    assert "The views are scaled to fit." in text


def test_a_view_that_cannot_be_shown_is_named_under_its_number(tmp_path):
    hidden = replace(view("1.2"), shown=None, file_name="b.tif")
    path = printed(tmp_path, view("1.1"), hidden)
    assert "1.2 The picture b.tif cannot be shown on this paper." in told(path)
    assert figures(path) == ["View 1.1: Chair"]


def test_a_view_of_no_design_is_not_left_out(tmp_path):
    assert "7.1 view 7.1.png" in told(printed(tmp_path, view("1.1"), view("7.1")))


def test_many_views_make_a_file_of_a_few_megabytes(tmp_path):
    """The form is mailed and archived: with 200 views as they came it would have hundreds of megabytes."""
    count, content = 8, [hostile.picture(size=(900, 700)) for _n in range(8)]
    documents = tuple(replace(DESIGNS.documents[0], position=f"1.{n}", sha512=f"{n:0128x}") for n in range(count))
    found = pictures(Subject.of(replace(DESIGNS, documents=documents)), PURPOSES, Shelf(*content))
    path = printed(tmp_path, *found)
    assert len(found) == len(figures(path)) == count
    assert sum(map(len, content)) > count * 400_000
    assert path.stat().st_size < count * 250_000  # of noise, which nothing packs; a drawing takes a tenth of that


class Shelf:
    """A store that gives these contents one after the other, the last of them for ever."""

    def __init__(self, *contents: bytes) -> None:
        self.contents = list(contents)

    def open(self, sha512: str) -> io.BytesIO:
        return io.BytesIO(self.contents.pop(0) if len(self.contents) > 1 else self.contents[0])


# What is shown of which right.


def subject(application):
    return [(one.of, one.file_name) for one in pictures(Subject.of(application), PURPOSES, Shelf(hostile.picture()))]


def test_of_an_invention_the_first_drawing_is_shown_if_it_is_a_picture():
    later = replace(DRAWING, file_name="figure 2.png", sha512="13" * 64)
    assert subject(replace(PATENT, documents=(*PATENT.documents, later))) == [(Of.DRAWING, "figure 1.png")]
    assert subject(replace(PATENT, documents=(replace(DRAWING, media_type="application/pdf"),))) == []


def test_of_a_mark_its_representation_is_shown_and_no_other_picture():
    """A passport's scan that is printed as the mark would be registered as the mark."""
    passport = replace(EVERYTHING.documents[0], kind="power-of-attorney", file_name="passport.png")
    assert subject(replace(EVERYTHING, documents=(passport, *EVERYTHING.documents))) == [(Of.MARK, "logo.png")]


def test_a_file_that_is_not_examined_yet_is_not_shown():
    """It is not in the store: a print that asked for it would be an error page."""
    service = PROFILE.service("trademark-national")
    waiting = replace(EVERYTHING.documents[0], waiting=True)
    held = Held(service, {}, (waiting, *EVERYTHING.documents), PROFILE, date(2026, 11, 20))
    assert [one.waiting for one in Subject.of_draft(held).documents] == [False, False]


def test_an_office_may_call_its_kinds_of_document_otherwise():
    logo = replace(EVERYTHING.documents[0], kind="logotype")
    found = pictures(
        Subject.of(replace(EVERYTHING, documents=(logo,))),
        {"logotype": Required.WHEN_FIGURATIVE},
        Shelf(hostile.picture()),
    )
    assert [one.file_name for one in found] == ["logo.png"]


def test_the_drawing_of_an_invention_stands_with_its_abstract(tmp_path):
    answers = {"invention": [Row("abstract", "abstract", "Abstract", "It keeps warm.")], "priority": []}
    drawing = Picture(Of.DRAWING, "figure 1.png", "A cup", shown())
    path = printed(tmp_path, drawing, answers=answers, application=PATENT)
    text = told(path)
    assert text.index("It keeps warm.") < text.index("figure 1.png, scaled to fit.") < text.index("Priority claims")
    assert figures(path) == ["Drawing of the invention: A cup"]


def test_the_reduction_that_is_claimed_stands_with_the_fees(tmp_path):
    answers = {**ANSWERS, "fees": [Row("discount", "discount", "Reduction claimed", "Small entity")]}
    text = told(printed(tmp_path, answers=answers))
    assert text.index("Documents") < text.index("Reduction claimed Small entity") < text.index("Total")
    assert text.count("Fees") == 1


# From right to left.


def words_at(path: Path) -> dict[str, float]:
    """Where each word of the first page begins, in points from the left."""
    found = re.findall(r'<word xMin="([\d.]+)"[^>]*>([^<]*)</word>', told(path, "-bbox", "-l", "1"))
    return {word: float(left) for left, word in found}


def test_a_paper_in_arabic_runs_from_right_to_left(tmp_path):
    fonts.require()
    from_left, from_right = printed(tmp_path), None
    left = words_at(from_left)
    assert left["Name"] < left["Zoë"]
    from_right = printed(tmp_path, language="ar")
    right = words_at(from_right)
    assert right["Name"] > right["Zoë"]
    with pikepdf.open(from_right) as document:
        assert str(document.Root.Lang) == "ar"
    assert b"<pdfuaid:part>1</pdfuaid:part>" in claims(from_right.read_bytes())


def test_what_runs_the_other_way_keeps_its_own_order(tmp_path):
    """On an Arabic paper "+254 20" must not end with its plus sign, nor an address with its house number."""
    fonts.require()
    rows = [
        Row("phone-0", "phone-0", "Telephone", "+254 20 123 4567"),
        Row("street-0", "street-0", "Street", "12 Harbour Road"),
    ]
    text = told(printed(tmp_path, language="ar", answers={"applicants": rows}))
    assert "+254 20 123 4567" in text
    assert "12 Harbour Road" in text


# Letters with marks.

MARKED = ["Ọlájùmọ̀kẹ́ Adé", "ɖɛ̃́ ŋ̀", "C̄ K̄ Kenya", "ọ ọ̀ q̣ q̣̇ ẋ̣", "Nguyễn Thị Hồng", "Ḱ ά̄ я́"]


@pytest.mark.parametrize("name", MARKED)
def test_a_letter_with_marks_is_found_and_copied_as_it_was_typed(tmp_path, name):
    """A search for the applicant's name that finds nothing sends the help desk to paper."""
    rows = [Row("name-0", "name-0", "Name", unicodedata.normalize("NFC", name))]
    path = printed(tmp_path, answers={"applicants": rows})
    assert unicodedata.normalize("NFC", name) in unicodedata.normalize("NFC", told(path))
    assert b"<pdfaid:part>3</pdfaid:part>" in claims(path.read_bytes())
    checked = subprocess.run(["qpdf", "--check", path], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout


def test_a_paper_with_marks_is_the_same_for_the_same_filing(tmp_path):
    rows = {"applicants": [Row("name-0", "name-0", "Name", MARKED[0])]}
    assert printed(tmp_path, answers=rows).read_bytes() == printed(tmp_path, answers=rows).read_bytes()


def test_letters_that_have_a_sign_of_their_own_need_nothing():
    assert not marks.has_marked_letters("Zoë Nguyễn Ọlá état")
    assert marks.has_marked_letters("ọ̀")
