"""Every address of the portal declares who may use it."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from portal.accounts.rules import Permission
from portal.app import create_app
from portal.settings import Settings

ROOT = Path(__file__).parents[4]

PUBLIC = {
    "web.home",
    "web.choose_language",
    "web.static_file",
    "web.favicon",
    "web.live",
    "web.ready",
    "accounts.sign_in",
    "accounts.sign_in_post",
    "accounts.sign_out",
    "approvals.client",
    "approvals.answer",
    "approvals.document",
    "calendar.this_year",
    "classification.index",
    "classification.browse",
    "calendar.closed_days",
    "fees.calculator",
    "fees.schedule",
}
"""The addresses that anybody may use: whoever adds one says so here."""


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The portal, never asked anything: its database is not there."""
    return create_app(
        Settings.model_validate(
            {
                "tier": "production",
                "public_url": "https://filing.ipo.example",
                "office_file": ROOT / "inventories/test/office.yml",
                "secret_key": "only for tests, and for nothing else at all",
                "password_salt": "only for tests, salt",
                "totp_secret": "only for tests, totp",
                "database_url": "sqlite://",
                "documents_path": tmp_path_factory.mktemp("documents"),
            }
        )
    )


def test_every_route_declares_its_permission(app: Flask) -> None:
    """A forgotten line opens a firm's drafts to everybody."""
    undeclared = [
        f"{rule.rule} ({rule.endpoint})"
        for rule in app.url_map.iter_rules()
        if not isinstance(getattr(app.view_functions[rule.endpoint], "permission", None), Permission)
    ]
    assert undeclared == []


def test_public_routes_are_exactly_the_listed_ones(app: Flask) -> None:
    """PUBLIC must be a decision, not a habit."""
    public = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if getattr(app.view_functions[rule.endpoint], "permission", None) is Permission.PUBLIC
    }
    assert public == PUBLIC


def test_what_changes_something_is_never_asked_for_by_get(app: Flask) -> None:
    """A link in a mail must not submit, pay or sign out."""
    both = [rule.rule for rule in app.url_map.iter_rules() if {"GET", "POST"} <= (rule.methods or set())]
    assert both == []


def test_production_has_no_developers_pages(app: Flask) -> None:
    """The page that shows mail is everybody's mail."""
    assert [rule.rule for rule in app.url_map.iter_rules() if "mail" in rule.rule] == []
