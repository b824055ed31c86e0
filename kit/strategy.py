"""How Ansible runs tasks: by its own way, in rehearsals by mitogen (docs/decisions/0006-strategy.md)."""

from __future__ import annotations

import os
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from kit.errors import KitError
from kit.tier import Tier

TRIED = {"ansible-core": "2.19.14", "mitogen": "0.3.54"}
"""The versions that were tried together. Any other pair runs by Ansible's own way until somebody has tried it."""
CHOICES = ("mitogen", "linear")


def environment(tier: Tier) -> dict[str, str]:
    """Return the variables that choose the strategy of a playbook on `tier`; none for Ansible's own.

    Real servers always get Ansible's own. `KIT_STRATEGY=linear` asks for it in rehearsals too. Raises KIT-203 when
    `KIT_STRATEGY` is no strategy, or is one that does not run here.
    """
    wanted = os.environ.get("KIT_STRATEGY", "")
    if wanted and wanted not in CHOICES:
        raise KitError(
            "KIT-203", f"KIT_STRATEGY={wanted} is no strategy.", where="this shell's environment",
            fix=f"unset it, or set it to one of: {', '.join(CHOICES)}",
        )  # fmt: skip
    if not tier.rehearsal or wanted == "linear":
        return {}
    plugins = _plugins()
    if plugins is None:
        if wanted:
            tried = " with ".join(f"{name} {number}" for name, number in TRIED.items())
            raise KitError(
                "KIT-203", "mitogen does not run here.", where=".venv", why=f"only {tried} was tried",
                fix="unset KIT_STRATEGY: everything works without it, only slower",
            )  # fmt: skip
        return {}
    return {"ANSIBLE_STRATEGY": "mitogen_linear", "ANSIBLE_STRATEGY_PLUGINS": str(plugins)}


def _plugins() -> Path | None:
    """Return the directory of mitogen's strategies, or None unless exactly what was tried is installed."""
    try:
        if any(version(name) != number for name, number in TRIED.items()):
            return None
    except PackageNotFoundError:
        return None
    found = find_spec("ansible_mitogen")
    return Path(found.origin).parent / "plugins" / "strategy" if found and found.origin else None
