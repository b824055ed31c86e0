"""The screen, the papers, the bill and the desk never differ: the same lines in the same words, filing by filing."""

from __future__ import annotations

import copy
import io
import re
import subprocess
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from lxml import html
from PIL import Image
from sqlalchemy import select

from portal.db import db
from portal.drafting import service as drafting
from portal.fees import record
from portal.filing import service as filing
from portal.office import reviews
from portal.office.models import DiscountReview
from portal.payments.models import Bill
from tests.integration.portal.desks import person
from tests.integration.portal_client import PortalClient
from tests.support.drafts import attach, file_draft, pdf_bytes
from tests.support.rights import DESIGN, PARTY, PATENT, TRADEMARK

AGENT = "agent@demo.example"
POWERED = {"represented": "yes", "authority": "general", "authority_number": "G 7", **PARTY}
CLAIMS = [{"office": "FR", "number": "26/1", "day": "1", "month": "9", "year": "2026", "das": "", "restoration": ""}]


@dataclass(frozen=True)
class Shape:
    """One filing: its service and answers, its documents with their pages or positions, and its total by hand."""

    service: str
    answers: dict[str, Any]
    documents: tuple[tuple[str, int], ...]
    total: str
    language: str = "en"


def invention(claims: int) -> dict[str, Any]:
    return {"invention": {**PATENT["invention"], "claims": str(claims), "drawings": "0"}}


def goods(*classes: tuple[int, int]) -> dict[str, Any]:
    """So many terms in each class."""
    return {"goods": {"classes": [
        {"number": str(number), "terms": "\n".join(f"term {number}.{term}" for term in range(terms))}
        for number, terms in classes
    ]}}  # fmt: skip


SMALL = {"fees": {"discount": "small-entity"}}
PATENT_FILES = (("description", 20), ("claims", 4), ("assignment", 2))
SHAPES = {
    "a mark in one class": Shape("trademark-national", TRADEMARK, (), "120.00"),
    # 120 + 2 x 45 + 20 - half of 210
    "a mark in three classes, for half": Shape(
        "trademark-national",
        TRADEMARK | goods((9, 2), (30, 1), (43, 3)) | {"priority": {"claims": CLAIMS}} | SMALL,
        (("small-entity-proof", 1),),
        "125.00",
        "fr",
    ),
    "a mark with 200 terms": Shape("trademark-national", TRADEMARK | goods((9, 120), (30, 80)), (), "165.00"),
    # late: 60 more
    "a mark whose priority is to be restored": Shape(
        "trademark-national",
        TRADEMARK | {"priority": {"claims": [{**CLAIMS[0], "year": "2025", "restoration": "Illness"}]}},
        (("restoration-evidence", 1),),
        "200.00",
    ),
    # 200 + 300, less 10 % of 200
    "the least patent": Shape("patent-national", PATENT | invention(10), PATENT_FILES, "480.00"),
    # 200 + 300 + 10 x 15 + 5 x 25 + 74 x 2.50, a quarter of 200 more for 104 pages; students: 75 % of 500 = 375 off,
    # and 10 % of the 50 that are left of the filing fee: 1010.00 - 375.00 - 5.00
    "a long patent of a student": Shape(
        "patent-national",
        PATENT | invention(25) | {"fees": {"discount": "student"}},
        (("description", 96), ("claims", 8), ("assignment", 2), ("student-proof", 1)),
        "630.00",
        "fr",
    ),
    # 80 + 30 + 2 x 4, less 10 % of 80
    "designs in nine views": Shape(
        "design-national",
        DESIGN,
        tuple((f"view {number}.{view}", 0) for number in (1, 2) for view in range(1, 6 if number == 1 else 5)),
        "110.00",
    ),
}  # fmt: skip


def drafted(shape: Shape) -> str:
    """The draft of a shape, complete; returns its id."""
    from portal.context import profile

    user = person(AGENT)
    draft = drafting.create(shape.service, "REF", user, profile())
    for name, data in copy.deepcopy(shape.answers | {"representative": POWERED}).items():
        if name != "about":
            drafting.save_section(draft.id, name, data, 0, user)
    for kind, pages in shape.documents:
        if kind.startswith("view "):
            attach(
                draft.id, user, "view", f"{kind}.png", picture(kind), "image/png", position=kind.removeprefix("view ")
            )
        else:
            attach(draft.id, user, kind, f"{kind}.pdf", pdf_bytes(1, kind), pages=pages)
    return draft.id


def picture(name: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), (len(name), *name.encode()[-2:])).save(out, "PNG")
    return out.getvalue()


Table = tuple[list[tuple[str, str, str, str, str]], str, str]
"""The lines (name, reason, quantity, each, amount), the total, and by which schedule."""


def plain(text: str) -> str:
    return " ".join(text.replace("\xa0", " ").replace("\u202f", " ").replace("\u200b", "").split())


def on_page(client: PortalClient, address: str, language: str) -> Table:
    """The table of fees on a page."""
    client.set_cookie("language", language, domain="filing.test.ipo.example")
    tree = html.fromstring(client.get(address).text)
    [table] = tree.xpath("//table[contains(@class, 'fees-table')]")
    rows = []
    for row in table.xpath("./tbody/tr"):
        name, *numbers = row.xpath("./td")
        why = "".join(name.xpath(".//*[@class='fees-table__why']//text()"))
        told = name.text_content()[: -len(why)] if why else name.text_content()
        rows.append((plain(told), plain(why), *(plain(cell.text_content()) for cell in numbers)))
    total = plain(table.xpath("./tfoot//strong")[0].text_content())
    return rows, total, plain("".join(tree.xpath("//p[contains(@class, 'fees-table__basis')]//text()")))


def in_order(pdf: bytes, folder: Path) -> str:
    """The words of a PDF in the order in which they were set."""
    path = folder / "paper.pdf"
    path.write_bytes(pdf)
    run = subprocess.run(["pdftotext", "-raw", path, "-"], capture_output=True, text=True, check=True)
    return plain(run.stdout)


def assert_printed(table: Table, paper: str) -> None:
    """Every line stands on the paper, whole and in its place, then the total, then the schedule."""
    rows, total, basis = table
    place = 0
    for words in [*(plain(" ".join(row)) for row in rows), f"Total {total}", basis]:
        assert words in paper[place:], words
        place = paper.index(words, place) + len(words)


def recorded(found: Any) -> list[tuple[str, str, str, str]]:
    """The lines in the manifest: code, quantity, each and amount as they were computed."""
    manifest, _raw = filing.manifest_of(found)
    return [
        (line.code, str(line.quantity), str(line.unit_amount), str(line.amount))
        for line in record.fees_of(manifest["fees"]).lines
    ]


@pytest.mark.parametrize("name", list(SHAPES))
def test_every_place_shows_the_same_lines(app, agent, cashier, officer, tmp_path, name):
    shape = SHAPES[name]
    with app.app_context():
        draft = drafted(shape)
    screen = on_page(agent, f"/drafts/{draft}/check", shape.language)
    assert on_page(agent, f"/drafts/{draft}/fees", shape.language) == screen
    assert on_page(agent, f"/drafts/{draft}/submit", shape.language) == screen
    with app.app_context():
        found = file_draft(draft, person(AGENT), shape.language)
        form, receipt = filing.application_form(found), filing.receipt_pdf(found)
        lines, number = recorded(found), found.number
        bill = db.session.scalars(select(Bill)).one()
        items = [(item.code, str(item.quantity), item.unit_amount, item.amount) for item in bill.items]
        assert found.fee_total == bill.total == sum(item.amount for item in bill.items) == Decimal(shape.total)
        stated = re.findall(r"<com:FeePayableTotalAmount[^>]*>([^<]*)<", filing.application_xml(found).decode())
        assert stated == ([] if shape.service == "patent-national" else [shape.total])  # ST.96 has none for patents
        assert [(code, quantity, Decimal(each), Decimal(amount)) for code, quantity, each, amount in lines] == items
        reference = bill.reference
    assert_printed(screen, in_order(form, tmp_path))
    assert_printed(screen, in_order(receipt, tmp_path))
    assert on_page(agent, f"/bills/{reference}", shape.language) == screen
    assert on_page(cashier, f"/office/cashier/{reference}", shape.language) == screen
    assert on_page(officer, f"/office/reception/{number}", shape.language) == screen
    steps = officer.get(f"/filings/{number}/fees").text
    assert plain(steps).count(screen[1]) >= 1
    assert len(screen[0]) == len(lines)


def test_the_balance_is_the_same_on_the_agents_bill_and_at_the_desk(app, agent, cashier):
    with app.app_context():
        file_draft(drafted(SHAPES["a mark in three classes, for half"]), person(AGENT))
        review = db.session.scalars(select(DiscountReview)).one()
        bill = reviews.refuse(review.id, "No.", person("officer@demo.example"))
        reference = bill.reference
    theirs = on_page(agent, f"/bills/{reference}", "en")
    assert theirs[0] == [("Reduction refused: Small entity", "50% of USD 210.00", "1", "USD 105.00", "USD 105.00")]
    assert theirs[1] == "USD 105.00"
    assert on_page(cashier, f"/office/cashier/{reference}", "en") == theirs
