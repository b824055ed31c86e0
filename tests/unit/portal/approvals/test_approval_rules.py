"""What a client approved, and what is different afterwards."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from flask import Flask
from flask_babel import Babel

from portal.approvals.rules import changes, fingerprint, state_of
from portal.profile.loader import load_profile
from tests.support.applications import FEES, PICTURE, POWER
from tests.unit.portal.drafting.test_drafting_rules import COMPLETE, PARTY

PROFILE = load_profile(Path(__file__).parents[4] / "inventories/test/office.yml")
SERVICE = PROFILE.service("trademark-national")


@pytest.fixture(autouse=True)
def words_can_be_asked_for():
    app = Flask("words")
    app.config["PROFILE"] = PROFILE
    Babel(app)
    with app.test_request_context():
        yield


def state(sections=COMPLETE, documents=(POWER,), fees=FEES):
    return state_of(sections, documents, fees)


def told(then, now) -> list[tuple[str, str, str]]:
    return [(str(one.label), str(one.then), str(one.now)) for one in changes(then, now, SERVICE, "en")]


def test_the_same_state_has_the_same_fingerprint_and_no_change():
    assert fingerprint(state()) == fingerprint(state())
    assert told(state(), state()) == []
    assert fingerprint(state(documents=(POWER, PICTURE))) == fingerprint(state(documents=(PICTURE, POWER)))


OTHERS = {
    "an answer": state({**COMPLETE, "mark": {**COMPLETE["mark"], "text": "OTHER"}}),
    "a class": state({**COMPLETE, "goods": {"classes": [{"number": "31", "terms": "coffee\ntea"}]}}),
    "a second applicant": state({**COMPLETE, "applicants": {"parties": [PARTY, PARTY]}}),
    "no document": state(documents=()),
    "another document's bytes": state(documents=(replace(POWER, sha512="00" * 64),)),
    "another document's name": state(documents=(replace(POWER, file_name="other.pdf"),)),
    "another total": state(fees=replace(FEES, total=Decimal("185.01"))),
    "no fees": state(fees=None),
}


@pytest.mark.parametrize("other", OTHERS.values(), ids=list(OTHERS))
def test_whatever_a_client_reads_is_in_the_fingerprint_and_told_when_it_changes(other):
    """An approval must not cover what its giver never saw."""
    assert fingerprint(other) != fingerprint(state())
    assert told(state(), other) != []


def test_changes_are_told_with_what_stood_there_and_what_stands_there_now():
    now = state({**COMPLETE, "mark": {**COMPLETE["mark"], "text": "BAOBAB DUSK"}}, documents=(PICTURE,), fees=None)
    assert told(state(), now) == [
        ("The mark: Words of the mark", "BAOBAB", "BAOBAB DUSK"),
        ("Document", "power of attorney.pdf", ""),
        ("Document", "", "logo.png"),
        ("Fees", "USD\xa0185.00", ""),
    ]


def test_an_answer_that_was_cleared_and_one_that_was_never_given_are_the_same():
    cleared = {**COMPLETE, "exhibition": {"exhibitions": []}, "publication": {"deferred": ""}}
    assert fingerprint(state(cleared)) == fingerprint(state())


def test_amounts_are_the_same_however_many_zeros_they_have():
    assert fingerprint(state(fees=replace(FEES, total=Decimal("185")))) == fingerprint(state())
