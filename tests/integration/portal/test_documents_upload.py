"""Documents on their way in: examined apart, scanned, stored as received, and refused in plain words."""

from __future__ import annotations

import hashlib
import json
import time
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from portal.audit.models import AuditEntry
from portal.cli import main
from portal.db import db
from portal.documents import scanner
from portal.documents.sandbox import check_safely
from portal.documents.verdict import Limits
from portal.drafting.models import DraftDocument
from tests.integration.portal.drafts import DraftPages
from tests.support import hostile

LIMIT = 10_485_760  # of the mark's picture, in the office's profile


@pytest.fixture
def draft(agent) -> DraftPages:
    return DraftPages.begin(agent)


def attached(app) -> list[DraftDocument]:
    with app.app_context():
        return list(db.session.scalars(select(DraftDocument).where(DraftDocument.removed_at.is_(None))))


def test_a_document_is_kept_as_it_was_received(app, draft, store):
    """The original is the record: not one byte of it may change on the way."""
    content = hostile.pdf(pages=3)
    assert draft.upload("priority-document", "priority.pdf", content).status_code == 303
    (row,) = attached(app)
    assert row.sha512 == hashlib.sha512(content).hexdigest()
    assert (row.size, row.pages, row.media_type, row.format) == (len(content), 3, "application/pdf", "pdf")
    assert store.get(row.sha512) == content
    page = draft.get("/documents")
    assert "priority.pdf" in page
    assert "3 pages" in page
    answer = draft.client.get(f"{draft.path}/documents/{row.id}")
    assert answer.data == content
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_the_same_document_twice_is_one(app, draft):
    """A double click on Upload."""
    content = hostile.pdf()
    for _time in range(2):
        assert draft.upload("priority-document", "a.pdf", content).status_code == 303
    assert len(attached(app)) == 1


def test_a_second_document_where_one_is_taken(app, draft):
    assert draft.upload("mark-image", "a.png", hostile.picture()).status_code == 303
    answer = draft.upload("mark-image", "b.png", hostile.picture())
    assert answer.status_code == 409
    assert "Remove it first" in answer.text
    assert len(attached(app)) == 1


def test_removing_a_document_can_be_undone(app, draft, agent):
    draft.upload("mark-image", "a.png", hostile.picture())
    (row,) = attached(app)
    answer = agent.post(f"{draft.path}/documents/{row.id}/remove")
    assert attached(app) == []
    assert "Attach it again" in agent.get(answer.headers["Location"]).text
    assert agent.post(f"{draft.path}/documents/{row.id}/restore").status_code == 303
    assert [one.id for one in attached(app)] == [row.id]


def test_a_removed_document_does_not_come_back_beside_another(app, draft, agent):
    draft.upload("mark-image", "a.png", hostile.picture())
    (row,) = attached(app)
    agent.post(f"{draft.path}/documents/{row.id}/remove")
    draft.upload("mark-image", "b.png", hostile.picture())
    agent.post(f"{draft.path}/documents/{row.id}/restore")
    assert [one.file_name for one in attached(app)] == ["b.png"]
    assert "has taken its place" in draft.get("/documents")


REFUSED = {
    "empty": ("a.pdf", b"", "The file is empty"),
    "encrypted": ("a.pdf", hostile.encrypted(), "protected by a password"),
    "javascript": ("a.pdf", hostile.pdf(hostile.in_name_tree), "contains JavaScript"),
    "launch on page 2": (
        "a.pdf",
        hostile.pdf(hostile.annotated(2, hostile.Dictionary(Subtype=hostile.Name.Link, A=hostile.launch())), 2),
        "Page 2:",
    ),
    "another format": ("a.pdf", hostile.picture(), "is a PNG picture; what is needed here is a PDF"),
    "a program": ("a.pdf", b"MZ\x90\x00" * 50, "is a program"),
    "another name": ("a.docx", hostile.pdf(), "ends in “.docx”"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_refused_document_is_told_in_plain_words_and_not_kept(app, draft, name):
    """ "Invalid file" helps nobody on the last day of a term."""
    given, content, words = REFUSED[name]
    answer = draft.upload("priority-document", given, content)
    assert answer.status_code == 422
    assert words in answer.text
    assert attached(app) == []
    assert not [file for file in (app.config["PORTAL"].documents_path).rglob("*") if file.is_file()]
    with app.app_context():
        entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert (entry.event, entry.data["kind"]) == ("document-refused", "priority-document")


def test_the_largest_document_is_taken_and_one_byte_more_is_refused(app, draft):
    """A limit that is off by one turns away what the office promised to take."""
    plain = hostile.picture("TIFF")
    largest = plain + b"\0" * (LIMIT - len(plain))
    answer = draft.upload("mark-image", "a.tif", largest + b"\0")
    assert answer.status_code == 422
    assert f"{LIMIT + 1} bytes" in answer.text
    assert draft.upload("mark-image", "a.tif", largest).status_code == 303
    assert [row.size for row in attached(app)] == [LIMIT]


@pytest.mark.parametrize(
    ("given", "kept"),
    [("x" * 300 + ".pdf", "x" * 248 + "….pdf"), ("../../a.pdf", "a.pdf"), ("a\u202efdp.pdf", "afdp.pdf")],
)
def test_odd_file_names_are_made_safe(app, draft, given, kept):
    assert draft.upload("priority-document", given, hostile.pdf()).status_code == 303
    assert [row.file_name for row in attached(app)] == [kept]


def test_no_file_and_an_unknown_kind(draft):
    assert draft.client.post(f"{draft.path}/documents", data={"kind": "mark-image"}).status_code == 400
    assert draft.upload("anything", "a.pdf", hostile.pdf()).status_code == 404


class TestScanner:
    @pytest.fixture
    def settings(self, settings, clamd):
        return settings.model_copy(update={"scanner": clamd})

    def test_a_virus_is_refused_and_a_plain_document_is_taken(self, app, draft):
        """The scanner sees the file itself, wherever the signature stands in it."""
        answer = draft.upload("priority-document", "a.pdf", hostile.EICAR)
        assert answer.status_code == 422
        assert "The virus scanner found" in answer.text
        assert attached(app) == []
        assert draft.upload("priority-document", "b.pdf", hostile.pdf()).status_code == 303


def test_a_daemon_that_answers_nonsense_is_away(clamd, tmp_path):
    plain = tmp_path / "plain"
    plain.write_bytes(b"plain")
    assert scanner.scan(plain, clamd) is None
    scanner.ping(clamd)
    with pytest.raises(scanner.ScannerAway):
        scanner.scan(plain, f"unix:{tmp_path}/none")


def test_a_bomb_is_stopped_by_the_limits(tmp_path):
    """The examination of one file may end; the server's memory and time may not."""
    tiff = hostile.plain_tiff
    small, large, long = written(tmp_path, small=tiff(70), large=tiff(7000), long=tiff(5000, frames=20))
    assert check_safely(large, "image").accepted
    little_memory, little_time = Limits(memory=160 * 1024 * 1024), Limits(seconds=1)
    assert check_safely(small, "image", little_memory).accepted
    assert [reason.rule for reason in check_safely(large, "image", little_memory).reasons] == ["not-examined"]
    began = time.monotonic()
    assert [reason.rule for reason in check_safely(long, "image", little_time).reasons] == ["not-examined"]
    assert time.monotonic() - began < 10


@pytest.fixture
def run(tmp_path, monkeypatch):
    """`portal check-document` on a machine without settings."""
    monkeypatch.setenv("PORTAL_SETTINGS", str(tmp_path / "none.toml"))
    return lambda *arguments: CliRunner().invoke(main, ["check-document", *map(str, arguments)])


def written(folder: Path, **files: bytes) -> list[Path]:
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return [folder / name for name in files]


def test_the_command_answers_with_one_object_a_line(run, tmp_path):
    good, bad = written(tmp_path, good=hostile.pdf(pages=2), bad=hostile.pdf(hostile.rich_media))
    done = run("--as", "pdf", good, bad, tmp_path / "absent", "--json")
    assert done.exit_code == 3
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(line["file"], line["accepted"]) for line in lines] == [
        (str(good), True), (str(bad), False), (str(tmp_path / "absent"), False),
    ]  # fmt: skip
    assert lines[0]["pages"] == 2
    assert [(reason["page"], reason["rule"]) for reason in lines[1]["reasons"]] == [(1, "pdf-rich-media")]
    assert "3D" in lines[1]["reasons"][0]["message"]


def test_the_command_speaks_to_people_and_leaves_with_a_code(run, tmp_path):
    good, bad = written(tmp_path, good=hostile.pdf(), bad=b"")
    assert run("--as", "pdf", good).exit_code == 0
    told = run("--as", "pdf", bad)
    assert told.exit_code == 3
    assert "refused" in told.stdout
    assert "The file is empty" in told.stdout
    assert run("--as", "poem", good).exit_code == 2
    assert run("--as", "pdf").exit_code == 2
    size = good.stat().st_size
    assert run("--as", "pdf", "--max-bytes", size, good).exit_code == 0
    assert run("--as", "pdf", "--max-bytes", size - 1, good).exit_code == 3
