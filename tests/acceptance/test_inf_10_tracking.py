"""INF-10: whose request it was, in the proxy's log and in the portal's audit trail."""

from __future__ import annotations

import hashlib
import json
import uuid
from dataclasses import dataclass

import pytest

from tests.support.portal_client import PortalClient
from tests.support.servers import Server
from tests.support.tier_plugin import Looker
from tests.support.tunnel import Tunnel

# Of a documentation network (RFC 5737): no client ever has it.
FORGED = "203.0.113.77"
FORGERY = {"X-Forwarded-For": FORGED, "X-Real-IP": FORGED, "Forwarded": f"for={FORGED}", "True-Client-IP": FORGED}
ACCESS_LOGS = "/var/log/nginx/*access*.log /var/log/apache2/*access*.log"


@dataclass(frozen=True)
class Probe:
    """A visit of nobody from `outside`: its token in the proxy's log, and its mark in the audit trail."""

    token: str
    mark: str


def _probe(portal_name: str, tunnel: Tunnel, trust_file: str, headers: dict[str, str]) -> Probe:
    token = uuid.uuid4().hex
    email = f"{token}@agents.example"
    client = PortalClient(portal_name, tunnel.address, tunnel.port, trust_file, headers)
    client.get(f"/probe-{token}", expect=None)
    page = client.get("/sign-in")
    client.send(page, {"email": email, "password": token}, expect=None)
    return Probe(token, hashlib.sha256(email.encode()).hexdigest())


@pytest.fixture
def client_address(outside: Server, portal_address: str, look: Looker) -> str:
    """The address that `outside` speaks to the proxy from."""
    route = look.at(outside, f"ip -o route get {portal_address}").split()
    return route[route.index("src") + 1]


def _logged(look: Looker, proxy_server: Server, probe: Probe) -> str:
    """The client's address in the proxy's log: of a line in JSON its member, else the line's first word."""
    line = look.at(
        proxy_server, f"sleep 0.3; cat {ACCESS_LOGS} 2>/dev/null | grep -F probe-{probe.token}"
    ).splitlines()[0]
    return str(json.loads(line)["address"]) if line.startswith("{") else line.split()[0]


def _audited(look: Looker, portal_server: Server, probe: Probe) -> list[dict[str, object]]:
    text = look.at(portal_server, f"portal audit --json --limit 200 | grep -F {probe.mark}")
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.checklist("INF-10")
def test_true_client_address_is_in_the_proxys_log(
    portal_name: str, tunnel: Tunnel, trust_file: str, proxy_server: Server, client_address: str, look: Looker
) -> None:
    """Without it an attack cannot be traced, nor stopped at the firewall."""
    assert _logged(look, proxy_server, _probe(portal_name, tunnel, trust_file, {})) == client_address


@pytest.mark.checklist("INF-10")
def test_true_client_address_is_in_the_audit_trail(
    portal_name: str, tunnel: Tunnel, trust_file: str, portal_server: Server, client_address: str, look: Looker
) -> None:
    """When a filing is disputed, the trail must say where the request came from, not the proxy's own address."""
    entries = _audited(look, portal_server, _probe(portal_name, tunnel, trust_file, {}))
    assert [entry["address"] for entry in entries] == [client_address]


@pytest.mark.checklist("INF-10")
def test_forged_address_is_not_believed(
    portal_name: str,
    tunnel: Tunnel,
    trust_file: str,
    proxy_server: Server,
    portal_server: Server,
    client_address: str,
    look: Looker,
) -> None:
    """Whoever can choose the address that is recorded can put the blame on anyone, and walks around every limit."""
    probe = _probe(portal_name, tunnel, trust_file, FORGERY)
    assert _logged(look, proxy_server, probe) == client_address, "the log believes the forged header"
    entries = _audited(look, portal_server, probe)
    assert [entry["address"] for entry in entries] == [client_address], f"the trail believes it: {entries}"
