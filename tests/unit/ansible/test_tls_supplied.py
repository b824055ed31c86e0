"""A bought certificate that no browser accepts must be refused on the operator's machine, not by an agent."""

from __future__ import annotations

import importlib.util

import pytest

from kit import certificates
from tests.unit.ansible.structure import ROOT

_spec = importlib.util.spec_from_file_location(
    "tls_supplied", ROOT / "roles" / "tls" / "filter_plugins" / "tls_supplied.py"
)
plugin = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(plugin)

NAMES = ["filing.demo.ipo.example", "192.0.2.21"]


@pytest.fixture(scope="module")
def bought():
    return certificates.bought(NAMES)


def problems(pair, names=NAMES, **changed):
    files = {"certificate": pair.chain, "key": pair.key, "authority": pair.root} | changed
    return plugin.tls_supplied_problems(names, days=15, **files)


def test_a_whole_chain_with_its_key_is_accepted(bought):
    assert problems(bought) == []
    assert problems(bought, ["FILING.demo.ipo.example"]) == []


def test_a_chain_without_the_authority_between_is_refused(bought):
    """It works in the browser of whoever installed it, which has seen that authority elsewhere."""
    leaf = bought.chain.split("-----END CERTIFICATE-----")[0] + "-----END CERTIFICATE-----\n"
    (told,) = problems(bought, certificate=leaf)
    assert "does not lead to an authority that browsers trust" in told
    assert "first, then each authority" in told


def test_an_authority_that_browsers_do_not_know_is_refused(bought):
    (told,) = problems(bought, authority=certificates.bought(NAMES).root)
    assert "does not lead" in told
    (told,) = problems(bought, authority="")
    assert "does not lead" in told


def test_another_certificates_key_is_refused(bought):
    assert problems(bought, key=certificates.bought(NAMES).key) == ["the key is another certificate's"]


def test_a_name_that_is_missing_is_named(bought):
    (told,) = problems(bought, [*NAMES, "filing.ipo.example"])
    assert told.startswith("it is not for filing.ipo.example, but for 192.0.2.21, filing.demo.ipo.example")


@pytest.mark.parametrize(("days", "said"), [(14, ["13 days are left, and 15 are asked"]), (16, [])])
def test_days_left_are_counted(days, said):
    assert problems(certificates.bought(NAMES, days)) == said


def test_a_file_that_is_not_there_is_told_as_that(bought):
    assert problems(bought, certificate="") == ["there is no certificate file"]
    assert problems(bought, key="") == ["there is no key file"]


@pytest.mark.parametrize("text", ["not PEM", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
def test_a_damaged_file_is_told_without_its_contents(bought, text):
    (told,) = problems(bought, certificate=text)
    assert "cannot be read as PEM" in told
    (told,) = problems(bought, key=text)
    assert "cannot be read as PEM" in told
