"""Two clones on one machine must never take each other's containers, networks or addresses."""

from __future__ import annotations

from ipaddress import IPv4Network
from pathlib import Path

from kit.paths import clone_hash
from kit.rehearsal import names


def test_two_clones_have_different_names():
    """`down` in one clone would remove the other's servers otherwise."""
    one, other = clone_hash(Path("/srv/one")), clone_hash(Path("/srv/other"))
    assert one != other
    assert names.container_name("test1", one) != names.container_name("test1", other)
    assert names.network_name(one) != names.network_name(other)


def test_the_rehearsal_of_a_test_run_is_not_the_operators():
    """`bin/kit test` takes its own rehearsal down: it must not be the one that someone works in."""
    assert clone_hash(Path("/srv/one"), "check") != clone_hash(Path("/srv/one"), "")


def test_a_clone_keeps_its_name():
    """Names are derived, not remembered: after a lost .kit, `down` still finds the containers."""
    assert clone_hash(Path("/srv/one"), "") == clone_hash(Path("/srv/one"), "")
    assert len(clone_hash(Path("/srv/one"), "")) == 8


def test_subnets_avoid_what_is_taken_and_stay_in_the_pool():
    """A network over the machine's own would cut the operator off."""
    first = next(names.subnets("kit-abc", []))
    again = next(names.subnets("kit-abc", []))
    evaded = next(names.subnets("kit-abc", [first]))
    assert first == again
    assert evaded != first
    assert first.prefixlen == 24
    assert first.subnet_of(names.POOL)


def test_a_machine_that_routes_the_whole_pool_leaves_no_choice():
    """Better no rehearsal than one that shadows the office's network."""
    assert list(names.subnets("kit-abc", [IPv4Network("10.0.0.0/8")])) == []


def test_addresses_are_fixed():
    """The firewall's rules and the name service are made from them."""
    subnet = IPv4Network("10.89.7.0/24")
    assert names.outside_address(subnet) == "10.89.7.10"
    assert [names.address(subnet, place) for place in range(2)] == ["10.89.7.11", "10.89.7.12"]
