"""An application as a file, from one portal to another: begun with it, or refused with nothing made."""

from __future__ import annotations

import io
import re
import zlib

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name
from sqlalchemy import select

from portal.audit.models import AuditEntry
from portal.db import db
from portal.drafting import service as drafting
from portal.drafting.models import Draft
from portal.filing import importing, service
from portal.filing.st96.reader import NotRead
from portal.filing.st96.writer import application_xml
from tests.integration.portal.desks import person
from tests.support.applications import DESIGNS, EVERYTHING, FULL, PATENT, circumstances
from tests.support.drafts import attach, complete_draft, file_draft, pdf_bytes

PAGE = "/drafts/new/from-file"
AGENT, RIVAL = "agent@demo.example", "rival@other.example"


def xml_of(application) -> bytes:
    return application_xml(application, circumstances(), "form")


def upload(client, content: bytes, name: str = "application.xml"):
    return client.post(PAGE, data={"file": (io.BytesIO(content), name)}, content_type="multipart/form-data")


def drafts_of(app, email: str) -> list[Draft]:
    with app.app_context():
        return list(db.session.scalars(select(Draft).where(Draft.firm_id == person(email).firm_id)))


def test_the_page_leads_there_from_where_a_draft_is_begun(agent):
    for page in ("/drafts", "/drafts/new"):
        assert f'href="{PAGE}"' in agent.get(page).text
    assert "Begin from an ST.96 file" in agent.get(PAGE).text


@pytest.mark.parametrize(
    ("application", "words"),
    [(EVERYTHING, "ZOË"), (PATENT, "Tasse à double paroi &lt;chaude&gt;"), (DESIGNS, "Chaise")],
    ids=["trademark", "patent", "design"],
)
def test_a_file_of_each_right_begins_a_draft(app, agent, application, words):
    answer = upload(agent, xml_of(application), "demande 1.xml")
    assert answer.status_code == 303
    page = agent.get(answer.location).text
    assert words in page
    page = " ".join(re.sub(r"<[^>]*>", "", page).split())
    assert "This draft was begun from the file demande 1.xml." in page
    assert "It is of the application T402026000000017 of the office XX." in page
    assert "power of attorney.pdf (Power of attorney)" in page
    (draft,) = drafts_of(app, AGENT)
    assert (draft.service, draft.state) == (application.service, "open")
    with app.app_context():
        events = db.session.scalars(select(AuditEntry.event).where(AuditEntry.subject_id == draft.id)).all()
        assert events == ["draft-imported"]


def test_the_documents_are_told_until_they_are_attached(app, agent):
    """The same file under another name is the same file; which one is missing is what an agent needs to know."""
    with app.app_context():
        user = person(AGENT)
        filed = file_draft(complete_draft(user), user)
        xml = service.application_xml(filed)
    location = upload(agent, xml).location
    assert "1 document still has to be attached" in agent.get(location).text
    with app.app_context():
        attach(location.rsplit("/", 1)[-1], person(AGENT), "power-of-attorney", "renamed.pdf", pdf_bytes())
    assert "Every document of the file is attached" in agent.get(location).text


@pytest.mark.parametrize("paper", [service.receipt_pdf, service.application_form], ids=["receipt", "form"])
def test_a_filing_moves_to_another_firm_by_its_receipt(app, rival, paper):
    """The receipt that a client hands to a new agent is enough to begin again with."""
    with app.app_context():
        user = person(AGENT)
        filed = file_draft(complete_draft(user), user)
        first, _held = drafting.as_filed(db.session, filed.draft_id, app.config["PROFILE"], "en")
        content = paper(filed)
    location = upload(rival, content, "receipt.pdf").location
    with app.app_context():
        moved = location.rsplit("/", 1)[-1]
        attach(moved, person(RIVAL), "power-of-attorney", "power of attorney.pdf", pdf_bytes())
        draft = drafting.owned(db.session, moved, person(RIVAL))
        second = drafting.application(draft, app.config["PROFILE"], "en")
    assert (second.applicants, second.mark, second.goods) == (first.applicants, first.mark, first.goods)
    assert (second.representative, second.reference) == (first.representative, first.reference)
    assert [one.sha512 for one in second.documents] == [one.sha512 for one in first.documents]


def bomb() -> bytes:
    """A PDF of a few kilobytes with an attachment of 800 megabytes."""
    document, out = pikepdf.new(), io.BytesIO()
    document.add_blank_page()
    packer, inner = zlib.compressobj(1), bytearray()
    for _megabyte in range(800):
        inner += packer.compress(bytes(1_000_000))
    inner += packer.flush()
    file = document.make_stream(zlib.compress(bytes(inner), 9))
    file["/Filter"], file["/Type"] = Array([Name.FlateDecode, Name.FlateDecode]), Name.EmbeddedFile
    spec = Dictionary(Type=Name.Filespec, F="application.xml", UF="application.xml", EF=Dictionary(F=file))
    tree = Dictionary(EmbeddedFiles=Dictionary(Names=Array(["application.xml", document.make_indirect(spec)])))
    document.Root["/Names"] = tree
    document.save(out, compress_streams=False)
    return out.getvalue()


REFUSED = {
    "nothing chosen": (b"", "", 400, "Choose a file first."),
    "an empty file": (b"", "a.xml", 422, "The file is empty."),
    "an entity": (b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', "a.xml", 422, "entities of"),
    "no XML": (b"Dear Sirs, please find attached", "a.xml", 422, "not sound XML"),
    "UTF-16": ("<?xml version='1.0' encoding='UTF-16'?><a/>".encode("utf-16"), "a.xml", 422, "is in UTF-8"),
    "another file": (b"<invoice/>", "a.xml", 422, "The file is a “invoice” (line 1)."),
    "another version": (xml_of(FULL).replace(b"V6_0", b"V5_0"), "a.xml", 422, "This portal reads V6_0"),
    "a PDF without one": (pdf_bytes(), "receipt.pdf", 422, "No application is attached to this PDF."),
    "six megabytes": (b"<a>" + b" " * 6_000_000 + b"</a>", "a.xml", 422, "at most 5\u00a0MB can be read"),
    "fifty megabytes": (b"<a>" + b" " * 50_000_000 + b"</a>", "a.xml", 413, "larger than the office takes"),
}  # fmt: skip


@pytest.mark.parametrize(("content", "name", "status", "words"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_application_makes_nothing_and_says_why(app, agent, content, name, status, words):
    answer = upload(agent, content, name)
    assert answer.status_code == status
    assert words in answer.text
    assert "/etc/passwd" not in answer.text
    assert "root:" not in answer.text
    assert drafts_of(app, AGENT) == []


def test_an_attachment_that_unpacks_endlessly_harms_nobody(app, agent):
    """The process that opens it ends; the portal goes on, and says so."""
    answer = upload(agent, bomb(), "receipt.pdf")
    assert answer.status_code == 422
    assert "within the limits of time and memory" in answer.text
    assert drafts_of(app, AGENT) == []


def test_an_office_without_the_service_says_so(app, agent):
    profile = app.config["PROFILE"]
    only_marks = profile.model_copy(update={"services": profile.services[:1]})
    app.config["PROFILE"] = only_marks
    answer = upload(agent, xml_of(DESIGNS))
    assert answer.status_code == 422
    assert (
        "The file is an application for industrial designs, and the office takes none online at present." in answer.text
    )


def test_a_utility_model_may_become_a_patent_where_there_are_no_others(app):
    profile = app.config["PROFILE"]
    app.config["PROFILE"] = profile.model_copy(
        update={"services": [one for one in profile.services if one.code != "utility-model"]}
    )
    with app.app_context():
        xml = xml_of(PATENT).replace(b">Patent application<", b">Utility model application<")
        draft = importing.begin_from(io.BytesIO(xml), "a.xml", person(AGENT))
        assert draft.service == "patent-national"


def test_only_agents_begin_drafts(client, officer, rival, app):
    assert upload(client, xml_of(FULL)).status_code in (303, 401)
    assert upload(officer, xml_of(FULL)).status_code == 403
    assert officer.get(PAGE).status_code == 403
    assert upload(rival, xml_of(FULL)).status_code == 303
    assert drafts_of(app, AGENT) == []
    assert len(drafts_of(app, RIVAL)) == 1


def test_a_file_larger_than_an_upload_may_be_is_not_read_to_its_end(app):
    """Behind a proxy that forgot its limit the portal keeps its own."""
    app.config["PORTAL"] = app.config["PORTAL"].model_copy(update={"max_upload_bytes": 1000})
    with app.app_context(), pytest.raises(NotRead, match="too-large"):
        importing.begin_from(io.BytesIO(xml_of(FULL)), "a.xml", person(AGENT))
