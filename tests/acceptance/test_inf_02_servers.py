"""INF-02: as many servers as the tier needs, each of them there."""

from __future__ import annotations

import pytest

from tests.support.servers import Servers
from tests.support.tier_plugin import Looker

NEEDED = {"production": 3, "demo": 2, "test": 1}


@pytest.mark.checklist("INF-02")
def test_inventory_names_as_many_servers_as_the_tier_needs(servers: Servers, tier: str, evidence) -> None:
    """Two production servers cannot outvote a failed third one."""
    names = servers.names(tier)
    evidence.observe("inventory", f"ansible-inventory --list: group {tier}", ", ".join(names))
    assert len(names) == NEEDED[tier], f"{tier} needs {NEEDED[tier]} servers; its inventory names {len(names)}"


@pytest.mark.checklist("INF-02")
def test_every_server_answers_and_is_a_machine_of_its_own(servers: Servers, tier: str, look: Looker) -> None:
    """Three names of one machine die together."""
    identities = {}
    for server in servers.group(tier):
        identities[server.name] = look.at(server, "cat /etc/machine-id").strip()
        state = look.attempt(server, "systemctl is-system-running")[1].strip()
        assert state == "running", f"{server.name} answers, and is {state}: systemctl --failed says why"
    assert len(set(identities.values())) == len(identities), f"the same machine under several names: {identities}"
