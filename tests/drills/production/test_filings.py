"""Agents file while servers die: what each was given is found afterwards, byte for byte, and no number stands twice."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator

import pytest

from kit.rehearsal.names import container_name
from kit.rehearsal.runtime import podman
from tests.drills.production.test_address import holder
from tests.drills.production.test_database_cluster import whole, within, writer_of
from tests.support import load
from tests.support.applicant import Applicant
from tests.support.portal_client import Codes, PortalClient
from tests.support.servers import Server, Servers

pytestmark = pytest.mark.tiers("production")

AGENTS = 4
STEADY = 40
"""Seconds of filing before and after the blow: each agent's code changes every 30."""


@pytest.fixture(scope="module")
def people(servers: Servers) -> list[load.Account]:
    """Agents of a firm of their own."""
    return load.accounts(servers.group("portal")[0], AGENTS, f"load-{int(time.time())}")


@pytest.fixture
def members(servers: Servers) -> Iterator[list[Server]]:
    """The three servers, whole before and after."""
    found = servers.group("production")
    whole(found)
    yield found
    for one in found:
        podman("start", container_name(one.name), check=False)
        podman("unpause", container_name(one.name), check=False)
    whole(found)


def kill(*servers: Server) -> None:
    for one in servers:
        podman("kill", "--signal=KILL", container_name(one.name))


def start(*servers: Server) -> None:
    for one in servers:
        podman("start", container_name(one.name))


def check(
    ledger: load.Ledger, people: list[load.Account], new_client: Callable[[], PortalClient], server: Server, what: str
) -> None:
    """Everything that was given out is there; and something was, before the blow and after it."""
    first = people[0]
    reader = Applicant(new_client(), first.email, first.password, Codes.of(first.totp))
    reader.sign_in()
    problems = load.kept(ledger, reader, server)
    print(
        f"\n{what}: {len(ledger.filings)} filings, {len(ledger.receipts)} receipts at once, longest silence "
        f"{ledger.silence():.1f} s, {len(ledger.refusals)} refusals"
    )
    assert not problems, problems
    assert len(ledger.filings) >= AGENTS, f"too few were filed to prove anything: {ledger.refusals[-3:]}"


@pytest.mark.parametrize("which", ["writer", "holder", "other"])
def test_a_server_is_killed_and_comes_back(
    servers: Servers,
    members: list[Server],
    people: list[load.Account],
    new_client: Callable[[], PortalClient],
    which: str,
) -> None:
    """Any one may die: agents wait some seconds, and lose nothing."""
    with load.filing(people, new_client) as ledger:
        time.sleep(STEADY)
        writer, owner = writer_of(members), holder(servers)
        others = [one for one in members if one.name not in (writer.name, owner.name)]
        victim = {"writer": writer, "holder": owner, "other": others[0]}[which]
        before = len(ledger.filings)
        kill(victim)
        within(90, lambda: len(ledger.filings) > before, f"somebody files without {victim.name}")
        time.sleep(STEADY)
        start(victim)
        whole(members)
        time.sleep(STEADY)
    check(ledger, people, new_client, members[0], f"{which} killed")


def test_all_servers_are_killed_at_once(
    members: list[Server], people: list[load.Account], new_client: Callable[[], PortalClient]
) -> None:
    """A power cut: they come up by themselves, in any order, and what was given out before is there."""
    with load.filing(people, new_client) as ledger:
        time.sleep(STEADY)
        kill(*members)
        time.sleep(5)
        order = random.sample(members, len(members))
        for one in order:
            start(one)
        print(f"\nstarted again: {', '.join(one.name for one in order)}")
        before = len(ledger.filings)
        whole(members)
        within(120, lambda: len(ledger.filings) > before, "somebody files again")
        time.sleep(STEADY)
    check(ledger, people, new_client, members[0], "all killed")
