"""A filing whose documents are in an S3 storage, from the draft to the receipt, and with the storage away."""

from __future__ import annotations

import hashlib
import json
import threading
from pathlib import Path

import pytest
from click.testing import CliRunner

from portal.audit.models import AuditEntry
from portal.cli import main
from portal.db import db
from portal.documents.store import LocalStore, StoreAway, store_of
from portal.filing import service
from portal.filing.models import Filing, NumberSeries
from portal.settings import Settings
from tests.integration.portal.desks import person
from tests.integration.services import free_port
from tests.integration.swift import Swift
from tests.support.drafts import complete_draft, file_draft, pdf_bytes

AGENT = "agent@demo.example"


@pytest.fixture
def settings(settings: Settings, swift: Swift) -> Settings:
    return Settings.model_validate(settings.model_dump() | swift.settings())


def test_a_filing_is_found_from_its_number_alone(app, store):
    with app.app_context():
        filing = file_draft(complete_draft(person(AGENT)), person(AGENT))
        raw = store.named(f"filings/{filing.number}")
        manifest = json.loads(raw)
        assert hashlib.sha512(raw).hexdigest() == filing.manifest_sha512
        for file in manifest["files"]:
            assert hashlib.sha512(store.get(file["sha512"])).hexdigest() == file["sha512"]
        assert store.get(manifest["files"][2]["sha512"]) == pdf_bytes()
        assert store.named(f"receipts/{filing.number}") == service.receipt_pdf(filing)


def test_a_number_in_the_storage_is_never_given_again(app):
    """A database restored from yesterday's backup knows nothing of today's filings; the storage does."""
    with app.app_context():
        user = person(AGENT)
        first = file_draft(complete_draft(user), user)
        series = db.session.query(NumberSeries).one()
        series.last_serial = 0
        db.session.commit()
        second = file_draft(complete_draft(user, "LUMO"), user)
        assert int(second.number[-9:]) == int(first.number[-9:]) + 1


def test_a_receipt_made_twice_at_once_is_one_receipt(app, store, monkeypatch):
    """The request and a worker of another server both sign one; S3 would give its name to both."""
    with app.app_context():
        user = person(AGENT)
        with monkeypatch.context() as patch:
            patch.setattr(service, "issue_receipt", lambda _id: None)
            filing = file_draft(complete_draft(user), user)
        filing_id, number, gate = filing.id, filing.number, threading.Barrier(4)
        db.session.rollback()

    def issue() -> None:
        with app.app_context():
            gate.wait()
            service.issue_receipt(filing_id)

    threads = [threading.Thread(target=issue) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with app.app_context():
        filing = db.session.get_one(Filing, filing_id)
        named = store.named(f"receipts/{number}")
        assert filing.receipt_sha512 == hashlib.sha512(named).hexdigest()
        issued = db.session.query(AuditEntry).filter_by(event="receipt-issued", subject_id=number).all()
        assert len(issued) == 1


def test_a_storage_that_is_away_refuses_and_keeps_the_draft(app, settings):
    gone = settings.model_copy(update={"documents_s3_endpoints": [f"http://127.0.0.1:{free_port()}"]})
    with app.app_context():
        user = person(AGENT)
        draft = complete_draft(user)
        app.config["PORTAL"] = gone
        with pytest.raises(StoreAway):
            file_draft(draft, user)
        assert app.test_client().get("/health/ready", base_url=str(settings.public_url)).status_code == 503
        app.config["PORTAL"] = settings
        assert file_draft(draft, user).receipt_sha512
        assert app.test_client().get("/health/ready", base_url=str(settings.public_url)).status_code == 200


def test_the_commands_copy_check_and_bring_back(settings, swift, tmp_path, monkeypatch):
    """An operator's night: the copy for the backup, all copies read, and the storage filled again after it burnt."""
    path, folder = tmp_path / "settings.toml", tmp_path / "copy"
    folder.mkdir()
    values = settings.model_dump(mode="json", exclude_none=True)
    for name in values:
        if hasattr(getattr(settings, name), "get_secret_value"):
            values[name] = getattr(settings, name).get_secret_value()
    path.write_text("".join(f"{name} = {json.dumps(value)}\n" for name, value in values.items()))
    monkeypatch.setenv("PORTAL_SETTINGS", str(path))
    shelf, run = store_of(settings), CliRunner().invoke
    sha512 = shelf.put(b"a document").sha512
    assert json.loads(run(main, ["mirror-documents", "--json", str(folder)]).output)["copied"] == 1
    assert run(main, ["check-documents"]).output == "1 read, 0 of them not sound\n"
    swift.empty()
    result = run(main, ["return-documents", "--json", str(folder)])
    assert (result.exit_code, json.loads(result.output)["copied"]) == (0, 1)
    assert shelf.get(sha512) == b"a document"
    for stored in swift.objects():
        with stored.open("r+b") as file:
            file.write(b"A")
    wrong = run(main, ["check-documents", "--json"])
    assert wrong.exit_code == 3
    assert sha512 in wrong.output
    path.write_text(path.read_text().replace(swift.endpoint, f"http://127.0.0.1:{free_port()}"))
    assert run(main, ["mirror-documents", str(folder)]).exit_code == 4
    assert LocalStore(folder).get(sha512) == b"a document"
    assert run(main, ["check-config", str(path)]).exit_code == 0
    assert Path(folder).is_dir()
