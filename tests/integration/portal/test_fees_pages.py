"""The public calculator and schedule, how a filing's fees are explained, and `portal explain fees`."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import time_machine
from click.testing import CliRunner, Result
from lxml import html

from portal.cli import main
from portal.profile.loader import load_profile
from portal.settings import Settings
from tests.integration.commands import write_settings
from tests.integration.portal.desks import person
from tests.support.drafts import complete_draft, file_draft

ROOT = Path(__file__).parents[3]
AGENT = "agent@demo.example"
NOVEMBER = "on-day=24&on-month=11&on-year=2026"


def plain(text: str) -> str:
    return " ".join(text.replace("\xa0", " ").replace("\u202f", " ").split())


def rows(page: str) -> list[list[str]]:
    """The lines of the table of fees, cell by cell, and its total."""
    [table] = html.fromstring(page).xpath("//table[contains(@class, 'fees-table')]")
    found = [[plain(cell.text_content()) for cell in row.xpath("./td")] for row in table.xpath("./tbody/tr")]
    return [*found, [plain(table.xpath("./tfoot//strong")[0].text_content())]]


def test_anybody_finds_the_fees_from_any_page(client):
    assert 'href="/fees"' in client.get("/sign-in").text
    page = client.get("/fees").text
    for service in ("trademark-national", "patent-national", "utility-model", "design-national"):
        assert f'href="/fees?service={service}"' in page


def test_anybody_works_out_what_a_filing_costs(client):
    """200 + 300; 25 claims: 10 x 15 and 5 x 25; 90 pages x 2.50; a quarter of 200 beyond 100 pages; restoration 90.
    A student: 75 % of 500 is 375; filed online: 10 % of the 50 left of the filing fee."""
    address = f"/fees?service=patent-national&claim=25&page=120&priority=1&discount=student&late=y&{NOVEMBER}"
    page = client.get(address).text
    assert rows(page) == [
        ["Filing fee", "1", "USD 200.00", "USD 200.00"],
        ["Each page beyond 30 120 pages, 30 included", "90", "USD 2.50", "USD 225.00"],
        ["Claim (11–20) 25 claims", "10", "USD 15.00", "USD 150.00"],
        ["Claim (21+) 25 claims", "5", "USD 25.00", "USD 125.00"],
        ["Priority claim", "1", "USD 25.00", "USD 25.00"],
        ["Search fee", "1", "USD 300.00", "USD 300.00"],
        ["Student 75% of USD 500.00", "1", "-USD 375.00", "-USD 375.00"],
        ["Online filing 10% of USD 50.00", "1", "-USD 5.00", "-USD 5.00"],
        ["More than 100 pages 25% of USD 200.00; 120 pages, more than 100", "1", "USD 50.00", "USD 50.00"],
        ["Restoration of the right of priority asked for after its period", "1", "USD 90.00", "USD 90.00"],
        ["USD 785.00"],
    ]
    assert "in force from 1 January 2026" in page


def test_the_address_alone_is_the_calculation(client, agent):
    """It is sent to a client, or kept: the same for whoever opens it, signed in or not."""
    address = f"/fees?service=trademark-national&class=3&priority=2&{NOVEMBER}"
    assert rows(client.get(address).text) == rows(agent.get(address).text)
    assert rows(client.get(address).text)[-1] == ["USD 250.00"]


def test_it_begins_with_the_least_application(client):
    page = client.get("/fees?service=trademark-national").text
    assert rows(page) == [["Application fee (one class included)", "1", "USD 120.00", "USD 120.00"], ["USD 120.00"]]


def test_it_answers_in_the_readers_language(client):
    address = f"/fees?service=trademark-national&class=2&{NOVEMBER}"
    page = client.get(address, headers={"Accept-Language": "fr"}).text
    name = "Classe supplémentaire 2 classes, dont 1 sans supplément"
    assert rows(page)[1] == [name, "1", "45,00 USD", "45,00 USD"]


def test_each_day_has_its_own_schedule(app, client):
    profile = app.config["PROFILE"]
    first = profile.fee_schedules[0]
    dearer = [fee.model_copy(update={"amount": fee.amount + 1}) for fee in first.fees if fee.amount is not None]
    later = first.model_copy(update={"valid_from": date(2027, 1, 1), "fees": dearer})
    app.config["PROFILE"] = profile.model_copy(update={"fee_schedules": [first, later]})
    ask = lambda day, month, year: rows(  # noqa: E731
        client.get(f"/fees?service=trademark-national&on-day={day}&on-month={month}&on-year={year}").text
    )[-1]
    assert ask(31, 12, 2026) == ["USD 120.00"]
    assert ask(1, 1, 2027) == ["USD 121.00"]
    both = client.get("/fees/schedule").text
    assert "another begins on 1 January 2027" in both
    assert "USD\xa0121.00" in client.get("/fees/schedule?from=2027-01-01").text


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("claim=abc", "Enter a whole number from 0 to 9999."),
        ("claim=-1", "Enter a whole number from 0 to 9999."),
        ("claim=1.5", "Enter a whole number from 0 to 9999."),
        ("claim=10000", "Enter a whole number from 0 to 9999."),
        ("claim=٣", "Enter a whole number from 0 to 9999."),
        ("on-day=31&on-month=2&on-year=2026", "Give a real date"),
        ("on-day=x&on-month=&on-year=", "Give a real date"),
    ],
)
def test_what_cannot_be_is_named_beside_its_field(client, query, words):
    answer = client.get(f"/fees?service=patent-national&{query}")
    assert answer.status_code == 422
    assert words in answer.text
    assert "There is a problem" in answer.text
    assert "fees-table" not in answer.text


@pytest.mark.parametrize(
    "query",
    [
        "claim=",
        "claim=9999&page=9999&priority=9999",
        "discount=unknown",
        "discount=student&discount=student",
        "claim=1&claim=2",
        "page=0&claim=0",
        "late=&discount=",
    ],
)
def test_whatever_else_an_address_holds_is_answered(client, query):
    assert client.get(f"/fees?service=patent-national&{query}").status_code == 200


@pytest.mark.parametrize("service", ["unknown", "", "<script>"])
def test_an_unknown_service_leads_to_the_list(client, service):
    answer = client.get("/fees", query_string={"service": service})
    assert answer.status_code == 200
    assert "What do you want to file?" in answer.text
    assert "<script>" not in answer.text.replace('<script type="module"', "").replace("<script defer", "")


def test_a_day_before_every_schedule_has_no_fees(client):
    answer = client.get("/fees?service=patent-national&on-day=1&on-month=1&on-year=2020")
    assert answer.status_code == 404
    assert "knows no schedule of fees for 1 January 2020" in answer.text


def test_a_single_service_is_not_asked_for(app, client):
    profile = app.config["PROFILE"]
    closed = [one.model_copy(update={"open": one.code == "utility-model"}) for one in profile.services]
    app.config["PROFILE"] = profile.model_copy(update={"services": closed})
    assert rows(client.get("/fees").text)[-1] == ["USD 81.00"]  # 90, less a tenth
    assert client.get("/fees?service=patent-national").text.count("What do you want to file?") == 1


def test_the_calculator_agrees_with_a_draft(app, agent):
    """Who calculates first and drafts then must find the same sum."""
    with app.app_context():
        draft = complete_draft(person(AGENT))
    assert rows(agent.get(f"/drafts/{draft}/fees").text) == rows(
        agent.get("/fees?service=trademark-national&class=2").text
    )


@pytest.mark.checklist("PRJ-02")
def test_the_public_schedule_shows_the_incentive_for_filing_online(client):
    """What was agreed to draw applicants online must be what they see and get."""
    page = plain(html.fromstring(client.get("/fees/schedule").text).text_content())
    assert "Online filing 10% Filing fee none: everyone who files in this portal has it" in page


def test_the_schedule_lists_every_fee_of_every_open_service(client):
    page = client.get("/fees/schedule").text
    profile = load_profile(ROOT / "inventories/test/office.yml")
    for item in (
        *profile.fee_schedules[0].fees,
        *profile.fee_schedules[0].discounts,
        *profile.fee_schedules[0].surcharges,
    ):
        assert html.fromstring(f"<p>{page}</p>").text_content().count(item.name["en"]) >= 1
    assert "101 pages or more" in page
    assert "75%, USD\xa0400.00 at most" in page
    assert client.get("/fees/schedule?from=nonsense").status_code == 200


@pytest.fixture
def number(app) -> str:
    """A filing in two classes of the 24th of November 2026."""
    with app.app_context(), time_machine.travel(datetime(2026, 11, 24, 9, tzinfo=UTC), tick=False):
        user = person(AGENT)
        return file_draft(complete_draft(user), user).number


def test_the_fees_of_a_filing_are_explained_from_its_record(app, agent, officer, cashier, rival, client, number):
    """The office's fees have changed since: what was asked then is explained as it was then."""
    profile = app.config["PROFILE"]
    first = profile.fee_schedules[0]
    other = [fee.model_copy(update={"amount": Decimal(1)}) for fee in first.fees if fee.amount is not None]
    changed = [first.model_copy(update={"fees": other, "discounts": [], "surcharges": []})]
    app.config["PROFILE"] = profile.model_copy(update={"fee_schedules": changed})
    for reader in (agent, officer, cashier):
        page = plain(html.fromstring(reader.get(f"/filings/{number}/fees").text).text_content())
        for words in (
            "By the office’s schedule of fees in force from 1 January 2026.",
            "Industrial Property (Fees) Regulations 2025",
            "Each further class (2 classes, 1 included): USD 45.00",
            "fee_schedules.2026-01-01.fees.tm-class",
            "The lines added up: USD 165.00",
        ):
            assert words in page
    assert rival.get(f"/filings/{number}/fees").status_code == 404
    assert client.get(f"/filings/{number}/fees").status_code == 303
    assert agent.get("/filings/T402026999999999/fees").status_code == 404


def test_staff_explain_any_application(officer, cashier, agent, number):
    page = officer.get(
        "/explain/fees?kind=application&service=patent-national&counts=claim%3D25+page%3D40&claims=student&late=y&"
        + NOVEMBER
    )
    assert page.status_code == 200
    told = plain(html.fromstring(page.text).text_content())
    # 200 + 300 + 25 + 150 + 125 - 375 - 5 + 90
    assert "The lines added up: USD 510.00" in told
    assert "Claim (11–20) (25 claims): 10 × USD 15.00 = USD 150.00" in told
    assert cashier.get("/explain/fees", query_string={"number": number}).text.count("USD\xa0165.00") >= 2
    assert agent.get("/explain/fees").status_code == 403


PATENT = f"kind=application&service=patent-national&{NOVEMBER}"


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("kind=filing&number=T402026999999999", "There is no filing with this number."),
        ("kind=filing&number=", "Give the number."),
        (f"kind=application&service=unknown&{NOVEMBER}", "Not a valid choice"),
        (f"{PATENT}&counts=claims%3D2", "This cannot be counted: claims=2."),
        (f"{PATENT}&counts=claim+2", "This cannot be counted: claim."),
        (f"{PATENT}&counts=claim%3D99999", "This cannot be counted: claim=99999."),
        (f"{PATENT}&claims=lottery", "There is no reduction lottery"),
        (PATENT.replace("2026", "2020"), "No schedule of fees is in force"),
    ],
)
def test_what_has_no_answer_is_said_with_what_to_ask_instead(officer, query, words):
    answer = officer.get(f"/explain/fees?{query}")
    assert answer.status_code == 422
    assert words in plain(html.fromstring(answer.text).text_content())


Run = Callable[..., Result]


@pytest.fixture
def run(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Call a command of the portal under these settings."""

    def call(*arguments: str, **changes: Any) -> Result:
        monkeypatch.setenv("PORTAL_SETTINGS", str(write_settings(settings, tmp_path / "settings.toml", **changes)))
        return CliRunner().invoke(main, arguments)

    return call


def test_a_help_desk_explains_a_filing_by_the_command(run, number):
    printed = f"XX {number[0]} {number[1:3]} {number[3:7]} {number[7:]}"
    result = run("explain", "fees", "--number", printed, "--json")
    assert result.exit_code == 0, result.output
    answer = json.loads(result.stdout)
    assert (answer["result"], answer["data"]["schedule"], answer["data"]["quote"]) == ("165.00", "2026-01-01", None)
    step = next(one for one in answer["steps"] if one["rule"].endswith(".fees.tm-class"))
    assert plain(step["words"]) == "Each further class (2 classes, 1 included)"
    assert plain(step["value"]) == "USD 45.00"
    assert step["source"] == "Industrial Property (Fees) Regulations 2025"


def test_the_command_explains_what_is_described_in_any_language(run):
    asked = ("explain", "fees", "--service", "patent-national", "--count", "claim=25", "--count", "page=40",
             "--claim", "student", "--late", "--on", "2026-11-24", "--language", "fr")  # fmt: skip
    told = run(*asked)
    assert told.exit_code == 0, told.output
    assert "Revendication (11–20) (25 revendications)" in plain(told.stdout)
    assert "510,00 USD" in plain(told.stdout)
    assert re.search(r"fee_schedules\.2026-01-01\.discounts\.student", told.stdout)


@pytest.mark.parametrize(
    "asked",
    [
        ("--number", "nonsense"),
        ("--number", "T402026999999999"),
        ("--number", "T402026000000001", "--late"),
        ("--service", "unknown"),
        ("--count", "claims=2"),
        ("--count", "claim"),
        ("--claim", "lottery"),
        ("--on", "2020-01-01"),
        ("--on", "tomorrow"),
        ("--language", "xx"),
    ],
)
def test_a_question_without_an_answer_is_a_usage_error(run, asked):
    result = run("explain", "fees", *asked)
    assert result.exit_code == 2
    assert "Traceback" not in result.output
