"""What a help desk, a page and a receipt say of a date."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest
from flask import Flask
from flask_babel import Babel, force_locale

from portal.calendar import terms as law
from portal.calendar.days import OfficeDays, Outage, System
from portal.calendar.rules import last_day, period, priority, reception, restoration
from portal.calendar.words import (
    LastSecond,
    applied,
    dated,
    explain_annuity,
    explain_period,
    explain_priority,
    explain_reception,
    explain_renewal,
    explain_restoration,
    instants,
)
from portal.explain.rules import Explanation, Step
from portal.profile.loader import load_profile
from portal.profile.model import Basis, ReceptionRule, Right

PROFILE = load_profile(Path(__file__).parents[4] / "inventories/test/office.yml")
DAYS = OfficeDays.of(PROFILE)
WORKING_DAY = ReceptionRule(next_working_day=True, cut_off=time(17))
LATE = datetime(2026, 12, 24, 14, 0, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def context():
    app = Flask("words", root_path=str(Path(__file__).parents[4] / "app/portal"))
    app.config |= {"PROFILE": PROFILE, "BABEL_TRANSLATION_DIRECTORIES": "translations"}
    Babel(app)
    with app.app_context(), force_locale("en"):
        yield


def lines(found: Explanation) -> list[str]:
    return [str(step) for step in found.steps]


def test_a_reception_after_the_cut_off_over_the_holidays():
    found = explain_reception(reception(LATE, None, WORKING_DAY, DAYS))
    assert (found.result, str(found.shown)) == ("2026-12-29", "Tuesday 29 December 2026")
    assert lines(found) == [
        "Submission received: 24 December 2026, 17:00:01, Africa/Nairobi (2026-12-24 14:00:01 UTC)",
        "Rule applied: the reception date is the day on which the office received the submission. "
        "Thursday 24 December 2026, 17:00:01",
        "What arrives after 17:00, or on a day on which the office is closed, counts for its next working day. "
        "It arrived after 17:00.",
        "The office is closed on Friday 25 December 2026: Christmas Day",
        "The office is closed on Saturday 26 December 2026: Saint Stephen's Day",
        "The office is closed on Sunday 27 December 2026: weekly closing day",
        "The office is closed on Monday 28 December 2026: Day after the Christmas holidays",
        "Reception date: Tuesday 29 December 2026",
    ]
    assert [step.rule for step in found.steps] == [
        "", "reception.counts_from", "reception.cut_off", "calendar.holidays", "calendar.holidays",
        "calendar.closed_weekdays", "calendar.holidays", "",
    ]  # fmt: skip


def test_the_same_in_french():
    found = explain_reception(reception(LATE, None, WORKING_DAY, DAYS))
    with force_locale("fr"):
        told = lines(found)
    assert told[0].startswith("Dépôt reçu\u00a0: 24 décembre 2026, 17:00:01")
    assert told[3] == "L’office est fermé le vendredi 25 décembre 2026\u00a0: Noël"
    assert told[-1] == "Date de réception\u00a0: mardi 29 décembre 2026"


def test_french_has_an_ordinal_for_the_first_of_a_month():
    with force_locale("fr"):
        assert [str(dated(date(2026, 12, day))) for day in (1, 2)] == [
            "mardi 1er décembre 2026",
            "mercredi 2 décembre 2026",
        ]


def test_a_reception_that_waits_for_its_payment_says_so():
    rule = ReceptionRule(counts_from=Basis.PAYMENT, next_working_day=True, cut_off=time(17))
    waiting = explain_reception(reception(LATE, None, rule, DAYS))
    assert (waiting.result, str(waiting.shown)) == ("", "It follows from the payment.")
    assert lines(waiting)[1] == "Payment received: not yet"
    assert waiting.data["paid_at"] is None
    paid = explain_reception(reception(LATE, datetime(2026, 12, 30, 8, tzinfo=UTC), rule, DAYS))
    assert paid.result == "2026-12-30"
    assert lines(paid)[:2] == [
        "Submission received: 24 December 2026, 17:00:01, Africa/Nairobi (2026-12-24 14:00:01 UTC)",
        "Payment received: 30 December 2026, 11:00:00, Africa/Nairobi (2026-12-30 08:00:00 UTC)",
    ]
    assert "but no day before the submission. Wednesday 30 December 2026, 11:00:00" in lines(paid)[2]


@pytest.mark.parametrize(
    ("at", "rule", "words"),
    [
        (datetime(2026, 11, 20, 14, 0, 0, tzinfo=UTC), WORKING_DAY, "It arrived in time"),
        (datetime(2026, 11, 21, 9, tzinfo=UTC), WORKING_DAY, "It arrived on a day on which the office is closed."),
        (datetime(2026, 11, 21, 9, tzinfo=UTC), ReceptionRule(), "The day itself counts"),
        (
            datetime(2026, 11, 20, 14, 0, 31, tzinfo=UTC),
            ReceptionRule(next_working_day=True, cut_off=time(17, 0, 30)),
            "after 17:00:30",
        ),
    ],
)
def test_how_it_arrived(at, rule, words):
    assert words in str(applied(reception(at, None, rule, DAYS))[1])


def test_what_the_receipt_prints_are_steps_of_the_same_explanation():
    found = reception(LATE, None, WORKING_DAY, DAYS)
    printed = [str(step) for step in (*instants(found), *applied(found))]
    assert lines(explain_reception(found)) == [*printed, "Reception date: Tuesday 29 December 2026"]


def test_the_way_to_a_rule_is_the_services_own_where_it_has_one():
    found = explain_reception(reception(LATE, None, WORKING_DAY, DAYS), lambda key: f"services.x.reception.{key}")
    assert [step.rule for step in found.steps][1:3] == [
        "services.x.reception.counts_from",
        "services.x.reception.cut_off",
    ]


def test_priority_names_the_last_second():
    """The last day alone would be wrong after its cut-off."""
    service = PROFILE.service("trademark-national")
    last = priority(date(2026, 5, 20), 6, DAYS)
    found = explain_priority(date(2026, 5, 20), last, service, LastSecond.of(last.day, service, PROFILE))
    assert found.result == "2026-11-20"
    assert found.data["ends_by"] == "2026-11-20T17:00:00+03:00"
    assert lines(found)[-1].startswith("Last second that counts for that day: 20 November 2026, 17:00:00")


def test_restoration_tells_priority_first():
    service = PROFILE.service("trademark-national")
    first = date(2026, 6, 25)
    before, last = priority(first, 6, DAYS), restoration(first, 6, 2, DAYS)
    found = explain_restoration(first, before, last, service, 2, LastSecond.of(last.day, service, PROFILE))
    assert (found.data["priority_last_day"], found.data["counted"], found.result) == (
        "2026-12-29", "2027-02-28", "2027-03-01",
    )  # fmt: skip
    assert any(step.source == "PCT Rule 26bis.3(a)" for step in found.steps)


def test_a_renewal_with_its_grace():
    terms = PROFILE.terms_of(Right.TRADEMARK)
    found = explain_renewal(date(2020, 11, 14), 1, terms, law.renewal(date(2020, 11, 14), 1, terms, DAYS))
    assert found.result == "2027-11-15"
    assert found.data == {
        "due": "2027-11-14", "opens": "2027-05-14", "last_day": "2027-11-15", "grace_last_day": "2028-05-15",
        "surcharge_percent": "50",
    }  # fmt: skip
    assert "The first term lasts 7 years, and ends on: Sunday 14 November 2027" in lines(found)
    assert any(step.source == "Paris Convention 5bis(1)" for step in found.steps)


def test_an_annuity():
    terms = PROFILE.terms_of(Right.PATENT)
    found = explain_annuity(date(2024, 2, 10), 4, terms, law.annuity(date(2024, 2, 10), 4, terms, DAYS))
    assert found.data["due"] == "2027-02-28"
    assert "last day of the month in which year 3 ends" in lines(found)[1]


def test_closed_days_of_one_reason_are_told_together_and_outages_apart():
    closed = {
        date(2026, 11, 23): {"en": "Flood", "fr": "Inondation"},
        date(2026, 11, 24): {"en": "Flood", "fr": "Inondation"},
    }
    outage = Outage(
        datetime(2026, 11, 25, 7, tzinfo=UTC),
        datetime(2026, 11, 25, 9, tzinfo=UTC),
        System.PAYMENT,
        {"en": "Bank", "fr": "Banque"},
    )
    found = last_day(date(2026, 11, 21), replace(DAYS, closures=closed, outages=(outage,)))
    assert found.day == date(2026, 11, 25)  # a filing is not hindered by an outage of payment
    told = lines(explain_period(date(2026, 10, 21), replace(found), "1 month"))
    assert "The office is closed from Saturday 21 November 2026 to Sunday 22 November 2026: weekly closing day" in told
    assert "The office is closed from Monday 23 November 2026 to Tuesday 24 November 2026: Flood" in told


def test_an_outage_is_told_with_its_times_and_reason():
    outage = Outage(
        datetime(2026, 11, 20, 7, tzinfo=UTC),
        datetime(2026, 11, 20, 9, tzinfo=UTC),
        System.PORTAL,
        {"en": "Power", "fr": "Courant"},
    )
    found = period(date(2026, 10, 20), replace(DAYS, outages=(outage,)), months=1)
    steps = explain_period(date(2026, 10, 20), found, "1 month").steps
    told = next(step for step in steps if step.rule == "calendar.outages.extend_terms")
    assert str(told) == (
        "The term ends after an outage: the portal was out from 20 November 2026, 10:00 (UTC+3) "
        "to 20 November 2026, 12:00 (UTC+3): Power"
    )
    assert "82quater.2" in told.source


def test_a_step_joins_its_words_and_value():
    assert str(Step("Whole sentence.", "Value")) == "Whole sentence. Value"
    assert str(Step("Label", "Value")) == "Label: Value"
    assert str(Step("Alone", "")) == "Alone"
