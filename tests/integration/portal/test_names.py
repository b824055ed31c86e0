"""A whole filing under a name in any script: page, form, XML, receipt, mail and search tell the same name."""

from __future__ import annotations

import subprocess
import unicodedata
from email import policy
from email.parser import BytesParser

import pytest
from lxml import etree

from portal.db import db
from portal.filing import service
from portal.filing.models import Filing
from portal.filing.st96.elements import NAMESPACES
from portal.outbox import worker
from tests.integration.portal.drafts import SECTIONS, DraftPages, declaration
from tests.support import fonts

NAMES = {
    "Arabic": "شركة البحر الأحمر",
    "Amharic": "ኢትዮ ቡና አክሲዮን ማህበር",
    "Chinese": "北京创新科技有限公司",
    "emoji": "Café 😀🚀",
    "combining marks": "Ọlájùmọ̀kẹ́ ọ ɖɛ̃́ Nguyễn e\u0301tat",
}


@pytest.fixture(scope="module", autouse=True)
def _fonts():
    fonts.require()


def text_of(content: bytes, tmp_path) -> str:
    """What a reader can search and copy out of a PDF: its text in the order of reading, composed."""
    path = tmp_path / "paper.pdf"
    path.write_bytes(content)
    told = ""
    for order in ("-raw", "-layout"):  # as it is drawn, and as it is read where that runs from right to left
        told += subprocess.run(["pdftotext", order, path, "-"], capture_output=True, text=True, check=True).stdout
    marks = dict.fromkeys(map(ord, "\u202a\u202b\u202c\u200b"))  # pdftotext sets off what runs the other way
    return " ".join(unicodedata.normalize("NFC", told).translate(marks).split())


@pytest.mark.parametrize("typed", NAMES.values(), ids=NAMES)
def test_a_name_is_the_same_from_the_page_to_the_mail_and_the_search(app, agent, demo, mailbox, tmp_path, typed):
    """An applicant whose name comes out as question marks anywhere has lost faith in everything else."""
    app.config["PORTAL"] = app.config["PORTAL"].model_copy(
        update={"smtp_port": mailbox.port, "smtp_host": "127.0.0.1", "mail_from": "filing@ipo.example"}
    )
    name = unicodedata.normalize("NFC", typed)
    draft = DraftPages.begin(agent)
    draft.complete()
    draft.save("applicants", **{**SECTIONS["applicants"], "name-0": typed})
    draft.save("mark", text=typed)
    assert name in draft.get("/check")
    form = declaration(agent, draft.id, demo.agent.codes.next())
    assert agent.post(f"{draft.path}/submit", data=form).status_code == 303

    with app.app_context():
        filing = db.session.query(Filing).one()
        assert (filing.applicant, filing.title) == (name, name)
        root = etree.fromstring(service.application_xml(filing))
        assert root.findtext(".//com:OrganizationStandardName", namespaces=NAMESPACES) == name
        manifest, _raw = service.manifest_of(filing)
        assert [one["name"] for one in manifest["applicants"]] == [name]
        assert name in text_of(service.application_form(filing), tmp_path)
        assert name in text_of(service.receipt_pdf(filing), tmp_path)
        assert worker.run_once() >= 1
        number = filing.number

    message = BytesParser(policy=policy.default).parsebytes(mailbox.wait_for(1)[0])
    assert name in message.get_content()
    assert number[-9:] in message["Subject"]

    found = agent.get("/docket", query_string={"q": name}).text
    assert f"/filings/{number}" in found
    first_word = typed.split()[0]
    assert f"/filings/{number}" in agent.get("/docket", query_string={"q": first_word}).text
    assert f"/filings/{number}" not in agent.get("/docket", query_string={"q": name + "x"}).text
