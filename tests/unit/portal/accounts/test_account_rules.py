"""Which role may do what."""

from __future__ import annotations

import pytest

from portal.accounts.rules import Permission, is_granted
from portal.accounts.service import account_key

MAY = {
    "agent": {Permission.DRAFT, Permission.FILE, Permission.SEE_DOCKET},
    "officer": {Permission.RECEIVE, Permission.EXPLAIN},
    "cashier": {Permission.TAKE_PAYMENT, Permission.EXPLAIN},
    "administrator": {Permission.ADMINISTER, Permission.EXPLAIN},
    "support": {Permission.HELP, Permission.EXPLAIN},
}


@pytest.mark.parametrize("role", sorted(MAY))
@pytest.mark.parametrize("permission", [p for p in Permission if p not in (Permission.PUBLIC, Permission.SIGNED_IN)])
def test_role_grants_exactly_its_permissions(role: str, permission: Permission) -> None:
    """Who receives filings must not file them, and who takes payments must not decide on them."""
    assert is_granted(permission, {role}) is (permission in MAY[role])


def test_permissions_of_several_roles_add_up() -> None:
    """In a small office one person is officer and cashier."""
    assert is_granted(Permission.TAKE_PAYMENT, {"officer", "cashier"})
    assert is_granted(Permission.RECEIVE, {"officer", "cashier"})


def test_nobody_without_role_has_a_permission() -> None:
    """An account that lost its roles keeps nothing."""
    assert not any(is_granted(p, set()) for p in Permission if p not in (Permission.PUBLIC, Permission.SIGNED_IN))


def test_failures_are_counted_for_an_address_however_it_is_written() -> None:
    """Otherwise capitals give five more guesses each; the trail holds no mistyped passwords as addresses."""
    key = account_key(" Agent@Demo.Example ")
    assert key == account_key("agent@demo.example")
    assert len(key) == 64
    assert "agent" not in key
