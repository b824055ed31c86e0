"""The acceptance suite: observes the running servers of any tier, from outside and from within."""

from __future__ import annotations

import pytest


def pytest_addoption(pluginmanager: pytest.PytestPluginManager) -> None:
    """Bring in the plugins that the suites over running servers share."""
    pluginmanager.import_plugin("kit.checklist.pytest_plugin")
    pluginmanager.import_plugin("tests.support.tier_plugin")
