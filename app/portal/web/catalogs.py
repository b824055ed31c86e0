"""The translations' catalogues: .po files in git, .mo files made from them when they are stale."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

TRANSLATIONS = Path(__file__).parents[1] / "translations"


def compile_stale(folder: Path = TRANSLATIONS) -> list[Path]:
    """Make every missing or outdated messages.mo anew; answers with what was made. Safe when two do it at once."""
    made = []
    for source in sorted(folder.glob("*/LC_MESSAGES/messages.po")):
        target = source.with_suffix(".mo")
        if target.is_file() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        with source.open("rb") as file:
            catalogue = read_po(file, locale=source.parts[-3])
        with tempfile.NamedTemporaryFile(dir=source.parent, delete=False) as draft:
            write_mo(draft, catalogue)
        Path(draft.name).chmod(0o644)
        os.replace(draft.name, target)  # noqa: PTH105 - the atomic one
        made.append(target)
    return made


def available(folder: Path = TRANSLATIONS) -> list[str]:
    """The languages that have a catalogue; English needs none, the sources are in it."""
    return ["en", *sorted(path.parent.parent.name for path in folder.glob("*/LC_MESSAGES/messages.po"))]
