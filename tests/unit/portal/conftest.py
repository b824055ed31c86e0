"""What the portal's unit tests share."""

from __future__ import annotations

import pytest

from tests.support import built


@pytest.fixture(scope="session", autouse=True)
def _built() -> None:
    built.everything()
