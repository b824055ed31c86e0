"""People of the demonstration, who do their work at the portal as they would by hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.support.documents import pdf_of_size
from tests.support.portal_client import Codes, Page, PortalClient, Refused
from tests.support.servers import Servers

SERVICE = "trademark-national"
EMAILS = {person: f"{person}@demo.example" for person in ("agent", "officer", "cashier")}
PARTY = {
    "kind": "legal",
    "name": "Baobab Foods Ltd",
    "street": "12 Harbour Road",
    "city": "Lumeria City",
    "postcode": "1000",
    "country": "KE",
    "email": "legal@agents.example",
    "phone": "",
}
# A complete application for a word mark in one class, section by section.
SECTIONS: dict[str, dict[str, str]] = {
    "applicants": {f"{name}-0": value for name, value in PARTY.items()},
    "representative": {"represented": "no"},
    "mark": {"kind": "word", "text": "BAOBAB SUNRISE"},
    "goods": {"number-0": "30", "terms-0": "coffee\ntea"},
    "priority": {},
    "fees": {"discount": ""},
}


@dataclass
class Applicant:
    """A signed-in person with their second factor; drafts are known by their path (`/drafts/<id>`)."""

    client: PortalClient
    email: str
    password: str
    codes: Codes

    @classmethod
    def from_vault(cls, servers: Servers, client: PortalClient, person: str) -> Applicant:
        """`person` is agent, officer or cashier of the demonstration data."""
        password = servers.variable("vault_demo_passwords", "portal")[person]
        secret = servers.variable("vault_demo_totp", "portal")[person]
        return cls(client, EMAILS[person], password, Codes.of(secret))

    def sign_in(self) -> Page:
        """Sign in; the page after it."""
        return self.client.sign_in(self.email, self.password)

    def page(self, path: str, *, expect: int | None = 200) -> Page:
        """Open a page."""
        return self.client.get(path, expect=expect)

    def new_draft(self, reference: str = "") -> str:
        """Begin a draft for a national trademark."""
        page = self.client.send(self.page("/drafts/new"), {"service": SERVICE, "reference": reference})
        assert page.path.startswith("/drafts/"), f"no draft was begun: {page.path}"
        return page.path.partition("?")[0]

    def fill(self, draft: str, **changed: dict[str, str]) -> None:
        """Fill every section of a draft; `changed` replaces answers of a section."""
        for section, answers in SECTIONS.items():
            self.save(draft, section, {**answers, **changed.get(section, {})})

    def save(self, draft: str, section: str, answers: dict[str, str]) -> Page:
        """Save one section."""
        path = f"{draft}/{section}"
        return self.client.send(self.page(path), answers, chosen=lambda form: "version" in form.fields)

    def upload(self, draft: str, kind: str, name: str, data: bytes, media_type: str = "application/pdf") -> Page:
        """Upload one document; the page that answers, whatever it says."""
        page = self.page(f"{draft}/documents")
        return self.client.send(
            page,
            {},
            files={"file": (name, data, media_type)},
            chosen=lambda form: form.fields.get("kind") == kind,
            expect=None,
        )

    def documents(self, draft: str) -> list[str]:
        """Names of the documents that are attached to a draft."""
        return [str(one.text_content()) for one in self.page(f"{draft}/documents").tree.xpath("//main//ul//a/bdi")]

    def small_document(self, draft: str) -> Page:
        """Upload a small, correct priority document."""
        page = self.upload(draft, "priority-document", "priority.pdf", pdf_of_size(2000))
        if page.status != 200:
            raise Refused(f"a correct document was refused: {page.text[:600]}")
        return page

    def complete_draft(self, reference: str = "", **changed: dict[str, str]) -> str:
        """A draft with all that it needs to be filed."""
        draft = self.new_draft(reference)
        self.fill(draft, **changed)
        return draft

    def submit(self, draft: str, *, expect: int | None = 200) -> Page:
        """Sign the declaration with the second factor, and file; a code that another visit spent is replaced."""
        page = self.submission(draft)
        for _ in range(3):
            answer = self.send_submission(page, expect=None)
            if answer.status != 422:
                break
            page = answer
        if expect is not None and answer.status != expect:
            raise Refused(f"{answer.path} answered {answer.status}: {answer.text[:600]}")
        return answer

    def submission(self, draft: str) -> Page:
        """The page on which the declaration is signed."""
        return self.page(f"{draft}/submit")

    def send_submission(self, page: Page, *, code: str | None = None, expect: int | None = 200) -> Page:
        """Send that page's form with a code of the second factor."""
        values: dict[str, Any] = {"code": code or self.codes.next(), "declaration": "yes"}
        return self.client.send(page, values, expect=expect)

    def number_of(self, page: Page) -> str:
        """The number on the page that confirms a filing."""
        parts = page.path.split("/")
        if parts[1] != "filings" or page.status != 200:
            raise Refused(f"no confirmation of a filing: {page.path} ({page.status}) {page.text[:600]}")
        return parts[2]

    def receipt(self, number: str) -> bytes | None:
        """The receipt's bytes; None while it is still to follow."""
        page = self.page(f"/filings/{number}/receipt.pdf", expect=None)
        if page.status not in (200, 404):
            raise Refused(f"the receipt of {number} answered {page.status}: {page.text[:300]}")
        return page.response.content if page.status == 200 else None

    def delete_draft(self, draft: str) -> Page:
        """Delete a draft that was not filed."""
        return self.client.send(self.page(draft), {}, action="/delete")
