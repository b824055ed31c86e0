"""WIPO's ST.96 schemas, which are not ours to pass on: they lie beside the clone, or where ST96_SCHEMAS says."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kit.testrun.outcome import NOT_HERE

FOLDER = Path(os.environ.get("ST96_SCHEMAS") or Path(__file__).resolve().parents[3] / "shared" / "st96")
LACKING = "WIPO's ST.96 schemas are not beside this clone, see docs/development.md"


def st96(name: str) -> Path:
    """The path of one schema. Where the schemas are not, the test is told as not run; a missing one of them fails."""
    if not FOLDER.is_dir() and "ST96_SCHEMAS" not in os.environ:
        pytest.skip(f"{NOT_HERE}{LACKING}")
    path = FOLDER / name
    assert path.is_file(), f"{path} is not there: correct ST96_SCHEMAS, or complete the folder"
    return path
