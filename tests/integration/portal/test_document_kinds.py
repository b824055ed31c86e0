"""What the office's profile asks of a kind of document: limits, numbers of views, and a PDF beside each DOCX."""

from __future__ import annotations

import io
from typing import Any

import pytest
import yaml
from PIL import Image
from sqlalchemy import select

from portal.audit.models import AuditEntry
from portal.db import db
from portal.drafting import documents as events
from portal.drafting import service as drafting
from portal.drafting.application import pages_of
from portal.drafting.models import DraftDocument
from portal.filing import service as filing
from tests.integration.portal.desks import person
from tests.integration.portal.drafts import DraftPages
from tests.integration.portal.tus import Tus
from tests.support import hostile
from tests.support.drafts import complete_draft, file_draft
from tests.support.hostile_files import boxed

AGENT = "agent@demo.example"
ASKED = {
    "formats": ["pdf", "image", "sound"],
    "max_count": 9,
    "limits": {
        "pages": 3,
        "page_sizes": ["a4", "letter"],
        "pdf_versions": {"min": "1.4", "max": "1.7"},
        "pixels": {"min": 50, "max": 100},
        "dpi": {"min": 200, "max": 600},
        "colours": ["black-and-white", "grey"],
        "seconds": {"max": 2},
    },
}


@pytest.fixture
def asked() -> dict[str, Any]:
    """What this test's office asks of a priority document."""
    return ASKED


@pytest.fixture
def settings(settings, tmp_path, asked):
    """The shipped office, with other wishes for one kind of document."""
    profile = yaml.safe_load(settings.office_file.read_text())
    kinds = profile["services"][0]["documents"]
    next(kind for kind in kinds if kind["code"] == "priority-document").update(asked)
    path = tmp_path / "office.yml"
    path.write_text(yaml.safe_dump(profile, allow_unicode=True))
    return settings.model_copy(update={"office_file": path})


def rows(app, kind: str = "priority-document") -> list[DraftDocument]:
    with app.app_context():
        query = select(DraftDocument).where(DraftDocument.removed_at.is_(None), DraftDocument.kind == kind)
        return list(db.session.scalars(query.order_by(DraftDocument.id)))


def grey(size: tuple[int, int] = (60, 60), mode: str = "L", dpi: int | None = 300, form: str = "PNG") -> bytes:
    target = io.BytesIO()
    Image.new(mode, size, 1).save(target, form, **({"dpi": (dpi, dpi)} if dpi else {}))
    return target.getvalue()


def palette(colour: tuple[int, int, int]) -> bytes:
    """A picture of one colour, by a palette."""
    target, picture = io.BytesIO(), Image.new("P", (60, 60), 0)
    picture.putpalette([*colour, *colour])
    picture.save(target, "PNG", dpi=(300, 300))
    return target.getvalue()


A4, LETTER, LANDSCAPE = boxed("0 0 595 842"), boxed("0 0 612 792"), boxed("0 0 842 595")
TAKEN = {
    "a4.pdf": A4,
    "letter.pdf": LETTER,
    "on its side.pdf": LANDSCAPE,
    "a scanner's a4.pdf": boxed("0 0 590 848"),
    "three pages.pdf": b"%PDF-1.4" + hostile.pdf(pages=3)[8:],
    "1.4.pdf": b"%PDF-1.4" + A4[8:],
    "smallest.png": grey((50, 50)),
    "largest.png": grey((100, 50)),
    "200.png": grey(dpi=200),
    "600.png": grey(dpi=600),
    "line art.png": grey(mode="1"),
    "grey palette.png": palette((9, 9, 9)),
    "short.wav": hostile.sound(2.0),
}
REFUSED = {
    "four pages.pdf": (hostile.pdf(pages=4), "has 4 pages; at most 3"),
    "a5.pdf": (boxed("0 0 420 595"), "Page 1: The page measures 148 by 210 mm; accepted: A4, Letter."),
    "a4 by its unit.pdf": (boxed("0 0 595 842", "2"), "accepted: A4, Letter"),
    "almost.pdf": (boxed("0 0 595 855"), "accepted: A4, Letter"),
    "1.3.pdf": (b"%PDF-1.3" + A4[8:], "is of version 1.3; the office takes 1.4 – 1.7"),
    "2.0.pdf": (b"%PDF-2.0" + A4[8:], "is of version 2.0; the office takes 1.4 – 1.7"),
    "small.png": (grey((49, 60)), "49 by 60 pixels; each side must have between 50 and 100"),
    "large.png": (grey((60, 101)), "60 by 101 pixels"),
    "coarse.png": (grey(dpi=150), "has 150 dots an inch; it must have between 200 and 600"),
    "fine.png": (grey(dpi=601), "has 601 dots an inch"),
    "untold.png": (grey(dpi=None), "does not say how many dots an inch"),
    "colour.png": (grey(mode="RGB"), "is in colour; what is needed here is black and white, in shades of grey"),
    "colour palette.png": (palette((9, 9, 200)), "is in colour"),
    "long.wav": (hostile.sound(2.5), "plays for 2.5 seconds; between 0 and 2 are accepted"),
    "a.docx": (hostile.docx(), "here is a PDF, a picture (JPEG, PNG, GIF or TIFF), a sound (WAV or MP3)"),
}  # fmt: skip


@pytest.fixture
def draft(agent) -> DraftPages:
    return DraftPages.begin(agent)


def test_what_keeps_to_the_offices_limits_is_taken(app, draft):
    """Both ends of a range are within it."""
    for name, content in list(TAKEN.items())[:9]:
        assert draft.upload("priority-document", name, content).status_code == 303, name
    assert len(rows(app)) == 9


def test_the_rest_of_what_keeps_to_them(app, draft):
    for name, content in list(TAKEN.items())[9:]:
        assert draft.upload("priority-document", name, content).status_code == 303, name


@pytest.mark.parametrize("name", REFUSED)
def test_what_does_not_is_refused_with_the_limit(draft, name):
    """An agent who is told the limit mends the file; one who is told "invalid" calls the help desk."""
    content, words = REFUSED[name]
    answer = draft.upload("priority-document", name, content)
    assert answer.status_code == 422
    assert words in " ".join(answer.text.split())


def test_the_page_says_beforehand_what_is_asked(draft):
    page = draft.get("/documents")
    for words in (
        "At most 3 pages.", "Pages of the size A4, Letter.", "PDF version 1.4 to 1.7.",
        "Each side from 50 to 100 pixels.", "Resolution from 200 to 600 dots an inch.",
        "Colours: black and white, in shades of grey.",
        "Length at most 2 seconds.",
    ):  # fmt: skip
        assert words in page


class TestFontsNeedNotBeEmbedded:
    @pytest.fixture
    def asked(self):
        return {"limits": {"fonts_embedded": False}}

    def test_a_font_that_is_not_in_the_file(self, draft):
        content = hostile.pdf(hostile.with_font("/Arial"), pages=2)
        assert draft.upload("priority-document", "a.pdf", content).status_code == 303
        assert draft.upload("power-of-attorney", "a.pdf", content).status_code == 422


def test_several_files_at_once(app, draft):
    """Those that are right are attached; each of the others is named."""
    files = [(io.BytesIO(A4), "a.pdf"), (io.BytesIO(b""), "b.pdf"), (io.BytesIO(LETTER), "c.pdf")]
    data = {"kind": "priority-document", "file": files}
    answer = draft.client.post(f"{draft.path}/documents", data=data, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert "<bdi>b.pdf</bdi> was not accepted" in answer.text
    assert [row.file_name for row in rows(app)] == ["a.pdf", "c.pdf"]


class TestRenderings:
    @pytest.fixture
    def asked(self):
        return {"formats": ["docx", "pdf"], "max_count": 2, "counts_pages": True}

    @pytest.fixture
    def draft(self, app, agent) -> DraftPages:
        with app.app_context():
            return DraftPages(agent, f"/drafts/{complete_draft(person(AGENT))}")

    def send(self, draft, content: bytes, name: str, original: str = ""):
        data = {"kind": "priority-document", "rendering_of": original, "file": (io.BytesIO(content), name)}
        return draft.client.post(f"{draft.path}/documents", data=data, content_type="multipart/form-data")

    def test_a_docx_is_the_original_and_its_pdf_is_marked_as_a_rendering(self, app, draft):
        """The original is the record; an office that prints the PDF must know that it is not."""
        docx = hostile.docx()
        assert self.send(draft, docx, "claims.docx").status_code == 303
        assert "Attach the PDF of claims.docx" in draft.get("")
        assert draft.client.get(f"{draft.path}/submit").status_code == 303
        (original,) = rows(app)
        assert self.send(draft, hostile.pdf(pages=4), "claims.pdf", str(original.id)).status_code == 303
        page = draft.get("/documents")
        assert "This is the original." in page
        assert "Rendering</strong>" in page
        assert "Attach the PDF of" not in draft.get("")
        with app.app_context():
            user = person(AGENT)
            made = filing.quote_draft(draft.id, user, "en").application
            found = [one for one in made.documents if one.kind == "priority-document"]
            assert [(one.file_name, one.rendering_of) for one in found] == [
                ("claims.docx", ""), ("claims.pdf", original.sha512),
            ]  # fmt: skip
            assert pages_of(made.documents, frozenset({"priority-document"})) == 4
            done = file_draft(draft.id, user)
            manifest, _raw = filing.manifest_of(done)
        files = {file["name"]: file for file in manifest["files"]}
        assert files["claims.pdf"]["rendering_of"] == original.sha512 == files["claims.docx"]["sha512"]
        assert "rendering_of" not in files["claims.docx"]
        assert draft.client.get(f"/filings/{done.number}/documents/{original.sha512}").data == docx

    def test_only_a_pdf_and_only_one_is_a_rendering(self, app, draft):
        self.send(draft, hostile.docx(), "claims.docx")
        (original,) = rows(app)
        assert self.send(draft, hostile.docx(), "b.docx", str(original.id)).status_code == 422
        assert self.send(draft, hostile.pdf(), "a.pdf", "4711").status_code == 422
        assert self.send(draft, hostile.pdf(), "a.pdf", str(original.id)).status_code == 303
        assert self.send(draft, hostile.pdf(pages=2), "b.pdf", str(original.id)).status_code == 409
        rendering = rows(app)[1]
        assert self.send(draft, hostile.pdf(pages=3), "c.pdf", str(rendering.id)).status_code == 422

    def test_a_pdf_alone_is_an_original_too(self, draft):
        assert self.send(draft, hostile.pdf(), "claims.pdf").status_code == 303
        assert draft.client.get(f"{draft.path}/submit").status_code == 200

    def test_renderings_go_and_come_with_their_original_and_do_not_count(self, app, draft):
        for number in (1, 2):
            self.send(draft, hostile.docx(**{f"word/{number}.xml": b"<a/>"}), f"{number}.docx")
            assert (
                self.send(draft, hostile.pdf(pages=number), f"{number}.pdf", str(rows(app)[-1].id)).status_code == 303
            )
        assert self.send(draft, hostile.pdf(pages=3), "3.pdf").status_code == 409
        first = rows(app)[0]
        draft.client.post(f"{draft.path}/documents/{first.id}/remove")
        assert [row.file_name for row in rows(app)] == ["2.docx", "2.pdf"]
        draft.client.post(f"{draft.path}/documents/{first.id}/restore")
        assert [row.file_name for row in rows(app)] == ["1.docx", "1.pdf", "2.docx", "2.pdf"]

    def test_a_rendering_by_parts(self, app, draft):
        self.send(draft, hostile.docx(), "claims.docx")
        (original,) = rows(app)
        tus, content = Tus(draft), hostile.pdf()
        address = tus.begun(len(content), name="claims.pdf", rendering_of=str(original.id))
        assert tus.patch(address, 0, content).status_code == 204
        assert rows(app)[1].rendering_of == original.sha512


class TestRenderingIsOptional:
    @pytest.fixture
    def asked(self):
        return {"formats": ["docx"], "rendering": "optional"}

    def test_nothing_is_missing_without_it(self, app, agent):
        with app.app_context():
            draft = DraftPages(agent, f"/drafts/{complete_draft(person(AGENT))}")
        assert draft.upload("priority-document", "claims.docx", hostile.docx()).status_code == 303
        assert "PDF of claims.docx" in draft.get("/documents")
        assert draft.client.get(f"{draft.path}/submit").status_code == 200


class TestViews:
    @pytest.fixture
    def draft(self, agent) -> DraftPages:
        draft = DraftPages.begin(agent, service="design-national")
        rows = {f"{name}-{index}": value for index in (0, 1) for name, value in
                (("product", f"Cup {index}"), ("locarno", "07-01"), ("description", ""))}  # fmt: skip
        assert draft.save("designs", **rows).status_code in (200, 303)
        return draft

    def send(self, draft, position: str | None, *names: str):
        files = [(io.BytesIO(hostile.picture()), name) for name in names]
        data = {"kind": "view", "file": files} | ({} if position is None else {"position": position})
        return draft.client.post(f"{draft.path}/documents", data=data, content_type="multipart/form-data")

    def order(self, app, draft) -> list[tuple[str, str]]:
        with app.app_context():
            found = drafting.documents_of(drafting.owned(db.session, draft.id, person(AGENT)))
            return [(one.position, one.file_name) for one in found]

    def test_a_view_gets_the_next_number_and_keeps_a_typed_one(self, app, draft):
        """Next view of the last design, unless somebody says otherwise."""
        for position, name in ((None, "a"), ("", "b"), ("2.1", "c"), (None, "d"), (" 1,7 ", "e"), ("1.1", "f")):
            assert self.send(draft, position, f"{name}.png").status_code == 303
        assert self.order(app, draft) == [
            ("1.1", "a.png"), ("1.2", "b.png"), ("1.3", "f.png"), ("1.7", "e.png"), ("2.1", "c.png"), ("2.2", "d.png"),
        ]  # fmt: skip
        page = draft.get("/documents")
        places = [page.index(f"<bdi>{name}.png") for name in "abfecd"]
        assert places == sorted(places)
        assert 'value="2.3"' in page

    def test_files_chosen_together_are_numbered_in_their_order(self, app, draft):
        self.send(draft, "1.1", "a.png", "b.png", "c.png")
        assert self.order(app, draft) == [("1.1", "a.png"), ("1.2", "b.png"), ("1.3", "c.png")]

    @pytest.mark.parametrize("typed", ["1", "0.1", "1.0", "a.b", "1.2.3", "1000.1"])
    def test_what_is_no_number_is_not_taken(self, app, draft, typed):
        answer = self.send(draft, typed, "a.png")
        assert answer.status_code == 422
        assert "such as 1.2" in answer.text
        assert self.order(app, draft) == []

    def test_a_number_can_be_changed_and_two_exchange_theirs(self, app, draft):
        self.send(draft, "1.1", "a.png", "b.png")
        first, second = rows(app, "view")

        def renumber(document: DraftDocument, position: str):
            data = {"position": position}
            return draft.client.post(f"{draft.path}/documents/{document.id}/position", data=data)

        assert renumber(first, "2.1").status_code == 303
        assert self.order(app, draft) == [("1.2", "b.png"), ("2.1", "a.png")]
        renumber(second, "2.1")
        assert self.order(app, draft) == [("1.2", "a.png"), ("2.1", "b.png")]
        assert "b.png and a.png have exchanged their numbers" in draft.get("/documents")
        renumber(second, "nonsense")
        assert "such as 1.2" in draft.get("/documents")
        assert self.order(app, draft) == [("1.2", "a.png"), ("2.1", "b.png")]
        with app.app_context():
            query = select(AuditEntry).where(AuditEntry.event == "document-renumbered")
            assert len(list(db.session.scalars(query))) == 2

    def test_one_that_comes_back_gets_a_free_number(self, app, draft):
        self.send(draft, "1.1", "a.png")
        (first,) = rows(app, "view")
        draft.client.post(f"{draft.path}/documents/{first.id}/remove")
        self.send(draft, "1.1", "b.png")
        draft.client.post(f"{draft.path}/documents/{first.id}/restore")
        assert self.order(app, draft) == [("1.1", "b.png"), ("1.2", "a.png")]

    def test_the_manifest_has_the_numbers(self, app, draft):
        """The gazette prints views under them."""
        self.send(draft, "1.1", "a.png")
        with app.app_context():
            held = drafting.held(drafting.owned(db.session, draft.id, person(AGENT)), app.config["PROFILE"])
            assert [one.position for one in held.documents] == ["1.1"]
            assert held.facts.counts["view"] == 1

    def test_two_send_to_the_same_place_at_once(self, app, draft):
        """The number that both were offered goes to the first; the second gets the next."""
        with app.app_context():
            draft_row = drafting.owned(db.session, draft.id, person(AGENT))
            offered = events.next_position(draft_row)
        for name in ("a.png", "b.png"):
            assert self.send(draft, offered, name).status_code == 303
        assert self.order(app, draft) == [("1.1", "a.png"), ("1.2", "b.png")]
