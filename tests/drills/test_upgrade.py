"""Another release under requests: nobody is refused, what fails goes back by itself, what was begun is still there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from kit.errors import Exit
from kit.paths import ROOT
from portal.migrations import runner
from tests.support import releases
from tests.support.applicant import Applicant
from tests.support.portal_client import PortalClient
from tests.support.servers import Server, Servers

Kit = Callable[..., tuple[int, str]]
PATHS = ("/health/live", "/sign-in", "/fees")
HEAD = runner.head()
LATER = pytest.mark.tiers("demo", "production")
"""Minutes each, waiting for a release that does not answer: `bin/kit drill demo --rehearsal` has the time."""


@pytest.fixture
def kit(tier: str) -> Kit:
    """Calls a verb for the rehearsed tier: its exit code, and what it told people."""

    def call(verb: str, *arguments: str) -> tuple[int, str]:
        command = [sys.executable, "-P", "-m", "kit", verb, tier, "--rehearsal", *arguments]
        done = subprocess.run(command, cwd=ROOT, env=os.environ, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr

    return call


@pytest.fixture
def back_to_these_sources(kit: Kit) -> Iterator[None]:
    """Whatever a test leaves, the next one finds the release of these sources and its schema."""
    yield
    releases.remove()
    code, told = kit("apply", "--tags", "portal")
    assert code == 0, told[-2000:]


def releases_of(servers: Servers) -> dict[str, dict[str, object]]:
    """What every server says of its releases."""
    return {one.name: json.loads(one.run("office-release status")) for one in servers.group("portal")}


@contextmanager
def asked(new_client: Callable[[], PortalClient], threads: int = 2) -> Iterator[Counter[object]]:
    """Ask for pages all the time while the block runs; how often each answer came."""
    answers: Counter[object] = Counter()
    done = threading.Event()

    def ask() -> None:
        client = new_client()
        while not done.is_set():
            for path in PATHS:
                try:
                    answers[client.get(path, expect=None).status] += 1
                except OSError as error:
                    answers[f"{path}: {error}"] += 1
                time.sleep(0.1)  # a proxy slows down whoever asks for more than a person does

    people = [threading.Thread(target=ask) for _ in range(threads)]
    for one in people:
        one.start()
    try:
        yield answers
    finally:
        done.set()
        for one in people:
            one.join()


def drop(server: Server, table: str) -> None:
    """Take back what a made-up release added to the schema."""
    server.run(f"mariadb portal -e \"DROP TABLE IF EXISTS {table}; UPDATE alembic_version SET version_num = '{HEAD}'\"")


def test_an_upgrade_and_the_way_back_refuse_nobody(
    servers: Servers,
    new_client: Callable[[], PortalClient],
    agent: Applicant,
    kit: Kit,
    back_to_these_sources: None,
) -> None:
    """Sessions and drafts of before are those of afterwards, and the release before serves on the wider schema."""
    database = servers.group("database")[0]
    wider = {f"{releases.VERSIONS}/drill_1.py": releases.expansion("drill_1", HEAD, "drill_room")}
    target = releases.build("wider", wider)
    draft = agent.complete_draft("upgrade")
    before = releases_of(servers)
    try:
        with asked(new_client) as answers:
            code, told = kit("upgrade", "--to", target)
            assert code == 0, told[-2000:]
            upgraded = releases_of(servers)
            number = agent.number_of(agent.submit(draft))
            code, told = kit("rollback")
            assert code == 0, told[-2000:]
    finally:
        drop(database, "drill_room")
    print(f"\nupgrade and rollback: {sum(answers.values())} requests, {dict(answers)}")
    for name, state in upgraded.items():
        assert (state["current"], state["answering"]) == (target, target), name
        assert state["previous"] == before[name]["current"], name
    for name, state in releases_of(servers).items():
        assert state["answering"] == before[name]["answering"], name
    assert set(answers) == {200}, answers
    assert agent.page(f"/filings/{number}").status == 200, "the session, or the filing, did not survive"


@LATER
def test_a_release_that_does_not_start_goes_back_by_itself(
    servers: Servers, new_client: Callable[[], PortalClient], kit: Kit, back_to_these_sources: None
) -> None:
    """Nobody sits beside it at night."""
    before = releases_of(servers)
    target = releases.build("broken", {"portal/wsgi.py": 'raise RuntimeError("drill: this release does not start")\n'})
    code, told = kit("upgrade", "--to", target)
    assert code == Exit.CHECKS_FAILED, told[-2000:]
    assert "runs the release before again" in " ".join(told.split())
    for name, state in releases_of(servers).items():
        assert state["answering"] == before[name]["answering"], name
    assert new_client().get("/sign-in").status == 200


@LATER
def test_a_skipped_release_is_refused_before_anything_is_switched(
    servers: Servers, kit: Kit, back_to_these_sources: None
) -> None:
    """Its schema takes away what the release that serves still reads, and goes on from there."""
    before = releases_of(servers)
    steps = {
        f"{releases.VERSIONS}/drill_1.py": releases.expansion("drill_1", HEAD, "drill_one"),
        f"{releases.VERSIONS}/drill_2.py": releases.contraction("drill_2", "drill_1", "drill_one"),
        f"{releases.VERSIONS}/drill_3.py": releases.expansion("drill_3", "drill_2", "drill_three"),
    }
    code, told = kit("upgrade", "--to", releases.build("skipping", steps))
    assert code == Exit.REFUSED, told[-2000:]
    assert "upgrade first to the release whose schema ends at drill_2" in " ".join(told.split())
    assert {name: state["answering"] for name, state in releases_of(servers).items()} == {
        name: state["answering"] for name, state in before.items()
    }
    (database, *_) = servers.group("database")
    assert database.run("mariadb -Ne 'SELECT version_num FROM portal.alembic_version'").strip() == HEAD


@LATER
def test_there_is_no_way_back_to_what_was_never_there(kit: Kit) -> None:
    """A rollback that guesses would put anything in place."""
    code, told = kit("rollback")
    assert code == Exit.REFUSED, told[-2000:]
    assert "no release before this one is kept" in " ".join(told.split())
