"""The step from the access table to a server's rules: a mistake here opens a port, or shuts the office out."""

from __future__ import annotations

import importlib.util

import pytest
from ansible.errors import AnsibleFilterError

from tests.unit.ansible.structure import ROOT

_spec = importlib.util.spec_from_file_location(
    "firewall_rows", ROOT / "roles" / "firewall" / "filter_plugins" / "firewall_rows.py"
)
plugin = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(plugin)

GROUPS = {"all": ["web", "data"], "proxy": ["web"], "portal": ["web"], "database": ["data"]}
HOSTVARS = {"web": {"ansible_host": "192.0.2.1"}, "data": {"ansible_host": "192.0.2.2"}}
OFFICE = ["198.51.100.0/24"]


def rows(host, *access):
    return plugin.firewall_rows(access, host, GROUPS, HOSTVARS, OFFICE)


def test_a_row_concerns_its_groups_servers_only():
    database = {"port": 3306, "proto": "tcp", "group": "database", "from": ["portal"]}
    assert rows("web", database) == []
    assert rows("data", database) == [{"port": 3306, "proto": "tcp", "from": ["192.0.2.1/32"]}]


def test_words_become_networks():
    ssh = {"port": 22, "group": "all", "from": "administration"}
    assert rows("web", ssh) == [{"port": 22, "proto": "tcp", "from": ["198.51.100.0/24"]}]
    mixed = {"port": 25, "group": "all", "from": ["proxy", "203.0.113.9", "2001:db8::/64"]}
    assert rows("web", mixed)[0]["from"] == ["192.0.2.1/32", "2001:db8::/64", "203.0.113.9/32"]
    assert rows("web", {"port": 443, "group": "proxy", "from": "anywhere"})[0]["from"] is None


def test_a_host_may_have_other_addresses_than_the_one_that_ansible_uses():
    known = {**HOSTVARS, "web": {"ansible_host": "192.0.2.1", "firewall_addresses": ["10.0.0.1", "10.0.1.1"]}}
    access = [{"port": 3306, "group": "database", "from": ["portal"]}]
    assert plugin.firewall_rows(access, "data", GROUPS, known, OFFICE)[0]["from"] == ["10.0.0.1/32", "10.0.1.1/32"]


@pytest.mark.parametrize(
    ("row", "named"),
    [
        ({"port": 1, "group": "databse", "from": "anywhere"}, "databse"),
        ({"port": 1, "group": "all", "from": ["protal"]}, "protal"),
        ({"port": 1, "group": "all", "from": "anywhere else"}, "anywhere else"),
        ({"port": 1, "group": "all", "from": ["192.0.2.300"]}, "192.0.2.300"),
    ],
)
def test_a_misspelt_word_is_refused_by_name(row, named):
    with pytest.raises(AnsibleFilterError, match=named):
        rows("web", row)


def test_an_empty_administration_lets_nobody_in():
    found = plugin.firewall_rows([{"port": 22, "group": "all", "from": "administration"}], "web", GROUPS, HOSTVARS, [])
    assert found == [{"port": 22, "proto": "tcp", "from": []}]
    assert not plugin.firewall_lets_in(found, "198.51.100.7", 22)


def test_who_is_let_in():
    found = rows("web", {"port": 22, "group": "all", "from": "administration"})
    assert plugin.firewall_lets_in(found, "198.51.100.7", 22)
    assert not plugin.firewall_lets_in(found, "198.51.101.7", 22)
    assert not plugin.firewall_lets_in(found, "198.51.100.7", 2222)


def test_vrrp_has_no_port_and_keeps_to_those_who_share_the_address():
    row = {"proto": "vrrp", "group": "proxy", "from": ["proxy"]}
    assert rows("web", row) == [{"port": None, "proto": "vrrp", "from": ["192.0.2.1/32"]}]
    assert rows("data", row) == []


@pytest.mark.parametrize(
    "row",
    [{"proto": "tcp", "group": "all", "from": "anywhere"}, {"proto": "vrrp", "port": 112, "group": "all", "from": []}],
)
def test_a_port_that_is_forgotten_or_that_there_is_not_is_refused(row):
    """Without its port a row of TCP would open every one."""
    with pytest.raises(AnsibleFilterError, match="tcp and udp need a port, vrrp has none"):
        rows("web", row)


def test_who_may_send_vrrp_may_not_connect():
    found = rows("web", {"proto": "vrrp", "group": "all", "from": ["198.51.100.0/24"]})
    assert not plugin.firewall_lets_in(found, "198.51.100.7", 22)
