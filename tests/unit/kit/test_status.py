"""`bin/kit status` tells a server's facts in an operator's words."""

from __future__ import annotations

import pytest

from kit.verbs.status import rows

FACTS = {
    "at": "2026-11-22T15:27:23+00:00",
    "units": {"nginx.service": "active", "mariadb.service": "failed"},
    "failed_units": ["mariadb.service"],
    "certificates": {"portal": 12},
    "disk": {"/": {"total_gib": 252.0, "free_gib": 69.7, "used_percent": 72}},
    "backups": {"daily": "2026-11-22T01:00:00+00:00"},
    "release": None,
    "address": {"holds": True, "taken_out": False, "serves": True},
    "mail_record": "filing._domainkey.ipo.example TXT v=DKIM1; k=rsa; p=AAAA",
    "restart_needed": True,
}


def test_a_service_that_does_not_run_is_named():
    """A count of running services would hide the one that matters."""
    told = dict(rows(FACTS))
    assert told["services"] == "mariadb.service is failed"
    assert told["failed units"] == "mariadb.service"


def test_every_fact_has_its_unit_and_no_fact_is_lost():
    """A bare 12 beside a certificate may be hours, days or an error code."""
    told = dict(rows(FACTS))
    assert told["certificate portal"] == "12 days left"
    assert told["disk /"] == "69.7 of 252.0 GiB free (72 % used)"
    assert told["backup daily"] == "2026-11-22T01:00:00+00:00"
    assert told["shared address"] == "held here"
    assert told["publish for mail"].startswith("filing._domainkey.ipo.example TXT v=DKIM1")
    assert (told["release"], told["restart needed"]) == ("none", "yes")


@pytest.mark.parametrize(
    ("stand", "words"),
    [
        ({"holds": False, "taken_out": False, "serves": True}, "ready to take it"),
        ({"holds": False, "taken_out": False, "serves": False}, "not held, and the portal is not ready"),
        ({"holds": False, "taken_out": True, "serves": False}, "taken out"),
        (
            {"holds": True, "taken_out": True, "serves": False},
            "taken out, holds it all the same: no other server serves",
        ),
    ],
)
def test_who_holds_the_shared_address_is_told(stand, words):
    """Before a server is switched off, somebody looks here."""
    assert dict(rows({**FACTS, "address": stand}))["shared address"] == words


def test_a_tier_without_a_shared_address_says_nothing_of_one():
    assert "shared address" not in dict(rows({**FACTS, "address": None, "mail_record": None}))
