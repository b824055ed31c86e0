"""Settings as a file: for the portal's own commands, in this process or another."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from portal.settings import Settings


def write_settings(settings: Settings, path: Path, **changes: Any) -> Path:
    """Write these settings, with changes, as the file that PORTAL_SETTINGS names."""
    lines = []
    for key, value in (settings.model_dump() | changes).items():
        if value is None:
            continue
        plain = value.get_secret_value() if hasattr(value, "get_secret_value") else value
        lines.append(f"{key} = {json.dumps(plain if isinstance(plain, (bool, int, list)) else str(plain))}")
    path.write_text("\n".join(lines))
    return path
