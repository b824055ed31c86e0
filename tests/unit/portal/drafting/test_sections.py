"""Every right's form: what each section must hold, what it asks for, and what comes of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from werkzeug.datastructures import MultiDict

from portal.drafting import checks, compare, typed, upgrades
from portal.drafting.application import Attached, Deposit, Design, Earlier, Exhibition
from portal.drafting.assembly import assemble
from portal.drafting.checks import Held
from portal.drafting.fields import Data
from portal.drafting.sections import ALL
from portal.profile.loader import load_profile
from portal.profile.model import Required, Right, Unit
from portal.profile.services import SectionName
from tests.support.applications import PICTURE, POWER
from tests.support.rights import DESIGN, PARTY, PATENT, PERSON, TRADEMARK

PROFILE = load_profile(Path(__file__).parents[4] / "inventories/test/office.yml")
TODAY = date(2026, 11, 20)
SERVICES = {"trademark-national": TRADEMARK, "patent-national": PATENT, "design-national": DESIGN}


def held(service: str, sections: dict[str, Data], *kinds: str, views: tuple[str, ...] = ()) -> Held:
    documents = [replace(POWER, kind=kind) for kind in kinds] + [view(position) for position in views]
    return Held(PROFILE.service(service), sections, tuple(documents), PROFILE, TODAY)


def view(position: str) -> Attached:
    return replace(PICTURE, kind="view", position=position)


def wrong(known: Held) -> list[tuple[str, str]]:
    found = checks.problems(known)
    assert all(str(problem.message) for problem in found)
    return [(problem.section, problem.field) for problem in found]


def test_the_profile_and_the_portal_know_the_same_sections():
    """A section that the profile may name and the portal does not know would end in an error page."""
    assert {str(name) for name in SectionName} | {"about"} == set(ALL)


@pytest.mark.parametrize("service", SERVICES)
def test_an_empty_draft_of_each_right_misses_its_subject_and_its_people(service):
    asked = {section for section, _field in wrong(held(service, {}))}
    assert (
        asked
        == {
            "trademark-national": {"applicants", "mark", "goods"},
            "patent-national": {"applicants", "inventors", "invention", "documents"},
            "design-national": {"applicants", "designers", "designs", "documents"},
        }[service]
    )


def test_a_complete_application_of_each_right_has_no_problem():
    assert wrong(held("trademark-national", TRADEMARK)) == []
    assert wrong(held("patent-national", PATENT, "description", "claims", "drawings", "assignment")) == []
    assert wrong(held("design-national", DESIGN, views=("1.1", "1.2", "2.1"))) == []


@pytest.mark.parametrize(
    ("service", "section", "change", "field"),
    [
        ("patent-national", "invention", {"title": ""}, "title"),
        ("patent-national", "invention", {"abstract": ""}, "abstract"),
        ("patent-national", "invention", {"claims": ""}, "claims"),
        ("patent-national", "invention", {"claims": "0"}, "claims"),
        ("patent-national", "invention", {"claims": "-1"}, "claims"),
        ("patent-national", "invention", {"claims": "12.5"}, "claims"),
        ("patent-national", "invention", {"claims": "١٢"}, "claims"),
        ("patent-national", "invention", {"claims": "1" * 30}, "claims"),
        ("patent-national", "invention", {"drawings": ""}, "drawings"),
        ("patent-national", "invention", {"sequences": "perhaps"}, "sequences"),
        ("patent-national", "invention", {"symbols": "A61K 31/00\nA61"}, "symbols"),
        ("patent-national", "inventors", {"parties": []}, "name-0"),
        ("patent-national", "inventors", {"parties": [PERSON, {**PERSON, "country": ""}]}, "country-1"),
        ("patent-national", "deposits", {"deposits": [{"authority": "DSMZ", "number": "1"}]}, "day-0"),
        ("patent-national", "earlier", {"earlier": [{"kind": "madrid", "number": "1", "day": "1", "month": "2",
                                                     "year": "2026"}]}, "kind-0"),
        ("design-national", "designs", {"designs": []}, "product-0"),
        ("design-national", "designs", {"designs": [{"product": "Chair", "locarno": "33-01"}]}, "locarno-0"),
        ("design-national", "publication", {"deferred": ""}, "deferred"),
        ("design-national", "publication", {"deferred": "yes", "months": ""}, "months"),
        ("design-national", "publication", {"deferred": "yes", "months": "13"}, "months"),
        ("trademark-national", "mark", {"kind": "sound", "description": ""}, "description"),
        ("trademark-national", "mark", {"kind": "colour", "description": "A", "colours": ""}, "colours"),
        ("trademark-national", "mark", {"kind": "figurative", "description": "A", "vienna": "26.11.1\nx"}, "vienna"),
        ("trademark-national", "mark", {"use": "everyone"}, "use"),
        ("trademark-national", "representative", {"represented": "yes", **PARTY, "authority": ""}, "authority"),
        ("trademark-national", "representative", {"represented": "yes", **PARTY, "authority": "general",
                                                  "authority_number": ""}, "authority_number"),
        ("trademark-national", "exhibition", {"exhibitions": [{"name": "Expo", "place": "Lumeria City", "country": "KE",
                                                               "day": "21", "month": "11", "year": "2026"}]}, "day-0"),
    ],
)  # fmt: skip
def test_each_mistake_is_found_at_its_field(service, section, change, field):
    """A problem that points nowhere leaves the agent searching on the last day of a term."""
    base = SERVICES[service]
    sections = {**base, section: {**base.get(section, {}), **change}}
    documents = ("description", "claims", "drawings", "assignment", "mark-image", "mark-sound", "deposit-receipt")
    known = held(service, sections, *documents, "exhibition-certificate", "power-of-attorney", views=("1.1", "2.1"))
    found = [one for one in wrong(known) if one[0] != "documents"]
    assert found == [(section, field)]


@pytest.mark.parametrize(
    ("service", "section", "change", "kind"),
    [
        ("trademark-national", "mark", {"kind": "three-dimensional", "description": "A bottle."}, "mark-image"),
        ("trademark-national", "mark", {"kind": "colour", "colours": "green", "description": "Green."}, "mark-image"),
        ("trademark-national", "mark", {"kind": "sound", "description": "Three notes."}, "mark-sound"),
        ("trademark-national", "mark", {"use": "certification"}, "regulations"),
        ("trademark-national", "representative", {"represented": "yes", **PARTY, "authority": "case"},
         "power-of-attorney"),
        ("trademark-national", "representative", {"represented": "yes", **PARTY, "authority": "general",
                                                  "authority_number": "G 7"}, ""),
        ("trademark-national", "priority", {"claims": [{"office": "FR", "number": "1", "day": "1", "month": "3",
                                                        "year": "2026", "restoration": "Illness"}]},
         "restoration-evidence"),
        ("patent-national", "invention", {"sequences": "yes"}, "sequence-listing"),
        ("patent-national", "deposits", {"deposits": [{"authority": "DSMZ", "number": "1", "day": "1", "month": "3",
                                                       "year": "2026"}]}, "deposit-receipt"),
    ],
)  # fmt: skip
def test_what_is_said_decides_which_documents_are_asked_for(service, section, change, kind):
    base = SERVICES[service]
    sections = {**base, section: {**base.get(section, {}), **change}}
    asked = [kind.code for kind in held(service, sections).required_documents]
    before = [kind.code for kind in held(service, base).required_documents]
    assert set(asked) - set(before) == ({kind} if kind else set())


def test_each_design_has_a_view_and_each_view_a_design():
    """A design without a view cannot be registered, and a view of no design belongs to somebody's other case."""
    assert wrong(held("design-national", DESIGN, views=("1.1",))) == [("documents", "file-view")]
    assert wrong(held("design-national", DESIGN, views=("1.1", "2.1", "3.1"))) == [("documents", "file-view")]
    assert wrong(held("design-national", DESIGN, views=("1.1", "2.1", ""))) == [("documents", "file-view")]


def test_a_section_that_the_office_requires_is_not_optional():
    service = PROFILE.service("trademark-national").model_copy(update={"required_sections": ["representative"]})
    known = replace(held("trademark-national", TRADEMARK), service=service)
    known = replace(known, sections={name: data for name, data in TRADEMARK.items() if name != "representative"})
    assert ("representative", "represented") in wrong(known)


def test_the_patent_application_holds_what_was_typed():
    sections = {
        **PATENT,
        "deposits": {"deposits": [{"authority": "DSMZ", "number": "DSM 1", "day": "1", "month": "3", "year": "2026"}]},
        "earlier": {"earlier": [{"kind": "pct", "number": "PCT/IB2025/1", "day": "1", "month": "6", "year": "2025"}]},
        "exhibition": {"exhibitions": [{"name": "Expo", "place": "Lumeria City", "country": "KE", "day": "2",
                                        "month": "6", "year": "2026"}]},
    }  # fmt: skip
    documents = (replace(POWER, kind="description", pages=28), replace(POWER, kind="claims", pages=4), POWER)
    made = assemble(PROFILE.service("patent-national"), "en", sections, documents)
    assert (made.right, made.title, made.mark, made.goods, made.designs) == (Right.PATENT, "A cup", None, (), ())
    assert [one.name for one in made.applicants] == ["Baobab Foods Ltd", "Amina Diallo"]
    assert [(one.name, one.kind) for one in made.creators] == [("Amina Diallo", "natural")]
    assert made.invention is not None
    assert (made.invention.claims, made.invention.drawings, made.invention.symbols) == (12, 2, ("A47G 19/22",))
    assert made.invention.deposits == (Deposit("DSMZ", "DSM 1", date(2026, 3, 1)),)
    assert made.earlier == (Earlier("pct", "PCT/IB2025/1", date(2025, 6, 1)),)
    assert made.exhibitions == (Exhibition("Expo", "Lumeria City", "KE", date(2026, 6, 2)),)
    counts = made.counts()
    assert (counts[Unit.CLAIM], counts[Unit.PAGE], counts[Unit.CLASS]) == (12, 32, 0)


def test_the_design_application_holds_what_was_typed():
    documents = tuple(view(position) for position in ("1.1", "1.2", "2.1"))
    made = assemble(PROFILE.service("design-national"), "fr", DESIGN, documents)
    assert made.designs == (Design(1, "Chair", "06-01", ""), Design(2, "Lamp", "26-05", "The base is of glass."))
    assert (made.title, made.deferment, made.counts()[Unit.VIEW], made.counts()[Unit.DESIGN]) == ("Chair", 6, 3, 2)


@pytest.mark.parametrize("service", SERVICES)
def test_what_is_counted_while_drafting_is_what_is_filed(service):
    """The quote on the screen and the fees of the filing must count the same."""
    documents = (replace(POWER, kind="description", pages=7), replace(POWER, kind="claims"), view("1.1"))
    known = replace(held(service, SERVICES[service]), documents=documents)
    made = assemble(known.service, "en", known.sections, documents)
    assert dict(known.facts.counts) == made.counts()


def test_inventors_are_taken_over_from_the_applicants_who_are_persons():
    """An organisation invents nothing, and a person who is named already is not named twice."""
    rows = ALL["inventors"].rows
    assert rows is not None
    taken = typed.copied(ALL["inventors"], rows, {"parties": []}, PATENT)
    assert [row["name"] for row in taken["parties"]] == ["Amina Diallo"]
    assert typed.copied(ALL["inventors"], rows, taken, PATENT) == taken


def test_several_applicants_are_told_apart():
    service = PROFILE.service("patent-national")
    labels = [str(row.label) for row in compare.rows(ALL["applicants"], PATENT["applicants"], service)]
    assert labels[1] == "Applicant 1: Name"
    assert labels[9] == "Applicant 2: Name"


def test_a_row_is_read_with_its_date():
    form = MultiDict({"authority-0": "DSMZ", "number-0": "1", "day-0": "1", "month-0": "3", "year-0": "2026"})
    row = {"authority": "DSMZ", "number": "1", "day": "1", "month": "3", "year": "2026"}
    assert typed.read(ALL["deposits"], form) == {"deposits": [row]}


def test_a_draft_of_the_first_shape_loses_nothing():
    """An upgrade of the portal in the middle of a term must not cost an agent the afternoon's work."""
    old = {
        "about": {"reference": "Z"},
        "applicant": PARTY,
        "representative": {"represented": "yes", **PARTY},
        "mark": {"kind": "word", "text": "ZOË", "description": "", "colours": ""},
        "goods": {"classes": [{"number": "9", "terms": "a"}]},
    }
    new = upgrades.modern(1, old)
    assert new["applicants"] == {"parties": [PARTY]}
    assert new["representative"]["authority"] == "case"
    assert (new["mark"]["text"], new["goods"], new["about"]) == ("ZOË", old["goods"], old["about"])
    assert upgrades.modern(upgrades.SHAPE, new) == new
    assert wrong(held("trademark-national", new, "power-of-attorney")) == []


def test_every_reason_to_require_a_document_can_hold():
    """A condition that the profile may name and nothing ever fulfils would never ask for its document."""
    reasons = set(Required) - {Required.NEVER, Required.WHEN_DISCOUNT}
    assert set(checks.facts(PROFILE.service("patent-national"), {}).conditions) == {Required.ALWAYS}
    everything = {
        "applicants": {"parties": [PARTY]},
        "representative": {"represented": "yes", "authority": "case"},
        "mark": {"kind": "figurative", "use": "collective"},
        "invention": {"drawings": "1", "sequences": "yes"},
        "deposits": {"deposits": [{"number": "1"}]},
        "exhibition": {"exhibitions": [{"name": "x"}]},
        "priority": {"claims": [{"restoration": "x"}]},
    }
    known = checks.facts(PROFILE.service("patent-national"), everything).conditions
    sound = checks.facts(PROFILE.service("patent-national"), {"mark": {"kind": "sound"}}).conditions
    assert known | sound == reasons
