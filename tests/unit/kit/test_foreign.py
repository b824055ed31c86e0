"""A copied line makes a training server sign with production's key, or a reset empty production's database."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kit.foreign import Estate, estate, leaves, shared
from kit.tier import SHIPPED, Tier

PRODUCTION = Estate(
    "production",
    {"app1": "192.0.2.31", "app2": "192.0.2.32"},
    "filing.ipo.example",
    {"vault_signing_passphrase": "the production passphrase", "vault_database_passwords.backup": "a-long-password"},
)
DEMO = Estate(
    "demo", {"web1": "192.0.2.21"}, "filing.demo.ipo.example", {"vault_signing_passphrase": "the demo passphrase"}
)


def test_tiers_of_their_own_share_nothing():
    assert shared(DEMO, PRODUCTION) == []
    assert shared(PRODUCTION, DEMO) == []


def test_a_production_secret_is_named_and_never_shown():
    """Whoever takes the demo server over would sign as the office."""
    copied = replace(DEMO, secrets={"vault_demo_passwords.agent": "a-long-password"})
    (told,) = shared(copied, PRODUCTION)
    assert told == "the secret vault_demo_passwords.agent is production's vault_database_passwords.backup"


@pytest.mark.parametrize(
    ("servers", "told"),
    [
        ({"web1": "192.0.2.32"}, "the server web1 has the address 192.0.2.32 of production's app2"),
        ({"app1": "192.0.2.21"}, "app1 is a server's name in both"),
    ],
)
def test_a_production_server_in_another_tier_is_named(servers, told):
    """An apply of demo would turn it into a demo server."""
    assert shared(replace(DEMO, servers=servers), PRODUCTION) == [told]


def test_test_and_demo_may_call_servers_alike_but_not_be_the_same():
    other = Estate("test", {"web1": "192.0.2.11"}, "filing.test.ipo.example", {})
    assert shared(DEMO, other) == []
    assert shared(DEMO, replace(other, servers={"test1": "192.0.2.21"})) == [
        "the server web1 has the address 192.0.2.21 of test's test1"
    ]


def test_the_portals_name_is_one_tiers():
    assert shared(replace(DEMO, portal_name="filing.ipo.example"), PRODUCTION) == [
        "the portal's name filing.ipo.example is production's"
    ]


def test_words_are_no_secrets():
    assert dict(leaves({"a": {"user": "portal", "password": "x" * 12}, "b": 7})) == {"a.password": "x" * 12}


def test_the_tiers_that_the_kit_ships_share_nothing():
    tiers = [Tier(name) for name in SHIPPED]
    estates = [estate(tier) for tier in tiers if (tier.folder / "hosts.yml").is_file()]
    assert len(estates) >= 2
    for own in estates:
        for other in estates:
            if own is not other:
                assert shared(own, other) == []
