"""What the portal's integration tests share besides the portal itself."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from portal.cli import main
from portal.settings import Settings


@pytest.fixture
def run(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Call a command of the portal under this test's settings, with changes."""

    def call(*arguments: str, stdin: str | None = None, **changes: Any) -> Result:
        values: dict[str, Any] = settings.model_dump() | changes
        lines = []
        for key, value in values.items():
            if value is None:
                continue
            plain = value.get_secret_value() if hasattr(value, "get_secret_value") else value
            lines.append(f"{key} = {json.dumps(plain if isinstance(plain, (bool, int, list)) else str(plain))}")
        path = tmp_path / "settings.toml"
        path.write_text("\n".join(lines))
        monkeypatch.setenv("PORTAL_SETTINGS", str(path))
        return CliRunner().invoke(main, arguments, input=stdin)

    return call
