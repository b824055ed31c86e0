"""The words of notices."""

from __future__ import annotations

import pytest
from flask import Flask
from flask_babel import Babel

from portal.notices.rules import Kind, wording


@pytest.fixture(autouse=True)
def words_can_be_asked_for():
    app = Flask("words")
    Babel(app)
    with app.test_request_context():
        yield


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_has_words_that_name_the_filing_and_the_mark(kind):
    words = wording(kind.value, {"number": "T-2026-7", "title": "SUN 100%", "amount": "165.00", "currency": "USD"})
    assert "T-2026-7" in words.subject
    assert "SUN 100%" in words.text
    assert "%(" not in words.subject + words.text


@pytest.mark.parametrize("kind", list(Kind))
def test_an_old_notice_that_lacks_a_value_can_still_be_read(kind):
    """A notice whose words gained a value later must not break the whole inbox."""
    assert wording(kind.value, {}).subject


def test_an_unknown_kind_is_refused():
    with pytest.raises(ValueError, match="surprise"):
        wording("surprise", {})
