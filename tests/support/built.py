"""What pages need that is not in git: front-end files under hashed names, and compiled translations."""

from __future__ import annotations

from functools import lru_cache

from kit.assets import build_assets
from portal.web.catalogs import compile_stale


@lru_cache(maxsize=1)
def everything() -> None:
    """Make what is missing or older than its sources; quick when nothing is."""
    build_assets()
    compile_stale()
