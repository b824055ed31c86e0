"""What each section must hold, what is only warned about, and how two people's typing is compared."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from portal.drafting import checks, compare
from portal.drafting.assembly import assemble
from portal.drafting.checks import Held, State
from portal.drafting.fields import Data
from portal.drafting.sections import ALL
from portal.drafting.sections.mark import class_number
from portal.drafting.typed import read
from portal.drafting.words import countries
from portal.profile.loader import load_profile
from portal.profile.model import Profile
from portal.web.texts import clean, is_printable
from tests.support.applications import POWER

PROFILE = load_profile(Path(__file__).parents[4] / "inventories/test/office.yml")
SERVICE = "trademark-national"
TODAY = date(2026, 11, 20)
PARTY = {
    "kind": "legal", "name": "Baobab Foods Ltd", "street": "12 Harbour Road", "city": "Lumeria City",
    "postcode": "", "country": "KE", "email": "legal@baobab.example", "phone": "",
}  # fmt: skip
COMPLETE: dict[str, Data] = {
    "about": {"reference": ""},
    "applicants": {"parties": [PARTY]},
    "representative": {"represented": "no", **dict.fromkeys(PARTY, "")},
    "mark": {"kind": "word", "text": "BAOBAB", "description": "", "colours": ""},
    "goods": {"classes": [{"number": "30", "terms": "coffee\ntea"}]},
    "priority": {"claims": []},
    "fees": {"discount": ""},
}


def held(sections: dict[str, Data], *kinds: str, profile: Profile = PROFILE, today: date = TODAY) -> Held:
    documents = tuple(replace(POWER, kind=kind) for kind in kinds)
    return Held(profile.service(SERVICE), sections, documents, profile, today)


def wrong(sections: dict[str, Data], *kinds: str) -> list[tuple[str, str]]:
    found = checks.problems(held(sections, *kinds))
    assert all(str(problem.message) for problem in found)
    return [(problem.section, problem.field) for problem in found]


def changed(section: str, **values: object) -> dict[str, Data]:
    if section == "applicants":
        return {**COMPLETE, section: {"parties": [{**PARTY, **values}]}}
    return {**COMPLETE, section: {**COMPLETE[section], **values}}


def claim(office: str = "FR", number: str = "1", day: str = "1", month: str = "7", year: str = "2026") -> Data:
    return {"office": office, "number": number, "day": day, "month": month, "year": year}


def test_a_complete_application_has_no_problem():
    assert wrong(COMPLETE) == []


def test_an_empty_draft_misses_what_is_required_and_nothing_that_is_optional():
    sections = {section for section, _field in wrong({})}
    assert sections == {"applicants", "mark", "goods"}


@pytest.mark.parametrize(
    ("section", "values", "expected"),
    [
        ("applicants", {"name": ""}, "name-0"),
        ("applicants", {"country": "XX"}, "country-0"),
        ("applicants", {"email": "legal@"}, "email-0"),
        ("applicants", {"kind": "other"}, "kind-0"),
        ("applicants", {"name": "a\x07b"}, "name-0"),
        ("applicants", {"name": "abc\u202efdp"}, "name-0"),
        ("applicants", {"name": "two\nlines"}, "name-0"),
        ("applicants", {"name": "x" * 301}, "name-0"),
        ("representative", {"represented": ""}, "represented"),
        ("mark", {"text": ""}, "text"),
        ("mark", {"kind": "figurative", "description": ""}, "description"),
        ("mark", {"colours": "red\x00"}, "colours"),
        ("goods", {"classes": []}, "number-0"),
        ("goods", {"classes": [{"number": "46", "terms": "a"}]}, "number-0"),
        ("goods", {"classes": [{"number": "0", "terms": "a"}]}, "number-0"),
        ("goods", {"classes": [{"number": "٣", "terms": "a"}]}, "number-0"),
        ("goods", {"classes": [{"number": "9", "terms": " \n "}]}, "terms-0"),
        ("goods", {"classes": [{"number": "9", "terms": "a"}, {"number": "09", "terms": "b"}]}, "number-1"),
        ("goods", {"classes": [{"number": "9", "terms": "x" * 501}]}, "terms-0"),
        ("priority", {"claims": [claim(office="ZZ")]}, "office-0"),
        ("priority", {"claims": [claim(), claim(number="")]}, "number-1"),
        ("priority", {"claims": [claim(day="31", month="6")]}, "day-0"),
        ("priority", {"claims": [claim(year="2027")]}, "day-0"),
        ("priority", {"claims": [claim(year="26")]}, "day-0"),
        ("fees", {"discount": "everything"}, "discount"),
        ("about", {"reference": "x" * 101}, "reference"),
    ],
)
def test_each_mistake_is_found_at_its_field(section, values, expected):
    """A problem that points nowhere leaves the agent searching on the last day of a term."""
    assert wrong(changed(section, **values), "mark-image", "small-entity-proof") == [(section, expected)]


@pytest.mark.parametrize("name", ["شركة البحر الأحمر", "株式会社デザイン", "Nguyễn Thị Hồng", "ශ්‍රී ලංකා", "فرهنگ‌نامه"])
def test_names_of_every_script_are_kept_as_they_were_typed(name):
    """A name that the office alters is another name."""
    assert clean(unicodedata.normalize("NFD", name)) == unicodedata.normalize("NFC", name)
    assert wrong(changed("applicants", name=clean(name))) == []


@given(st.text())
def test_cleaning_is_done_once_and_never_hides_a_control_character(text):
    cleaned = clean(text)
    assert clean(cleaned) == cleaned
    if any(ord(char) < 32 and char not in "\t\r\n" for char in text):
        assert not is_printable(cleaned, lines=True)


def test_documents_are_required_by_what_the_sections_say():
    figurative = changed("mark", kind="figurative", description="A tree.")
    assert wrong(figurative) == [("documents", "file-mark-image")]
    assert wrong(figurative, "mark-image") == []
    represented = {**COMPLETE, "representative": {"represented": "yes", "authority": "case", **PARTY}}
    assert wrong(represented) == [("documents", "file-power-of-attorney")]
    claimed = changed("fees", discount="small-entity")
    assert wrong(claimed) == [("documents", "file-small-entity-proof")]
    assert wrong(claimed, "small-entity-proof") == []


def two_discounts() -> Profile:
    """The office's profile with a second discount, which another document proves."""
    service, schedule = PROFILE.services[0], PROFILE.fee_schedules[0]
    proof, discount = service.documents[-1], schedule.discounts[0]
    student = proof.model_copy(update={"code": "student-card"})
    offered = [
        discount,
        discount.model_copy(update={"code": "student", "proof": "student-card"}),
        discount.model_copy(update={"code": "everyone", "proof": None}),
    ]
    documents = [*service.documents, student]
    return PROFILE.model_copy(
        update={
            "services": [service.model_copy(update={"documents": documents})],
            "fee_schedules": [schedule.model_copy(update={"discounts": offered})],
        }
    )


@pytest.mark.checklist("OPS-03")
@pytest.mark.parametrize(
    ("claimed", "attached", "missing"),
    [
        ("student", [], ["file-student-card"]),
        ("student", ["small-entity-proof"], ["file-student-card"]),
        ("student", ["student-card"], []),
        ("small-entity", ["student-card"], ["file-small-entity-proof"]),
        ("small-entity", ["small-entity-proof"], []),
        ("everyone", [], []),
        ("", [], []),
    ],
)
def test_a_claimed_reduction_asks_for_its_own_proof_and_no_other(claimed, attached, missing):
    """Another reduction's proof would let it be filed unproved, and would be asked of people who cannot have it."""
    profile, sections = two_discounts(), changed("fees", discount=claimed)
    known = held(sections, *attached, profile=profile)
    assert [problem.field for problem in checks.problems(known)] == missing
    tasks = {task.section: task for task in checks.tasks(known)}
    assert [problem.field for problem in tasks["documents"].problems] == missing
    asked = {"student": ["student-card"], "small-entity": ["small-entity-proof"]}.get(claimed, [])
    assert [kind.code for kind in known.required_documents] == asked


def test_a_proof_is_required_whatever_the_document_says_of_itself():
    """A document that is otherwise optional may prove a reduction too."""
    profile = two_discounts()
    service = profile.services[0]
    documents = [kind.model_copy(update={"required": "never"}) for kind in service.documents]
    profile = profile.model_copy(update={"services": [service.model_copy(update={"documents": documents})]})
    found = checks.problems(held(changed("fees", discount="student"), profile=profile))
    assert [problem.field for problem in found] == ["file-student-card"]


def test_a_service_that_is_closed_takes_no_filing():
    closed = PROFILE.model_copy(update={"services": [PROFILE.services[0].model_copy(update={"open": False})]})
    found = checks.problems(held(COMPLETE, profile=closed))
    assert [(problem.section, problem.field) for problem in found] == [("about", "service")]


def states(sections: dict[str, Data], *kinds: str) -> dict[str, State]:
    return {task.section: task.state for task in checks.tasks(held(sections, *kinds))}


def test_the_four_states_of_the_task_list():
    new = states({"about": {"reference": ""}})
    assert new["applicants"] is State.NOT_STARTED
    assert new["documents"] is new["fees"] is State.BLOCKED
    some = states({"applicants": {"parties": [{**PARTY, "name": ""}]}, "goods": COMPLETE["goods"]})
    assert (some["applicants"], some["goods"], some["fees"]) == (State.IN_PROGRESS, State.DONE, State.NOT_STARTED)
    untouched = {"exhibition": State.NOT_STARTED, "earlier": State.NOT_STARTED}
    assert states(COMPLETE) == {**dict.fromkeys(states(COMPLETE), State.DONE), **untouched}
    figurative = changed("mark", kind="figurative", description="A tree.")
    assert states(figurative)["documents"] is State.NOT_STARTED
    assert states(figurative, "priority-document")["documents"] is State.IN_PROGRESS
    assert states(figurative, "mark-image")["documents"] is State.DONE


@pytest.mark.parametrize(
    ("today", "warned"),
    # Six months after 20 May 2026 is 20 November 2026, a Friday.
    [(date(2026, 11, 20), False), (date(2026, 11, 21), True)],
)
def test_a_late_priority_claim_is_warned_about_and_not_refused(today, warned):
    """The office decides on restoration; the portal says the date."""
    sections = changed("priority", claims=[claim(day="20", month="5")])
    found = checks.priority_warnings(held(sections), today)
    assert [(problem.field, "20 November 2026" in str(problem.message)) for problem in found] == (
        [("day-0", True)] if warned else []
    )
    assert checks.problems(held(sections, today=today)) == []


def test_the_application_holds_what_was_typed():
    sections = changed("priority", claims=[claim(), claim(office="EM", number="018", day="02")])
    sections["goods"] = {"classes": [{"number": "43", "terms": "hotels"}, {"number": "09", "terms": "a\n\n b \n"}]}
    made = assemble(PROFILE.service(SERVICE), "en", sections, ())
    assert [(goods.number, goods.terms) for goods in made.goods] == [(9, ("a", "b")), (43, ("hotels",))]
    assert [(one.office, one.date) for one in made.priorities] == [("FR", date(2026, 7, 1)), ("EM", date(2026, 7, 2))]
    assert (made.applicant.name, made.representative, made.title) == ("Baobab Foods Ltd", None, "BAOBAB")
    represented = {**sections, "representative": {"represented": "yes", "authority": "case", **PARTY}}
    assert assemble(PROFILE.service(SERVICE), "en", represented, ()).representative == made.applicant


def test_rows_are_read_whatever_their_numbers_and_empty_ones_are_left_out():
    form = MultiDict({"number-0": "9", "terms-0": "a\r\nb", "number-3": "", "terms-3": "", "number-7": "30"})
    assert read(ALL["goods"], form) == {"classes": [{"number": "9", "terms": "a\nb"}, {"number": "30", "terms": ""}]}
    assert read(ALL["goods"], form, without=0) == {"classes": [{"number": "30", "terms": ""}]}
    assert read(ALL["mark"], MultiDict({"text": " X ", "version": "1", "other": "x"}))["text"] == "X"


def rows(section: str, data: Data) -> list[compare.Row]:
    return compare.rows(ALL[section], data, PROFILE.service(SERVICE))


def differences(section: str, mine: Data, theirs: Data) -> list[compare.Difference]:
    return compare.differences(ALL[section], mine, theirs, PROFILE.service(SERVICE))


def parties(*people: Data) -> Data:
    return {"parties": list(people)}


def test_differences_and_merging_by_field():
    mine, theirs = parties({**PARTY, "name": "Mine", "city": "M"}), parties({**PARTY, "name": "Theirs", "city": "T"})
    found = differences("applicants", mine, theirs)
    assert [(one.key, one.mine, one.theirs) for one in found] == [("name-0", "Mine", "Theirs"), ("city-0", "M", "T")]
    merged = compare.merge(ALL["applicants"], mine, theirs, {"city-0"})
    assert merged == parties({**PARTY, "name": "Mine", "city": "T"})


def test_a_second_applicant_of_a_colleague_is_not_lost():
    """Two people add an applicant each: who saves second must see the other's, and may keep both or one."""
    mine, theirs = parties(PARTY), parties(PARTY, {**PARTY, "name": "Second"})
    found = {one.key: (one.mine, one.theirs) for one in differences("applicants", mine, theirs)}
    assert found["name-1"] == ("", "Second")
    assert compare.merge(ALL["applicants"], mine, theirs, set(found)) == theirs
    assert compare.merge(ALL["applicants"], mine, theirs, set()) == mine


def test_a_mark_and_a_person_have_kinds_of_their_own_name():
    """They were one word, and the French application form called a mark's kind its standing."""
    person = rows("applicants", parties({"kind": "legal"}))[0].label
    mark = rows("mark", {"kind": "word"})[0].label
    assert str(person) != str(mark) == "Kind of mark"


def test_classes_are_compared_by_their_number():
    """Two people who each add a class must end with both, and none may overwrite the other's terms."""
    mine = {"classes": [{"number": "9", "terms": "a"}, {"number": "30", "terms": "tea"}]}
    theirs = {"classes": [{"number": "30", "terms": "coffee"}, {"number": "43", "terms": "hotels"}]}
    found = differences("goods", mine, theirs)
    assert {(one.key, one.mine, one.theirs) for one in found} == {
        ("class-9", "a", ""), ("class-30", "tea", "coffee"), ("class-43", "", "hotels"),
    }  # fmt: skip
    merged = compare.merge(ALL["goods"], mine, theirs, {"class-30", "class-43"})
    assert merged["classes"] == [mine["classes"][0], *theirs["classes"]]
    assert compare.merge(ALL["goods"], mine, theirs, {"class-9"})["classes"] == [mine["classes"][1]]


@given(st.sets(st.sampled_from(["name", "city", "phone"])))
def test_taking_nothing_keeps_mine_and_taking_all_makes_theirs(names):
    mine, theirs = parties(PARTY), parties({**PARTY, **dict.fromkeys(names, "changed")})
    keys = {one.key for one in differences("applicants", mine, theirs)}
    assert keys == {f"{name}-0" for name in names}
    assert compare.merge(ALL["applicants"], mine, theirs, set()) == mine
    assert compare.merge(ALL["applicants"], mine, theirs, keys) == theirs


def test_countries_are_those_of_iso_3166_in_the_readers_order():
    assert len(countries()) == 249
    assert list(countries("fr").values())[:3] == ["Afghanistan", "Afrique du Sud", "Albanie"]


def test_a_class_number_is_read_in_one_way_only():
    assert [class_number(text) for text in ("1", "45", "09", "0", "46", "-1", "1.0", " 1", "²")] == [
        1, 45, 9, None, None, None, None, None, None,
    ]  # fmt: skip
