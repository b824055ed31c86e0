"""INF-09: what answers, seen from outside and from every other server of the tier."""

from __future__ import annotations

import ipaddress
import json
import shlex
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from tests.support import scan
from tests.support.servers import Server, Servers
from tests.support.tier_plugin import Looker

# Services that Debian packages open on UDP, and those that attackers reflect traffic with.
UDP_PORTS = "53,67,69,111,123,137,161,389,443,500,514,1194,1900,3702,4500,5353,11211"
UNANNOUNCED = 28017
SCAN = Path(scan.__file__).read_text(encoding="utf-8")


def allowed_from_outside(servers: Servers, server: Server, proto: str) -> set[int]:
    """Ports that the access table opens to anyone on `server`."""
    table = servers.variable("firewall_access", "all")
    return {
        int(row["port"])
        for row in table
        if row["proto"] == proto
        and row["from"] == "anywhere"
        and (row["group"] == "all" or server.name in servers.names(row["group"]))
    }


def answering(look: Looker, outside: Server, server: Server, options: str) -> dict[int, str]:
    """Ports of `server` that gave any answer at all (open, or refused by the host itself) to a scan from outside."""
    text = look.attempt(outside, f"nmap -n -Pn {options} -oX - {server.address}")[1]
    text = text[text.index("<?xml") : text.index("</nmaprun>") + len("</nmaprun>")]
    root = ElementTree.fromstring(text)
    assert root.find("runstats/finished[@exit='success']") is not None, "the scan did not finish"
    states = {int(port.get("portid", 0)): port.find("state") for port in root.iter("port")}
    found = {number: state.get("state", "") for number, state in states.items() if state is not None}
    assert all(extra.get("state") in ("filtered", "open|filtered") for extra in root.iter("extraports")), (
        "ports refuse instead of dropping: " + str([dict(extra.attrib) for extra in root.iter("extraports")])
    )
    return {number: state for number, state in found.items() if state in ("open", "closed")}


@pytest.mark.checklist("INF-09")
def test_only_the_tcp_ports_of_the_access_table_answer(
    servers: Servers, tier: str, rehearsal: bool, outside: Server, look: Looker
) -> None:
    """A port that nobody meant to open is the one that nobody patches."""
    assert any(allowed_from_outside(servers, one, "tcp") for one in servers.group(tier)), (
        "the access table opens nothing"
    )
    for server in servers.group(tier):
        packets = 15000 if rehearsal else 3000
        found = answering(look, outside, server, f"-sS -p- -T4 --min-rate {packets} --max-retries 1")
        allowed = allowed_from_outside(servers, server, "tcp")
        assert set(found) <= allowed, f"{server.name} answers on {sorted(set(found) - allowed)} as well"
        closed = sorted(port for port in allowed if found.get(port) != "open")
        assert not closed, f"{server.name} does not serve {closed}, which the access table opens"


def opened_to(servers: Servers, client: Server, server: Server) -> set[int]:
    """TCP ports of `server` that the access table opens to `client`, another server of the tier."""
    address = ipaddress.ip_address(client.address)

    def meant(word: str) -> bool:
        if word == "anywhere":
            return True
        if word == "administration":
            return any(address in ipaddress.ip_network(net) for net in servers.variable("tier_administration", "all"))
        if servers.names(word):
            return client.name in servers.names(word)
        return address in ipaddress.ip_network(word, strict=False)

    found = set()
    for row in servers.variable("firewall_access", "all"):
        words = [row["from"]] if isinstance(row["from"], str) else row["from"]
        concerned = row["group"] == "all" or server.name in servers.names(row["group"])
        if concerned and row["proto"] == "tcp" and any(meant(word) for word in words):
            found.add(int(row["port"]))
    return found


def occasional(servers: Servers) -> set[int]:
    """TCP ports that the access table opens and at which something listens at times only."""
    return {int(row["port"]) for row in servers.variable("firewall_access", "all") if row.get("occasional")}


@pytest.mark.checklist("INF-09")
def test_the_tiers_own_servers_reach_only_what_the_table_opens_to_them(
    servers: Servers, tier: str, rehearsal: bool, look: Looker
) -> None:
    """Whoever took one server over goes on to the next by the ports between them."""
    patience = "1" if rehearsal else "2"
    for server in servers.group(tier):
        for client in servers.others(server, tier):
            shown = f"ask every TCP port of {server.name} ({server.address})"
            allowed = opened_to(servers, client, server)
            named = " ".join(str(port) for port in sorted(allowed))
            asked = f"python3 -c {shlex.quote(SCAN)} {server.address} {patience} {named}"
            answers = look.at(client, asked, shown).splitlines()[0]
            found = {int(port): state for port, state in json.loads(answers).items()}
            assert set(found) <= allowed, (
                f"{server.name} answers {client.name} on {sorted(set(found) - allowed)} as well"
            )
            closed = sorted(port for port in allowed - occasional(servers) if found.get(port) != "open")
            assert not closed, f"{server.name} does not serve {client.name} {closed}, which the access table opens"


@pytest.mark.checklist("INF-09")
def test_only_the_udp_ports_of_the_access_table_answer(
    servers: Servers, tier: str, outside: Server, look: Looker
) -> None:
    """A forgotten UDP service answers forged senders, and takes part in attacks on others."""
    for server in servers.group(tier):
        found = answering(look, outside, server, f"-sU -p {UDP_PORTS} --max-retries 1 --min-rate 50")
        allowed = allowed_from_outside(servers, server, "udp")
        assert set(found) <= allowed, f"{server.name} answers on {sorted(set(found) - allowed)}/udp"


@pytest.mark.checklist("INF-09")
def test_a_service_nobody_announced_is_not_reachable(
    servers: Servers, tier: str, outside: Server, look: Looker
) -> None:
    """Closed for want of a service is open on the day someone installs one."""
    for server in servers.group(tier):
        look.at(
            server,
            "systemd-run --quiet --collect --unit=kit-probe --property=DynamicUser=yes --property=RuntimeMaxSec=15 "
            f'/usr/bin/python3 -c \'import socket, time; s = socket.create_server(("", {UNANNOUNCED})); '
            "time.sleep(15)'",
        )
        try:
            look.at(
                server,
                f"for i in $(seq 30); do ss -Hltn 'sport = :{UNANNOUNCED}' | grep -q . && break; sleep 0.1; done",
            )
            look.at(server, f"timeout 2 bash -c 'exec 3<>/dev/tcp/127.0.0.1/{UNANNOUNCED}'")
            code, _ = look.attempt(outside, f"timeout 3 bash -c 'exec 3<>/dev/tcp/{server.address}/{UNANNOUNCED}'")
        finally:
            server.attempt("systemctl stop kit-probe")
        assert code != 0, f"{server.name} lets anyone reach a service that no row of the access table announces"
