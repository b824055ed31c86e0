"""What a copy takes over from an earlier case, and what it must not."""

from __future__ import annotations

from pathlib import Path

import pytest

from portal.drafting.copying import copied, targets
from portal.drafting.fields import Kind
from portal.drafting.sections import ALL, TYPED
from portal.profile.loader import load_profile
from tests.unit.portal.drafting.test_drafting_rules import COMPLETE, PARTY, claim

PROFILE = load_profile(Path(__file__).parents[4] / "inventories/test/office.yml")
MARKS, PATENTS = PROFILE.service("trademark-national"), PROFILE.service("patent-national")


def test_number_dates_and_payment_belong_to_one_case():
    made = copied({**COMPLETE, "priority": {"claims": [claim()]}, "fees": {"discount": "small-entity"}}, MARKS)
    assert set(made.sections) == {"applicants", "representative", "mark", "goods"}
    assert [one.section for one in made.left] == ["priority", "fees"]


def test_no_section_with_a_date_is_ever_taken_over():
    """Whatever section is added later: a date of one case is wrong in another."""
    dated = {name for name in TYPED if any(field.kind is Kind.DATE for field in ALL[name].fields)}
    assert {"priority", "exhibition", "earlier", "deposits"} <= dated
    filled = {
        name: {ALL[name].rows.name: [{part: "1" for field in ALL[name].fields for part in field.parts}]}
        for name in dated
        if ALL[name].rows
    }
    for service in PROFILE.services:
        assert not dated & set(copied(filled, service).sections)


def test_what_is_empty_is_neither_taken_over_nor_told():
    made = copied({"about": {"reference": "X"}, "priority": {"claims": []}, "mark": {"text": ""}}, MARKS)
    assert (made.sections, made.left) == ({}, ())


def test_the_reference_is_typed_anew():
    assert "about" not in copied({"about": {"reference": "X"}}, MARKS).sections


def test_a_choice_that_the_target_does_not_offer_is_told():
    made = copied({"mark": {"kind": "hologram", "text": "ZOË"}}, MARKS)
    assert made.sections["mark"]["kind"] == ""
    assert made.sections["mark"]["text"] == "ZOË"
    assert [(one.section, "Kind of mark" in str(one.reason)) for one in made.left] == [("mark", True)]


def test_answers_that_this_release_does_not_know_are_not_carried_on():
    made = copied({"applicants": {"parties": [{**PARTY, "fax": "1"}]}}, MARKS)
    assert made.sections["applicants"]["parties"] == [PARTY]


def test_a_source_is_not_changed_by_its_copy():
    source = {"applicants": {"parties": [dict(PARTY)]}}
    copied(source, MARKS).sections["applicants"]["parties"][0]["name"] = "Other"
    assert source == {"applicants": {"parties": [PARTY]}}


@pytest.mark.parametrize("code", [one.code for one in PROFILE.services])
def test_a_service_is_copied_to_those_of_its_own_right(code):
    assert [one.code for one in targets(PROFILE, code)] == [code]


def test_the_own_service_comes_first_and_a_closed_one_not_at_all():
    short = MARKS.model_copy(update={"code": "trademark-short"})
    services = [short, MARKS, PATENTS]
    profile = PROFILE.model_copy(update={"services": services})
    assert [one.code for one in targets(profile, "trademark-national")] == ["trademark-national", "trademark-short"]
    closed = PROFILE.model_copy(update={"services": [short, MARKS.model_copy(update={"open": False})]})
    assert [one.code for one in targets(closed, "trademark-national")] == ["trademark-short"]
    assert targets(PROFILE, "abolished") == []
