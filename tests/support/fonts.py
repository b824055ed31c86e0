"""The fonts that the portal's role installs: without them a paper numbers the characters of other scripts."""

from __future__ import annotations

from pathlib import Path

SHARE = Path("/usr/share/fonts")
OF_PACKAGE = {
    "fonts-noto-core": SHARE / "truetype/noto/NotoNaskhArabic-Regular.ttf",
    "fonts-noto-cjk": SHARE / "opentype/noto/NotoSerifCJK-Regular.ttc",
    "fonts-symbola": SHARE / "truetype/ancient-scripts/Symbola_hint.ttf",
}


def require() -> None:
    """Raise RuntimeError with the remedy when a font is absent: a test of names is never skipped."""
    if absent := [package for package, path in OF_PACKAGE.items() if not path.exists()]:
        raise RuntimeError(f"fonts are missing: `apt-get install {' '.join(absent)}` (bin/kit test does it)")
