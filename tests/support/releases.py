"""Other releases of the portal than these sources make: for upgrades, which need two."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping

from kit.paths import ROOT, STATE

VERSIONS = "portal/migrations/versions"
WIDER = """\"\"\"{words}\"\"\"

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = "{before}"
phase = "{phase}"


def upgrade() -> None:
    {statement}
"""
_BUILD = """
import json, sys
from pathlib import Path
from kit import bundle
bundle.APP = Path(sys.argv[1])
print(json.dumps(bundle.build().version))
"""


def expansion(revision: str, before: str, table: str) -> str:
    """The source of a version that adds a table."""
    statement = f'op.create_table("{table}", sa.Column("id", sa.Integer(), nullable=False, primary_key=True))'
    return WIDER.format(words="Make room.", revision=revision, before=before, phase="expand", statement=statement)


def contraction(revision: str, before: str, table: str) -> str:
    """The source of a version that takes a table away."""
    statement = f'op.drop_table("{table}")'
    return WIDER.format(words="Clear away.", revision=revision, before=before, phase="contract", statement=statement)


def build(name: str, files: Mapping[str, str]) -> str:
    """Build the release of these sources with `files` (path below app/ → content) added; its version.

    What `bin/kit` builds by itself stays the newest.
    """
    place = STATE / "other-releases" / name / "app"
    shutil.rmtree(place.parent, ignore_errors=True)
    shutil.copytree(ROOT / "app", place, ignore=shutil.ignore_patterns("__pycache__", "node_modules", "*.mo"))
    for path, content in files.items():
        (place / path).write_text(content, encoding="utf-8")
    version: str = json.loads(_python(_BUILD, str(place)))
    _python("from kit import bundle; bundle.build()")  # which points at the newest
    return version


def _python(program: str, *arguments: str) -> str:
    command = [sys.executable, "-c", program, *arguments]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    return said[-1] if said else ""


def remove() -> None:
    """Remove the sources that were made here; the bundles stay with the others."""
    shutil.rmtree(STATE / "other-releases", ignore_errors=True)
