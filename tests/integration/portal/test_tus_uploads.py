"""Uploads that stop and go on: the tus protocol, and what it must never do to a document."""

from __future__ import annotations

import base64
import hashlib
import io
import os
import subprocess
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from portal.audit.models import AuditEntry
from portal.db import db, utc_now
from portal.documents.arriving import Arriving, Busy, CutOff
from portal.drafting import service as drafting
from portal.drafting import uploads
from portal.drafting.models import DraftDocument, Upload
from tests.integration.portal.desks import person
from tests.integration.portal.drafts import DraftPages
from tests.integration.portal.tus import PART, Tus, metadata
from tests.support import hostile
from tests.support.documents import pdf_of_size
from tests.support.drafts import complete_draft, file_draft

AGENT = "agent@demo.example"
CONTENT = pdf_of_size(300_000)


@pytest.fixture
def draft(agent) -> DraftPages:
    return DraftPages.begin(agent)


@pytest.fixture
def tus(draft) -> Tus:
    return Tus(draft)


def attached(app) -> list[DraftDocument]:
    with app.app_context():
        query = select(DraftDocument).where(DraftDocument.removed_at.is_(None)).order_by(DraftDocument.id)
        return list(db.session.scalars(query))


def left(app) -> list[Path]:
    """The files of uploads that are still on the disk."""
    place = app.config["PORTAL"].documents_path
    return [path for name in ("arriving", "waiting") for path in (place / name).glob("*")]


def count(app) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(Upload)) or 0


def test_a_file_in_parts_becomes_the_document_that_was_sent(app, tus):
    address = tus.begun(len(CONTENT))
    for offset in range(0, len(CONTENT), 100_000):
        assert tus.offset(address) == offset
        answer = tus.patch(address, offset, CONTENT[offset : offset + 100_000])
        assert (answer.status_code, answer.headers["Upload-Offset"]) == (204, str(min(offset + 100_000, len(CONTENT))))
        assert answer.headers["Tus-Resumable"] == "1.0.0"
    (row,) = attached(app)
    assert (row.state, row.size, row.file_name) == ("accepted", len(CONTENT), "a.pdf")
    assert row.sha512 == hashlib.sha512(CONTENT).hexdigest()
    assert tus.draft.client.get(f"{tus.draft.path}/documents/{row.id}").data == CONTENT
    assert (left(app), count(app)) == ([], 0)


def test_the_time_of_receipt_is_that_of_the_last_byte(app, tus):
    """Not of the announcement: who begins on the last day and ends on the next has ended on the next."""
    address = tus.begun(len(CONTENT))
    tus.patch(address, 0, CONTENT[:1000])
    before = utc_now()
    tus.patch(address, 1000, CONTENT[1000:])
    (row,) = attached(app)
    assert before < row.received_at < utc_now()


def test_what_the_server_understands(tus):
    answer = tus.send("OPTIONS", f"{tus.draft.path}/uploads", Tus_Resumable="")
    assert answer.status_code == 204
    assert answer.headers["Tus-Version"] == "1.0.0"
    assert {"creation", "termination", "expiration"} <= set(answer.headers["Tus-Extension"].split(","))
    answer = tus.send("POST", f"{tus.draft.path}/uploads", Tus_Resumable="0.2.2", Upload_Length="1")
    assert (answer.status_code, answer.headers["Tus-Version"]) == (412, "1.0.0")


def test_a_small_file_comes_with_its_announcement(app, tus):
    told = metadata(filename="a.pdf", kind="priority-document")
    headers = {"Upload_Length": str(len(CONTENT)), "Upload_Metadata": told, "Content_Type": PART}
    answer = tus.send("POST", f"{tus.draft.path}/uploads", CONTENT, **headers)
    assert (answer.status_code, answer.headers["Upload-Offset"]) == (201, str(len(CONTENT)))
    assert [row.state for row in attached(app)] == ["accepted"]


def test_parts_that_do_not_follow_are_a_conflict_and_change_nothing(app, tus):
    address = tus.begun(len(CONTENT))
    tus.patch(address, 0, CONTENT[:1000])
    for offset in (0, 999, 1001):
        assert tus.patch(address, offset, b"x" * 10).status_code == 409
    assert tus.offset(address) == 1000
    assert tus.patch(address, 1000, CONTENT[1000:]).status_code == 204
    assert attached(app)[0].sha512 == hashlib.sha512(CONTENT).hexdigest()


def test_more_than_announced_and_more_than_is_taken(app, tus):
    """The sentence says how large a file may be: a bare 413 helps nobody."""
    answer = tus.begin(26_214_401)
    assert answer.status_code == 413
    assert "at most 26214400 are accepted" in answer.json["message"]
    assert tus.begin(26_214_400).status_code == 201
    answer = tus.begin(0)
    assert (answer.status_code, answer.json["message"][:18]) == (422, "The file is empty.")
    address = tus.begun(1000)
    assert tus.patch(address, 0, CONTENT[:1001]).status_code == 413
    assert tus.offset(address) == 0


@pytest.mark.parametrize("length", ["", "-1", "a", "1e3", "9" * 30])
def test_a_size_that_is_none(tus, length):
    answer = tus.send(
        "POST", f"{tus.draft.path}/uploads", Upload_Length=length, Upload_Metadata="kind bWFyay1pbWFnZQ=="
    )
    assert answer.status_code == 400


def test_a_request_that_is_not_understood(tus):
    assert (
        tus.send("POST", f"{tus.draft.path}/uploads", Upload_Length="9", Upload_Metadata="kind ***").status_code == 400
    )
    assert tus.begin(10, kind="anything").status_code == 404
    address = tus.begun(10)
    assert tus.patch(address, 0, b"a", Content_Type="text/plain").status_code == 415
    assert tus.send("PATCH", address, b"a").status_code == 400
    assert tus.patch(f"{tus.draft.path}/uploads/..%2f..%2fetc", 0, b"a").status_code == 404
    assert tus.patch(f"{tus.draft.path}/uploads/{'a' * 16}", 0, b"a").status_code == 404


def test_a_part_that_was_changed_on_its_way_is_not_kept(app, tus):
    address = tus.begun(len(CONTENT))
    right = "sha256 " + base64.b64encode(hashlib.sha256(CONTENT[:500]).digest()).decode()
    assert tus.patch(address, 0, b"x" * 500, Upload_Checksum=right).status_code == 460
    assert tus.offset(address) == 0
    assert tus.patch(address, 0, CONTENT[:500], Upload_Checksum=right).status_code == 204
    assert tus.offset(address) == 500
    assert tus.patch(address, 500, b"x", Upload_Checksum="crc32 AAAA").status_code == 400


def test_a_hostile_file_is_told_on_the_page_until_it_is_read(app, tus):
    """The script only sends; what is wrong stands on the page, with or without it."""
    content = hostile.pdf(hostile.in_name_tree)
    address = tus.begun(len(content), name="evil.pdf")
    assert tus.patch(address, 0, content).status_code == 204
    (row,) = attached(app)
    assert row.state == "refused"
    assert left(app) == []
    page = tus.draft.get("/documents")
    assert "<bdi>evil.pdf</bdi> was not accepted" in page
    assert "contains JavaScript" in page
    with app.app_context():
        event = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        assert (event.event, event.data["rules"]) == ("document-refused", ["pdf-javascript"])
    tus.draft.client.post(f"{tus.draft.path}/documents/{row.id}/remove")
    assert "evil.pdf" not in tus.draft.get("/documents")


def test_the_page_lists_what_is_not_finished_and_it_goes_on_after_a_new_sign_in(app, tus, demo, client):
    """A session ends after 30 minutes, a browser is closed: the bytes stay."""
    address = tus.begun(len(CONTENT), modified="1700000000000")
    tus.patch(address, 0, CONTENT[:200_000])
    tus.draft.client.post("/sign-out")
    assert tus.patch(address, 200_000, CONTENT[200_000:]).status_code == 401
    client.sign_in(demo.agent.email, demo.agent.password)
    again = Tus(DraftPages(client, tus.draft.path))
    page = again.draft.get("/documents")
    assert f'data-upload="{address}"' in page
    assert 'data-modified="1700000000000"' in page
    assert "195.3 kB of 293 kB" in page or "have arrived" in page
    assert again.offset(address) == 200_000
    assert again.patch(address, 200_000, CONTENT[200_000:]).status_code == 204
    assert attached(app)[0].sha512 == hashlib.sha512(CONTENT).hexdigest()
    assert "data-upload=" not in again.draft.get("/documents")


def test_without_the_forms_token_nothing_is_taken(tus):
    """Another site could otherwise fill an agent's draft."""
    address = tus.begun(10)
    for method, path in (("POST", f"{tus.draft.path}/uploads"), ("PATCH", address), ("DELETE", address)):
        answer = tus.send(method, path, b"", X_CSRFToken="", Upload_Length="1", Upload_Offset="0")
        assert (answer.status_code, answer.json) == (400, {"error": "form-expired"})


def test_nobody_else_sees_or_continues_it(tus, rival, client):
    address = tus.begun(10)
    for other, status in ((rival, 404), (client, 401)):
        stranger = Tus(DraftPages(other, tus.draft.path))
        for method in ("HEAD", "PATCH", "DELETE"):
            assert stranger.send(method, address, b"x", Upload_Offset="0").status_code == status
        assert stranger.begin(10).status_code == status
    assert tus.offset(address) == 0


def test_an_upload_belongs_to_its_draft(tus, agent):
    address = tus.begun(10)
    other = DraftPages.begin(agent)
    assert Tus(other).send("HEAD", address.replace(tus.draft.path, other.path)).status_code == 404


def test_giving_it_up(app, tus):
    for give_up in (
        lambda address: tus.send("DELETE", address).status_code == 204,
        lambda address: (
            tus.draft.client.post(f"{tus.draft.path}/documents/discard/{address.rsplit('/', 1)[1]}").status_code == 303
        ),
    ):
        address = tus.begun(10)
        tus.patch(address, 0, b"abc")
        assert give_up(address)
        assert (left(app), count(app)) == ([], 0)
        assert tus.send("HEAD", address).status_code == 404
        assert tus.send("DELETE", address).status_code == 404


def test_the_answer_to_the_last_part_can_be_lost(app, tus):
    """The link is cut while the file is examined: the client asks where it stands, and is told that all is there."""
    address = tus.begun(len(CONTENT))
    tus.patch(address, 0, CONTENT)
    assert tus.offset(address) == len(CONTENT)
    assert len(attached(app)) == 1


def test_a_server_that_stopped_between_the_last_byte_and_its_document(app, tus):
    """All bytes are there, and no document: the next question about it makes one."""
    address = tus.begun(len(CONTENT))
    with app.app_context():
        Arriving(app.config["PORTAL"].documents_path).append(
            address.rsplit("/", 1)[1], 0, io.BytesIO(CONTENT), len(CONTENT)
        )
    assert attached(app) == []
    assert tus.offset(address) == len(CONTENT)
    assert [row.sha512 for row in attached(app)] == [hashlib.sha512(CONTENT).hexdigest()]


def test_a_server_whose_disk_is_gone_begins_anew(app, tus):
    """The bytes of an upload are on one server of three; the draft is not lost with them."""
    address = tus.begun(len(CONTENT))
    tus.patch(address, 0, CONTENT[:1000])
    (path,) = left(app)
    path.unlink()
    assert tus.offset(address) == 0
    assert tus.patch(address, 0, CONTENT).status_code == 204
    assert len(attached(app)) == 1


def test_two_windows_send_the_same_file_at_once(app, tus):
    """The second is told that it must wait, and nothing is mixed."""
    address = tus.begun(len(CONTENT))
    key = address.rsplit("/", 1)[1]
    arriving = Arriving(app.config["PORTAL"].documents_path)
    begun, go_on = threading.Event(), threading.Event()

    class Slow(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            begun.set()
            go_on.wait(10)
            return super().read(size)

    first = threading.Thread(target=lambda: arriving.append(key, 0, Slow(CONTENT[:1000]), 1000))
    first.start()
    assert begun.wait(10)
    with pytest.raises(Busy):
        arriving.append(key, 0, io.BytesIO(b"x"), 1)
    assert tus.patch(address, 0, b"x" * 10).status_code == 423
    go_on.set()
    first.join()
    assert tus.offset(address) == 1000


def test_what_came_before_the_link_was_cut_is_kept(app, tus):
    address = tus.begun(len(CONTENT))

    class Cut(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell():
                raise ConnectionResetError
            return super().read(1234)

    arriving = Arriving(app.config["PORTAL"].documents_path)
    with pytest.raises(CutOff):
        arriving.append(address.rsplit("/", 1)[1], 0, Cut(CONTENT), 10_000)
    assert tus.offset(address) == 1234
    assert tus.patch(address, 1234, CONTENT[1234:]).status_code == 204
    assert attached(app)[0].sha512 == hashlib.sha512(CONTENT).hexdigest()


def test_the_last_place_is_taken_while_it_is_sent(app, tus):
    """One picture of the mark is taken; a colleague attached theirs meanwhile."""
    picture = hostile.picture()
    address = tus.begun(len(picture), kind="mark-image", name="a.png")
    tus.draft.upload("mark-image", "b.png", hostile.picture())
    answer = tus.patch(address, 0, picture)
    assert answer.status_code == 422
    assert "Remove it first" in answer.json["message"]
    assert [row.file_name for row in attached(app)] == ["b.png"]
    assert (left(app), count(app)) == ([], 0)
    assert tus.begin(10, kind="mark-image").status_code == 422


def test_a_draft_that_was_filed_meanwhile_takes_nothing_more(app, agent):
    with app.app_context():
        user = person(AGENT)
        tus = Tus(DraftPages(agent, f"/drafts/{complete_draft(user)}"))
        address = tus.begun(len(CONTENT))
        file_draft(tus.draft.id, user)
    answer = tus.patch(address, 0, CONTENT)
    assert answer.status_code == 410
    assert "was filed" in answer.json["message"]
    assert tus.begin(10).status_code == 410


def test_old_uploads_are_cleared_away_and_young_ones_stay(app, tus):
    old, young = tus.begun(10), tus.begun(10)
    tus.patch(old, 0, b"abc")
    (app.config["PORTAL"].documents_path / "arriving" / "nobodys-file").write_bytes(b"x")
    os.utime(app.config["PORTAL"].documents_path / "arriving" / "nobodys-file", (0, 0))
    with app.app_context():
        db.session.get_one(Upload, old.rsplit("/", 1)[1]).expires_at = utc_now() - timedelta(seconds=1)
        db.session.commit()
        assert uploads.expire() == 2
        assert uploads.expire() == 0
    assert tus.send("HEAD", old).status_code == 404
    assert tus.offset(young) == 0
    assert [path.name for path in left(app)] == [young.rsplit("/", 1)[1]]


def test_a_deleted_draft_takes_its_uploads_along(app, tus, monkeypatch):
    address = tus.begun(10)
    tus.draft.client.post(f"{tus.draft.path}/delete")
    assert tus.patch(address, 0, b"x").status_code == 404
    with app.app_context():
        assert drafting.purge(timedelta(days=-1)) == 1
    assert count(app) == 0


def test_no_more_than_so_many_are_begun(tus, monkeypatch):
    monkeypatch.setattr(uploads, "MOST", 2)
    tus.begun(10), tus.begun(10)
    answer = tus.begin(10)
    assert answer.status_code == 429
    assert "not finished" in answer.json["message"]


class TestFullDisk:
    @pytest.fixture
    def settings(self, settings, tmp_path):
        """A document store on a file system of 4 MB of its own."""
        place = tmp_path / "small"
        place.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", place], check=True)
        try:
            yield settings.model_copy(update={"documents_path": place})
        finally:
            subprocess.run(["umount", "-l", place], check=True)

    def test_a_full_disk_says_so_and_what_came_stays(self, app, tus):
        answer = tus.begin(20_000_000)
        assert answer.status_code == 507
        assert "document store is full" in answer.json["message"]
        address = tus.begun(1_500_000)
        place = app.config["PORTAL"].documents_path
        (place / "filler").write_bytes(b"x" * 3_500_000)
        answer = tus.patch(address, 0, pdf_of_size(1_500_000)[:1_000_000])
        assert answer.status_code == 507
        here = tus.offset(address)
        assert 0 <= here < 1_000_000
        (place / "filler").unlink()
        content = pdf_of_size(1_500_000)
        assert tus.patch(address, here, content[here:]).status_code == 204
        assert attached(app)[0].sha512 == hashlib.sha512(content).hexdigest()

    def test_a_form_says_so_too(self, app, tus):
        (app.config["PORTAL"].documents_path / "filler").write_bytes(b"x" * 4_000_000)
        answer = tus.draft.upload("priority-document", "a.pdf", pdf_of_size(1_500_000))
        assert answer.status_code == 503
        assert "is full" in answer.text
        assert (attached(app), left(app)) == ([], [])


def test_a_name_in_any_script_stays_as_it_is(app, tus):
    names = ("مواصفات الاختراع.pdf", "የፈጠራ መግለጫ.pdf", "发明说明书.pdf", "👩🏽‍🔬 z\u0336a\u0336.pdf")
    for number, name in enumerate(names, 1):
        content = hostile.pdf(pages=number)
        tus.patch(tus.begun(len(content), name=name), 0, content)
        row = attached(app)[-1]
        assert row.file_name == name
        answer = tus.draft.client.get(f"{tus.draft.path}/documents/{row.id}")
        assert "filename*=UTF-8''" in answer.headers["Content-Disposition"]
    page = tus.draft.get("/documents")
    assert "<bdi>مواصفات الاختراع.pdf</bdi>" in page


def test_a_description_of_500_pages(app, tus):
    content = hostile.pdf(pages=500)
    began = time.monotonic()
    tus.patch(tus.begun(len(content)), 0, content)
    assert time.monotonic() - began < 20
    assert attached(app)[0].pages == 500
    assert "500 pages" in tus.draft.get("/documents")
