"""What breaks under the documents of three servers: nothing acknowledged is lost, what was altered is mended."""

from __future__ import annotations

import json
import re
import shlex
import time
from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest

from kit.rehearsal.names import container_name
from kit.rehearsal.runtime import podman
from tests.support.servers import Server, Servers

pytestmark = pytest.mark.tiers("production")

UNIT, LEDGER = "kit-drill-documents", "/srv/documents/kit-drill-ledger"
PYTHON = (
    "PORTAL_SETTINGS=/etc/portal/settings.toml setpriv --reuid=portal --regid=portal --init-groups "
    "/opt/portal/current/bin/python"
)
RESERVE = (
    "sed -i 's/^fallocate_reserve = .*/fallocate_reserve = {}/' /etc/swift/object-server.conf && "
    "systemctl restart swift-object"
)
DISK = "/srv/swift/documents"
REPAIR_SECONDS = 300  # seconds on a quiet machine; rehearsals share theirs
# With the portal's own store and settings, document after document; noted when it was acknowledged, or what was said.
WRITING = f"""
import os, time
from portal.documents.store import StoreError, store_of
from portal.settings import load_settings
shelf, ledger = store_of(load_settings()), open("{LEDGER}", "a", buffering=1)
while True:
    begun = time.monotonic()
    try:
        said = shelf.put(os.urandom(20000)).sha512
    except StoreError as error:
        said = f"error {{error}}"
    ledger.write(f"{{time.monotonic() - begun:.3f}} {{said}}\\n")
    time.sleep(0.05)
"""
PUT = """
import sys
from portal.documents.store import store_of
from portal.settings import load_settings
print(store_of(load_settings()).put(sys.argv[1].encode()).sha512)
"""


@pytest.fixture
def storage(servers: Servers) -> Iterator[list[Server]]:
    """The servers that keep the documents, all of them running before and after."""
    found = servers.group("swift")
    yield found
    for server in found:
        podman("start", container_name(server.name), check=False)
        podman("unpause", container_name(server.name), check=False)
    for server in found:
        within(
            120, lambda server=server: server.attempt("systemctl start swift-proxy")[0] == 0, f"{server.name} is back"
        )
    found[0].attempt(f"systemctl stop {UNIT}; rm -f {LEDGER}")


def within(seconds: float, holds: Callable[[], bool], what: str) -> float:
    """Seconds until it holds; an AssertionError when it does not in time."""
    begun = time.monotonic()
    while time.monotonic() - begun < seconds:
        try:
            if holds():
                return time.monotonic() - begun
        except (AssertionError, RuntimeError):  # a server that is not up yet cannot be asked
            pass
        time.sleep(1)
    raise AssertionError(f"not within {seconds} s: {what}")


def begin_writing(server: Server) -> None:
    """Put documents from now on, by the portal of this server."""
    server.run(f"rm -f {LEDGER}; install -o portal -g portal -m 640 /dev/null {LEDGER}")
    server.run(
        f"systemd-run --quiet --collect --unit={UNIT} --uid=portal --gid=portal "
        "--setenv=PORTAL_SETTINGS=/etc/portal/settings.toml --property=SupplementaryGroups=documents "
        f"/opt/portal/current/bin/python -c {shlex.quote(WRITING)}"
    )
    within(60, lambda: len(ledger(server)) > 5, "documents are put")


def end_writing(server: Server) -> list[list[str]]:
    server.run(f"systemctl stop {UNIT}")
    return ledger(server)


def ledger(server: Server) -> list[list[str]]:
    """Each attempt as its seconds and the hash that was acknowledged, or what was said instead."""
    return [line.split(" ", 1) for line in server.run(f"cat {LEDGER}").splitlines()]


def lost(server: Server, hashes: list[str]) -> list[str]:
    """Those of the hashes whose content the portal of this server cannot read, or reads otherwise."""
    code = (
        "import json, sys\nfrom portal.documents.store import StoreError, store_of\n"
        "from portal.settings import load_settings\nshelf, bad = store_of(load_settings()), []\n"
        "for one in sys.stdin.read().split():\n    try: shelf.get(one)\n"
        "    except StoreError as error: bad.append(str(error))\nprint(json.dumps(bad))"
    )
    server.run(f"printf '%s\\n' {' '.join(hashes)} > /tmp/kit-drill-hashes")
    found: list[str] = json.loads(server.run(f"{PYTHON} -c {shlex.quote(code)} < /tmp/kit-drill-hashes"))
    return found


def copies_on(server: Server) -> int:
    return int(server.run(f"find {DISK}/objects -name '*.data' | wc -l"))


def place_of(server: Server, key: str) -> str:
    """The directory of an object's copy, below the disk."""
    nodes = server.run(f"swift-get-nodes -a /etc/swift/object.ring.gz AUTH_office documents {key}")
    found = re.search(r"objects/\d+/[0-9a-f]{3}/[0-9a-f]{32}", nodes)
    assert found, nodes
    return found[0]


def test_a_killed_storage_server_costs_no_error_and_no_document(storage: list[Server]) -> None:
    """Any one server may die: two copies of three are there, and the third comes back by itself."""
    writer, victim = storage[0], storage[-1]
    begin_writing(writer)
    podman("kill", container_name(victim.name))
    time.sleep(20)
    podman("start", container_name(victim.name))
    time.sleep(5)
    said = end_writing(writer)
    errors = [what for _seconds, what in said if what.startswith("error")]
    assert not errors, f"{len(errors)} of {len(said)} documents were refused: {errors[0]}"
    assert len(said) > 50, f"only {len(said)} documents were put: the drill would prove nothing"
    assert lost(storage[1], [what for _seconds, what in said]) == []

    def alike() -> bool:
        return len({copies_on(server) for server in storage}) == 1

    took = within(REPAIR_SECONDS, alike, "every server has every copy again")
    print(f"{len(said)} documents, slowest {max(float(one) for one, _ in said):.1f} s; copies whole after {took:.0f} s")


def test_a_door_that_is_shut_is_gone_round(storage: list[Server]) -> None:
    """A server whose own door is being restarted still takes documents."""
    writer = storage[0]
    begin_writing(writer)
    writer.run("systemctl stop swift-proxy")
    time.sleep(10)
    said = end_writing(writer)
    writer.run("systemctl start swift-proxy")
    errors = [what for _seconds, what in said if what.startswith("error")]
    assert not errors, f"{len(errors)} of {len(said)} documents were refused: {errors[0]}"


def test_a_frozen_server_costs_moments_and_no_document(storage: list[Server]) -> None:
    """A hung server answers nobody and refuses nobody: each request would wait for it."""
    writer, victim = storage[0], storage[-1]
    begin_writing(writer)
    podman("pause", container_name(victim.name))
    time.sleep(20)
    podman("unpause", container_name(victim.name))
    said = end_writing(writer)
    errors = [what for _seconds, what in said if what.startswith("error")]
    assert not errors, f"{len(errors)} of {len(said)} documents were refused: {errors[0]}"
    slowest = max(float(seconds) for seconds, _what in said)
    assert slowest < 10, f"a document took {slowest} s"


def test_a_deleted_and_an_altered_copy_are_found_and_mended(storage: list[Server]) -> None:
    """A copy that rots unseen is no copy on the day that the other two burn."""
    content = f"a document of the drill {uuid4()}"
    sha512 = storage[0].run(f"{PYTHON} -c {shlex.quote(PUT)} {shlex.quote(content)}").strip()
    place = place_of(storage[0], f"sha512/{sha512[:2]}/{sha512[2:4]}/{sha512}")

    def sound(server: Server) -> bool:
        return server.attempt(f"sha512sum {DISK}/{place}/*.data")[1].startswith(sha512)

    within(60, lambda: all(sound(server) for server in storage), "three copies are there")
    time.sleep(35)  # a round of the replicator: what is there is remembered now
    storage[1].run(
        f"for f in {DISK}/{place}/*.data; do printf X | dd of=$f bs=1 count=1 conv=notrunc status=none; done"
    )
    storage[2].run(f"rm -r {DISK}/{place}")
    assert not sound(storage[1])
    assert not sound(storage[2])
    for server in storage:
        server.run("office-recheck --now")
    within(REPAIR_SECONDS, lambda: all(sound(server) for server in storage), "both copies are whole again")
    assert lost(storage[0], [sha512]) == []


def test_a_full_disk_of_one_server_refuses_nobody_and_one_of_two_refuses_plainly(storage: list[Server]) -> None:
    """Two copies must be written: with one full disk they are, with two nothing may be acknowledged."""
    writer = storage[0]
    begin_writing(writer)
    try:
        storage[2].run(RESERVE.format("99.99%"))
        time.sleep(10)
        said = end_writing(writer)
        errors = [what for _seconds, what in said if what.startswith("error")]
        assert not errors, f"one full disk refused {len(errors)} of {len(said)}: {errors[0]}"
        storage[1].run(RESERVE.format("99.99%"))
        code, told = writer.attempt(f"{PYTHON} -c {shlex.quote(PUT)} nothing-of-this-is-kept")
        assert code != 0, "a document was acknowledged that only one disk had room for"
        assert "StoreAway" in told or "StoreFull" in told, told[-300:]
    finally:
        for server in storage[1:]:
            server.run(RESERVE.format("2%"))
    within(
        60, lambda: writer.attempt(f"{PYTHON} -c {shlex.quote(PUT)} there-is-room-again")[0] == 0, "documents are taken"
    )
