"""A list comes in whole or not at all, whatever the file, the machine or another operator does meanwhile."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import func, select

from portal.audit.models import AuditEntry
from portal.classification import importing, service
from portal.classification.editions import today
from portal.classification.models import Edition, Entry
from portal.classification.reading import read
from portal.classification.rules import Scheme
from portal.cli import main
from portal.db import db
from portal.settings import Settings
from tests.integration.commands import write_settings
from tests.support.terms import terms

ROOT = Path(__file__).parents[3]
Run = Callable[..., Result]

# Stops within the import: says so when so many terms are written and none is committed, and waits to be killed.
STOPS_HALFWAY = """
import sys, time
from sqlalchemy import Engine, event
from portal.cli import main

@event.listens_for(Engine, "after_cursor_execute")
def stop(connection, cursor, statement, parameters, context, many):
    stop.inserted += "INSERT INTO classification_entries" in statement
    if stop.inserted == 3:
        print("halfway", flush=True)
        time.sleep(600)
stop.inserted = 0
main(sys.argv[1:])
"""


@pytest.fixture
def settings_file(settings: Settings, tmp_path: Path) -> Path:
    return write_settings(settings, tmp_path / "settings.toml")


@pytest.fixture
def run(settings_file: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Call a command of the portal under these settings."""
    monkeypatch.setenv("PORTAL_SETTINGS", str(settings_file))
    return lambda *arguments: CliRunner().invoke(main, [str(one) for one in arguments])


@pytest.fixture
def file(tmp_path: Path) -> Callable[..., Path]:
    """Writes lines into a file: `file("30\tcoffee")`; the first line is made."""

    def write(*lines: str, name: str = "terms.tsv") -> Path:
        path = tmp_path / name
        path.write_text("\n".join(["class\tterm", *lines]), encoding="utf-8")
        return path

    return write


def listed(app: Flask, label: str = "list") -> list[tuple[str, str]]:
    """The terms of an edition as they stand in the database."""
    with app.app_context():
        query = select(Entry.parent, Entry.text).join(Edition, Edition.id == Entry.edition_id)
        return [tuple(row) for row in db.session.execute(query.where(Edition.label == label).order_by(Entry.id))]


def audited(app: Flask, event: str = "classification-imported") -> list[dict[str, object]]:
    with app.app_context():
        query = select(AuditEntry).where(AuditEntry.event == event).order_by(AuditEntry.id)
        return [{"subject": entry.subject_id, **entry.data} for entry in db.session.scalars(query)]


def bring(scheme: Scheme, label: str, *lines: str, since: date | None = None, language: str = "en") -> None:
    """Import lines through the service."""
    data = "\n".join(["class\tterm", *lines]).encode()
    found = read(data, scheme)
    assert not found.bad
    importing.import_edition(scheme, language, label, found.taken, importing.Origin.of("lines", data), since)


def test_a_good_file(app, run, file):
    path = file("30\tcoffee", "30\ttea", "43\tbar services")
    result = run("import-classification", "nice", path, "--edition", "list")
    assert result.exit_code == 0, result.output
    assert "3 entries imported, in place of 0" in result.stdout
    assert listed(app) == [("30", "coffee"), ("30", "tea"), ("43", "bar services")]
    entry = audited(app)[0]
    assert entry["subject"] == "nice en list"
    assert (entry["taken"], entry["left_out"], entry["source"]) == (3, 0, "terms.tsv")
    assert len(str(entry["sha256"])) == 64


def test_the_same_edition_again_takes_its_place(app, run, file):
    run("import-classification", "nice", file("30\tcoffee", "30\ttea"), "--edition", "list", "--from", "2026-01-01")
    result = run("import-classification", "nice", file("30\tcocoa"), "--edition", "list", "--json")
    told = json.loads(result.stdout)
    assert (told["good"], told["replaced"], told["valid_from"]) == (1, 2, "2026-01-01")
    assert listed(app) == [("30", "cocoa")]


def test_a_file_with_a_bad_line_changes_nothing_unless_forced(app, run, file):
    """A list in which terms are silently missing makes good terms cost more."""
    run("import-classification", "nice", file("30\tcoffee"), "--edition", "list")
    broken = file("30\tcocoa", "46\tmoon dust", "30\tCocoa", name="broken.tsv")
    result = run("import-classification", "nice", broken, "--edition", "list")
    assert result.exit_code == 3
    assert f"{broken}:3: the class is not a number from 1 to 45: '46'" in result.stderr
    assert f"{broken}:4: it stands already on line 2: 'Cocoa'" in result.stderr
    assert listed(app) == [("30", "coffee")]

    tried = run("import-classification", "nice", broken, "--edition", "list", "--force", "--dry-run")
    assert (tried.exit_code, listed(app)) == (3, [("30", "coffee")])

    forced = run("import-classification", "nice", broken, "--edition", "list", "--force")
    assert forced.exit_code == 3
    assert "2 bad lines were left out" in forced.stdout
    assert f"{broken}:3:" in forced.stderr
    assert f"{broken}:4:" in forced.stderr
    assert listed(app) == [("30", "cocoa")]
    assert [entry["left_out"] for entry in audited(app)] == [0, 2]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ("class\tterm\n30\tcafé".encode("latin-1"), "line 2: the byte 0xe9 is not UTF-8"),
        (b"class\tword\n30\ttea", "there is no column"),
        (b"", "the file is empty"),
    ],
)
def test_a_file_that_cannot_be_read_changes_nothing(app, run, file, tmp_path, data, says):
    run("import-classification", "nice", file("30\tcoffee"), "--edition", "list")
    path = tmp_path / "broken"
    path.write_bytes(data)
    result = run("import-classification", "nice", path, "--edition", "list", "--force")
    assert (result.exit_code, says in result.stderr) == (2, True), result.stderr
    assert listed(app) == [("30", "coffee")]


def test_nothing_good_is_no_list(app, run, file):
    """An empty list would make every term a free one."""
    result = run("import-classification", "nice", file("46\tmoon dust"), "--edition", "list", "--force")
    assert result.exit_code == 3
    assert listed(app) == []


def test_a_language_that_nobody_reads_is_refused(app, run, file):
    result = run("import-classification", "nice", file("30\tcoffee"), "--language", "de")
    assert result.exit_code == 2
    assert "the office's languages are en, fr" in result.stderr


def test_three_bad_lines_among_81000(app, run, tmp_path):
    """Whoever prepares such a file must not have to look for the three."""
    lines = [f"{number}\t{term}" for number, term in terms(80_997)]
    for place, line in ((100, "99\tmoon dust"), (40_000, "30"), (80_999, lines[7])):
        lines.insert(place, line)
    path = tmp_path / "long.tsv"
    path.write_text("\n".join(["class\tterm", *lines]))
    result = run("import-classification", "nice", path, "--edition", "list", "--json", "--force")
    told = json.loads(result.stdout)
    assert [(one["line"], one["why"]) for one in told["bad"]] == [
        (102, "the class is not a number from 1 to 45"),
        (40_002, "there are 1 values, and 2 are needed"),
        (81_001, "it stands already on line 9"),
    ]
    assert told["good"] == 80_997
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Entry)) == 80_997
        found = service.search(Scheme.NICE, "en", lines[60_000].split("\t")[1])
        assert found.rows[0].text == lines[60_000].split("\t")[1]


def test_killed_halfway_the_old_list_stands(app, run, file, settings_file, tmp_path):
    """The power fails at the wrong moment: agents must find the list as it was, and the import must work again."""
    run("import-classification", "nice", file("30\tcoffee"), "--edition", "list")
    many = file(*(f"{number}\t{term}" for number, term in terms(8000)), name="many.tsv")
    path = os.pathsep.join([str(ROOT / "app"), str(ROOT)])
    child = subprocess.Popen(
        [sys.executable, "-c", STOPS_HALFWAY, "import-classification", "nice", str(many), "--edition", "list"],
        env={**os.environ, "PYTHONPATH": path, "PORTAL_SETTINGS": str(settings_file)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    try:
        assert child.stdout.readline() == "halfway\n"
        with app.app_context():
            assert [row.text for row in service.search(Scheme.NICE, "en", "coffee").rows] == ["coffee"]
    finally:
        child.send_signal(signal.SIGKILL)
        child.wait()
    assert listed(app) == [("30", "coffee")]
    assert len(audited(app)) == 1
    again = run("import-classification", "nice", many, "--edition", "list")
    assert again.exit_code == 0, again.output
    assert len(listed(app)) == 8000


def test_two_imports_at_once_leave_one_of_them_whole(app):
    """Two operators, or one with two windows: the list is one file's, never some of each."""
    wanted = {name: [f"30\t{name} {number}" for number in range(3000)] for name in ("one", "other")}

    def work(name: str) -> None:
        with app.app_context():
            bring(Scheme.NICE, "list", *wanted[name])

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, wanted))
    found = listed(app)
    assert found in [[tuple(line.split("\t")) for line in lines] for lines in wanted.values()]
    assert len(audited(app)) == 2
    with app.app_context():
        assert db.session.scalars(select(Edition)).one().entries == 3000


def test_the_next_edition_waits_for_its_day(app):
    """Editions of Nice change on 1 January; who imports the next one in December must not change what counts now."""
    with app.app_context():
        bring(Scheme.NICE, "12-2026", "30\tcoffee", since=today() - timedelta(days=300))
        bring(Scheme.NICE, "13-2027", "30\tcocoa", since=today() + timedelta(days=1))
        assert service.free_terms(30, ["coffee", "cocoa"], "en") == ("cocoa",)
        assert service.search(Scheme.NICE, "en", "cocoa").rows == []
        bring(Scheme.NICE, "13-2027", "30\tcocoa", since=today())
        assert service.free_terms(30, ["coffee", "cocoa"], "en") == ("coffee",)
        assert [row.text for row in service.search(Scheme.NICE, "en", "cocoa").rows] == ["cocoa"]


def test_a_search_after_an_import_knows_the_new_list(app):
    """Each process keeps an index: it must not outlive its list, nor be made again without need."""
    with app.app_context():
        bring(Scheme.NICE, "list", "30\tcoffee")
        assert [row.text for row in service.search(Scheme.NICE, "en", "co").rows] == ["coffee"]
        bring(Scheme.NICE, "list", "30\tcocoa")
        assert [row.text for row in service.search(Scheme.NICE, "en", "co").rows] == ["cocoa"]


def test_which_terms_are_free(app):
    with app.app_context():
        assert service.free_terms(30, ["anything"]) == (), "without a list no term is free"
        bring(Scheme.NICE, "list", "30\tCoffee, roasted", "31\ttea plants")
        typed = ["COFFEE ROASTED", "tea plants", "moon dust"]
        assert service.free_terms(30, typed) == ("tea plants", "moon dust")
        assert service.free_terms(31, typed) == ("COFFEE ROASTED", "moon dust")
        assert service.free_terms(45, ["coffee, roasted"]) == ("coffee, roasted",)
        bring(Scheme.NICE, "liste", "30\tcafé torréfié", language="fr")
        assert service.free_terms(30, ["cafe torrefie", "coffee, roasted"]) == ()
        assert service.free_terms(30, ["cafe torrefie"], "en") == ("cafe torrefie",)
        assert service.free_terms(30, ["anything"], "pt") == (), "there is no list in that language"
        many = [f"term {number}" for number in range(1200)]
        assert service.free_by_class({30: many, 31: []}) == {30: tuple(many), 31: ()}


def test_the_kits_own_titles_come_once_and_stay_behind_the_offices(app, run):
    assert json.loads(run("seed-classification", "--json").stdout) == {"changed": True, "editions": 8}
    assert json.loads(run("seed-classification", "--json").stdout) == {"changed": False, "editions": 0}
    more = json.loads(run("seed-classification", "--demonstration", "--json").stdout)
    assert more == {"changed": True, "editions": 4}
    with app.app_context():
        assert service.free_terms(30, ["coffee", "moon dust"]) == ("moon dust",)
        bring(Scheme.NICE, "the office's", "30\tmoon dust")
        assert service.free_terms(30, ["coffee", "moon dust"], "en") == ("coffee",)
    told = json.loads(run("classifications", "--json").stdout)["editions"]
    counting = {(one["scheme"], one["language"]): one["edition"] for one in told if one["counts"]}
    assert counting[("nice", "en")] == "the office's"
    assert counting[("nice", "fr")] == "demonstration"
    assert counting[("ipc", "fr")] == "kit"
    assert run("classifications", "--remove", "nice", "en", "the office's").exit_code == 0
    assert "the office's" not in run("classifications").stdout
    assert run("classifications", "--remove", "nice", "en", "the office's").exit_code == 2
    assert [one["subject"] for one in audited(app, "classification-removed")] == ["nice en the office's"]


def test_no_demonstration_in_production(settings, tmp_path, monkeypatch):
    """Terms that we made up must not decide what an applicant pays."""
    production = write_settings(settings, tmp_path / "settings.toml", tier="production")
    monkeypatch.setenv("PORTAL_SETTINGS", str(production))
    assert CliRunner().invoke(main, ["seed-classification", "--demonstration"]).exit_code == 6


def test_an_import_does_not_hold_up_who_reads(app):
    """Thousands of rows in one transaction: who asks meanwhile is answered from the old list, again and again."""
    with app.app_context():
        bring(Scheme.NICE, "list", "30\tcoffee")
    lines = [f"{number}\t{term}" for number, term in terms(20_000)]

    def work() -> None:
        with app.app_context():
            bring(Scheme.NICE, "list", *lines)

    answers = []
    with ThreadPoolExecutor(1) as pool:
        import_ = pool.submit(work)
        while not import_.done():
            with app.app_context():
                answers.append(service.free_terms(30, ["coffee"], "en"))
    import_.result()
    assert answers[:3] == [(), (), ()], "while the new list is not whole, the old one counts"
    assert set(answers) <= {(), ("coffee",)}
