"""The office's calendar as its profile gives it: holidays, the working week, reception rules, and what is doubtful."""

from __future__ import annotations

import json
from datetime import date, time
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from portal.calendar.days import Kind, OfficeDays
from portal.cli import main
from portal.profile.holidays import OfficeHolidays
from portal.profile.model import Basis, Calendar, Profile, Right
from portal.profile.warnings import doubts

OFFICE = Path(__file__).parents[4] / "inventories/test/office.yml"
TODAY = date(2026, 11, 24)
NAMED = {"en": "A holiday", "fr": "Un jour férié"}


def profile(**changes: Any) -> Profile:
    """The shipped profile with some of its first keys replaced."""
    return Profile.model_validate(yaml.safe_load(OFFICE.read_text()) | changes)


def names(calendar: dict[str, Any], year: int, branch: str | None = None, language: str = "en") -> dict[str, str]:
    """The holidays of a year by month and day."""
    found = OfficeHolidays(Calendar.model_validate({"closed_weekdays": []} | calendar), ["en", "fr"], branch)
    return {f"{day:%m-%d}": name[language] for day, name in found.of_year(year).items()}


# Luxembourg's public holidays by its labour code, L. 232-2; Easter Sunday 2026 is 5 April, so Ascension is 14 May and
# Whit Monday 25 May. Europe Day (9 May) and National Day (23 June) belong to the list.
LUXEMBOURG = {
    "01-01", "04-06", "05-01", "05-09", "05-14", "05-25", "06-23", "08-15", "11-01", "12-25", "12-26",
}  # fmt: skip


def test_a_countrys_holidays_are_kept():
    assert set(names({"country": {"code": "LU"}}, 2026)) == LUXEMBOURG
    assert names({"country": {"code": "LU"}}, 2026, language="fr")["12-26"] == "Saint-Étienne"


def test_a_subdivision_keeps_its_own():
    """Geneva's Fast is on the Thursday after the first Sunday of September: 10 September 2026."""
    switzerland, geneva = (
        names({"country": {"code": "CH"}}, 2026),
        names({"country": {"code": "CH", "subdivision": "GE"}}, 2026),
    )
    assert "09-10" in geneva
    assert "09-10" not in switzerland


def test_the_office_adds_removes_and_renames():
    calendar = {
        "country": {
            "code": "LU",
            "not_kept": ["National Day", date(2026, 5, 9)],
            "rename": [{"holiday": "Labor Day", "name": {"en": "Labour Day", "fr": "1er mai"}}],
        },
        "holidays": [
            {"every": "10-09", "name": NAMED},
            {"date": "2026-12-28", "name": NAMED},
            {"date": "2026-12-25", "name": {"en": "Family Day", "fr": "Fête de la famille"}},
        ],
    }
    found = names(calendar, 2026)
    assert set(found) == (LUXEMBOURG | {"10-09", "12-28"}) - {"06-23", "05-09"}
    assert (found["05-01"], found["12-25"]) == ("Labour Day", "Family Day")
    following = names(calendar, 2027)
    assert "05-09" in following  # that one was not kept in 2026 alone
    assert {"06-23", "12-28"}.isdisjoint(following)
    assert following["10-09"] == "A holiday"


def test_a_holiday_of_a_branch_closes_that_branch_alone():
    calendar = {"holidays": [{"every": "03-15", "branch": "north", "name": NAMED}]}
    assert names(calendar, 2026) == {}
    assert names(calendar, 2026, "south") == {}
    assert names(calendar, 2026, "north") == {"03-15": "A holiday"}


def test_a_holiday_of_every_29_february_is_in_leap_years_alone():
    calendar = {"holidays": [{"every": "02-29", "name": NAMED}]}
    assert [year for year in range(2096, 2109) if names(calendar, year)] == [2096, 2104, 2108]


def test_a_language_that_the_library_lacks_is_served_by_english():
    assert names({"country": {"code": "KE"}}, 2026, language="fr")["12-12"] == "Jamhuri Day"


def test_years_that_no_library_knows_have_the_offices_own_holidays():
    """A term of a hundred years must not fail because somebody's table ends."""
    calendar = {"country": {"code": "LU"}, "holidays": [{"every": "10-09", "name": NAMED}]}
    for year in (1, 1850, 2201, 9999):
        assert "10-09" in names(calendar, year)


def test_why_a_day_is_closed():
    days = OfficeDays.of(profile())
    assert days.closed(date(2026, 12, 26)).kind is Kind.HOLIDAY  # a Saturday too: the holiday says more
    assert days.closed(date(2026, 11, 28)).kind is Kind.WEEKDAY
    assert days.closed(date(2026, 3, 16)) is None
    assert OfficeDays.of(profile(), "north").closed(date(2027, 3, 15)).name["fr"] == "Jour des fondateurs du Nord"
    assert days.closed(date(2027, 3, 15)) is None


def test_a_service_does_otherwise_only_what_it_says():
    """A cut-off of the office must not become midnight because a service counts from the payment."""
    given = yaml.safe_load(OFFICE.read_text())
    assert profile().reception_of("trademark-national").counts_from is Basis.SUBMISSION
    given["services"][0]["reception"] = {"counts_from": "payment"}
    changed = Profile.model_validate(given)
    rule = changed.reception_of("trademark-national")
    assert (rule.counts_from, rule.next_working_day, rule.cut_off) == (Basis.PAYMENT, True, time(17))
    assert (
        changed.reception_way("trademark-national", "counts_from")
        == "services.trademark-national.reception.counts_from"
    )
    assert changed.reception_way("trademark-national", "cut_off") == "reception.cut_off"
    with pytest.raises(KeyError):
        changed.reception_of("no-such-service")


def test_terms_are_those_of_a_right():
    assert profile().terms_of(Right.TRADEMARK).first_years == 7
    assert profile(terms=[]).terms_of(Right.TRADEMARK) is None


def test_the_shipped_profile_leaves_no_doubt():
    assert doubts(profile(), TODAY) == []


def told(found: list[Any]) -> list[tuple[str, str]]:
    return [(".".join(str(part) for part in way), message) for way, message in found]


def test_a_short_grace_is_doubtful_and_holds():
    """Paris Convention 5bis(1): at least six months for fees that maintain a right."""
    for months, is_doubtful in ((5, True), (6, False)):
        found = told(doubts(profile(terms=[{"right": "patent", "first_years": 20, "grace_months": months}]), TODAY))
        assert [way for way, _message in found] == (["terms.0.grace_months"] if is_doubtful else [])
        assert all("5bis(1)" in message for _way, message in found)


def test_a_short_priority_is_doubtful():
    """Paris Convention 4C(1)."""
    given = yaml.safe_load(OFFICE.read_text())
    given["services"][0]["priority_months"] = 5
    assert [way for way, _message in told(doubts(Profile.model_validate(given), TODAY))] == [
        "services.0.priority_months"
    ]


def test_a_list_of_holidays_that_ends_is_doubtful():
    calendar = {"closed_weekdays": ["sunday"], "holidays": [{"date": "2026-12-25", "name": NAMED}]}
    [(way, message)] = told(doubts(profile(calendar=calendar), TODAY))
    assert way == "calendar.holidays"
    assert "2027" in message


def test_names_that_the_country_does_not_have_are_doubtful():
    country = {"code": "LU", "not_kept": ["Europe Dya"], "rename": [{"holiday": "Labour Day", "name": NAMED}]}
    found = told(doubts(profile(calendar={"closed_weekdays": [], "country": country}), TODAY))
    assert [way for way, _message in found] == ["calendar.country.not_kept.0", "calendar.country.rename.0.holiday"]
    assert "'Labor Day'" in found[1][1]


def test_a_holiday_without_a_name_in_a_language_of_the_office_is_doubtful():
    found = told(doubts(profile(calendar={"closed_weekdays": [], "country": {"code": "KE"}}), TODAY))
    assert all(way == "calendar.country.rename" and message.endswith("in: fr") for way, message in found)
    assert any("'Jamhuri Day'" in message for _way, message in found)


def test_check_config_tells_a_doubt_with_its_line_and_accepts_the_file(tmp_path):
    """A warning is for a person to judge: `apply` goes on."""
    path = tmp_path / "office.yml"
    path.write_text(OFFICE.read_text().replace("grace_months: 6", "grace_months: 3", 1))
    line = next(
        number for number, text in enumerate(path.read_text().splitlines(), 1) if "right: trademark, counts" in text
    )
    result = CliRunner().invoke(main, ["check-config", "--json", str(path)])
    head, doubt = (json.loads(one) for one in result.stdout.splitlines())
    assert (result.exit_code, head["valid"], doubt["severity"]) == (0, True, "warning")
    assert (doubt["line"], doubt["key"]) == (line + 1, "terms.0.grace_months")
    plain = CliRunner().invoke(main, ["check-config", str(path)])
    assert plain.exit_code == 0
    assert "warning: terms.0.grace_months" in plain.stderr
    assert "holds (office)" in plain.stdout
