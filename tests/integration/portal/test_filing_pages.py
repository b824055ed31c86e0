"""The pages of a submission and the downloads, as people with and without the right to them see them."""

from __future__ import annotations

import hashlib
import json

import pytest
from click.testing import CliRunner

from portal.db import db
from portal.drafting import service as drafting
from portal.filing import service, views
from portal.filing.commands import verify_receipt
from portal.filing.models import Filing
from portal.profile.model import Basis
from portal.signing.service import State, validate
from tests.integration.portal.desks import person
from tests.integration.portal.drafts import declaration
from tests.support.drafts import COMPLETE, attach, complete_draft, file_draft, pdf_bytes

AGENT = "agent@demo.example"


@pytest.fixture
def draft(app) -> str:
    with app.app_context():
        return complete_draft(person(AGENT))


@pytest.fixture
def number(app, draft) -> str:
    """The number of a filing of the demonstration's agent."""
    with app.app_context():
        return file_draft(draft, person(AGENT)).number


def test_the_page_before_submission_shows_what_it_costs(agent, draft):
    page = agent.get(f"/drafts/{draft}/submit").text
    assert "USD\u00a0165.00" in page
    assert "I declare that what this application says is true" in page
    assert 'autocomplete="one-time-code"' in page


def test_a_submission_leads_to_its_number_and_receipt(agent, demo, draft):
    answer = agent.post(f"/drafts/{draft}/submit", data=declaration(agent, draft, demo.agent.codes.next()))
    assert answer.status_code == 303
    page = agent.get(answer.location).text
    assert "Application received" in page
    assert "Bill <bdi>RF" in page.replace("\u00a0", " ")
    number = answer.location.split("/")[-2]
    assert f"/filings/{number}/receipt.pdf" in page


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"code": "123456"}, "Confirm the declaration"),
        ({"declaration": "y"}, "Give the six digits"),
        ({"declaration": "y", "code": "12345"}, "The code has six digits"),
        ({"declaration": "y", "code": "000000"}, "This code is wrong"),
    ],
)
def test_nothing_is_filed_without_declaration_and_second_factor(app, agent, draft, form, words):
    """A session that someone left open must not be able to file."""
    read = {"fingerprint": declaration(agent, draft, "")["fingerprint"]}
    answer = agent.post(f"/drafts/{draft}/submit", data=read | form)
    assert answer.status_code == 422
    assert words in answer.text
    assert "There is a problem" in answer.text
    with app.app_context():
        assert db.session.query(Filing).count() == 0


def reword_mark(app, draft: str) -> None:
    """A colleague saves another mark."""
    with app.app_context():
        drafting.save_section(draft, "mark", {**COMPLETE["mark"], "text": "ZOË & CO"}, 1, person(AGENT))


def attach_another(app, draft: str) -> None:
    """A colleague attaches a file."""
    with app.app_context():
        attach(draft, person(AGENT), "power-of-attorney", "second power.pdf", pdf_bytes(1, "second"))


def raise_fees(app, _draft: str) -> None:
    """The office's fees go up."""
    profile = app.config["PROFILE"]
    schedules = [
        schedule.model_copy(
            update={
                "fees": [
                    fee.model_copy(update={"amount": fee.amount + 1}) if fee.amount else fee for fee in schedule.fees
                ]
            }
        )
        for schedule in profile.fee_schedules
    ]
    app.config["PROFILE"] = profile.model_copy(update={"fee_schedules": schedules})


def pay_first(app, _draft: str) -> None:
    """The reception date follows from the payment from now on."""
    profile = app.config["PROFILE"]
    rule = profile.reception.model_copy(update={"counts_from": Basis.PAYMENT})
    app.config["PROFILE"] = profile.model_copy(update={"reception": rule})


@pytest.mark.parametrize("change", [reword_mark, attach_another, raise_fees, pay_first])
def test_what_its_agent_did_not_read_is_not_filed(app, agent, demo, draft, change):
    """The declaration is the agent's own: nobody else's words may be filed under it. The code is not spent."""
    form = declaration(agent, draft, demo.agent.codes.next())
    change(app, draft)
    answer = agent.post(f"/drafts/{draft}/submit", data=form)
    assert answer.status_code == 409
    assert "Nothing was filed" in answer.text
    assert f'href="/drafts/{draft}/check"' in answer.text
    with app.app_context():
        assert db.session.query(Filing).count() == 0
    read_again = declaration(agent, draft, form["code"])
    for _click in range(2):
        assert agent.post(f"/drafts/{draft}/submit", data=read_again).status_code == 303
    assert agent.post(f"/drafts/{draft}/submit", data=form).status_code == 303  # the old page, once it is filed
    with app.app_context():
        assert db.session.query(Filing).count() == 1


def test_a_page_that_does_not_say_what_was_read_files_nothing(app, agent, demo, draft):
    """A page of the release before, left open over an upgrade."""
    form = {"declaration": "y", "code": demo.agent.codes.next()}
    assert agent.post(f"/drafts/{draft}/submit", data=form).status_code == 409
    with app.app_context():
        assert db.session.query(Filing).count() == 0


def test_a_change_at_the_last_moment_is_not_filed(app, agent, demo, draft, monkeypatch):
    """Between the first look and the draft's lock a colleague can still save."""
    form = declaration(agent, draft, demo.agent.codes.next())
    real = views.confirm_second_factor

    def slowly(user, code):
        accepted = real(user, code)
        drafting.save_section(draft, "mark", {**COMPLETE["mark"], "text": "ZOË & CO"}, 1, user)
        return accepted

    monkeypatch.setattr(views, "confirm_second_factor", slowly)
    assert agent.post(f"/drafts/{draft}/submit", data=form).status_code == 409
    with app.app_context():
        assert db.session.query(Filing).count() == 0
        assert file_draft(draft, person(AGENT)).number.endswith("000000001")  # no number was lost


def test_an_incomplete_draft_is_sent_back_to_its_problems(app, agent):
    with app.app_context():
        draft = complete_draft(person(AGENT), goods={"classes": []})
    assert agent.get(f"/drafts/{draft}/submit").location == f"/drafts/{draft}/check"


def test_another_firms_draft_does_not_exist(rival, draft):
    assert rival.get(f"/drafts/{draft}/submit").status_code == 404
    assert rival.post(f"/drafts/{draft}/submit", data={"declaration": "y", "code": "123456"}).status_code == 404


def test_a_filed_draft_leads_to_its_filing(agent, draft, number):
    assert agent.get(f"/drafts/{draft}/submit").location == f"/filings/{number}/confirmation"


def test_staff_are_not_sent_to_the_agents_docket(agent, cashier, number):
    """The link led them to a page that their role refuses."""
    link = f'href="/filings/{number}"'
    assert link in agent.get(f"/filings/{number}/confirmation").text
    assert link not in cashier.get(f"/filings/{number}/confirmation").text


def test_the_receipt_is_served_exactly_as_it_was_issued(app, agent, number):
    answer = agent.get(f"/filings/{number}/receipt.pdf")
    assert answer.mimetype == "application/pdf"
    assert answer.headers["Content-Disposition"] == f"attachment; filename=receipt-{number}.pdf"
    with app.app_context():
        assert validate(answer.data).state is State.VALID


def test_a_document_comes_back_byte_for_byte(agent, number):
    """OPS: the original is the record; a browser must neither run it nor guess what it is."""
    sha512 = hashlib.sha512(pdf_bytes()).hexdigest()
    answer = agent.get(f"/filings/{number}/documents/{sha512}")
    assert answer.data == pdf_bytes()
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Content-Disposition"].startswith("attachment")


def test_a_file_name_in_any_script_survives_the_download(app, agent):
    with app.app_context():
        user = person(AGENT)
        draft = complete_draft(user)
        sha512 = attach(draft, user, "priority-document", 'أولوية "1";\u20ac.pdf', pdf_bytes(1, "other"))
        number = file_draft(draft, user).number
    header = agent.get(f"/filings/{number}/documents/{sha512}").headers["Content-Disposition"]
    assert "filename*=UTF-8''%D8%A3%D9%88%D9%84%D9%88%D9%8A%D8%A9" in header
    assert "\n" not in header


@pytest.mark.parametrize(
    "path", ["receipt.pdf", "application.xml", "application.pdf", "confirmation", f"documents/{'0' * 128}"]
)
def test_another_firm_cannot_tell_that_a_filing_exists(rival, client, number, path):
    """A visitor is led to sign-in."""
    assert rival.get(f"/filings/{number}/{path}").status_code == 404
    assert client.get(f"/filings/{number}/{path}").status_code == 303


def test_the_signed_form_is_offered_beside_the_data(app, agent, officer, number):
    """The form is part of the record: who filed and who decides must be able to read it."""
    for person_, page in ((agent, f"/filings/{number}"), (officer, f"/office/reception/{number}")):
        assert f'href="/filings/{number}/application.pdf"' in person_.get(page).text
    answer = agent.get(f"/filings/{number}/application.pdf")
    assert answer.headers["Content-Disposition"] == f"attachment; filename=application-{number}.pdf"
    with app.app_context():
        assert validate(answer.data).state is State.VALID


@pytest.mark.parametrize("path", ["receipt.pdf", "application.xml", "application.pdf"])
def test_the_offices_staff_read_every_filing(officer, cashier, number, path):
    assert officer.get(f"/filings/{number}/{path}").status_code == 200
    assert cashier.get(f"/filings/{number}/{path}").status_code == 200


def test_a_hash_of_another_filing_is_not_served(app, agent, number):
    """Content keys are shared by all: only a filing's own files may come through its address."""
    with app.app_context():
        user = person(AGENT)
        draft = complete_draft(user)
        other = attach(draft, user, "priority-document", "secret.pdf", pdf_bytes(1, "secret"))
    assert agent.get(f"/filings/{number}/documents/{other}").status_code == 404
    assert agent.get(f"/filings/{number}/documents/..%2F..%2Fetc").status_code == 404


def test_a_file_whose_bytes_changed_on_disk_is_not_served(app, agent, number):
    sha512 = hashlib.sha512(pdf_bytes()).hexdigest()
    root = app.config["PORTAL"].documents_path
    (root / "sha512" / sha512[:2] / sha512[2:4] / sha512).write_bytes(b"%PDF-1.7 another")
    answer = agent.get(f"/filings/{number}/documents/{sha512}")
    assert answer.status_code == 503
    assert "cannot be read now" in answer.text


def test_without_a_receipt_the_page_says_that_it_follows(app, agent, draft, tmp_path):
    app.config["PORTAL"] = app.config["PORTAL"].model_copy(update={"signing_keystore": tmp_path / "away.p12"})
    with app.app_context():
        number = file_draft(draft, person(AGENT)).number
    page = agent.get(f"/filings/{number}/confirmation").text
    assert "the signed receipt follows" in page
    assert "receipt.pdf" not in page
    assert agent.get(f"/filings/{number}/receipt.pdf").status_code == 404


def test_the_form_says_what_the_page_said(app, draft, tmp_path):
    """The agent signed what they checked: the same words stand on the form."""
    import io

    import pikepdf

    with app.app_context():
        user = person(AGENT)
        saved = drafting.data_of(drafting.owned(db.session, draft, user))
        filing = file_draft(draft, user)
        manifest, _raw = service.manifest_of(filing)
        _file, stream = service.file_of(filing, manifest["files"][1]["sha512"])
        content = stream.read()
    with pikepdf.open(io.BytesIO(content)) as document:
        assert document.docinfo["/Keywords"] == filing.number
    words = _words(content, tmp_path)
    for value in (*saved["applicants"]["parties"][0].values(), "ZOË", "Coffee", "Catering", "power of attorney.pdf"):
        if value and value not in ("legal", "KE"):
            assert value in words
    assert "Kenya" in words


def test_verify_receipt_tells_valid_altered_and_foreign(app, agent, number, tmp_path, keys):
    """What a help desk runs; it needs neither the database nor the portal."""
    receipt = agent.get(f"/filings/{number}/receipt.pdf").data
    files = {"valid": receipt, "altered": receipt[:5000] + b"x" + receipt[5001:], "not-ours": pdf_bytes()}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    paths = [str(tmp_path / name) for name in files]
    run = CliRunner().invoke(verify_receipt, ["--json", "--trust", str(keys.trust), *paths])
    answers = [json.loads(line) for line in run.stdout.splitlines()]
    assert [answer["state"] for answer in answers] == list(files)
    assert answers[0]["number"] == number
    assert answers[0]["signer"] == "TEST, no legal effect"
    assert answers[0]["signed_at"].startswith("20")
    assert run.exit_code == 3
    alone = CliRunner().invoke(verify_receipt, ["--trust", str(keys.trust), paths[0]])
    assert (alone.exit_code, alone.stdout.split(": ")[1][:5]) == (0, "valid")


def _words(content: bytes, folder) -> str:
    import subprocess

    path = folder / "paper.pdf"
    path.write_bytes(content)
    return subprocess.run(["pdftotext", "-raw", path, "-"], capture_output=True, text=True, check=True).stdout
