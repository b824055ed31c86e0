"""An ST.96 file as a draft: nothing is lost on the way from one portal to another, and nothing hostile gets in."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from pathlib import Path

import pikepdf
import pytest
from flask import Flask
from flask_babel import Babel
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.drafting.assembly import assemble
from portal.drafting.checks import Held, problems
from portal.drafting.imported import summary
from portal.filing import import_words
from portal.filing.importing import fitted
from portal.filing.st96.reader import LARGEST_XML, Imported, NotRead, read
from portal.filing.st96.words import joined, split
from portal.filing.st96.writer import application_xml
from portal.profile.loader import load_profile
from tests.support.applications import DESIGNS, EVERYTHING, FULL, OF_RIGHTS, PATENT, circumstances
from tests.support.generated import applications, texts
from tests.support.hostile import laughs
from tests.support.schemas import st96
from tests.unit.portal.filing.test_st96 import found

PROFILE = load_profile(Path(__file__).parents[4] / "inventories/test/office.yml")
XML = application_xml(EVERYTHING, circumstances(), "form")
ROOT = b'<tmk:TrademarkApplication xmlns:tmk="http://www.wipo.int/standards/XMLSchema/ST96/Trademark"'


def unordered(application):
    """The application with what is listed in an order that means nothing in one order, and without what is not read."""
    earlier = tuple(sorted(application.earlier, key=lambda one: (one.kind, one.date, one.number)))
    return replace(application, earlier=earlier, documents=(), paged=frozenset(), free_terms=0, discount=None)


def again(application):
    """The application that follows from its XML, by way of a draft of the same office."""
    imported = read(application_xml(application, circumstances(), "form"))
    assert imported.right == application.right
    assert imported.left == []
    service = PROFILE.service(application.service)
    sections, absent = fitted(Imported.of(imported.as_dict()).sections, service)
    assert absent == []
    return assemble(service, imported.origin["language"], sections, ())


@pytest.mark.parametrize("application", OF_RIGHTS.values(), ids=OF_RIGHTS)
def test_an_exported_application_comes_back_equal(application):
    if application.service == "utility-model":  # the office's form for them has no section for these
        application = replace(application, exhibitions=(), invention=replace(application.invention, deposits=()))
    assert unordered(again(application)) == unordered(application)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(applications())
def test_whatever_was_typed_comes_back_equal(application):
    assert unordered(again(application)) == unordered(application)


@given(st.lists(st.tuples(st.sampled_from(["Abstract", "Deposit", "Restoration of priority"]), texts(lines=True))))
def test_notes_are_read_back_as_they_were_written(notes):
    assert split(joined(notes)) == notes


def test_an_imported_draft_lacks_nothing_but_its_documents():
    """What is complete at one portal is complete at the other, in its own form."""
    for application in (FULL, PATENT, DESIGNS):
        imported = read(application_xml(application, circumstances(), "form"))
        service = PROFILE.service(application.service)
        sections, _absent = fitted(imported.sections, service)
        missing = problems(Held(service, {"about": {"reference": ""}, **sections}, (), PROFILE, date(2026, 11, 20)))
        assert {problem.section for problem in missing} == {"documents"}


def test_what_was_attached_is_listed_with_its_hash():
    assert read(application_xml(FULL, circumstances(), "form")).documents == [
        ["mark-image", "logo.png", "cd" * 64],
        ["power-of-attorney", "power of attorney.pdf", "ab" * 64],
    ]
    assert read(application_xml(PATENT, circumstances(), "form")).documents[0] == [
        "description", "description.pdf", "34" * 64,
    ]  # fmt: skip


def test_a_form_without_a_section_says_so():
    """Biological material for a utility model, which this office's form has not."""
    sections, absent = fitted(
        read(application_xml(replace(PATENT, service="utility-model"), circumstances(), "f")).sections,
        PROFILE.service("utility-model"),
    )
    assert absent == ["deposits", "exhibition"]
    assert "deposits" not in sections


def test_a_file_that_lists_more_than_a_draft_holds_is_not_begun():
    rows = {"parties": [{"name": f"N{n}"} for n in range(201)]}
    with pytest.raises(NotRead, match="too-many-rows"):
        fitted({"applicants": rows}, PROFILE.services[0])


# What other offices write: WIPO's own examples, which this portal did not make.


def example(name: str) -> Imported:
    path = st96(f"{name}_Example.xml")
    return read(path.read_bytes())


def test_wipos_example_of_a_trademark_is_read_as_far_as_it_goes():
    imported = example("TrademarkApplication")
    assert imported.sections["mark"]["text"] == "LANYI"
    assert imported.sections["mark"]["kind"] == "figurative"
    assert imported.sections["applicants"]["parties"][0]["name"] == "Shenzhen Fengniao E-Commerce Co.,Ltd"
    (row,) = imported.sections["goods"]["classes"]
    assert row["number"] == "9"
    assert row["terms"].splitlines()[:2] == ["Audio cables", "Bags for cameras and photographic equipment"]
    left = {(one.line, one.name): one.text for one in imported.left}
    assert left[106, "RegistrationNumber"] == "5169753"
    assert (432, "NationalTrademarkInformation") in left


def test_wipos_example_of_a_design_is_read_as_far_as_it_goes():
    imported = example("DesignApplication")
    assert imported.sections["designs"]["designs"][0]["product"] == "Chair"
    assert imported.sections["designs"]["designs"][0]["locarno"] == "06-01"
    assert [row["name"] for row in imported.sections["designers"]["parties"]] == [
        "Emma Francis", "Jeannette Altova", "Manuel Ho",
    ]  # fmt: skip
    assert imported.sections["representative"]["name"] == "Attorney Firm, LLP"
    assert imported.sections["priority"]["claims"][0] == {
        "office": "WO", "number": "DM/096824", "day": "31", "month": "3", "year": "2017", "das": "", "restoration": "",
    }  # fmt: skip
    assert len(imported.documents) == len([one for one in imported.documents if one[1]]) >= 7


def altered(old: bytes, new: bytes) -> Imported:
    assert old in XML
    return read(XML.replace(old, new))


def test_what_means_nothing_here_is_told_with_its_line():
    hologram = altered(b"Three dimensional", b"Hologram")
    assert hologram.sections["mark"]["kind"] == ""
    (left,) = hologram.left
    assert (left.name, left.text) == ("MarkFeatureCategory", "Hologram")
    assert (
        XML.splitlines()[left.line - 1].strip()
        == b"<tmk:MarkFeatureCategory>Three dimensional</tmk:MarkFeatureCategory>"
    )


def test_another_offices_comment_is_no_reason_for_restoration():
    """A remark of an examiner that turns into a request of the agent would be a false declaration."""
    other = altered(b"Restoration of the right of priority is requested: The post", b"Checked by AB. The post")
    assert other.sections["priority"]["claims"][0]["restoration"] == ""
    assert [one.name for one in other.left] == ["CommentText"]


def test_terms_without_a_list_are_parted_at_their_semicolons():
    start, end = XML.index(b"<tmk:ClassificationTermBag>"), XML.index(b"</tmk:ClassificationTermBag>")
    shorter = XML[:start] + XML[end + len(b"</tmk:ClassificationTermBag>") :]
    assert read(shorter).sections["goods"]["classes"][0]["terms"] == "Coffee\nTea\nCocoa & chocolate"


@pytest.mark.parametrize(
    ("written", "typed"),
    [("2026-07-01", ("1", "7", "2026")), ("2026-07", ("", "7", "2026")), ("2026", ("", "", "2026"))],
)
def test_a_date_may_be_less_than_a_day(written, typed):
    """com:DateType allows a month or a year; what is missing has to be typed."""
    row = altered(b"2026-07-01", written.encode()).sections["priority"]["claims"][0]
    assert (row["day"], row["month"], row["year"]) == typed


def test_structured_names_and_free_addresses_are_joined():
    parts = b"<com:FirstName>Amina</com:FirstName><com:LastName>Diallo</com:LastName>"
    name = b"<com:PersonStructuredName>" + parts + b"</com:PersonStructuredName>"
    other = altered(b"<com:PersonFullName>Amina Diallo</com:PersonFullName>", name)
    assert other.sections["representative"]["name"] == "Amina Diallo"


# Hostile and foreign files: each is told by a rule with words, and none is read.

LAUGHS = laughs().replace("ST26SequenceListing", "a")
HOSTILE = {
    "nothing": (b"", "empty"),
    "no xml": (b"not an XML at all", "not-xml"),
    "cut off": (XML[:500], "not-xml"),
    "a web page": (b"<!doctype html><html></html>", "not-xml"),
    "an external entity": (
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + ROOT + b">&x;</tmk:TrademarkApplication>",
        "entities",
    ),
    "an external document type": (b'<!DOCTYPE a SYSTEM "http://127.0.0.1:1/a.dtd">' + ROOT + b"/>", "entities"),
    "a billion laughs": (LAUGHS.encode() + ROOT + b">&a9;</tmk:TrademarkApplication>", "entities"),
    "fifty megabytes": (ROOT + b">" + b" " * 50_000_000 + b"</tmk:TrademarkApplication>", "too-large"),
    "a thousand levels": (b"<a>" * 1000 + b"</a>" * 1000, "not-xml"),
    "another root": (b"<invoice/>", "other-root"),
    "another namespace": (b'<TrademarkApplication xmlns="http://tmview.europa.eu/trademark/data"/>', "other-root"),
    "another version": (XML.replace(b'st96Version="V6_0"', b'st96Version="V4_0"'), "other-version"),
    "no version": (ROOT + b"/>", "other-version"),
    "UTF-16": (XML.decode().replace("encoding='UTF-8'", "encoding='UTF-16'").encode("utf-16"), "other-encoding"),
    "no UTF-8": (XML.replace("Zoë".encode(), b"Zo\xeb"), "not-xml"),
    "no PDF": (b"%PDF-1.7\n" + b"x" * 2000, "pdf-damaged"),
}  # fmt: skip


def pdf(**attachments: bytes) -> bytes:
    document, out = pikepdf.new(), io.BytesIO()
    document.add_blank_page()
    for name, content in attachments.items():
        document.attachments[name] = content
    document.save(out)
    return out.getvalue()


def locked() -> bytes:
    document, out = pikepdf.new(), io.BytesIO()
    document.add_blank_page()
    document.save(out, encryption=pikepdf.Encryption(owner="a", user="b"))
    return out.getvalue()


HOSTILE |= {
    "a PDF without a file": (pdf(), "pdf-without"),
    "a PDF with another file": (pdf(**{"manifest.json": b"{}"}), "pdf-without"),
    "a PDF with a hostile file": (pdf(**{"application.xml": HOSTILE["a billion laughs"][0]}), "entities"),
    "a PDF with a password": (locked(), "pdf-encrypted"),
}


@pytest.mark.parametrize(("content", "rule"), HOSTILE.values(), ids=HOSTILE)
def test_what_is_no_application_is_refused_by_a_rule(content, rule):
    with pytest.raises(NotRead) as refused:
        read(content)
    assert refused.value.rule == rule


@pytest.mark.parametrize(("content", "rule"), HOSTILE.values(), ids=HOSTILE)
def test_every_refusal_has_words(content, rule):
    app = Flask("portal")
    app.config["PROFILE"] = PROFILE
    Babel(app)
    with pytest.raises(NotRead) as refused:
        read(content)
    with app.app_context():
        told = import_words.words(refused.value)
    assert len(told) > 30
    assert "%(" not in told


def test_an_application_is_far_smaller_than_the_limit():
    """45 classes of 20,000 characters, the most that the form takes."""
    from portal.drafting.application import ClassTerms

    goods = tuple(ClassTerms(number, tuple(["x" * 49 + f"{n}" for n in range(400)])) for number in range(1, 46))
    written = application_xml(replace(FULL, goods=goods), circumstances(), "form")
    assert len(written) < LARGEST_XML
    assert len(found(written, ".//tmk:ClassificationTermText")) == 18_000


def test_the_receipt_carries_the_file():
    assert read(pdf(**{"application.xml": XML, "manifest.json": b"{}"})).sections["mark"]["text"] == "ZOË"


# What the draft remembers.


def test_the_summary_gathers_what_stands_in_many_lines():
    told_once = {"name": "ViewTypeCategory"}
    parts = [{"line": 49, "text": "Front", **told_once}, {"line": 58, "text": "Back", **told_once}]
    remembered = {
        "file": "a.xml", "origin": {"office": "XX", "number": "1"}, "left": parts, "more": 0, "sections": [],
        "documents": [["view", "1.png", "cd" * 64], ["view", "2.png", ""]],
    }  # fmt: skip
    told = summary(remembered, [FULL.documents[0]])
    assert told is not None
    assert [(one.name, one.lines, one.texts) for one in told.left] == [
        ("ViewTypeCategory", (49, 58), ("Front", "Back"))
    ]
    assert told.documents == (("view", "1.png", True), ("view", "2.png", False))
    assert told.waiting == 1
    assert summary(None, []) is None
