"""The navigation of a person, by what their roles let them do."""

from __future__ import annotations

from typing import Any

from flask import Flask, request
from flask_babel import LazyString, lazy_gettext

from portal.accounts.rules import Permission, is_granted
from portal.context import profile, settings
from portal.notices.service import unread_count
from portal.settings import Tier
from portal.web.viewer import viewer

ITEMS: list[tuple[Permission, str, LazyString]] = [
    (Permission.DRAFT, "/drafts", lazy_gettext("Drafts")),
    (Permission.SEE_DOCKET, "/docket", lazy_gettext("Docket")),
    (Permission.DRAFT, "/address-book", lazy_gettext("Address book")),
    (Permission.RECEIVE, "/office/reception", lazy_gettext("Reception")),
    (Permission.RECEIVE, "/office/discounts", lazy_gettext("Reductions")),
    (Permission.TAKE_PAYMENT, "/office/cashier", lazy_gettext("Cashier")),
    (Permission.ADMINISTER, "/office/calendar", lazy_gettext("Calendar")),
    (Permission.EXPLAIN, "/explain", lazy_gettext("Explain")),
    (Permission.SIGNED_IN, "/inbox", lazy_gettext("Inbox")),
]


def init_app(app: Flask) -> None:
    """Give templates `navigation()`, the viewer, the office and the tier."""

    def values() -> dict[str, Any]:
        return {
            "navigation": items,
            "viewer": viewer(),
            "office": profile().office,
            "tier": settings().tier,
            "no_legal_effect": settings().tier is not Tier.PRODUCTION,
        }

    app.context_processor(values)


def items() -> list[tuple[str, LazyString | str, bool]]:
    """Address, label, and whether it is where the reader stands."""
    person = viewer()
    if person is None:
        return []
    roles = person.role_names()
    labels = {"/inbox": f"{ITEMS[-1][2]} ({unread})"} if (unread := unread_count()) else {}
    return [
        (path, labels.get(path, label), request.path == path or request.path.startswith(path + "/"))
        for permission, path, label in ITEMS
        if is_granted(permission, roles)
    ]


def home_of(roles: set[str]) -> str:
    """Where a person with these roles begins."""
    return next(path for permission, path, _label in ITEMS if is_granted(permission, roles))
