"""The tests' own tools: a client that computes wrong codes, or files made to the wrong measure, would prove nothing."""

from __future__ import annotations

import base64
import io

import pikepdf
import pytest

from tests.support.documents import pdf_of_size
from tests.support.portal_client import Codes, totp
from tests.support.servers import Servers

SECRET = base64.b32encode(b"12345678901234567890").decode()


@pytest.mark.parametrize(
    ("seconds", "code"), [(59, "287082"), (1111111109, "081804"), (2000000000, "279037"), (20000000000, "353130")]
)
def test_codes_are_those_of_rfc_6238(seconds: int, code: str) -> None:
    """Appendix B gives eight digits; the last six are the six-digit code."""
    assert totp(SECRET, seconds // 30) == code


def test_no_code_is_given_twice_to_the_visits_of_one_person() -> None:
    assert Codes.of(SECRET).next() != Codes.of(SECRET).next()


@pytest.mark.parametrize("size", [700, 999, 1000, 12345, 1_000_001])
def test_a_document_has_the_size_that_was_asked_and_is_a_correct_pdf(size: int) -> None:
    data = pdf_of_size(size)
    assert len(data) == size
    with pikepdf.open(io.BytesIO(data)) as pdf:
        assert pdf.check_pdf_syntax() == []


def test_groups_and_references_of_an_inventory_are_followed() -> None:
    inventory = {
        "_meta": {"hostvars": {"a": {"domain": "x.example", "name": "filing.{{ domain }}"}, "b": {}}},
        "all": {"children": ["test"]},
        "test": {"children": ["proxy"], "hosts": ["b"]},
        "proxy": {"hosts": ["a"]},
    }
    servers = Servers(inventory)
    assert servers.names("test") == ["b", "a"]
    assert servers.names("outside") == []
    assert servers.variable("name", "proxy") == "filing.x.example"
