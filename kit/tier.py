"""What a tier is: the inventories it is read from, its vault, its state and its reports."""

from __future__ import annotations

import difflib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from kit.errors import KitError
from kit.paths import INVENTORIES, REHEARSALS, REPORTS, ROOT, STATE

SHIPPED = ("test", "demo", "production")
NOT_TIERS = ("common", "rehearsal")


@dataclass(frozen=True)
class Tier:
    """One tier, either on its own servers or rehearsed in containers on this machine."""

    name: str
    rehearsal: bool = False

    @property
    def title(self) -> str:
        """Return how people are told about it: `test (rehearsal)`."""
        return f"{self.name} (rehearsal)" if self.rehearsal else self.name

    @property
    def folder(self) -> Path:
        """Return the tier's own inventory."""
        return INVENTORIES / self.name

    @property
    def state(self) -> Path:
        """Return what the kit generated for this tier: addresses, keys, a rehearsal's vault."""
        return REHEARSALS / self.name if self.rehearsal else STATE / "tiers" / self.name

    @property
    def inventories(self) -> list[Path]:
        """Return the inventory sources in Ansible's order: a later one wins.

        Files, not directories: Ansible would read every file of a directory, the office's profile too, as hosts.
        group_vars beside a file are read all the same.
        """
        folders = [INVENTORIES / "common", self.folder]
        if self.rehearsal:
            folders += [INVENTORIES / "rehearsal", self.state]
        return [folder / "hosts.yml" for folder in folders if (folder / "hosts.yml").is_file()]

    @property
    def vault(self) -> Path:
        """Return the encrypted file with the tier's secrets. A rehearsal never reads the real tier's."""
        base = self.state if self.rehearsal else self.folder
        return base / "group_vars" / "all" / "vault.yml"

    @property
    def vault_password_file(self) -> Path:
        """Return the file with the vault's password: the operator's own when the environment names one."""
        named = os.environ.get("ANSIBLE_VAULT_PASSWORD_FILE")
        if named and not self.rehearsal:
            return Path(named).expanduser()
        return self.state / "vault-password"

    @property
    def certificates(self) -> Path:
        """Return the directory of certificates that were bought; a rehearsal's are made by its own supplier."""
        return (self.state if self.rehearsal else self.folder) / "certificates"

    @property
    def office_file(self) -> Path:
        """Return the office's profile for this tier."""
        return self.folder / "office.yml"

    @property
    def signoffs_file(self) -> Path:
        """Return what people signed for this tier."""
        return self.folder / "signoffs.yml"

    @property
    def waivers_files(self) -> list[Path]:
        """Return the files with waivers: the tier's, and a rehearsal's own."""
        files = [self.folder / "waivers.yml"]
        if self.rehearsal:
            files.append(INVENTORIES / "rehearsal" / "waivers.yml")
        return [file for file in files if file.is_file()]

    @property
    def reports(self) -> Path:
        """Return the directory of this tier's reports."""
        return REPORTS / (f"{self.name}-rehearsal" if self.rehearsal else self.name)

    @property
    def hosts(self) -> list[str]:
        """Return the tier's own servers in the order in which its inventory names them."""
        return hosts_of(self.folder / "hosts.yml")

    @property
    def shared_address(self) -> str:
        """Return the address that the tier's own inventory puts before its servers; empty when it has none."""
        for file in sorted((self.folder / "group_vars" / "all").glob("*.yml")):
            if file.name != "vault.yml":
                values = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
                if values.get("tier_shared_address"):
                    return str(values["tier_shared_address"])
        return ""

    def ansible_environment(self) -> dict[str, str]:
        """Return the variables with which every Ansible tool reads this tier."""
        variables = {"ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"), "ANSIBLE_HOME": str(STATE / "ansible")}
        if self.vault.is_file():
            variables["ANSIBLE_VAULT_PASSWORD_FILE"] = str(self.vault_password_file)
        return variables

    def command_hint(self, verb: str) -> str:
        """Return the command line of a verb for this tier, as an operator types it."""
        return f"bin/kit {verb} {self.name}" + (" --rehearsal" if self.rehearsal else "")


def names() -> list[str]:
    """Return the tiers that have an inventory, in the order in which a release travels."""
    found = [path.parent.name for path in INVENTORIES.glob("*/hosts.yml") if path.parent.name not in NOT_TIERS]
    return sorted(found, key=lambda name: (SHIPPED.index(name) if name in SHIPPED else len(SHIPPED), name))


def get(name: str, *, rehearsal: bool = False) -> Tier:
    """Return the tier called `name`. Raises KIT-020 when it has no inventory."""
    known = names()
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"did you mean {near[0]}? " if near else ""
        raise KitError(
            "KIT-020",
            f"There is no tier called {name!r}.",
            where=str(INVENTORIES),
            why=f"{hint}known tiers: {', '.join(known) or 'none'}",
            fix="name one of them, or make inventories/<tier>/hosts.yml for a new one",
        )
    return Tier(name, rehearsal)


def hosts_of(path: Path) -> list[str]:
    """Return the hosts that an inventory file in YAML names, each once, in order."""
    try:
        tree = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except yaml.YAMLError as broken:
        mark = getattr(broken, "problem_mark", None)
        raise KitError(
            "KIT-021",
            "An inventory is not valid YAML.",
            where=f"{path}:{mark.line + 1}" if mark else str(path),
            why=str(getattr(broken, "problem", broken)),
            fix="correct the line, then run the same command again",
        ) from broken
    found: dict[str, None] = {}
    _collect(tree, found)
    return list(found)


def _collect(tree: Any, found: dict[str, None]) -> None:
    if not isinstance(tree, dict):
        return
    for key, value in tree.items():
        if key == "hosts" and isinstance(value, dict):
            found.update(dict.fromkeys(str(host) for host in value))
        elif key != "vars":
            _collect(value, found)
