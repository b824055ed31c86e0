"""What the portal's unit tests share."""

from __future__ import annotations

import pytest
from hypothesis import settings

from tests.support import built

settings.register_profile("portal", deadline=None)  # how long one example takes says how busy the machine is
settings.load_profile("portal")


@pytest.fixture(scope="session", autouse=True)
def _built() -> None:
    built.everything()
