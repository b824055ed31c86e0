"""The address before the three servers: it is with a server that serves, whatever happens to the one that had it."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from kit.paths import ROOT
from kit.rehearsal import names
from kit.rehearsal.runtime import podman
from tests.support import probe
from tests.support.servers import Server, Servers
from tests.support.tier_plugin import holder, holders

pytestmark = pytest.mark.tiers("production")

PROBE = Path(probe.__file__).read_text(encoding="utf-8")
ROUNDS = 5
DEAD_SECONDS = 3.0
"""The goal for a holder that died: what an agent waits at the 95th percentile; of 5 rounds that is the slowest."""
SICK_SECONDS = 10.0
"""For a holder that lives and does not serve: three questions in a row must find no answer first."""


@dataclass(frozen=True)
class Seen:
    """What agents who came anew saw: questions, failures with their reasons, the longest time without an answer."""

    asked: int
    answered: int
    failed: int
    longest: float
    why: list[str]


@pytest.fixture
def agents(servers: Servers, outside: Server, portal_name: str) -> Iterator[Callable[[float], Future[Seen]]]:
    """Let agents come from outside for some seconds, in the background."""
    pool = ThreadPoolExecutor(1)

    def come(seconds: float) -> Future[Seen]:
        asked = f"python3 -c {shlex.quote(PROBE)} {servers.shared_address} {portal_name} {seconds}"
        return pool.submit(lambda: Seen(**json.loads(outside.run(asked))))

    wait_until_settled(servers)
    yield come
    pool.shutdown()
    wait_until_settled(servers)


def wait_until_settled(servers: Servers, seconds: float = 180) -> None:
    """Until one server holds the address, and every one would serve."""
    deadline = time.monotonic() + seconds
    stand: list[str] = []
    while time.monotonic() < deadline:
        every = servers.group("address")
        stand = [one.run("office-address status") if one.answers("true") else "away" for one in every]
        known = [json.loads(one) for one in stand if one.startswith("{")]
        well = len(known) == len(stand) and all(one["serves"] for one in known)
        if well and sum(one["holds"] for one in known) == 1:
            time.sleep(4)  # the checks of keepalived ask three times before they believe
            return
        time.sleep(1)
    raise AssertionError(f"the servers did not settle within {seconds} seconds: {stand}")


@contextmanager
def dead(server: Server) -> Iterator[None]:
    """The server without power while the block runs."""
    container = names.container_name(server.name)
    podman("kill", container)
    try:
        yield
    finally:
        podman("start", container)


@contextmanager
def frozen(server: Server) -> Iterator[None]:
    """The server as it was, and not moving, while the block runs."""
    container = names.container_name(server.name)
    podman("pause", container)
    try:
        yield
    finally:
        podman("unpause", container)


@contextmanager
def broken(server: Server, break_it: str, mend_it: str) -> Iterator[None]:
    """Something broken on the server while the block runs."""
    server.run(break_it)
    try:
        yield
    finally:
        server.run(mend_it)


def measured(servers: Servers, agents: Callable[[float], Future[Seen]], how: Callable[[Server], object]) -> Seen:
    """What agents saw when the holder of the address fell ill `how`, for 12 seconds; another one has it then."""
    before = holder(servers)
    seen = agents(16)
    time.sleep(2)
    with how(before):  # type: ignore[attr-defined]
        time.sleep(12)
        others = [one for one in servers.group("address") if one.name != before.name]
        taken = [one.name for one in others if servers.shared_address in one.run("ip -o -4 address show")]
        found = seen.result()
    assert len(taken) == 1, f"after {before.name} fell ill the address was held by {taken or 'nobody'}"
    return found


def test_address_leaves_a_server_that_died(
    servers: Servers, agents: Callable[[float], Future[Seen]], capsys: pytest.CaptureFixture[str]
) -> None:
    """The last hour of a term must not be the hour in which somebody drives to the data centre."""
    waits = []
    for _ in range(ROUNDS):
        waits.append(measured(servers, agents, dead).longest)
        wait_until_settled(servers)
    with capsys.disabled():
        print(f"\nfail-over of the address, its holder dead, {ROUNDS} rounds: {sorted(waits)} s")
    assert max(waits) <= DEAD_SECONDS, f"agents waited {sorted(waits)} seconds"


def test_address_leaves_a_server_that_froze_and_one_holds_it_when_it_wakes(
    servers: Servers, agents: Callable[[float], Future[Seen]]
) -> None:
    """A frozen server wakes up believing that the address is still its own."""
    assert measured(servers, agents, frozen).longest <= DEAD_SECONDS
    time.sleep(5)
    held = [one.name for one in holders(servers)]
    assert len(held) == 1, f"five seconds after it woke the address is held by {held}"


def test_address_leaves_a_server_whose_proxy_hangs(servers: Servers, agents: Callable[[float], Future[Seen]]) -> None:
    """A process that lives and answers nobody looks well to everything that counts processes."""

    def hung(server: Server) -> object:
        return broken(server, "pkill -STOP -x nginx", "pkill -CONT -x nginx")

    assert measured(servers, agents, hung).longest <= SICK_SECONDS


def test_address_leaves_a_server_whose_portal_hangs(servers: Servers, agents: Callable[[float], Future[Seen]]) -> None:
    """The proxy alone shows agents a page of regret, while two servers beside it would have taken the filing."""

    def hung(server: Server) -> object:
        return broken(
            server, "systemctl kill --signal=STOP portal.service", "systemctl kill --signal=CONT portal.service"
        )

    assert measured(servers, agents, hung).longest <= SICK_SECONDS


def test_agents_are_served_when_keepalived_itself_is_killed(
    servers: Servers, agents: Callable[[float], Future[Seen]]
) -> None:
    """Nobody takes the address off a server whose keepalived is gone; another one's must be heard all the same."""

    def killed(server: Server) -> object:
        return broken(
            server,
            "systemctl kill --signal=KILL keepalived.service; systemctl stop keepalived.service",
            "systemctl reset-failed keepalived.service; systemctl restart keepalived.service",
        )

    assert measured(servers, agents, killed).longest <= DEAD_SECONDS


def test_every_question_finds_an_answer_while_the_servers_do_not_hear_one_another(
    servers: Servers, agents: Callable[[float], Future[Seen]]
) -> None:
    """Two then hold the address. Which one an agent reaches is chance: both must serve, and one yield afterwards."""
    before = holder(servers)
    deaf = (
        "nft 'table inet drill { chain in { type filter hook input priority -20; meta l4proto vrrp drop; }; "
        "chain out { type filter hook output priority -20; meta l4proto vrrp drop; }; }'"
    )
    seen = agents(14)
    with broken(before, deaf, "nft delete table inet drill"):
        time.sleep(8)
        assert len(holders(servers)) == 2, "the split was none: the others did not take the address"
    found = seen.result()
    assert found.longest <= DEAD_SECONDS, f"agents waited {found.longest} seconds: {found.why}"
    wait_until_settled(servers, 30)


def test_a_sickness_that_all_share_leaves_the_address_somewhere(
    servers: Servers, agents: Callable[[float], Future[Seen]]
) -> None:
    """The database away everywhere: an address that vanished with it would take even the page of regret away."""
    # the portal's own answer, on every server: not ready. What it needs is another drill's to break.
    unready = "location = /health/ready { return 503; }"
    hidden = f"sed -i.drill 's#location / {{#{unready}\\n  location / {{#' /etc/nginx/nginx.conf"
    back = "mv /etc/nginx/nginx.conf.drill /etc/nginx/nginx.conf; nginx -t -q && systemctl reload nginx"
    seen = agents(25)
    every = servers.group("address")
    try:
        for server in every:
            server.run(f"{hidden} && nginx -t -q && systemctl reload nginx")
        time.sleep(20)
        held = [one.name for one in holders(servers)]
    finally:
        for server in every:
            server.run(back)
    found = seen.result()
    assert len(held) == 1, f"the address is held by {held or 'nobody'}"
    assert found.failed == 0, f"{found.failed} of {found.asked} found no answer: {found.why}"


def test_taking_a_server_out_and_putting_it_back_fails_no_request(
    servers: Servers, agents: Callable[[float], Future[Seen]]
) -> None:
    """Maintenance in office hours is possible only when nobody notices it."""
    before = holder(servers)
    seen = agents(90)
    time.sleep(2)
    kit("take-out", before.name)
    try:
        stand = json.loads(before.run("office-address status"))
        assert stand == {"holds": False, "taken_out": True, "serves": False}
        assert len(holders(servers)) == 1
        refused = kit("take-out", holder(servers).name, expect=6)
        assert "KIT-065" in refused, refused
    finally:
        kit("put-back", before.name)
    found = seen.result()
    assert found.failed == 0, f"{found.failed} of {found.asked} failed: {found.why}"
    assert found.longest <= SICK_SECONDS, f"agents waited {found.longest} seconds"


def kit(verb: str, server: str, expect: int = 0) -> str:
    """What a verb of the kit says; it is run as an operator would, beside the drill's own lock."""
    script = (
        "from kit.tier import get; from kit.runs import simple; import sys; "
        f"done = simple(get('production', rehearsal=True), {verb!r}, extra_vars={{'server': {server!r}}}); "
        "print(done.failures); sys.exit(0 if done.ok else 6)"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == expect, f"{verb} {server}: {done.returncode} {done.stdout[-600:]}{done.stderr[-600:]}"
    return done.stdout
