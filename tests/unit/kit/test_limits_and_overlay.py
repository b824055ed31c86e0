"""What podman and Ansible are told about a rehearsal."""

from __future__ import annotations

import json
import resource
import shlex
from ipaddress import IPv4Network
from pathlib import Path

import pytest

from kit.rehearsal import overlay, runtime


@pytest.mark.parametrize(("hard", "limit"), [(20_000, 20_000), (1_048_576, 524_288), (resource.RLIM_INFINITY, 524_288)])
def test_limits_stay_within_the_callers_own(hard, limit):
    """Above its own hard limit a process without CAP_SYS_RESOURCE starts no container at all."""
    assert runtime.within(524_288, hard) == limit


def test_containers_conf_carries_the_limits():
    """podman's own default of 1048576 open files is refused on small machines."""
    text = runtime.containers_conf(20_000, 30_000)
    assert 'default_ulimits = ["nofile=20000:20000", "nproc=30000:30000"]' in text


def inventory(folder: str = "/srv/a clone/.kit"):
    return overlay.hosts(
        {"outside": "10.89.7.10", "test1": "10.89.7.11"},
        IPv4Network("10.89.7.0/24"),
        Path(folder),
        ["192.0.2.53"],
    )


def test_the_overlay_gives_each_host_its_address():
    """The tier's own inventory names documentation addresses: without an overlay they would be asked."""
    hosts = inventory()["all"]["hosts"]
    assert {name: facts["ansible_host"] for name, facts in hosts.items()} == {
        "outside": "10.89.7.10",
        "test1": "10.89.7.11",
    }


def test_host_keys_are_pinned_also_in_a_clone_whose_path_has_a_space():
    """An unpinned key would let any machine in between take the secrets of a run."""
    words = shlex.split(inventory()["all"]["vars"]["ansible_ssh_common_args"])
    assert 'UserKnownHostsFile="/srv/a clone/.kit/known_hosts"' in words
    assert "StrictHostKeyChecking=yes" in words


def test_the_overlay_is_read_back_as_it_was():
    """Ansible reads it as YAML; a comment stands before the JSON."""
    text = overlay.as_text(inventory())
    assert text.startswith("#")
    assert json.loads(text.partition("\n")[2]) == inventory()


def test_resolvers_on_loopback_are_not_handed_to_containers():
    """127.0.0.53 is another machine's loopback inside a container: every name would fail there."""
    stub = "nameserver 127.0.0.53\noptions edns0\n"
    behind = "# by systemd-resolved\nnameserver 192.0.2.53\nnameserver ::1\n"
    assert overlay.resolvers(stub, behind) == ["192.0.2.53"]
    assert overlay.resolvers("nameserver 192.0.2.1\nnameserver 192.0.2.1\n") == ["192.0.2.1"]


def test_a_tier_that_shares_an_address_has_another_one_in_its_rehearsal():
    """The inventory's own would be asked for on the real network, by every server at once."""
    given = overlay.hosts(
        {"outside": "10.89.7.10", "prod1": "10.89.7.11"}, IPv4Network("10.89.7.0/24"), Path("/srv"), [], shares=True
    )
    assert {facts["tier_shared_address"] for facts in given["all"]["hosts"].values()} == {"10.89.7.99"}
    assert all("tier_shared_address" not in facts for facts in inventory()["all"]["hosts"].values())
