"""Drills break a rehearsal on purpose: they refuse to run against real servers."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.support.applicant import Applicant
from tests.support.portal_client import PortalClient
from tests.support.servers import Servers


def pytest_addoption(pluginmanager: pytest.PytestPluginManager) -> None:
    """Bring in the plugins that the suites over running servers share."""
    pluginmanager.import_plugin("kit.checklist.pytest_plugin")
    pluginmanager.import_plugin("tests.support.tier_plugin")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what cannot be broken on this tier: one server has no line to a second one."""
    tier = config.getoption("--tier")
    elsewhere = {id(one) for one in items if tier not in _tiers(one, tier)}
    config.hook.pytest_deselected(items=[one for one in items if id(one) in elsewhere])
    items[:] = [one for one in items if id(one) not in elsewhere]


def _tiers(item: pytest.Item, own: str) -> tuple[str, ...]:
    """The tiers that a fault, or the mark of a drill by itself, names; every tier where neither does."""
    call, mark = getattr(item, "callspec", None), item.get_closest_marker("tiers")
    fault = call.params.get("fault") if call else None
    return mark.args if mark else getattr(fault, "tiers", (own,))


def pytest_sessionstart(session: pytest.Session) -> None:
    """Stop before anything is broken that people work with."""
    if not session.config.getoption("--rehearsal"):
        raise pytest.UsageError("drills break what they look at: they run on a rehearsal only (--rehearsal)")


@pytest.fixture
def agent(servers: Servers, new_client: Callable[[], PortalClient]) -> Applicant:
    """The demonstration's agent, signed in."""
    applicant = Applicant.from_vault(servers, new_client(), "agent")
    applicant.sign_in()
    return applicant
