"""The portal's settings for a test that runs no portal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from portal.settings import Settings

ROOT = Path(__file__).parents[2]


def settings_with(**values: Any) -> Settings:
    """Settings of a test tier that name no server, with these values."""
    usual = {
        "tier": "test",
        "public_url": "http://localhost",
        "office_file": ROOT / "inventories/test/office.yml",
        "secret_key": "only for tests, and for nothing else at all",
        "password_salt": "only for tests, salt",
        "totp_secret": "only for tests, totp",
        "database_url": "sqlite://",
        "documents_path": "/nonexistent",
    }
    return Settings.model_validate({**usual, **values})
