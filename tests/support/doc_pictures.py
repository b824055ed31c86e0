"""Take the pictures that the documentation shows from those that the browser suite kept.

    .venv/bin/python -m tests.support.doc_pictures reports/test-rehearsal/screens

Each `pictures/<name>.png` that a page under docs/ shows is the picture of that name, made small enough for a
repository: as wide as a page of text, with few colours, and cut off below where it only goes on.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from PIL import Image

from kit.paths import ROOT

DOCS = ROOT / "docs"
SHOWN = re.compile(r"!\[(?P<words>[^\]]*)\]\(pictures/(?P<name>[A-Za-z0-9-]+)\.png\)")
WIDTH, HEIGHT, COLOURS = 800, 1100, 48


def shown(pages: Path = DOCS) -> dict[str, str]:
    """What every picture that a page shows says of itself, by the picture's name."""
    found = (one for page in sorted(pages.glob("*.md")) for one in SHOWN.finditer(page.read_text(encoding="utf-8")))
    return {one["name"]: one["words"] for one in found}


def smaller(source: Path, to: Path) -> None:
    """Scale, cut and save one picture."""
    with Image.open(source) as picture:
        colours = picture.convert("RGB")
    if colours.width > WIDTH:
        colours = colours.resize((WIDTH, round(colours.height * WIDTH / colours.width)), Image.Resampling.LANCZOS)
    colours = colours.crop((0, 0, colours.width, min(colours.height, HEIGHT)))
    colours.quantize(COLOURS, dither=Image.Dither.NONE).save(to, optimize=True)


def main() -> None:
    """Take every picture that is shown; the names of those that the suite did not keep end the run."""
    taken = Path(sys.argv[1])
    names = shown()
    lacking = [name for name in names if not (taken / f"{name}.png").is_file()]
    if lacking:
        sys.exit(f"{taken} has no {', '.join(lacking)}: run the browser suite first")
    place = DOCS / "pictures"
    place.mkdir(exist_ok=True)
    for old in place.glob("*.png"):
        old.unlink()
    for name in names:
        smaller(taken / f"{name}.png", place / f"{name}.png")
        print(f"docs/pictures/{name}.png")


if __name__ == "__main__":
    main()
