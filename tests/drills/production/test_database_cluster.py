"""What breaks under the database cluster: every commit that was acknowledged is found afterwards, on every member."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterator

import pytest

from kit.rehearsal.names import container_name
from kit.rehearsal.runtime import podman
from tests.drills.production import ledger
from tests.support.servers import Server, Servers

pytestmark = pytest.mark.tiers("production")

# A shared machine needs more than a server does: the goals are in docs/benchmarks.md.
PATIENCE_SECONDS = 60
COLD_START_SECONDS = 400
COLD_STARTS = int(os.environ.get("KIT_COLD_STARTS", "3"))


@pytest.fixture
def members(servers: Servers) -> list[Server]:
    """The members of the cluster, all of them synced before anything is broken and after it was mended."""
    return [servers.server(name) for name in servers.names("galera")]


@pytest.fixture
def committing(members: list[Server]) -> Iterator[list[Server]]:
    """The servers that commit all the time, each by its own balancer."""
    whole(members)
    ledger.prepare(members[0])
    for member in members:
        ledger.begin(member)
    time.sleep(3)
    yield members
    for member in members:
        podman("start", container_name(member.name), check=False)
        podman("unpause", container_name(member.name), check=False)
    whole(members)
    for member in members:
        ledger.stop(member)
    ledger.clear(members[0])


def attempt(server: Server, command: str) -> tuple[int, str]:
    """Exit code and output of a command on a server that may just be starting."""
    try:
        return server.attempt(command)
    except RuntimeError as refused:  # how testinfra says that ssh itself failed
        return 255, str(refused)


def within(seconds: float, holds: Callable[[], bool], what: str) -> float:
    """Seconds until it holds; an AssertionError when it does not in time."""
    begun = time.monotonic()
    while time.monotonic() - begun < seconds:
        if holds():
            return time.monotonic() - begun
        time.sleep(0.5)
    raise AssertionError(f"not within {seconds} s: {what}")


def whole(members: list[Server]) -> float:
    """Seconds until every member is synced and one is written to."""

    def holds() -> bool:
        code, said = attempt(members[0], "office-cluster status")
        last.append(said)
        return code == 0

    last = [""]
    try:
        return within(COLD_START_SECONDS, holds, "the cluster is whole")
    except AssertionError as late:
        raise AssertionError(f"{late}:\n{last[-1]}") from None


def writer_of(members: list[Server]) -> Server:
    """The member that is written to."""
    said = ledger.status(members[0])
    return next(member for member in members if said[member.name]["writer"])


def found_everywhere(members: list[Server], least: int) -> list[ledger.Entry]:
    """The ledger, after every one of its rows was found on every member."""
    for member in members:
        ledger.stop(member)
    entries = ledger.read(members)
    assert len(entries) >= least, f"only {len(entries)} rows were acknowledged: the drill would prove nothing"
    for member in members:
        lost = ledger.missing(entries, member)
        assert not lost, f"{len(lost)} acknowledged of {len(entries)} are not on {member.name}: {lost[:3]}"
    return entries


def test_a_writer_killed_in_the_middle_of_commits_loses_none(committing: list[Server]) -> None:
    """The agent saw the number: the register must have it, whichever server died a moment later."""
    first = writer_of(committing)
    killed = time.time()
    podman("kill", "--signal=KILL", container_name(first.name))
    others = [member for member in committing if member.name != first.name]

    def replaced() -> bool:
        return any(entry.at > killed and entry.writer != first.name for entry in ledger.read(others))

    within(PATIENCE_SECONDS, replaced, "another member is written to")
    time.sleep(3)
    podman("start", container_name(first.name))
    whole(committing)
    time.sleep(2)
    entries = found_everywhere(committing, 50)
    assert len(ledger.turns(entries)) == 2, f"written to one after the other: {ledger.turns(entries)}"
    print(f"\nfail-over of the writer: {ledger.silence(entries, killed):.1f} s ({len(entries)} rows acknowledged)")


def test_a_frozen_writer_is_replaced_and_stands_by_when_it_thaws(committing: list[Server]) -> None:
    """A server that hangs for a minute has not noticed: it must not go on writing where it stopped."""
    first = writer_of(committing)
    frozen = time.time()
    podman("pause", container_name(first.name))
    time.sleep(60)
    podman("unpause", container_name(first.name))
    whole(committing)
    time.sleep(3)
    entries = found_everywhere(committing, 50)
    assert len(ledger.turns(entries)) == 2, f"written to one after the other: {ledger.turns(entries)}"
    print(f"\nfail-over of a frozen writer: {ledger.silence(entries, frozen):.1f} s ({len(entries)} rows acknowledged)")


def test_a_killed_balancer_is_back_in_seconds(committing: list[Server]) -> None:
    """It stands on each server alone: one that is not back cuts that server's portal off from a sound database."""
    server = committing[1]
    server.run("systemctl kill --signal=KILL haproxy")
    killed = time.time()
    time.sleep(5)
    entries = found_everywhere(committing, 50)
    own = [entry for entry in ledger.read([server]) if entry.at > killed]
    assert own, f"the portal of {server.name} reaches no database any more"
    assert len(ledger.turns(entries)) == 1
    print(f"\nback after {own[0].at - killed:.1f} s")


def test_a_hand_over_loses_nothing_and_never_has_two_writers(committing: list[Server]) -> None:
    """An upgrade takes each server out in turn, in office hours."""
    first = writer_of(committing)
    begun = time.time()
    first.run("office-cluster hand-over")
    time.sleep(3)
    entries = found_everywhere(committing, 50)
    assert len(ledger.turns(entries)) == 2, f"written to one after the other: {ledger.turns(entries)}"
    print(f"\nhand-over of the writer: {ledger.silence(entries, begun):.1f} s without commits")


@pytest.mark.parametrize("seed", range(COLD_STARTS))
def test_after_all_were_killed_they_come_up_by_themselves_in_any_order(committing: list[Server], seed: int) -> None:
    """After a power cut in the night nobody is there to find out which server has the last filing."""
    dice = random.Random(seed)
    names = [container_name(member.name) for member in committing]
    podman("kill", "--signal=KILL", *names)
    order = dice.sample(names, len(names))
    begun = time.monotonic()
    for name in order:
        podman("start", name)
        time.sleep(dice.uniform(0, 5))
    within(COLD_START_SECONDS, lambda: all(attempt(one, "true")[0] == 0 for one in committing), "they answer by SSH")
    whole(committing)
    taken = time.monotonic() - begun
    entries = found_everywhere(committing, 50)
    print(f"\ncold start in the order {', '.join(order)}: {taken:.0f} s ({len(entries)} rows acknowledged before)")


def test_two_of_three_do_not_begin_without_the_one_that_may_have_more(committing: list[Server]) -> None:
    """A register that goes on without its last filing looks whole: it must wait, and say for whom."""
    first = writer_of(committing)
    others = [member for member in committing if member.name != first.name]
    podman("kill", "--signal=KILL", *[container_name(member.name) for member in committing])
    for member in others:
        podman("start", container_name(member.name))

    def explained() -> bool:
        asked = "journalctl -u mariadb -o cat --since -2min | grep '^wait:' | tail -1"
        said = [attempt(one, asked)[1] for one in others]
        return all(f"{first.name} cannot be asked" in line and "--force-bootstrap" in line for line in said)

    within(120, explained, "both say for whom they wait")
    assert all(attempt(one, "pgrep -x mariadbd")[0] == 1 for one in others), "one of them began"
    podman("start", container_name(first.name))
    whole(committing)
    found_everywhere(committing, 50)
