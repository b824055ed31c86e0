"""What the portal's integration tests share besides the portal itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from portal.cli import main
from portal.settings import Settings
from tests.integration.commands import write_settings


@pytest.fixture
def run(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Call a command of the portal under this test's settings, with changes."""

    def call(*arguments: str, stdin: str | None = None, **changes: Any) -> Result:
        path = write_settings(settings, tmp_path / "settings.toml", **changes)
        monkeypatch.setenv("PORTAL_SETTINGS", str(path))
        return CliRunner().invoke(main, arguments, input=stdin)

    return call
