"""Which of Ansible's strategies a playbook gets: real servers must never get anything but Ansible's own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kit import strategy
from kit.errors import KitError
from kit.tier import Tier

LOCK = Path(__file__).resolve().parents[3] / "locks" / "dev.txt"
REAL, REHEARSAL = Tier("test"), Tier("test", True)


@pytest.fixture(autouse=True)
def unset(monkeypatch):
    monkeypatch.delenv("KIT_STRATEGY", raising=False)


def test_a_rehearsal_is_fast_with_what_was_tried():
    """Without it every repetition of a rehearsal costs half a minute more."""
    chosen = strategy.environment(REHEARSAL)
    assert chosen["ANSIBLE_STRATEGY"] == "mitogen_linear"
    assert (Path(chosen["ANSIBLE_STRATEGY_PLUGINS"]) / "mitogen_linear.py").is_file()


@pytest.mark.parametrize("asked", ["", "mitogen", "linear"])
def test_real_servers_get_ansibles_own(monkeypatch, asked):
    """A production server must not depend on a tool that works inside Ansible."""
    monkeypatch.setenv("KIT_STRATEGY", asked)
    assert strategy.environment(REAL) == {}


def test_a_rehearsal_can_do_without(monkeypatch):
    """To tell a fault of ours from one of mitogen."""
    monkeypatch.setenv("KIT_STRATEGY", "linear")
    assert strategy.environment(REHEARSAL) == {}


def test_versions_that_nobody_tried_are_not_used(monkeypatch):
    """A rehearsal that breaks in mitogen stops work that has nothing to do with it."""
    monkeypatch.setitem(strategy.TRIED, "ansible-core", "0.1")
    assert strategy.environment(REHEARSAL) == {}
    monkeypatch.setitem(strategy.TRIED, "no-such-package-at-all", "1")
    assert strategy.environment(REHEARSAL) == {}
    monkeypatch.setenv("KIT_STRATEGY", "mitogen")
    with pytest.raises(KitError, match="does not run here"):
        strategy.environment(REHEARSAL)


def test_a_misspelt_strategy_is_refused(monkeypatch):
    """Whoever asks for Ansible's own must not get mitogen's because of a letter."""
    monkeypatch.setenv("KIT_STRATEGY", "linaer")
    with pytest.raises(KitError, match="linaer"):
        strategy.environment(REHEARSAL)


def test_what_was_tried_is_what_the_lock_installs():
    """A new lock would make every rehearsal slow without a word."""
    locked = dict(re.findall(r"^([a-z-]+)==(\S+)", LOCK.read_text(encoding="utf-8"), re.MULTILINE))
    assert {name: locked[name] for name in strategy.TRIED} == strategy.TRIED
