"""The words of notices."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from flask_babel import Babel, force_locale

from portal.notices.rules import Kind, wording
from portal.profile.loader import load_profile

OFFICE = Path(__file__).parents[4] / "inventories/test/office.yml"


@pytest.fixture(autouse=True)
def words_can_be_asked_for():
    app = Flask("words")
    app.config["PROFILE"] = load_profile(OFFICE)
    Babel(app)
    with app.test_request_context():
        yield


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.DOCUMENT_REFUSED])
def test_every_kind_has_words_that_name_the_mark_and_the_filing_or_who_did_it(kind):
    known = {"number": "T-2026-7", "title": "SUN 100%", "amount": "165.00", "currency": "USD", "person": "Noor 5%d"}
    words = wording(kind.value, known)
    assert ("T-2026-7" in words.subject) != ("Noor 5%d" in words.subject)
    assert "SUN 100%" in words.text
    assert "%(" not in words.subject + words.text


def test_a_refused_document_is_named_with_its_reason():
    """It was received days before, and is one of many."""
    params = {
        "draft": "abc", "title": "SUN", "file_name": "priority 100%.pdf",
        "reasons": [{"rule": "malware", "page": None, "values": {"name": "Test.Eicar"}}],
    }  # fmt: skip
    words = wording("document-refused", params)
    assert "priority 100%.pdf" in words.subject
    assert "“SUN”" in words.text
    assert "The virus scanner found “Test.Eicar”" in words.text


@pytest.mark.parametrize("kind", list(Kind))
def test_an_old_notice_that_lacks_a_value_can_still_be_read(kind):
    """A notice whose words gained a value later must not break the whole inbox."""
    assert wording(kind.value, {}).subject


def test_an_unknown_kind_is_refused():
    with pytest.raises(ValueError, match="surprise"):
        wording("surprise", {})


def test_numbers_and_money_are_written_as_people_read_them():
    params = {"number": "T402026000000005", "title": "SUN", "amount": "1185.50", "currency": "USD"}
    words = wording("payment-confirmed", params)
    assert "XX\xa0T\xa040\xa02026\xa0000000005" in words.subject
    assert "USD\xa01,185.50" in words.text
    with force_locale("fr"):
        assert "1\u202f185,50\xa0USD" in wording("payment-confirmed", params).text
