"""The docket and the page of a filing, on both databases."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from sqlalchemy import event, select

from portal.db import db
from portal.docket import service
from portal.filing.models import Filing
from portal.office import service as office
from portal.payments.service import confirm_at_counter
from tests.integration.portal.desks import filed, person, printed
from tests.support.filings import RECEIVED


def _numbers(page):
    return re.findall(r'<a class="govuk-link" href="/filings/([^"/]+)">', page)


def _beside(page, rel):
    found = re.search(rf'href="([^"]+)" rel="{rel}"', page)
    return found.group(1).replace("&amp;", "&") if found else None


def test_an_empty_docket_says_what_it_will_hold(agent):
    page = agent.get("/docket").text
    assert "Your firm has filed nothing yet" in page
    assert "<table" not in page


def test_the_docket_lists_the_firms_filings_newest_first(app, agent, rival):
    made = filed(app, 3)
    theirs = filed(app, 1, email="rival@other.example", first=50)
    assert _numbers(agent.get("/docket").text) == [number for number, _ in reversed(made)]
    assert _numbers(rival.get("/docket").text) == [theirs[0][0]]
    assert _numbers(agent.get("/docket?order=oldest").text) == [number for number, _ in made]


@pytest.mark.parametrize("order", ["", "oldest"])
def test_every_filing_stands_on_one_page_forwards_and_back(app, agent, order):
    """Filings of the same instant at a page's edge must be neither skipped nor repeated."""
    made = [number for number, _ in filed(app, 120, received_at=RECEIVED)]
    expected = made if order else made[::-1]
    address, pages = f"/docket?order={order}", []
    while address:
        page = agent.get(address).text
        pages.append(_numbers(page))
        back, last, address = _beside(page, "prev"), page, _beside(page, "next")
    assert [len(rows) for rows in pages] == [50, 50, 20]
    assert [number for page in pages for number in page] == expected
    middle = agent.get(_beside(last, "prev")).text
    assert _numbers(middle) == pages[1]
    first = agent.get(_beside(middle, "prev")).text
    assert _numbers(first) == pages[0]
    assert _beside(first, "prev") is None
    assert back


def test_a_filing_that_comes_meanwhile_moves_no_page(app, agent):
    filed(app, 60)
    following = _beside(agent.get("/docket").text, "next")
    before = _numbers(agent.get(following).text)
    filed(app, 1, first=900)
    assert _numbers(agent.get(following).text) == before


def test_the_docket_is_filtered_by_text_state_and_fees(app, agent):
    [(first, bill)] = filed(app, title="100% Zoë", applicant="Société É")
    (second, _), (third, _) = filed(app, 2, first=2)
    with app.app_context():
        confirm_at_counter(bill, "C-1", Decimal("165.00"), person("cashier@demo.example"))
        office.accept(second, person("officer@demo.example"))
    ask = lambda **query: set(_numbers(agent.get("/docket", query_string=query).text))  # noqa: E731
    assert ask(q="100%") == {first}
    assert ask(q="Société") == ask(q="sOCIé") == ask(q="100% zoë") == {first}
    assert ask(q=third[-4:]) == {third}
    assert ask(q=printed(second)) == {second}
    assert ask(q=f"2026 {third[-9:]}") == {third}
    assert ask(q="_") == set()
    assert ask(state="accepted") == {second}
    assert ask(bill="paid") == {first}
    assert ask(state="received", bill="due") == {third}
    assert ask(state="nonsense", bill="nonsense", after="nonsense") == {first, second, third}
    assert "No filing of your firm fits" in agent.get("/docket?q=zzz").text


def test_a_page_asks_the_database_once_for_its_rows_bills_and_notices(app):
    """A query for each row makes the docket of a large firm unusable."""
    filed(app, 60)
    with app.test_request_context():
        user = person("agent@demo.example")
        statements = []
        count = lambda *args: statements.append(args[2])  # noqa: E731
        event.listen(db.engine, "before_cursor_execute", count)
        page = service.listing(user.firm_id, user.id, service.Filter(), None, None)
        from portal.notices.service import unread_count

        assert unread_count() == 0
        event.remove(db.engine, "before_cursor_execute", count)
    assert len(page.rows) == 50
    assert len([sql for sql in statements if sql.lstrip().upper().startswith("SELECT")]) == 1


def test_a_docket_page_issues_at_most_four_queries_in_all(app, agent):
    """The person, their roles, and the page: what grows beyond this was added unnoticed."""
    filed(app, 60)
    agent.get("/docket")
    with app.app_context():
        engine = db.engine
    statements = []
    count = lambda *args: statements.append(args[2])  # noqa: E731
    event.listen(engine, "before_cursor_execute", count)
    assert agent.get("/docket").status_code == 200
    event.remove(engine, "before_cursor_execute", count)
    assert 1 <= len([sql for sql in statements if sql.lstrip().upper().startswith("SELECT")]) <= 4


def test_the_history_tells_all_that_happened(app, agent):
    [(number, bill)] = filed(app)
    with app.app_context():
        confirm_at_counter(bill, "C-55", Decimal("165.00"), person("cashier@demo.example"))
        office.return_for_defects(number, "1. Sign the power.\n2. <b>Class 5</b>", person("officer@demo.example"))
    page = agent.get(f"/filings/{number}").text
    told = [
        "The application was submitted and received.",
        "The signed receipt was issued.",
        "was issued.",
        "receipt number <bdi>C-55</bdi>",
        "returned the filing for these defects",
        "1. Sign the power.\n2. &lt;b&gt;Class 5&lt;/b&gt;",
    ]
    for words in told:
        assert words in page
    assert page.index(told[0]) < page.index(told[3]) < page.index(told[4])
    assert "Demonstration Officer" not in page
    for link in (f"/filings/{number}/receipt.pdf", f"/filings/{number}/application.xml", f"/bills/{bill}"):
        assert f'href="{link}"' in page
    assert f'href="/filings/{number}/documents/{1:0128x}"' in page


def test_a_filing_without_its_receipt_says_that_it_follows(app, agent):
    [(number, _)] = filed(app)
    with app.app_context():
        filing = db.session.scalars(select(Filing)).one()
        filing.receipt_sha512 = filing.receipt_issued_at = None
        db.session.commit()
    page = agent.get(f"/filings/{number}").text
    assert "The signed receipt follows" in page
    assert "receipt.pdf" not in page


def test_another_firms_filing_is_not_found(app, rival, cashier, client):
    [(number, _)] = filed(app)
    assert rival.get(f"/filings/{number}").status_code == 404
    assert cashier.get(f"/filings/{number}").status_code == 403
    assert client.get(f"/filings/{number}").status_code == 303


def test_the_docket_speaks_french(app, agent):
    """Every text of the page: an English word in a French docket was left out of the translations."""
    filed(app, 1)
    agent.get("/language/fr")
    page = agent.get("/docket").text
    assert '<html lang="fr"' in page
    assert "20\xa0nov.\xa02026" in page
