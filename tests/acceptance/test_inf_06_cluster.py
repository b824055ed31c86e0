"""INF-06 where the database is a cluster: its members hold the same, one is written to, nobody else comes in.

On a tier with one database server the same questions have simpler answers; they are asked there as well.
"""

from __future__ import annotations

import json

import pytest

from tests.acceptance.test_inf_06_database import as_administrator, as_portal
from tests.support.servers import Server, Servers
from tests.support.tier_plugin import Looker

WSREP = "SELECT VARIABLE_NAME, VARIABLE_VALUE FROM information_schema.GLOBAL_STATUS WHERE VARIABLE_NAME LIKE 'wsrep%'"
AUTHORITY = "/usr/local/share/ca-certificates/office-internal-ca.crt"
# Replication, missed writes, whole copies, the watcher's two, and the balancer's own.
CLUSTER_PORTS = (4567, 4568, 4444, 4580, 4581, 3307)


def wsrep(look: Looker, server: Server) -> dict[str, str]:
    """What a database server says of its cluster, names in lower case; nothing where it is in none."""
    lines = look.at(server, as_administrator(WSREP), "what it says of its cluster").splitlines()
    return {name.lower(): value for name, _, value in (line.partition("\t") for line in lines)}


@pytest.mark.checklist("INF-06")
def test_every_member_is_synced_and_none_is_missing(servers: Servers, look: Looker) -> None:
    """A member that is away is found out when the next one dies, and then nobody can file."""
    members = servers.names("galera")
    histories = set()
    for server in servers.group("database"):
        found = wsrep(look, server)
        size = int(found.get("wsrep_cluster_size") or 0)
        assert size == len(members), f"{server.name} sees {size} members, the inventory has {len(members)}"
        if members:
            assert found["wsrep_cluster_status"] == "Primary", f"{server.name} has lost the others"
            assert found["wsrep_local_state_comment"] == "Synced", f"{server.name} is not synced"
            histories.add(found["wsrep_cluster_state_uuid"])
    assert len(histories) == (1 if members else 0), f"the members belong to {len(histories)} clusters: {histories}"


@pytest.mark.checklist("INF-06")
def test_one_server_is_written_to_and_every_portal_is_led_to_it(servers: Servers, look: Looker) -> None:
    """Two writers at once undo each other's locks: one number for two filings."""
    open_to_writes = [
        server.name
        for server in servers.group("database")
        if look.at(server, as_administrator("SELECT @@GLOBAL.read_only")).strip() == "0"
    ]
    assert len(open_to_writes) == 1, f"servers that take writes: {open_to_writes}"
    for portal in servers.group("portal"):
        led_to = look.at(portal, *as_portal("SELECT @@hostname")).strip()
        assert led_to == open_to_writes[0], f"{portal.name} is led to {led_to}, the writer is {open_to_writes[0]}"


@pytest.mark.checklist("INF-06")
def test_the_watchers_agree_with_the_databases(servers: Servers, look: Looker) -> None:
    """The person on call reads `office-cluster status`, and acts on it."""
    members = servers.names("galera")
    for name in members:
        said = json.loads(look.at(servers.server(name), "office-cluster status --json"))
        assert set(said) == set(members), f"{name} knows the members {sorted(said)}"
        assert all(report["synced"] for report in said.values()), f"{name} says: {said}"
        assert sum(report["writer"] for report in said.values()) == 1, f"{name} says: {said}"
    for server in servers.group("database"):
        units = look.attempt(server, "systemctl is-active office-cluster")[1].strip()
        assert (units == "active") == (server.name in members), f"the watcher of {server.name} is {units}"


@pytest.mark.checklist("INF-06")
def test_a_commit_is_on_the_disk_of_every_member_also_for_the_others(servers: Servers, look: Looker) -> None:
    """A member that answers before its disk does loses with its power what it had confirmed to the others."""
    for server in servers.group("database"):
        names = "@@log_slave_updates, @@innodb_flush_log_at_trx_commit, @@sync_binlog, @@innodb_autoinc_lock_mode"
        follows, flush, binlog, autoinc = look.at(server, as_administrator(f"SELECT {names}")).split()
        assert (flush, binlog) == ("1", "1"), f"{server.name} has {flush}, {binlog}"
        if servers.names("galera"):
            assert (follows, autoinc) == ("1", "2"), f"{server.name} has {follows}, {autoinc}"


@pytest.mark.checklist("INF-06")
def test_the_clusters_own_ports_answer_no_stranger(servers: Servers, tier: str, outside: Server, look: Looker) -> None:
    """Whoever speaks to them can join, and is then given the whole register as a copy."""
    for server in servers.group(tier):
        for port in CLUSTER_PORTS:
            code, _ = look.attempt(outside, f"timeout 2 bash -c 'exec 3<>/dev/tcp/{server.address}/{port}'")
            assert code != 0, f"port {port} of {server.name} answers {outside.name}"
    for portal in servers.group("balancer") if servers.names("balancer") else []:
        heard = look.at(portal, "ss -Hltn 'sport = :3307'").split()
        assert heard, f"no balancer listens on {portal.name}"
        assert heard[3] == "127.0.0.1:3307", f"the balancer of {portal.name} listens at {heard[3]}"


@pytest.mark.checklist("INF-06")
def test_members_speak_over_tls_and_know_each_other(servers: Servers, look: Looker) -> None:
    """What is replicated is every unpublished filing; who may ask how a member stands may also tell it who begins."""
    members = [servers.server(name) for name in servers.names("galera")]
    for server in members:
        options = look.at(server, as_administrator("SELECT @@wsrep_provider_options"), "its provider's options")
        assert "socket.ssl = YES" in options, f"{server.name} replicates in the clear"
        for other in members:
            if other.name == server.name:
                continue
            shake = f"openssl s_client -verify_return_error -CAfile {AUTHORITY}"
            for port in (4567, 4581):
                said = look.attempt(server, f"timeout 4 {shake} -connect {other.address}:{port} </dev/null 2>&1")[1]
                assert "Verify return code: 0" in said, f"{other.name}:{port} shows {server.name} no good certificate"
            asked = f"curl --silent --insecure --max-time 4 https://{other.address}:4581/"
            code, said = look.attempt(server, asked)
            assert code != 0, f"{other.name} tells {server.name}, who shows no certificate: {said[:200]}"
