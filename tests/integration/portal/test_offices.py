"""Every right under three laws: the same journey at three made-up offices, with dates and sums worked out by hand."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from portal.db import db
from portal.filing.models import Filing
from portal.payments.models import Bill
from portal.profile.loader import load_profile
from portal.profile.model import Right
from portal.settings import Settings
from tests.integration.conftest import Person
from tests.integration.portal.drafts import DraftPages, declaration
from tests.integration.portal_client import PortalClient
from tests.support import hostile
from tests.support.rights import DESIGN, PATENT, TRADEMARK

ROOT = Path(__file__).parents[3]
FRIDAY_EVENING = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)
"""18:30 in Nairobi and Djibouti, 15:30 in Lisbon."""
SATURDAY = FRIDAY_EVENING + timedelta(days=1)
SUBJECT = {Right.TRADEMARK: TRADEMARK, Right.PATENT: PATENT, Right.UTILITY_MODEL: PATENT, Right.DESIGN: DESIGN}
POWERED = {
    "represented": "yes",
    "authority": "general",
    "authority_number": "G 7",
    **TRADEMARK["applicants"]["parties"][0],
}


@dataclass(frozen=True)
class Office:
    """An office and what its law makes of the same filings on a Friday evening, paid on the Saturday."""

    file: str
    totals: dict[str, str]
    received: date | None
    after_payment: date
    due: date
    words: dict[str, str] = field(default_factory=dict)


OFFICES = {
    # After 17:00: Monday. 14 days after the 20th is Friday, 4 December.
    "lumeria": Office(
        "inventories/test/office.yml",
        # one class; filing 200, search 300 and 2 claims beyond 10; 90 and 7 beyond 5; one further design. All but marks
        # a tenth less of the filing fee, because they are filed online: 20, 9 and 8.
        {"trademark-national": "120.00", "patent-national": "510.00", "utility-model": "151.00",
         "design-national": "102.00"},
        date(2026, 11, 23), date(2026, 11, 23), date(2026, 12, 4),
    ),
    # Paid first: no date before; then the Saturday itself, closed or not. 30 days after the 20th is a Sunday.
    "qamaria": Office(
        "offices/qamaria.yml",
        {"trademark": "37500", "patent": "60000", "design": "27500"},
        None, date(2026, 11, 21), date(2026, 12, 20),
    ),
    # Day and night: the Friday. 10 days after it is Monday, 30 November.
    "tervia": Office(
        "offices/tervia.yml",
        # 10% off what is filed online: 130, 40, 45 and 60; 2 claims beyond 10 at 20; five designs included
        {"mark": "117.00", "patent": "726.00", "utility-model": "40.50", "design": "54.00"},
        date(2026, 11, 20), date(2026, 11, 20), date(2026, 11, 30),
    ),
}  # fmt: skip
CASES = [pytest.param(name, code, id=f"{name}-{code}") for name, office in OFFICES.items() for code in office.totals]


@pytest.fixture
def office(request: pytest.FixtureRequest) -> Office:
    return OFFICES[request.param]


@pytest.fixture
def settings(settings: Settings, office: Office) -> Settings:
    return settings.model_copy(update={"office_file": ROOT / office.file})


def _form(data: dict[str, Any]) -> dict[str, str]:
    """A section's data as its page sends it."""
    rows = next((value for value in data.values() if isinstance(value, list)), None)
    if rows is None:
        return data
    return {f"{name}-{index}": value for index, row in enumerate(rows) for name, value in row.items()}


def _attach(draft: DraftPages, kinds: list[str]) -> None:
    for kind in kinds:
        assert draft.upload(kind, f"{kind}.pdf", hostile.pdf()).status_code == 303, kind


def _views(draft: DraftPages) -> None:
    for position in ("1.1", "1.2", "2.1"):
        file = (io.BytesIO(hostile.picture()), f"{position}.png")
        data = {"kind": "view", "position": position, "file": file}
        answer = draft.client.post(f"{draft.path}/documents", data=data, content_type="multipart/form-data")
        assert answer.status_code == 303, answer.text


@pytest.mark.parametrize(("office", "code"), CASES, indirect=["office"])
def test_every_right_at_every_office(app, demo, office, code):
    """A rule of one country in the code would give another office's agents a wrong date or a wrong bill."""
    service = load_profile(ROOT / office.file).service(code)
    with time_machine.travel(FRIDAY_EVENING):
        agent = _signed_in(app, demo.agent)
        draft = DraftPages.begin(agent, service=code)
        for name, data in {**SUBJECT[service.right], "representative": POWERED}.items():
            if name in (str(section) for section in service.sections):
                assert draft.send(name, {**draft.open(name), **_form(data)}).status_code == 303
        always = {"description", "claims", "specification", "drawings", "assignment"}
        _attach(draft, [kind.code for kind in service.documents if kind.code in always])
        if service.right is Right.DESIGN:
            _views(draft)
        check = draft.get("/check")
        assert "Before you can file" not in check
        filed = agent.post(f"{draft.path}/submit", data=declaration(agent, draft.id, demo.agent.codes.next()))
        assert filed.status_code == 303, filed.text
    with app.app_context():
        filing = db.session.scalars(select(Filing)).one()
        bill = db.session.scalars(select(Bill)).one()
        assert filing.number == f"T{service.number_type}2026000000001"
        assert FRIDAY_EVENING < filing.received_at < FRIDAY_EVENING + timedelta(minutes=2)
        assert filing.reception_date == office.received
        assert (filing.fee_total, bill.total, bill.due_on) == (Decimal(office.totals[code]),) * 2 + (office.due,)
        assert filing.receipt_sha512
        reference, number = bill.reference, filing.number
    with time_machine.travel(SATURDAY):
        _pay(_signed_in(app, demo.cashier), reference, office.totals[code])
        assert _signed_in(app, demo.agent).get(f"/filings/{number}").status_code == 200
    with app.app_context():
        paid = db.session.scalars(select(Filing).where(Filing.number == number)).one()
        assert paid.reception_date == office.after_payment
        assert db.session.scalars(select(Bill.state)).one() == "paid"


def _signed_in(app: Flask, person: Person) -> PortalClient:
    client = app.test_client()
    assert isinstance(client, PortalClient)
    assert client.sign_in(person.email, person.password).status_code == 303
    return client


def _pay(cashier: Any, reference: str, total: str) -> None:
    form = {"receipt": "C-1", "amount": total}
    assert cashier.post(f"/office/cashier/{reference}", data={**form, "step": "check"}).status_code == 200
    assert cashier.post(f"/office/cashier/{reference}", data={**form, "step": "record"}).status_code in (302, 303)
