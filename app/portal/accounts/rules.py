"""Who may do what: roles, and the permissions that each of them carries. No database, no Flask."""

from __future__ import annotations

from enum import StrEnum


class RoleName(StrEnum):
    AGENT = "agent"
    OFFICER = "officer"
    CASHIER = "cashier"
    ADMINISTRATOR = "administrator"
    SUPPORT = "support"


class Permission(StrEnum):
    """What a route may ask for. PUBLIC and SIGNED_IN need no role."""

    PUBLIC = "public"
    SIGNED_IN = "signed-in"
    DRAFT = "draft"
    FILE = "file"
    SEE_DOCKET = "see-docket"
    RECEIVE = "receive"
    TAKE_PAYMENT = "take-payment"
    ADMINISTER = "administer"
    HELP = "help"
    EXPLAIN = "explain"
    """Ask why a date or a sum is what it is."""


GRANTS: dict[RoleName, frozenset[Permission]] = {
    RoleName.AGENT: frozenset({Permission.DRAFT, Permission.FILE, Permission.SEE_DOCKET}),
    RoleName.OFFICER: frozenset({Permission.RECEIVE, Permission.EXPLAIN}),
    RoleName.CASHIER: frozenset({Permission.TAKE_PAYMENT, Permission.EXPLAIN}),
    RoleName.ADMINISTRATOR: frozenset({Permission.ADMINISTER, Permission.EXPLAIN}),
    RoleName.SUPPORT: frozenset({Permission.HELP, Permission.EXPLAIN}),
}


def is_granted(permission: Permission, roles: set[str]) -> bool:
    """Whether a signed-in person with these roles has the permission."""
    if permission in (Permission.PUBLIC, Permission.SIGNED_IN):
        return True
    return any(permission in GRANTS[RoleName(role)] for role in roles)
