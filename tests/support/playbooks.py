"""Runs a playbook of the tests on the tier's inventory, as an operator would."""

from __future__ import annotations

import os
import subprocess

from kit import strategy
from kit.paths import ROOT, VENV
from kit.tier import get


def playbook_command(tier: str, rehearsal: bool, playbook: str, **variables: str) -> list[str]:
    """The ansible-playbook line for `playbook` (path from the clone's root)."""
    sources = [part for source in get(tier, rehearsal=rehearsal).inventories for part in ("-i", _short(str(source)))]
    extra = [part for name, value in variables.items() for part in ("-e", f"{name}={value}")]
    return [".venv/bin/ansible-playbook", *sources, *extra, playbook]


def run_playbook(tier: str, rehearsal: bool, command: list[str]) -> str:
    """Run it to its end and return its recapitulation; an AssertionError says in what it failed."""
    environment = {
        **os.environ,
        **get(tier, rehearsal=rehearsal).ansible_environment(),
        **strategy.environment(get(tier, rehearsal=rehearsal)),
        "PATH": f"{VENV / 'bin'}:{os.environ.get('PATH', '')}",
    }
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"the playbook ended with {done.returncode}: {(done.stdout + done.stderr)[-1500:]}"
    return done.stdout[done.stdout.find("PLAY RECAP") :]


def _short(path: str) -> str:
    return path.removeprefix(f"{ROOT}/")
