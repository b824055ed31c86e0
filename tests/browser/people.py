"""People at the portal, with a browser. Fields are found by name and links by address: the same in every language."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.sync_api import Page, Response, expect

from tests.browser.looking import Looker
from tests.support.documents import pdf_of_size, png
from tests.support.portal_client import Codes

PARTY = {
    "name": "Baobab Foods Ltd",
    "street": "12 Harbour Road",
    "city": "Lumeria City",
    "postcode": "10100",
    "email": "legal@agents.example",
    "phone": "+000 555 0117",
}
SAVE = "button.govuk-button[name=action][value=save]"
# A press on a submit button that scripts would hold back reaches a page without scripts twice.
SUBMIT = "main form[action$='/submit'] button"


def _is_submission(response: Response) -> bool:
    return response.request.method == "POST" and response.url.endswith("/submit")


@dataclass
class Person:
    """One visit of one person. What a page's scripts complain about is kept in `troubles`."""

    page: Page
    email: str
    password: str
    codes: Codes
    looker: Looker
    troubles: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("pageerror", lambda error: self.troubles.append(str(error)))
        self.page.on("console", self._heard)

    def _heard(self, message: Any) -> None:
        # A refused form is an answer with its own status, which chromium also writes to the console.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.troubles.append(message.text)

    def look(self, name: str) -> None:
        """Judge the page and keep its picture."""
        self.looker.look(self.page, name)

    def go(self, path: str) -> int:
        """Open a page; its status."""
        answer = self.page.goto(path)
        assert answer is not None
        return answer.status

    def sign_in(self) -> None:
        """Sign in on the sign-in page, and choose the visit's language where the account has another."""
        if "/sign-in" not in self.page.url:
            self.go("/sign-in")
        self.type_sign_in()
        expect(self.page.locator("form[action='/sign-out']")).to_be_attached()
        if self.page.locator("html").get_attribute("lang") != self.looker.language:
            self.page.click(f"header a[hreflang={self.looker.language}]")
            self.page.wait_for_selector(f"html[lang={self.looker.language}]", state="attached")

    def type_sign_in(self) -> None:
        """Fill and send the sign-in form of the present page."""
        self.page.fill("[name=email]", self.email)
        self.page.fill("[name=password]", self.password)
        self.page.click("main form[action='/sign-in'] button[type=submit]:not([aria-controls])")

    def new_draft(self, reference: str, service: str = "trademark-national") -> str:
        """Begin a draft; its address."""
        self.go("/drafts/new")
        self.choose("service", service)
        self.page.fill("[name=reference]", reference)
        self.page.click("main form button.govuk-button")
        self.page.wait_for_url(re.compile(r"/drafts/[\w-]{16}$"))
        return "/" + self.page.url.split("/", 3)[3]

    def choose(self, name: str, value: str) -> None:
        """Choose one of several radios."""
        self.page.check(f"[name={name}][value={value}]")

    def save(self) -> None:
        """Press the section's save button."""
        self.page.click(SAVE)
        self.page.wait_for_load_state()

    def party(self, row: str = "-0") -> None:
        """Fill the fields of an applicant in a row, or of a representative, who has none (`row` is empty)."""
        self.choose(f"kind{row}", "legal")
        for name, value in PARTY.items():
            self.page.fill(f"[name={name}{row}]", value)
        self.page.select_option(f"[name=country{row}]", "KE")

    def fill(self, values: dict[str, str]) -> None:
        """Answer the fields of these names, whatever kind of input each is."""
        for name, value in values.items():
            inputs = self.page.locator(f"main [name={name}]")
            kind = inputs.first.evaluate("one => one.type")
            if kind == "radio":
                self.choose(name, value)
            elif kind == "select-one":
                inputs.select_option(value)
            else:
                inputs.fill(value)

    def word_mark(self, draft: str, title: str) -> None:
        """All sections of the least that can be filed."""
        self.go(f"{draft}/applicants")
        self.party()
        self.save()
        self.go(f"{draft}/representative")
        self.choose("represented", "no")
        self.save()
        self.go(f"{draft}/mark")
        self.choose("kind", "word")
        self.page.fill("[name=text]", title)
        self.save()
        self.go(f"{draft}/goods")
        self.page.fill("[name=number-0]", "30")
        self.page.fill("[name=terms-0]", "coffee\ntea")
        self.save()
        for section in ("priority", "fees"):
            self.go(f"{draft}/{section}")
            self.save()

    def priority_claim(self) -> None:
        """Claim the priority of an application of three months ago."""
        first = datetime.now(UTC).date() - timedelta(days=90)
        self.page.select_option("[name=office-0]", "KE")
        self.page.fill("[name=number-0]", "KE/T/2026/4711")
        for part in ("day", "month", "year"):
            self.page.fill(f"[name={part}-0]", str(getattr(first, part)))

    def upload(self, kind: str, name: str, data: bytes, media_type: str) -> None:
        """Upload one document on the documents' page."""
        file = {"name": name, "mimeType": media_type, "buffer": data}
        if self.page.locator(f"#further:not([open]) #kind-{kind}").count():
            self.page.click("#further > summary")
        self.page.set_input_files(f"#kind-{kind} form[enctype] input[type=file]", file)
        with self.page.expect_navigation():  # sent whole, or in parts by the page's script, which then loads it anew
            self.page.click(f"#kind-{kind} form[enctype] button[type=submit]")

    def upload_picture(self) -> None:
        """Upload the picture of the mark."""
        self.upload("mark-image", "mark.png", png(), "image/png")

    def upload_power(self) -> None:
        """Upload the power of attorney."""
        self.upload("power-of-attorney", "power of attorney.pdf", pdf_of_size(20_000), "application/pdf")

    def submit(self, *, clicks: int = 1) -> str:
        """Declare, give a code and submit from the submit page; the filing's number."""
        for _ in range(3):
            self.page.check("[name=declaration]")
            self.page.fill("[name=code]", self.codes.next())
            with self.page.expect_response(_is_submission) as answered:  # the present page is loaded already
                self.page.click(SUBMIT, click_count=clicks, delay=20 if clicks > 1 else 0)
            if answered.value.status != 422:
                break  # else the code was spent by another visit: the next one
            answered.value.finished()
            self.page.wait_for_load_state()
        self.page.wait_for_url(re.compile(r"/filings/"))
        return self.page.url.split("/filings/")[1].split("/")[0].split("?")[0]

    def receipt(self) -> bytes:
        """Download the receipt by its link on the present page, which is opened again until it has one."""
        link = self.page.locator("main a[href$='/receipt.pdf']")
        for _ in range(30):
            if link.count():
                break
            self.page.wait_for_timeout(1000)
            self.page.reload()
        with self.page.expect_download() as waiting:
            link.first.click()
        return waiting.value.path().read_bytes()
