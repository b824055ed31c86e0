"""The acceptance suite: observes the running servers of any tier, from outside and from within."""

from __future__ import annotations

import pytest


def pytest_addoption(pluginmanager: pytest.PytestPluginManager) -> None:
    """Bring in the plugins that the suites over running servers share."""
    pluginmanager.import_plugin("kit.checklist.pytest_plugin")
    pluginmanager.import_plugin("tests.support.tier_plugin")


SLOW = ("inf_09", "ops_07", "inf_04", "inf_06", "inf_10")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with the files that take longest when several processes look, so that none is left waiting for another."""
    if hasattr(config, "workerinput"):
        place = {name: number for number, name in enumerate(SLOW)}
        items.sort(key=lambda item: place.get(item.path.name.removeprefix("test_")[:6], len(SLOW)))
