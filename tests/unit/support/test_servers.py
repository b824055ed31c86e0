"""What tests read from an inventory: an expectation with an unfilled reference would be compared with nothing."""

from __future__ import annotations

import pytest

from tests.support.servers import Servers

INVENTORY = {
    "demo": {"hosts": ["web1", "data1"]},
    "_meta": {
        "hostvars": {
            "web1": {"gateway": "10.0.0.1", "nets": ["{{ gateway }}/32"], "rows": [{"from": "{{ nets[0] }}"}]},
            "data1": {"gateway": "10.0.0.1"},
        }
    },
}


def test_references_inside_lists_and_rows_are_filled_in():
    servers = Servers(INVENTORY)
    assert servers.variable("nets", "demo") == ["10.0.0.1/32"]
    assert servers.variable("absent", "demo", otherwise="internal") == "internal"
    with pytest.raises(KeyError):
        servers.variable("absent", "demo")


def test_a_changed_inventory_leaves_the_first_as_it_was():
    servers = Servers(INVENTORY)
    assert servers.changed("demo", without="data1").names("demo") == ["web1"]
    assert servers.changed("demo", twin_of="web1", name="twin").names("demo") == ["web1", "data1", "twin"]
    assert servers.names("demo") == ["web1", "data1"]
