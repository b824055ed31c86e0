"""A quote is honoured for the days that the profile says, whatever the office's fees are by then; on both databases."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import time_machine
from sqlalchemy import select

from portal.audit.models import AuditEntry
from portal.db import db
from portal.drafting import service as drafting
from portal.drafting.models import Draft
from portal.fees import quotes
from portal.fees.models import FeeQuote
from portal.filing import service as filing
from portal.filing.models import Filing
from portal.payments.models import Bill
from tests.integration.portal.desks import person
from tests.integration.portal.drafts import DraftPages, declaration
from tests.support.drafts import COMPLETE, complete_draft, file_draft

AGENT = "agent@demo.example"
# Nairobi is three hours ahead of UTC. The 1st of December is a Tuesday; 14 days after it is Tuesday the 15th.
MADE = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
RISE = date(2026, 12, 10)
LAST_SECOND = datetime(2026, 12, 15, 20, 59, 59, tzinfo=UTC)
FIRST_SECOND_AFTER = datetime(2026, 12, 15, 21, 0, 0, tzinfo=UTC)


def change_fees(app, factor: str, on: date = RISE) -> None:
    """From a day on every fee is so many times as high."""
    profile = app.config["PROFILE"]
    first = profile.fee_schedules[0]
    fees = [
        fee.model_copy(update={"amount": fee.amount * Decimal(factor)}) for fee in first.fees if fee.amount is not None
    ]
    later = first.model_copy(update={"valid_from": on, "fees": fees})
    app.config["PROFILE"] = profile.model_copy(update={"fee_schedules": [first, later]})


def quoted(app, mark: str = "ZOË") -> tuple[str, str]:
    """A draft of the demonstration's agent that was quoted on the 1st of December: its id and the quote."""
    with time_machine.travel(MADE, tick=False):
        draft = complete_draft(person(AGENT), mark)
        return draft, quotes.make(draft, person(AGENT))


def total_on(draft: str, instant: datetime) -> Decimal:
    with time_machine.travel(instant, tick=False):
        return filing.quote_draft(draft, person(AGENT), "en").fees.total


def test_a_quote_says_what_when_by_which_schedule_and_until_when(app):
    with app.app_context():
        draft, reference = quoted(app)
        view = quotes.view(reference)
        assert re.fullmatch(r"Q26\d{6}", reference)
        assert (view.quoted.made_on, view.quoted.valid_until) == (date(2026, 12, 1), date(2026, 12, 15))
        assert (view.fees.total, view.fees.basis.schedule) == (Decimal("165.00"), date(2026, 1, 1))
        assert (view.draft_id, view.title) == (draft, "ZOË")
        entry = db.session.scalars(select(AuditEntry).where(AuditEntry.event == "fees-quoted")).one()
        assert entry.data["quote"] == reference
        assert entry.data["valid_until"] == "2026-12-15"


def test_a_last_day_on_which_the_office_is_closed_rolls_to_the_next_open_one(app):
    """14 days after Saturday the 5th is a Saturday: Monday the 21st."""
    with app.app_context(), time_machine.travel(datetime(2026, 12, 5, 9, tzinfo=UTC), tick=False):
        draft = complete_draft(person(AGENT))
        assert quotes.view(quotes.make(draft, person(AGENT))).quoted.valid_until == date(2026, 12, 21)


def test_a_quote_is_honoured_to_the_last_second_of_its_last_day_at_the_office(app):
    with app.app_context():
        draft, _reference = quoted(app)
        change_fees(app, "2")
        assert total_on(draft, datetime(2026, 12, 12, tzinfo=UTC)) == Decimal("165.00")
        assert total_on(draft, LAST_SECOND) == Decimal("165.00")
        assert total_on(draft, FIRST_SECOND_AFTER) == Decimal("330.00")


def test_a_filing_by_a_quote_names_it_in_its_record_and_on_its_bill(app):
    """A lost row of the database must still be explained: the manifest names the schedule and the quote."""
    with app.app_context():
        draft, reference = quoted(app)
        change_fees(app, "2")
        with time_machine.travel(LAST_SECOND, tick=False):
            filed = file_draft(draft, person(AGENT))
        manifest, _raw = filing.manifest_of(filed)
        basis = {
            "schedule": "2026-01-01",
            "quote": {"reference": reference, "made_on": "2026-12-01", "valid_until": "2026-12-15"},
        }
        for recorded in (manifest["fees"]["basis"], db.session.scalars(select(Bill.basis)).one()):
            assert {key: recorded[key] for key in basis} == basis
        assert (manifest["fees"]["total"], filed.fee_total) == ("165.00", Decimal("165.00"))


def test_lower_fees_are_the_agents_gain(app):
    """A quote promises the most that is asked: who was quoted 165.00 before the fees fell pays the new ones."""
    with app.app_context():
        draft, _reference = quoted(app)
        change_fees(app, "0.5")
        price = _price(draft, datetime(2026, 12, 12, tzinfo=UTC))
        assert (price.fees.total, price.fees.basis.quote) == (Decimal("82.50"), None)
        assert price.holds is not None


def _price(draft: str, instant: datetime):
    with time_machine.travel(instant, tick=False):
        return filing.quote_draft(draft, person(AGENT), "en").price


@pytest.mark.parametrize(
    ("change", "total"),
    [
        ({"classes": [{"number": "30", "terms": "Coffee"}, {"number": "43", "terms": "Catering\nBars"}]}, "165.00"),
        ({"classes": [{"number": "30", "terms": "Coffee"}]}, "240.00"),
        ({"classes": [{"number": str(number), "terms": "All"} for number in (30, 32, 43)]}, "420.00"),
    ],
    ids=["other words, the same lines", "one class fewer", "one class more"],
)
def test_a_quote_holds_while_its_lines_are_the_same(app, change, total):
    """The price of two classes was promised, not that of one, and not the old prices for whatever comes."""
    with app.app_context():
        draft, _reference = quoted(app)
        change_fees(app, "2")
        with time_machine.travel(MADE, tick=False):
            drafting.save_section(draft, "goods", change, 1, person(AGENT))
        assert total_on(draft, datetime(2026, 12, 12, tzinfo=UTC)) == Decimal(total)


def test_the_cheapest_of_several_quotes_counts(app):
    with app.app_context():
        draft, first = quoted(app)
        change_fees(app, "2")
        with time_machine.travel(datetime(2026, 12, 11, tzinfo=UTC), tick=False):
            second = quotes.make(draft, person(AGENT))
        price = _price(draft, datetime(2026, 12, 12, tzinfo=UTC))
        assert (price.fees.total, price.holds.reference) == (Decimal("165.00"), first)
        price = _price(draft, FIRST_SECOND_AFTER)
        assert (price.fees.total, price.holds.reference) == (Decimal("330.00"), second)


def test_the_same_quote_again_on_the_same_day_is_the_same(app):
    """A double click is not two promises."""
    with app.app_context():
        draft, reference = quoted(app)
        with time_machine.travel(MADE, tick=False):
            assert quotes.make(draft, person(AGENT)) == reference
        assert len(db.session.scalars(select(FeeQuote)).all()) == 1


def test_a_quote_holds_although_the_profile_lost_its_schedule(app):
    """An operator who clears old schedules away must not break what the office promised."""
    with app.app_context():
        draft, _reference = quoted(app)
        change_fees(app, "2")
        profile = app.config["PROFILE"]
        app.config["PROFILE"] = profile.model_copy(update={"fee_schedules": profile.fee_schedules[1:]})
        assert total_on(draft, LAST_SECOND) == Decimal("165.00")


def test_another_drafts_quote_does_not_count(app):
    with app.app_context():
        quoted(app)
        with time_machine.travel(MADE, tick=False):
            other = complete_draft(person(AGENT), "LUMO")
        change_fees(app, "2")
        assert total_on(other, LAST_SECOND) == Decimal("330.00")


def test_a_reduction_that_ended_is_still_held_by_its_quote(app):
    """The new schedule has no reduction for small entities: who was quoted one can still file with it."""
    from tests.support.drafts import attach, pdf_bytes

    with app.app_context():
        with time_machine.travel(MADE, tick=False):
            draft = complete_draft(person(AGENT), fees={"discount": "small-entity"})
            attach(draft, person(AGENT), "small-entity-proof", "proof.pdf", pdf_bytes(1, "proof"))
            quotes.make(draft, person(AGENT))
        change_fees(app, "2")
        profile = app.config["PROFILE"]
        bare = profile.fee_schedules[1].model_copy(update={"discounts": []})
        app.config["PROFILE"] = profile.model_copy(update={"fee_schedules": [profile.fee_schedules[0], bare]})
        assert total_on(draft, LAST_SECOND) == Decimal("82.50")
        with time_machine.travel(LAST_SECOND, tick=False):
            assert file_draft(draft, person(AGENT)).fee_total == Decimal("82.50")


def test_the_agent_makes_a_quote_and_prints_it(app, agent):
    draft = DraftPages.begin(agent)
    draft.complete()
    assert "A quote keeps these fees for 14 days" in draft.get("/fees")
    answer = agent.post(f"{draft.path}/quote")
    assert answer.status_code == 303
    page = agent.get(answer.location).text
    assert "Quote Q26" in page
    assert "USD\xa0120.00" in page
    assert "promises that it will not cost more" in draft.get("/fees")
    assert "Make a quote" not in draft.get("/fees")


def test_a_quote_is_for_its_own_firm_and_the_offices_staff(app, agent, rival, officer, cashier, client):
    with app.app_context():
        _draft, reference = quoted(app)
    assert agent.get(f"/quotes/{reference}").status_code == 200
    assert rival.get(f"/quotes/{reference}").status_code == 404
    assert [staff.get(f"/quotes/{reference}").status_code for staff in (officer, cashier)] == [200, 200]
    assert client.get(f"/quotes/{reference}").status_code == 303
    assert agent.get("/quotes/Q26999999").status_code == 404


def test_another_firms_draft_is_not_quoted(app, agent, rival):
    draft = DraftPages.begin(agent)
    draft.complete()
    assert rival.post(f"{draft.path}/quote").status_code == 404
    with app.app_context():
        assert db.session.scalars(select(FeeQuote)).all() == []


def test_a_filed_draft_is_not_quoted(app, agent):
    with app.app_context():
        user = person(AGENT)
        draft = complete_draft(user)
        file_draft(draft, user)
    answer = agent.post(f"/drafts/{draft}/quote", follow_redirects=True)
    assert "No quote was made" in answer.text


def test_an_office_that_gives_no_quotes_offers_none(app, agent):
    profile = app.config["PROFILE"]
    payment = profile.payment.model_copy(update={"quote_days": 0})
    app.config["PROFILE"] = profile.model_copy(update={"payment": payment})
    draft = DraftPages.begin(agent)
    draft.complete()
    assert "Make a quote" not in draft.get("/fees")
    assert "No quote was made" in agent.post(f"{draft.path}/quote", follow_redirects=True).text


def test_who_reads_by_a_quote_and_submits_after_its_end_is_told_first(app, client, demo):
    """At midnight the price doubles: nothing is filed under a declaration that was made for the old one."""
    with app.app_context():
        draft, reference = quoted(app)
    change_fees(app, "2")
    with time_machine.travel(LAST_SECOND, tick=False):
        assert client.sign_in(demo.agent.email, demo.agent.password).status_code == 303
        page = client.get(f"/drafts/{draft}/submit").text
        assert f"Quote {reference} of 1 December 2026, honoured up to and including 15 December 2026." in page
        form = declaration(client, draft, "123456")
    with time_machine.travel(FIRST_SECOND_AFTER, tick=False):
        answer = client.post(f"/drafts/{draft}/submit", data=form)
        assert answer.status_code == 409
        assert "Nothing was filed" in answer.text
        told = client.get(f"/drafts/{draft}/submit").text
        assert f"Your quote {reference} ended on 15 December 2026" in told
        assert "USD\xa0330.00" in told
    with app.app_context():
        assert db.session.scalars(select(Filing)).all() == []


def test_who_changes_what_was_quoted_is_told(app, client, demo):
    goods = {"classes": [*COMPLETE["goods"]["classes"], {"number": "32", "terms": "Beer"}]}
    with app.app_context():
        draft, reference = quoted(app)
    with time_machine.travel(datetime(2026, 12, 2, tzinfo=UTC), tick=False):
        with app.app_context():
            drafting.save_section(draft, "goods", goods, 1, person(AGENT))
        client.sign_in(demo.agent.email, demo.agent.password)
        for page in ("fees", "check", "submit"):
            told = client.get(f"/drafts/{draft}/{page}").text
            assert f"Your quote {reference} no longer fits" in told
            assert "USD\xa0210.00" in told


def test_a_quote_outlives_its_draft(app):
    """A client may hold the paper when the draft was deleted and cleared away."""
    from datetime import timedelta

    with app.app_context():
        draft, reference = quoted(app)
        drafting.delete(draft, person(AGENT))
        drafting.purge(timedelta(seconds=-1))
        db.session.expire_all()
        assert db.session.get(Draft, draft) is None
        assert quotes.view(reference).fees.total == Decimal("165.00")


def test_a_closure_or_an_outage_on_its_last_day_moves_it_on(app):
    """Nobody could file on that day: the promise holds on the next one."""
    from portal.calendar.service import record_closure

    with app.app_context():
        draft, reference = quoted(app)
        change_fees(app, "2")
        assert total_on(draft, FIRST_SECOND_AFTER) == Decimal("330.00")
        reason = {"en": "Flood", "fr": "Inondation"}
        record_closure("key", None, date(2026, 12, 15), date(2026, 12, 16), reason, person("officer@demo.example"))
        assert quotes.view(reference).quoted.valid_until == date(2026, 12, 17)
        assert total_on(draft, FIRST_SECOND_AFTER) == Decimal("165.00")
        assert total_on(draft, datetime(2026, 12, 17, 21, 0, tzinfo=UTC)) == Decimal("330.00")


def test_in_a_chosen_team_a_quote_is_for_those_who_read_the_draft(app, agent, rival):
    with app.app_context():
        draft, reference = quoted(app)
        other = person("rival@other.example")
        other.firm_id = person(AGENT).firm_id
        db.session.commit()
    assert rival.get(f"/quotes/{reference}").status_code == 200
    with app.app_context():
        db.session.get(Draft, draft).is_restricted = True
        db.session.commit()
    assert rival.get(f"/quotes/{reference}").status_code == 404
    assert agent.get(f"/quotes/{reference}").status_code == 200
