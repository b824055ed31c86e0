"""`bin/kit dev` leaves the portal nothing to miss."""

from __future__ import annotations

import stat
import tomllib
from pathlib import Path

import pytest

from kit import devserver
from kit.paths import ROOT


@pytest.fixture
def dev(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The developer's directory, not made yet."""
    monkeypatch.setattr(devserver, "DEV", tmp_path / "dev")
    return tmp_path / "dev"


def test_a_fresh_developers_portal_has_a_document_store(dev: Path) -> None:
    """The portal refuses a store that is not there: no file could be attached, and nothing filed."""
    devserver.prepare(ROOT / "inventories" / "test" / "office.yml", "Office", 8080)
    documents = Path(tomllib.loads((dev / "settings.toml").read_text())["documents_path"])
    assert documents.is_dir()
    assert stat.S_IMODE(dev.stat().st_mode) == stat.S_IMODE(documents.stat().st_mode) == 0o700
