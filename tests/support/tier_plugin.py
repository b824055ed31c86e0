"""pytest plugin of the suites that look at running servers: which tier, its servers, and the internet's side of it."""

from __future__ import annotations

import json
import os
import shlex
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kit.checklist.pytest_plugin import EvidenceBook
from kit.tier import get
from tests.support.portal_client import PortalClient
from tests.support.servers import Server, Servers, read_inventory, this_machine
from tests.support.tunnel import Tunnel

INVENTORY = pytest.StashKey[dict[str, Any]]()
TRUST = "/tmp/kit-verify-trust.pem"
MACHINE_ROOTS = "/etc/ssl/certs/ca-certificates.crt"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options that choose the tier."""
    group = parser.getgroup("tier")
    group.addoption("--tier", default=os.environ.get("KIT_TIER", "test"), help="the tier to look at (default: test)")
    group.addoption("--rehearsal", action="store_true", help="look at the local containers, not at the real servers")


class Looker:
    """Runs commands on servers and writes what they showed into the evidence."""

    def __init__(self, evidence: EvidenceBook) -> None:
        self._evidence = evidence

    def at(self, server: Server, command: str, shown: str = "") -> str:
        """The output of a command that must succeed; the evidence names it as `shown`, if given."""
        code, text = self.attempt(server, command, shown)
        assert code == 0, f"`{shown or command}` on {server.name} ended with {code}: {text.strip()[-600:]}"
        return text

    def attempt(self, server: Server, command: str, shown: str = "") -> tuple[int, str]:
        """Exit code and output of a command that may fail."""
        code, text = server.attempt(command)
        self._evidence.observe(server.name, shown or command, text + (f"\n(exit {code})" if code else ""))
        return code, text


@pytest.fixture
def look(evidence: EvidenceBook) -> Looker:
    """Runs a command on a server, and keeps what it showed as evidence."""
    return Looker(evidence)


@pytest.fixture(scope="session")
def tier(request: pytest.FixtureRequest) -> str:
    """The tier's name."""
    return str(request.config.getoption("--tier"))


@pytest.fixture(scope="session")
def rehearsal(request: pytest.FixtureRequest) -> bool:
    """Whether the local containers are looked at."""
    return bool(request.config.getoption("--rehearsal"))


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Hand a worker of pytest-xdist the inventory, in memory: reading it takes a second of processor time."""
    if INVENTORY not in node.config.stash:
        node.config.stash[INVENTORY] = _inventory(node.config)
    node.workerinput["inventory"] = json.dumps(node.config.stash[INVENTORY])


@pytest.fixture(scope="session")
def servers(request: pytest.FixtureRequest) -> Servers:
    """The servers of the tier's inventory."""
    handed = getattr(request.config, "workerinput", {}).get("inventory")
    return Servers(json.loads(handed) if handed else _inventory(request.config))


def _inventory(config: pytest.Config) -> dict[str, Any]:
    tier = get(str(config.getoption("--tier")), rehearsal=bool(config.getoption("--rehearsal")))
    return read_inventory(tier)


@pytest.fixture(scope="session")
def outside(servers: Servers) -> Server:
    """The internet's side: the host `outside` in a rehearsal, else the machine that verifies."""
    names = servers.names("outside")
    return servers.server(names[0]) if names else this_machine()


@pytest.fixture(scope="session")
def portal_name(servers: Servers) -> str:
    """The name under which agents reach the portal, as the inventory says it."""
    return str(servers.variable("tier_portal_name", "portal"))


@pytest.fixture(scope="session")
def trust_text(servers: Servers) -> str:
    """The authorities, as PEM, that an agent's browser trusts for this tier's certificate.

    The tier's own authority; for a bought certificate the root that the inventory names, else this machine's roots.
    """
    if servers.variable("tls_engine", "proxy", otherwise="internal") == "internal":
        return str(servers.variable("vault_tls_ca_certificate", "proxy"))
    authority = servers.variable("tier_supplier_authority", "proxy")
    return Path(authority or MACHINE_ROOTS).read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def trust(outside: Server, trust_text: str) -> str:
    """Path, at `outside`, of these authorities."""
    # in one step: another worker's test may be reading it
    outside.run(f"new=$(mktemp {TRUST}.XXXXXX) && printf %s {shlex.quote(trust_text)} > $new && mv $new {TRUST}")
    return TRUST


@pytest.fixture(scope="session")
def portal_server(servers: Servers) -> Server:
    """The server whose portal answers agents: the holder of the shared address, where there is one."""
    return holder(servers) if servers.shared_address else servers.group("portal")[0]


@pytest.fixture(scope="session")
def proxy_server(servers: Servers) -> Server:
    """The server whose proxy agents reach: the holder of the shared address, where there is one."""
    return holder(servers) if servers.shared_address else servers.group("proxy")[0]


@pytest.fixture(scope="session")
def portal_address(servers: Servers) -> str:
    """The address that agents connect to: the shared one, or the proxy's."""
    return servers.shared_address or servers.group("proxy")[0].address


@pytest.fixture(scope="session")
def tunnel(outside: Server, portal_address: str) -> Iterator[Tunnel]:
    """A way to the portal that begins at `outside`, so that the proxy sees a client from there."""
    with Tunnel.through(outside, portal_address, 443) as way:
        yield way


def holders(servers: Servers) -> list[Server]:
    """The servers that have the shared address on an interface now; those that do not answer have not."""
    asked = f"ip -o -4 address show | grep -F 'inet {servers.shared_address}/'"
    return [server for server in servers.group("address") if server.answers(asked)]


def holder(servers: Servers) -> Server:
    """The server that holds the shared address; the first of two while it moves."""
    for _ in range(50):
        found = holders(servers)
        if found:
            return found[0]
        time.sleep(0.2)
    raise AssertionError(f"no server holds {servers.shared_address}")


@pytest.fixture(scope="session")
def trust_file(tmp_path_factory: pytest.TempPathFactory, trust_text: str) -> str:
    """The same authorities in a file on this machine."""
    path = tmp_path_factory.mktemp("trust") / "ca.pem"
    path.write_text(trust_text, encoding="utf-8")
    return str(path)


@pytest.fixture
def new_client(portal_name: str, tunnel: Tunnel, trust_file: str) -> Callable[[], PortalClient]:
    """Makes a visit to the portal from outside."""
    return lambda: PortalClient(portal_name, tunnel.address, tunnel.port, trust_file)
