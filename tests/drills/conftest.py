"""Drills break a rehearsal on purpose: they refuse to run against real servers."""

from __future__ import annotations

import pytest


def pytest_addoption(pluginmanager: pytest.PytestPluginManager) -> None:
    """Bring in the plugins that the suites over running servers share."""
    pluginmanager.import_plugin("kit.checklist.pytest_plugin")
    pluginmanager.import_plugin("tests.support.tier_plugin")


def pytest_sessionstart(session: pytest.Session) -> None:
    """Stop before anything is broken that people work with."""
    if not session.config.getoption("--rehearsal"):
        raise pytest.UsageError("drills break what they look at: they run on a rehearsal only (--rehearsal)")
