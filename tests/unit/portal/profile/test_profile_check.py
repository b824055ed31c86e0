"""A mistake in the office's law or in the settings is refused with file, line and the nearest right key."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from portal.cli import main

ROOT = Path(__file__).parents[4]
OFFICE = ROOT / "inventories/test/office.yml"
SETTINGS = """\
tier = "test"
public_url = "https://filing.test.ipo.example"
office_file = "/etc/portal/office.yml"
secret_key = "0123456789012345678901234567890123456789"
password_salt = "01234567890123456789"
totp_secret = "01234567890123456789"
database_url = "sqlite:////tmp/unused.db"
documents_path = "/srv/documents"
"""


def checked(path: Path, *options: str) -> tuple[int, list[dict[str, object]]]:
    """Exit code, and the objects that the command printed."""
    result = CliRunner().invoke(main, ["check-config", "--json", *options, str(path)])
    return result.exit_code, [json.loads(line) for line in result.stdout.splitlines()]


def changed(folder: Path, old: str, new: str, source: str | None = None, name: str = "office.yml") -> Path:
    """A copy of the office's profile (or of `source`) with one change."""
    text = source if source is not None else OFFICE.read_text()
    assert text.count(old) >= 1
    target = folder / name
    target.write_text(text.replace(old, new, 1))
    return target


def line_of(path: Path, words: str) -> int:
    return next(number for number, line in enumerate(path.read_text().splitlines(), 1) if words in line)


def test_shipped_profile_holds() -> None:
    """What the kit ships is what everybody begins from."""
    assert checked(OFFICE) == (0, [{"file": str(OFFICE), "kind": "office", "valid": True}])


@pytest.mark.parametrize(
    ("old", "new", "words", "key", "nearest"),
    [
        ("currency: USD", "curency: USD", "curency", "office.curency", "currency"),
        ("  counts_from: submission", "  count_from: submission", "count_from", "reception.count_from", "counts_from"),
        ("bill_due_days: 14", "bill_due_day: 14", "bill_due_day", "payment.bill_due_day", "bill_due_days"),
        ("unit: filing, amount", "units: filing, amount", "units: filing", "fee_schedules.0.fees.0.units", "unit"),
    ],
)
def test_misspelt_key_is_refused_with_line_and_nearest_key(
    tmp_path: Path, old: str, new: str, words: str, key: str, nearest: str
) -> None:
    """A key that is silently ignored is a rule of the office that silently does not hold."""
    path = changed(tmp_path, old, new)
    code, (head, *problems) = checked(path)
    assert (code, head["valid"]) == (2, False)
    found = next(problem for problem in problems if problem["key"] == key)
    assert (found["line"], found["nearest"]) == (line_of(path, words), nearest)
    assert f"did you mean '{nearest}'?" in str(found["message"])


def test_missing_key_is_refused_with_the_line_of_its_place(tmp_path: Path) -> None:
    """The reader must learn where to add it."""
    path = changed(tmp_path, "  currency: USD\n", "")
    code, (_head, problem) = checked(path)
    assert code == 2
    assert (problem["key"], problem["message"], problem["line"]) == (
        "office.currency", "is missing", line_of(path, "office:"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "line_with", "message"),
    [
        ("Africa/Nairobi", "Africa/Nairoby", "time_zone", "is not a time zone"),
        ("amount: 120.00", "amount: -120.00", "amount: -120.00", "greater than or equal to 0"),
        ("date: 2026-12-28", "date: 2026-02-30", "2026-02-30", "is not a date"),
        ("applies_to: [tm-filing, tm-class, ", "applies_to: [tm-fling, ", "tm-fling", "unknown fees: tm-fling"),
        ("proof: small-entity-proof", "proof: small-entity", "proof: small-entity", "does not take"),
        (", proof: small-entity-proof", ", automatic: true", "when-discount", "no discount has it as its proof"),
        (
            "service: trademark-national, unit: class",
            "service: mark, unit: class",
            "service: mark",
            "names service 'mark'",
        ),
        ("{en: Northern branch, fr: Antenne du Nord}", "{en: Northern branch}", "Northern branch", "is missing in: fr"),
        ("languages: [en, fr]", "languages: [en, francais]", "languages:", "is not a language code"),
        ("  code: XX\n", "  code: XX\n  code: YY\n", "code: YY", "was given before, in line"),
        ("  - {code: north,", "  - {code: capital,", "Northern", "'capital' was given before"),
        ('cut_off: "17:00"', "cut_off: 17:00", "cut_off", "must stand in quotes"),
        ('cut_off: "17:00"', 'cut_off: "17:00Z"', "cut_off", "of the office's own zone"),
        ("code: LU", "code: LX", "code: LX", "knows no country 'LX'"),
        ("code: LU", "code: LU\n    subdivision: GE", "subdivision", "'LU' has no subdivision 'GE'"),
        ("code: LU", "code: LU\n    categories: [school]", "categories", "Known for 'LU': bank, public"),
        ('every: "10-09"', 'every: "02-30"', "02-30", "is not a month and a day"),
        ('every: "10-09"', 'every: "10-09", date: 2026-10-09', "10-09", "give either 'date'"),
        ("branch: north, name", "branch: nort, name", "branch: nort", "names branch 'nort'"),
        (
            "saturday, sunday]",
            "saturday, sunday, monday, tuesday, wednesday, thursday, friday]",
            "closed_weekdays",
            "closes every day of the week",
        ),
        (
            "{right: design",
            "{right: trademark",
            "right: trademark, counts_from: filing-date, first_years: 5",
            "'trademark' was given before",
        ),
        ("maximum_years: 25", "maximum_years: 4", "maximum_years: 4", "longer than the maximum of 4"),
        ("next_years: 5, maximum_years: 25", "maximum_years: 25", "maximum_years: 25", "'next_years' is missing"),
        (
            "grace_months: 6, surcharge_percent: 25",
            "grace_months: 0, surcharge_percent: 25",
            "right: design",
            "is never asked",
        ),
        ("  closed_weekdays", "\tclosed_weekdays", "closed_weekdays", "cannot start any token"),
    ],
)
def test_impossible_value_is_refused_with_its_line(
    tmp_path: Path, old: str, new: str, line_with: str, message: str
) -> None:
    """Without the line a clerk searches two hundred of them."""
    path = changed(tmp_path, old, new)
    code, (_head, problem, *_more) = checked(path)
    assert code == 2
    assert message in str(problem["message"])
    assert problem["line"] == line_of(path, line_with)


def test_settings_that_hold(tmp_path: Path) -> None:
    """The kit checks the file under a temporary name before it puts it in place."""
    path = tmp_path / "ansible-tmp-file"
    path.write_text(SETTINGS)
    assert checked(path) == (0, [{"file": str(path), "kind": "settings", "valid": True}])


@pytest.mark.parametrize(
    ("old", "new", "key", "line", "nearest"),
    [
        ("public_url", "publik_url", "publik_url", 2, "public_url"),
        ('tier = "test"', 'tier = "tset"', "tier", 1, None),
        ("secret_key = ", "secret_key = 1 #", "secret_key", 4, None),
        ('totp_secret = "01234567890123456789"\n', "", "totp_secret", 1, None),
        ("documents_path =", "documents_path", "(file)", 8, None),
    ],
)
def test_wrong_settings_are_refused_with_their_line(
    tmp_path: Path, old: str, new: str, key: str, line: int, nearest: str | None
) -> None:
    """A server that starts with half its settings fails later, and elsewhere."""
    path = changed(tmp_path, old, new, SETTINGS, "settings.toml")
    code, (_head, *problems) = checked(path)
    assert code == 2
    found = next(problem for problem in problems if problem["key"] == key)
    assert (found["line"], found["nearest"]) == (line, nearest)


def test_secrets_are_never_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An operator's terminal, and the log of a run, are read by others."""
    path = changed(tmp_path, "0123456789012345678901234567890123456789", "tooshortbutsecret", SETTINGS, "settings.toml")
    told = CliRunner().invoke(main, ["check-config", str(path)])
    monkeypatch.setenv("PORTAL_SETTINGS", str(path))
    used = CliRunner().invoke(main, ["schema"])
    for result in (told, used):
        assert result.exit_code == 2
        assert "tooshortbutsecret" not in result.output


def test_absent_file_is_a_usage_error(tmp_path: Path) -> None:
    """Exit 2, not a trace."""
    code, (_head, problem) = checked(tmp_path / "nowhere.toml")
    assert code == 2
    assert "No such file" in str(problem["message"])
