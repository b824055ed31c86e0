"""What an earlier release kept, in this release's shape."""

from __future__ import annotations

import copy

from portal.drafting.sections import ALL
from portal.drafting.typed import keys_of
from portal.drafting.upgrades import SHAPE, STEPS, modern
from tests.support.old_drafts import SHAPE_1


def test_shape_1_has_one_applicant_and_a_power_for_each_case():
    made = modern(1, SHAPE_1)
    assert made["applicants"] == {"parties": [SHAPE_1["applicant"]]}
    assert "applicant" not in made
    assert made["representative"] == {**SHAPE_1["representative"], "authority": "case", "authority_number": ""}
    assert made["mark"] == {"use": "individual", "vienna": "", **SHAPE_1["mark"]}
    for untouched in ("about", "goods", "priority", "fees"):
        assert made[untouched] == SHAPE_1[untouched]


def test_no_answer_is_lost_on_the_way():
    """Every text that was typed is found again."""

    def texts(value: object) -> list[str]:
        if isinstance(value, dict):
            return [text for item in value.values() for text in texts(item)]
        if isinstance(value, list):
            return [text for item in value for text in texts(item)]
        return [str(value)] if value else []

    assert set(texts(SHAPE_1)) <= set(texts(modern(1, SHAPE_1)))


def test_what_was_kept_is_not_changed_in_place():
    before = copy.deepcopy(SHAPE_1)
    modern(1, SHAPE_1)
    assert before == SHAPE_1


def test_a_draft_that_was_hardly_begun_gains_nothing():
    """A section that nobody has begun must not look begun after an upgrade."""
    assert modern(1, {"about": {"reference": "X"}}) == {"about": {"reference": "X"}}
    assert modern(1, {"representative": {"represented": "no"}}) == {"representative": {"represented": "no"}}


def test_the_present_shape_stays_as_it_is():
    assert modern(SHAPE, {"applicants": {"parties": []}}) == {"applicants": {"parties": []}}
    assert set(STEPS) == set(range(1, SHAPE))


def test_every_answer_of_the_upgraded_draft_has_its_place_on_a_page():
    for name, data in modern(1, SHAPE_1).items():
        section = ALL[name]
        for item in section.items(data):
            assert set(item) <= set(keys_of(section)), name
