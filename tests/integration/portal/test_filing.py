"""A submission, from the draft to the receipt, on each database."""

from __future__ import annotations

import hashlib
import json
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from portal.audit.models import AuditEntry
from portal.db import db
from portal.documents.store import store as portal_store
from portal.drafting.models import Draft
from portal.filing import service
from portal.filing.models import Filing
from portal.notices.models import Notice
from portal.outbox.models import OutboxRow
from portal.payments.models import Bill
from portal.signing.service import State, validate
from tests.integration.portal.desks import person
from tests.support.drafts import COMPLETE, complete_draft, file_draft, pdf_bytes

AGENT = "agent@demo.example"


@pytest.fixture
def filed(app) -> Filing:
    """A complete draft of the demonstration's agent, filed."""
    with app.app_context():
        user = person(AGENT)
        yield file_draft(complete_draft(user), user)


def test_a_filing_has_its_number_bill_notice_trace_and_receipt(filed):
    """One transaction: a part that is missing would be missing for ever."""
    year = datetime.now(UTC).astimezone().year
    assert filed.number == f"T40{year}000000001"
    assert db.session.get(Draft, filed.draft_id).state == "filed"
    bill = db.session.scalars(select(Bill).where(Bill.filing_id == filed.id)).one()
    assert (bill.total, bill.state) == (filed.fee_total, "due")
    assert str(filed.fee_total) == "165.00"  # 120 with one class, and 45 for the second
    assert db.session.scalars(select(Notice.kind).where(Notice.filing_id == filed.id)).all() == ["filing-received"]
    events = db.session.scalars(select(AuditEntry.event).where(AuditEntry.subject_id == filed.number)).all()
    assert {"filing-submitted", "bill-issued", "receipt-issued"} <= set(events)
    assert filed.receipt_issued_at >= filed.received_at


def test_the_package_is_the_filing(filed, store):
    """The database is only an index: everything must be found from the number alone."""
    raw = store.named(f"filings/{filed.number}")
    assert hashlib.sha512(raw).hexdigest() == filed.manifest_sha512
    manifest = json.loads(raw)
    assert manifest["number"] == filed.number
    assert manifest["draft"] == filed.draft_id
    assert [file["role"] for file in manifest["files"]] == ["application-data", "application-form", "document"]
    for file in manifest["files"]:
        content = store.get(file["sha512"])
        assert len(content) == file["size"]
        assert hashlib.sha512(content).hexdigest() == file["sha512"]
    assert store.get(manifest["files"][2]["sha512"]) == pdf_bytes()


def test_the_form_and_the_receipt_are_signed_by_the_office(filed, store):
    manifest, _raw = service.manifest_of(filed)
    assert validate(store.get(manifest["files"][1]["sha512"])).state is State.VALID
    verdict = validate(service.receipt_pdf(filed))
    assert verdict.state is State.VALID
    assert verdict.signer == "TEST, no legal effect"
    assert abs(verdict.signed_at - filed.receipt_issued_at) < timedelta(seconds=5)


def test_outside_tools_find_the_receipt_sound(filed, tmp_path):
    """A court has no portal: it has a PDF reader."""
    path = tmp_path / "receipt.pdf"
    path.write_bytes(service.receipt_pdf(filed))
    signature = subprocess.run(["pdfsig", path], capture_output=True, text=True, check=False).stdout
    assert "Signature is Valid" in signature
    assert "Total document signed" in signature
    subprocess.run(["qpdf", "--check", path], capture_output=True, check=True)
    subprocess.run(["pdfdetach", "-saveall", "-o", tmp_path, path], capture_output=True, check=True)
    attached = (tmp_path / "application.xml").read_bytes()
    assert attached == service.application_xml(filed)


def test_the_receipt_names_exactly_what_was_received(filed, tmp_path):
    """A file that is not listed was not received; one that is listed was."""
    path = tmp_path / "receipt.pdf"
    path.write_bytes(service.receipt_pdf(filed))
    run = subprocess.run(["pdftotext", "-raw", path, "-"], capture_output=True, text=True, check=True)
    words = run.stdout.replace("\u00a0", " ")
    digits = "".join(words.split())
    assert f"XX T 40 {filed.number[3:7]} 000000001" in words
    assert "power of attorney.pdf" in words
    assert hashlib.sha512(pdf_bytes()).hexdigest() in digits
    assert "Café Zoë & Fils <Ltd>" in words
    assert "TEST – no legal effect" in words
    assert "USD 165.00" in words


@pytest.mark.parametrize("position", [0.01, 0.2, 0.5, 0.8, 0.99])
def test_a_changed_byte_makes_a_receipt_altered(filed, position):
    """INF-05: whoever changes a date must not have a valid receipt."""
    content = bytearray(service.receipt_pdf(filed))
    content[int(len(content) * position)] ^= 1
    assert validate(bytes(content)).state is State.ALTERED


def test_a_receipt_with_something_added_is_altered(filed):
    assert validate(service.receipt_pdf(filed) + b"\n% a note\n").state is State.ALTERED


def test_submitting_again_gives_the_same_filing(app, filed):
    user = person(AGENT)
    assert file_draft(filed.draft_id, user, "fr").number == filed.number
    assert db.session.scalars(select(Filing)).all() == [filed]


def test_numbers_follow_one_another(app, filed):
    user = person(AGENT)
    second = file_draft(complete_draft(user, "LUMO"), user)
    assert int(second.number[-9:]) == int(filed.number[-9:]) + 1


def test_a_french_filing_is_answered_in_french(app, tmp_path):
    """The language of the filing is the language of its papers."""
    with app.app_context():
        user = person(AGENT)
        filing = file_draft(complete_draft(user), user, "fr")
        path = tmp_path / "receipt.pdf"
        path.write_bytes(service.receipt_pdf(filing))
    run = subprocess.run(["pdftotext", "-raw", path, "-"], capture_output=True, text=True, check=True)
    assert "Office de la propriété intellectuelle de Lumérie" in run.stdout
    assert "Demande nationale d’enregistrement de marque" in run.stdout.replace("'", "’")
    info = subprocess.run(["pdfinfo", path], capture_output=True, text=True, check=True).stdout
    assert "Tagged:" in info


def test_every_script_of_the_world_is_filed_and_printed(app, tmp_path):
    """Nothing that an agent may type is lost, or is printed as an empty box without a word."""
    name = "شركة زوي ٣ 日本株式会社 Ελλάς Ђ 😀 𓀀"
    with app.app_context():
        user = person(AGENT)
        draft = complete_draft(user, applicants={"parties": [{**COMPLETE["applicants"]["parties"][0], "name": name}]})
        filing = file_draft(draft, user)
        assert filing.applicant == name
        assert name.encode() in service.application_xml(filing)
        path = tmp_path / "receipt.pdf"
        path.write_bytes(service.receipt_pdf(filing))
        assert validate(path.read_bytes()).state is State.VALID


def test_without_the_key_the_filing_is_accepted_and_the_receipt_follows(app, keys, tmp_path, monkeypatch):
    """The signing key absent: the agent's date must not depend on it."""
    absent = app.config["PORTAL"].model_copy(update={"signing_keystore": tmp_path / "away.p12"})
    present = app.config["PORTAL"]
    with app.app_context():
        user = person(AGENT)
        app.config["PORTAL"] = absent
        filing = file_draft(complete_draft(user), user)
        assert filing.receipt_sha512 is None
        manifest, _raw = service.manifest_of(filing)
        assert manifest["files"][1]["signed"] is False
        row = db.session.scalars(select(OutboxRow).where(OutboxRow.kind == "receipt")).one()
        assert row.delivered_at is None
        monkeypatch.setattr(service, "RECEIPT_PATIENCE", timedelta(0))
        app.config["PORTAL"] = present
        service.deliver_receipt(row.key, row.payload)
        db.session.expire_all()
        assert validate(service.receipt_pdf(filing)).state is State.VALID
        kinds = db.session.scalars(select(Notice.kind).where(Notice.filing_id == filing.id)).all()
        assert sorted(kinds) == ["filing-received", "receipt-issued"]


def test_a_receipt_is_issued_once(app, filed):
    """Two receipts with two times for one filing: which one would the court believe?"""
    before = filed.receipt_sha512
    service.issue_receipt(filed.id)
    filed.receipt_sha512, filed.receipt_issued_at = None, None
    db.session.commit()
    service.issue_receipt(filed.id)
    db.session.expire_all()
    assert db.session.get(Filing, filed.id).receipt_sha512 == before


def test_an_incomplete_draft_gets_no_number(app, store):
    with app.app_context():
        user = person(AGENT)
        draft = complete_draft(user, goods={"classes": []})
        with pytest.raises(service.drafting.Incomplete):
            service.submit(draft, user, "en", "")
        assert db.session.scalars(select(Filing)).all() == []
    assert not (Path(app.config["PORTAL"].documents_path) / "filings").exists()


def test_a_document_that_was_altered_meanwhile_is_not_acknowledged(app):
    """Its hash on the receipt would be a lie."""
    with app.app_context():
        user = person(AGENT)
        draft = complete_draft(user)
        sha512 = hashlib.sha512(pdf_bytes()).hexdigest()
        path = Path(app.config["PORTAL"].documents_path) / "sha512" / sha512[:2] / sha512[2:4] / sha512
        path.write_bytes(b"something else")
        with pytest.raises(service.StoreError):
            file_draft(draft, user)
        assert portal_store().named(f"filings/T40{datetime.now(UTC).year}000000001") is None
