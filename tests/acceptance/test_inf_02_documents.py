"""INF-02: documents outlive a server wherever the tier has more than one that may die."""

from __future__ import annotations

import re
import tomllib

import pytest

from tests.support.servers import Server, Servers
from tests.support.tier_plugin import Looker

# Without one of these a copy is not written, not compared, or not read again.
DAEMONS = (
    "memcached rsync swift-proxy swift-account swift-account-auditor swift-account-replicator swift-container "
    "swift-container-auditor swift-container-replicator swift-container-updater swift-object swift-object-auditor "
    "swift-object-replicator swift-object-updater office-recheck.timer"
)
PROBE = "probe"  # what `portal doctor` writes


def storage(servers: Servers) -> list[Server]:
    return [servers.server(name) for name in servers.names("swift")]


def copies(servers: Servers, look: Looker, key: str) -> dict[str, float]:
    """When the newest copy of an object was written (epoch seconds), by the servers whose disk has one."""
    own = storage(servers)
    account, bucket = servers.variable("swift_account", "swift"), servers.variable("swift_bucket", "swift")
    nodes = look.at(own[0], f"swift-get-nodes -a /etc/swift/object.ring.gz AUTH_{account} {bucket} {key}")
    place = re.search(r"objects/\d+/[0-9a-f]{3}/[0-9a-f]{32}", nodes)
    assert place, nodes
    found = {}
    for server in own:
        names = look.attempt(server, f"ls /srv/swift/*/{place[0]}")[1]
        written = re.findall(r"(\d+\.\d+)\S*\.data", names)
        if written:
            found[server.name] = max(float(one) for one in written)
    return found


@pytest.mark.checklist("INF-02")
def test_no_second_portal_looks_for_documents_that_are_on_another_server(servers: Servers, look: Looker) -> None:
    """A directory of one server is empty on the next: agents would find their documents every other time."""
    portals = servers.group("portal")
    said = {one.name: look.at(one, "grep ^documents_ /etc/portal/settings.toml | grep -v secret") for one in portals}
    used = {name: tomllib.loads(text) for name, text in said.items()}
    if {settings["documents_engine"] for settings in used.values()} == {"local"}:
        assert servers.names("portal") == servers.names("documents")[:1], (
            "a directory serves one portal, on its own server"
        )
        return
    storages = {
        (settings.get("documents_s3_bucket"), *sorted(settings.get("documents_s3_endpoints", [])))
        for settings in used.values()
    }
    assert len(storages) == 1, f"the portals use different storages: {storages}"


@pytest.mark.checklist("INF-02")
def test_a_document_is_on_two_servers_when_it_is_acknowledged(servers: Servers, look: Looker) -> None:
    """An acknowledgement that one disk alone remembers dies with it."""
    for portal in servers.group("portal"):
        if not storage(servers):
            assert len(servers.names("portal")) == 1, "several portals, and no storage of the tier's own to look into"
            continue
        before = float(look.at(portal, "date +%s.%N"))
        said = look.attempt(portal, "portal doctor")[1]
        assert "can be written" in said, f"{portal.name} cannot write to the document store: {said}"
        fresh = [name for name, written in copies(servers, look, PROBE).items() if written >= before - 1]
        assert len(fresh) >= 2, f"what {portal.name} wrote is on {fresh or 'no server'} alone"


@pytest.mark.checklist("INF-02")
def test_every_server_of_the_storage_takes_part(servers: Servers, look: Looker) -> None:
    """A copy that nobody writes is noticed on the day on which it is the last one."""
    rings = {}
    for server in storage(servers):
        code, said = look.attempt(server, f"systemctl is-active {DAEMONS}")
        assert code == 0, (
            f"{server.name} does not run all of it: {dict(zip(DAEMONS.split(), said.split(), strict=False))}"
        )
        rings[server.name] = look.at(server, "cat /etc/swift/*.ring.gz | sha256sum").split()[0]
    assert len(set(rings.values())) <= 1, f"the servers do not agree where copies lie: {rings}"
