"""`portal explain` and its page: the same answers, for any instant, right and request; on both databases."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from click.testing import Result
from flask import Flask

from portal.accounts.rules import RoleName
from portal.calendar import service as calendar
from portal.calendar.days import System
from tests.integration.portal.desks import grant, person
from tests.integration.portal_client import PortalClient

Run = Callable[..., Result]
AT = {"on-day": "24", "on-month": "12", "on-year": "2026", "at": "17:00:01"}
RECEPTION, TERM = "/explain/reception-date", "/explain/term"


def answer(result: Result) -> dict[str, Any]:
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


@pytest.mark.checklist("OPS-04")
@pytest.mark.parametrize(
    ("instant", "expected"),
    [
        ("2026-12-24T17:00:00", "2026-12-24"),  # a time of the office
        ("2026-12-24T17:00:01", "2026-12-29"),
        ("2026-12-24 17:00:01", "2026-12-29"),
        ("2026-12-24T14:00:01+00:00", "2026-12-29"),  # the same, from London
        ("2026-12-24T14:00:01Z", "2026-12-29"),
        ("2026-12-24T23:00:01+09:00", "2026-12-29"),  # and from Tokyo
    ],
)
def test_a_reception_date_for_any_instant(run: Run, instant: str, expected: str) -> None:
    """Foundation of the golden dates that `verify` asks a running portal for."""
    found = answer(run("explain", "reception-date", "--at", instant, "--json"))
    assert found["result"] == expected
    assert found["steps"][-1]["words"] == "Reception date"
    assert {"words", "value", "rule", "source"} == set(found["steps"][0])


def test_a_reception_date_for_now_and_for_people(run: Run) -> None:
    with time_machine.travel(datetime(2026, 11, 20, 9, tzinfo=UTC), tick=False):
        result = run("explain", "reception-date")
    assert result.exit_code == 0
    assert "Friday 20 November 2026" in result.stdout
    assert "reception.cut_off · PCT Rule 80.5" in result.stdout


def test_the_words_are_in_the_language_that_is_asked_for(run: Run) -> None:
    found = answer(run("explain", "reception-date", "--at", "2026-12-24T17:00:01", "--language", "fr", "--json"))
    assert found["question"] == "Quelle est la date de réception du dépôt\u00a0?"
    assert found["steps"][2]["value"] == "Arrivé après 17:00."


def test_what_was_recorded_counts(app: Flask, run: Run) -> None:
    """A help desk's answer without the closures and outages would be the wrong one on the days that matter."""
    reason = {"en": "Flood", "fr": "Inondation"}
    with app.app_context():
        user = person("officer@demo.example")
        calendar.record_closure("c" * 16, None, date(2026, 12, 29), date(2026, 12, 29), reason, user)
        begin = datetime(2026, 12, 30, 6, tzinfo=UTC)
        calendar.record_outage("o" * 16, System.PORTAL, begin, begin.replace(hour=7), False, reason, user)
    assert answer(run("explain", "reception-date", "--at", "2026-12-24T17:00:01", "--json"))["result"] == "2026-12-30"
    found = answer(run("explain", "term", "priority", "--from", "2026-06-25", "--json"))
    assert found["result"] == "2026-12-31"
    assert [step["value"] for step in found["steps"] if step["rule"] == "calendar.outages.extend_terms"] == ["Flood"]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        # Half a year from a Thursday ends on Christmas Day; then Saint Stephen's, Sunday, and the Monday after.
        ("priority --from 2026-06-25", "2026-12-29"),
        # Two months later there is no 29 February in 2027: Sunday the 28th, so Monday.
        ("restoration --from 2026-06-25", "2027-03-01"),
        # Seven years from a leap day: Sunday 28 February 2027, so Monday.
        ("renewal --right trademark --from 2020-02-29", "2027-03-01"),
        ("renewal --right trademark --from 2020-02-29 --number 2", "2037-03-02"),
        # Twenty-five years at the most, in terms of five: the fourth renewal is the last.
        ("renewal --right design --from 2020-01-02 --number 4", "2040-01-02"),
        ("annuity --right patent --from 2024-02-10 --year 4", "2027-03-01"),
        # A utility model counts from its registration, on the anniversary: Saturday 12 December 2026.
        ("annuity --right utility-model --from 2025-12-12 --year 2", "2026-12-14"),
        ("period --from 2026-11-25 --days 10", "2026-12-07"),
        ("period --from 2026-11-25 --months 1", "2026-12-29"),
        ("period --from 2027-02-15 --months 1 --branch north", "2027-03-16"),  # the North keeps 15 March
        ("period --from 2027-02-15 --months 1", "2027-03-15"),
    ],
)
def test_terms(run: Run, arguments: str, expected: str) -> None:
    assert answer(run("explain", "term", *arguments.split(), "--json"))["result"] == expected


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("reception-date --at 2026-12-24", "is not an instant"),
        ("reception-date --at yesterday", "is not an instant"),
        ("reception-date --at 2026-13-45T10:00", "is not an instant"),
        ("reception-date --service mark", "no service with the code mark"),
        ("reception-date --branch east", "no such branch"),
        ("reception-date --number T402026000000999", "no filing with this number"),
        ("reception-date --number nonsense", "no filing with this number"),
        ("reception-date --number T402026000000999 --at 2026-12-24T10:00", "stands alone"),
        ("reception-date --language de", "no language 'de'"),
        ("term", "Missing argument"),
        ("term forever --from 2026-01-01", "'forever' is not one of"),
        ("term priority", "Missing option '--from'"),
        ("term priority --from 2026-02-30", "is not a date"),
        ("term priority --from 20260101", "is not a date"),
        ("term priority --from 2026-01-01 --right patent", "priority takes no --right; it takes: service"),
        ("term renewal --from 2026-01-01", "renewal needs --right"),
        ("term renewal --from 2026-01-01 --right plant", "no terms for the right plant"),
        ("term renewal --from 2026-01-01 --right design --number 5", "the last term is number 5"),
        ("term annuity --from 2026-01-01 --right trademark --year 3", "has no annuities"),
        ("term annuity --from 2026-01-01 --right patent --year 2", "begin with year 3 and end with year 20"),
        ("term annuity --from 2026-01-01 --right patent", "annuity needs --year"),
        ("term period --from 2026-01-01", "Give the length"),
        ("term period --from 9999-12-01 --months 6", "beyond every calendar"),
        ("term period --from 2026-01-01 --days 999999", "--days"),
        ("weather", "No such command"),
    ],
)
def test_a_question_that_cannot_be_answered_is_a_usage_error(run: Run, arguments: str, words: str) -> None:
    """Exit 2 and one sentence, not a trace."""
    result = run("explain", *arguments.split())
    assert result.exit_code == 2, result.output
    assert words in result.stderr
    assert "Traceback" not in result.output


def test_a_time_that_the_clocks_skipped_is_a_usage_error(run: Run, tmp_path: Any) -> None:
    from tests.integration.conftest import ROOT

    office = tmp_path / "office.yml"
    office.write_text((ROOT / "inventories/test/office.yml").read_text().replace("Africa/Nairobi", "Europe/Lisbon"))
    result = run("explain", "reception-date", "--at", "2026-03-29T01:30:00", office_file=office)
    assert result.exit_code == 2
    assert "put forward" in result.stderr


def test_an_office_that_restores_no_priority_says_so(run: Run, tmp_path: Any) -> None:
    from tests.integration.conftest import ROOT

    office = tmp_path / "office.yml"
    office.write_text((ROOT / "inventories/test/office.yml").read_text().replace("allowed: true", "allowed: false"))
    result = run("explain", "term", "restoration", "--from", "2026-01-01", office_file=office)
    assert result.exit_code == 2
    assert "does not restore" in result.stderr


def test_a_database_that_is_away_is_said_in_one_sentence(run: Run) -> None:
    """An answer without the closures could be the wrong date: there is none then."""
    result = run("explain", "reception-date", database_url="mysql+pymysql://portal@127.0.0.1:1/portal")
    assert result.exit_code == 4
    assert "the database does not answer" in result.stderr
    assert "portal doctor" in result.stderr
    assert result.stdout == ""


def test_the_page_gives_the_commands_answer(run: Run, officer: PortalClient) -> None:
    page = officer.get(RECEPTION, query_string={"kind": "instant", "service": "trademark-national"} | AT)
    assert page.status_code == 200
    for step in answer(run("explain", "reception-date", "--at", "2026-12-24T17:00:01", "--json"))["steps"]:
        assert step["words"] in page.text
        assert step["value"].replace("'", "&#39;") in page.text
        assert step["rule"] in page.text
    assert "Tuesday 29 December 2026" in page.text


def test_an_address_that_names_little_takes_what_is_usual(officer: PortalClient) -> None:
    """A link that a colleague typed by hand."""
    assert "Tuesday 29 December 2026" in officer.get(RECEPTION, query_string=AT).text


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"kind": "priority", "start-day": "25", "start-month": "6", "start-year": "2026"}, "Tuesday 29 December 2026"),
        ({"kind": "restoration", "start-day": "25", "start-month": "6", "start-year": "2026"}, "Monday 1 March 2027"),
        (
            {
                "kind": "renewal",
                "right": "trademark",
                "start-day": "29",
                "start-month": "2",
                "start-year": "2020",
                "number": "2",
            },
            "Monday 2 March 2037",
        ),
        (
            {
                "kind": "annuity",
                "right": "patent",
                "start-day": "10",
                "start-month": "2",
                "start-year": "2024",
                "year": "4",
            },
            "Monday 1 March 2027",
        ),
        (
            {
                "kind": "period",
                "start-day": "25",
                "start-month": "11",
                "start-year": "2026",
                "length": "10",
                "unit": "days",
            },
            "Monday 7 December 2026",
        ),
    ],
)
def test_the_page_of_terms(officer: PortalClient, query: dict[str, str], expected: str) -> None:
    assert f'<p class="explain-answer__result">{expected}</p>' in officer.get(TERM, query_string=query).text


@pytest.mark.parametrize(
    ("path", "query", "words"),
    [
        (RECEPTION, {"at": "17:00"}, "Give the date of the submission."),
        (RECEPTION, AT | {"at": "26:00"}, "Give a time of day"),
        (RECEPTION, AT | {"at": ""}, "Give the time of the submission."),
        (RECEPTION, AT | {"on-month": "13"}, "Give a real date"),
        (RECEPTION, AT | {"paid_at": "10:00"}, "Give both the date and the time of the payment"),
        (RECEPTION, AT | {"paid_on-day": "1", "paid_on-month": "1", "paid_on-year": "2027"}, "Give both the date"),
        (RECEPTION, AT | {"service": "weather"}, "Not a valid choice"),
        (RECEPTION, AT | {"branch": "east"}, "Not a valid choice"),
        (RECEPTION, {"kind": "filing", "number": "T402026000000999"}, "There is no filing with this number."),
        (RECEPTION, {"kind": "filing", "number": ""}, "Give the number."),
        (TERM, {"kind": "priority", "start-day": "x", "start-month": "1", "start-year": "2026"}, "Give a real date"),
        (
            TERM,
            {
                "kind": "annuity",
                "right": "trademark",
                "start-day": "1",
                "start-month": "1",
                "start-year": "2026",
                "year": "3",
            },
            "This right has no annuities.",
        ),
        (
            TERM,
            {
                "kind": "annuity",
                "right": "patent",
                "start-day": "1",
                "start-month": "1",
                "start-year": "2026",
                "year": "x",
            },
            "Not a valid integer value",
        ),
        (
            TERM,
            {
                "kind": "renewal",
                "right": "design",
                "start-day": "1",
                "start-month": "1",
                "start-year": "2026",
                "number": "5",
            },
            "the last term is number 5",
        ),
        (
            TERM,
            {"kind": "period", "start-day": "1", "start-month": "1", "start-year": "2026", "length": "0"},
            "Give a number of days",
        ),
    ],
)
def test_what_the_page_cannot_answer_is_said_on_the_page(
    officer: PortalClient, path: str, query: dict[str, str], words: str
) -> None:
    page = officer.get(path, query_string=query)
    assert page.status_code == 422
    assert words in page.text
    assert "There is a problem" in page.text
    assert "explain-answer__result" not in page.text


def test_a_payment_is_asked_for_where_it_counts(app: Flask, officer: PortalClient) -> None:
    from portal.profile.model import Basis

    profile = app.config["PROFILE"]
    rule = profile.reception.model_copy(update={"counts_from": Basis.PAYMENT})
    app.config["PROFILE"] = profile.model_copy(update={"reception": rule})
    assert "It follows from the payment." in officer.get(RECEPTION, query_string=AT).text
    paid = {"paid_on-day": "30", "paid_on-month": "12", "paid_on-year": "2026", "paid_at": "9:00"}
    page = officer.get(RECEPTION, query_string=AT | paid).text
    assert "Payment received" in page
    assert '<p class="explain-answer__result">Wednesday 30 December 2026</p>' in page


def test_an_empty_question_is_a_form(officer: PortalClient) -> None:
    for path in (
        "/explain",
        RECEPTION,
        TERM,
        f"{TERM}?kind=annuity",
        f"{TERM}?kind=nonsense",
        f"{RECEPTION}?kind=filing",
    ):
        page = officer.get(path)
        assert page.status_code == 200
        assert "There is a problem" not in page.text
    assert officer.get("/explain/weather").status_code == 404


@pytest.mark.parametrize("path", ["/explain", RECEPTION, TERM])
def test_the_offices_staff_ask_and_nobody_else(
    app: Flask, path: str, agent: PortalClient, officer: PortalClient, cashier: PortalClient, client: PortalClient
) -> None:
    assert [someone.get(path).status_code for someone in (officer, cashier, agent)] == [200, 200, 403]
    assert client.get(path).status_code == 303
    grant(app, "agent@demo.example", RoleName.SUPPORT)
    assert agent.get(path).status_code == 200
