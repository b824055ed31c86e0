"""The rooms of a feature: without a rule that is checked, views grow into each other's tables."""

from __future__ import annotations

import pytest

from kit.testrun.rooms import wrong


@pytest.mark.parametrize(
    ("importer", "imported"),
    [
        ("portal.fees.views", "portal.fees.service"),
        ("portal.fees.service", "portal.fees.models"),
        ("portal.filing.service", "portal.fees.service"),
        ("portal.filing.service", "portal.calendar.rules"),
        ("portal.filing.views", "portal.web.permissions"),
        ("portal.tables", "portal.fees.models"),
    ],
)
def test_open_doors(importer, imported):
    """What the style allows must pass."""
    assert wrong(importer, imported, {"web"}) == ""


@pytest.mark.parametrize(
    ("importer", "imported"),
    [
        ("portal.fees.rules", "portal.fees.models"),
        ("portal.fees.models", "portal.fees.service"),
        ("portal.fees.service", "portal.fees.views"),
        ("portal.filing.service", "portal.fees.models"),
        ("portal.filing.views", "portal.fees.views"),
    ],
)
def test_closed_doors(importer, imported):
    """What the style forbids must be told."""
    assert wrong(importer, imported, {"web"})
