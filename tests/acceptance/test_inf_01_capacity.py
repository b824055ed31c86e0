"""INF-01: server capacity, measured on each server."""

from __future__ import annotations

import pytest

from tests.support.servers import Servers
from tests.support.tier_plugin import Looker

GIGABYTE = 10**9
MEMORY = 16 * GIGABYTE
# File systems keep up to 5 % of a disk for their own tables.
DISK = 300 * GIGABYTE * 0.95


@pytest.mark.checklist("INF-01")
def test_every_server_is_64_bit(servers: Servers, tier: str, look: Looker) -> None:
    """A 32-bit server cannot map the database's buffers, and gets no release of Debian any more."""
    for server in servers.group(tier):
        bits = look.at(server, "getconf LONG_BIT; uname -m").split()
        assert bits[0] == "64", f"{server.name} is {bits[0]}-bit ({bits[1]})"


@pytest.mark.checklist("INF-01")
def test_every_server_has_16_gb_of_memory(servers: Servers, tier: str, look: Looker) -> None:
    """A server short of memory kills the database on the busiest day: the last one of a term."""
    for server in servers.group(tier):
        kilobytes = int(look.at(server, "grep MemTotal /proc/meminfo").split()[1])
        assert kilobytes * 1024 >= MEMORY, f"{server.name} has {kilobytes * 1024 / GIGABYTE:.1f} GB, 16 are asked"


@pytest.mark.checklist("INF-01")
def test_every_server_has_300_gb_of_disk(servers: Servers, tier: str, look: Looker) -> None:
    """A full document disk refuses filings."""
    for server in servers.group(tier):
        container = look.attempt(server, "systemd-detect-virt --container")[1].split()[0]
        assert container == "none", f"{server.name} is a container: its disk is that of the machine it runs on"
        table = look.at(server, "df --local -B1 --output=source,size -x tmpfs -x devtmpfs -x squashfs")
        sizes = dict(line.split() for line in table.splitlines()[1:])
        total = sum(int(size) for size in sizes.values())
        assert total >= DISK, f"{server.name} has {total / GIGABYTE:.0f} GB, 300 are asked"
