"""A mistake in the office's fees is refused with its line: what slips through here is billed to an applicant."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.portal.profile.test_profile_check import changed, checked, line_of

OFFICES = Path(__file__).parents[3] / "support/offices"
HARBOUR = OFFICES / "harbour.yml"


@pytest.mark.parametrize("office", ["harbour", "sahel", "gulf"])
def test_each_kind_of_schedule_holds(office: str) -> None:
    assert checked(OFFICES / f"{office}.yml")[0] == 0


@pytest.mark.parametrize(
    ("old", "new", "line_with", "message"),
    [
        ("unit: filing, amount: 240.00,", "unit: filing,", "pat-filing, service", "takes either an amount or tiers"),
        ("amount: 22.50", "amount: 22.505", "22.505", "more decimals than the currency, which has 2"),
        ("beyond: 10, amount: 10.00", "beyond: 10, amount: 10.001", "10.001", "more decimals than the currency"),
        ("{beyond: 20,", "{beyond: 10,", "code: pat-claim", "tiers that do not rise"),
        ("{beyond: 20,", "{beyond: 5,", "code: pat-claim", "tiers that do not rise"),
        ("unit: claim\n", "unit: claim\n        included: 10\n", "code: pat-claim", "neither 'included' nor 'per'"),
        ("unit: claim\n", "unit: claim\n        amount: 5\n", "code: pat-claim", "either an amount or tiers"),
        ("per: 10", "per: 0", "per: 0", "greater than 0"),
        ("unit: page, included: 30", "unit: sheet, included: 30", "unit: sheet", "Input should be 'filing', 'class'"),
        ("rounding: {to: 0.05}", "rounding: {to: 0.005}", "to: 0.005", "no multiple of 0.01"),
        ("rounding: {to: 0.05}", "rounding: {to: 0}", "to: 0}", "greater than 0"),
        ("rounding: {to: 0.05}", "rounding: {mode: half-down}", "half-down", "'half-up' or 'half-even'"),
        ("combine: all", "combine: some", "combine: some", "'best' or 'all'"),
        ("cap: 300.00", "cap: 300.02", "300.02", "no multiple of 0.05"),
        ("percent: 50\n", "percent: 150\n", "percent: 150", "less than or equal to 100"),
        ("        percent: 50\n", "", "code: small-entity\n", "either a percent or an amount"),
        ("percent: 50\n", "percent: 50\n        amount: 10\n", "code: small-entity\n", "either a percent or an amount"),
        ("percent: 50\n", "amount: 50\n", "code: small-entity\n", "takes a cap only with a percent"),
        ("automatic: true", "automatic: false", "Online filing", "either the document that is its proof"),
        ("        proof: small", "        automatic: true\n        proof: small", "code: small-entity\n", "either the"),
        ("applies_to: [pat-filing], automatic", "applies_to: [], automatic", "applies_to: []", "at least 1 item"),
        ("when: {unit: page, beyond: 100}", "when: {beyond: 100}", "beyond: 100", "either a unit or 'late: true'"),
        ("when: {late: true}", "when: {late: true, unit: page}", "unit: page}}", "either a unit or 'late: true'"),
        ("when: {late: true}", "when: {late: true, beyond: 2}", "late: true, beyond", "'beyond' only with a unit"),
        ("when: {late: true}", "when: {lite: true}", "lite", "did you mean 'late'?"),
        ("code: pat-late,", "code: pat-page,", "code: pat-page, name: {en: Restor", "'pat-page' was given before"),
        ("code: e-filing,", "code: pat-filing,", "Online filing", "'pat-filing' was given before"),
        ("amount: 60.00, applies_to: [pat-filing]", "amount: 60.00, applies_to: [pat]", "[pat]", "unknown fees: pat"),
        ("  - valid_from: 2026-01-01", "  - valid_from: 2026-13-01", "2026-13-01", "is not a date"),
        ("amount: 310.00", "amount: 3100000000.00", "3100000000", "less than or equal to 1000000000"),
        ("amount: 310.00", "amount: .nan", ".nan", "finite number"),
        ("quote_days: 14", "quote_days: -1", "quote_days", "greater than or equal to 0"),
        ("quote_days: 14", "balance_due_days: 0", "balance_due_days", "greater than 0"),
    ],
)  # fmt: skip
def test_a_mistake_in_the_fees_is_refused_with_its_line(
    tmp_path: Path, old: str, new: str, line_with: str, message: str
) -> None:
    path = changed(tmp_path, old, new, HARBOUR.read_text())
    code, (_head, problem, *_more) = checked(path)
    assert code == 2
    assert message in str(problem["message"])
    assert problem["line"] == line_of_text(path, line_with)


def line_of_text(path: Path, words: str) -> int:
    """The line on which a text begins; it may end with the line's own end."""
    text = path.read_text()
    assert words in text
    return text[: text.index(words)].count("\n") + 1


def test_two_schedules_cannot_begin_on_one_day(tmp_path: Path) -> None:
    """Which of them would count is anybody's guess."""
    text = HARBOUR.read_text()
    schedule = text[text.index("  - valid_from") : text.index("payment:")]
    path = tmp_path / "office.yml"
    path.write_text(text.replace("payment:", schedule + "payment:"))
    code, (_head, problem) = checked(path)
    assert (code, problem["key"]) == (2, "fee_schedules.1.valid_from")
    assert "another schedule begins on 2026-01-01" in str(problem["message"])


def test_no_decimals_means_whole_amounts(tmp_path: Path) -> None:
    path = changed(tmp_path, "amount: 450,", "amount: 450.5,", (OFFICES / "sahel.yml").read_text())
    code, (_head, problem) = checked(path)
    assert (code, problem["line"]) == (2, line_of(path, "450.5"))
