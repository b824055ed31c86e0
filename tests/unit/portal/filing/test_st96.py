"""The application's XML for every right: what other offices' machines read."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest
import xmlschema
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from portal.drafting.application import ClassTerms, Mark
from portal.filing.rules import FilingNumber
from portal.filing.st96.elements import NAMESPACES, clean
from portal.filing.st96.writer import application_xml
from portal.profile.model import Right
from tests.support.applications import (
    DESIGNS,
    EVERYTHING,
    FULL,
    LEAST,
    OF_RIGHTS,
    PATENT,
    UTILITY_MODEL,
    circumstances,
)
from tests.support.generated import ANY_TEXT, applications
from tests.support.schemas import st96

NAMES = {
    Right.TRADEMARK: "TrademarkApplication",
    Right.DESIGN: "DesignApplication",
    Right.PATENT: "BibliographicData",
    Right.UTILITY_MODEL: "BibliographicData",
}
PLAIN = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@cache
def schema(name: str) -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(st96(f"{name}_V6_0.xsd"), allow="local")


def valid(application, **about) -> bytes:
    """The application's XML, which its schema accepts."""
    document = application_xml(application, circumstances(**about), "National application")
    schema(NAMES[application.right]).validate(document)
    return document


def found(document: bytes, path: str) -> list[str]:
    return [element.text for element in etree.fromstring(document).iterfind(path, NAMESPACES)]


@pytest.mark.parametrize("application", OF_RIGHTS.values(), ids=OF_RIGHTS)
@pytest.mark.parametrize("prefix", ["T", ""], ids=["test", "production"])
def test_an_application_is_valid_against_wipos_schema(application, prefix):
    """A file that a schema refuses cannot be loaded by the office's back-office system."""
    valid(application, number=FilingNumber(prefix, "40", 2026, 17))


@pytest.mark.parametrize("kind", ["word", "figurative", "three-dimensional", "sound", "colour"])
@pytest.mark.parametrize("documents", [(), FULL.documents], ids=["nothing attached", "attached"])
def test_every_kind_of_mark_is_valid_with_and_without_its_file(kind, documents):
    mark = Mark(kind, "ZOË" if kind == "word" else "", "As it sounds.", "red", vienna=("26.11.1",))
    valid(replace(FULL, mark=mark, documents=documents))


@PLAIN
@given(applications())
def test_whatever_was_typed_the_xml_is_valid(application):
    """One name in a thousand that breaks the file would be a filing that the back office never sees."""
    valid(application)


@PLAIN
@given(ANY_TEXT, st.sampled_from(list(OF_RIGHTS.values())))
def test_even_what_the_pages_refuse_ends_in_valid_xml(text, application):
    """A draft of an older release may hold what is refused today: its filing must not fail on it."""
    party = replace(application.applicant, name=text, street=text, city=text, postcode=text, phone=text)
    valid(replace(application, applicants=(party,), representative=party, reference=text, authority=text))


@pytest.mark.parametrize("application", [EVERYTHING, PATENT, DESIGNS], ids=["trademark", "patent", "design"])
def test_under_the_payment_rule_there_is_no_date_yet(application):
    document = valid(application, reception_date=None)
    for path in (
        ".//com:ApplicationDate",
        ".//com:ReceivingOfficeDate",
        "pat:ApplicationIdentification/pat:FilingDate",
    ):
        assert found(document, path) == []


def test_every_name_arrives_as_it_was_typed():
    """An ampersand or an emoji that is lost changes whose application it is."""
    name = 'سارة & <Söhne> "日本" 😀'
    typed = replace(FULL, applicants=(replace(FULL.applicant, name=name),), mark=Mark("word", "A&B <½> 😀", "", ""))
    document = valid(typed)
    assert found(document, ".//com:OrganizationStandardName") == [name]
    assert found(document, ".//tmk:MarkVerbalElementText") == ["A&B <½> 😀"]


def test_text_is_composed_and_holds_nothing_that_xml_forbids():
    assert clean("Zoe\u0308") == "Zoë"
    assert clean("a\x00b\x0bc\ud800d\uffff") == "a\ufffdb\ufffdc\ufffdd\ufffd"
    assert clean("tab\tline\n") == "tab\tline\n"


def test_each_class_and_each_term_is_listed():
    document = valid(FULL)
    assert found(document, ".//tmk:GoodsServicesClassification/tmk:ClassNumber") == ["30", "43"]
    assert found(document, ".//tmk:ClassificationTermText") == [
        "Coffee", "Tea", "Cocoa & chocolate", "Services for providing food and drink", "Temporary accommodation",
    ]  # fmt: skip


def test_the_most_classes_and_200_terms_are_valid():
    goods = tuple(ClassTerms(number, ("term",)) for number in range(1, 45))
    most = ClassTerms(45, tuple(f"service {n}" for n in range(200)))
    assert len(found(valid(replace(FULL, goods=(*goods, most))), ".//tmk:ClassificationTermText")) == 244


def test_pictures_and_documents_are_references_with_their_hash():
    document = valid(FULL)
    assert found(document, ".//tmk:MarkImage/com:FileName") == ["logo.png"]
    assert found(document, ".//com:DocumentIncluded/com:CommentText") == [
        f"SHA-512 {'cd' * 64}; 20480 bytes",
        f"SHA-512 {'ab' * 64}; 48213 bytes",
    ]
    assert found(document, ".//com:DocumentIncluded/com:DocumentSizeQuantity") == ["20480", "48213"]


def test_a_document_is_dated_on_the_offices_calendar():
    """PCT Rule 80.4: at 23:30 in Nairobi it is still the day before in the office's evening, not UTC's."""
    late = replace(FULL.documents[0], received_at=FULL.documents[0].received_at.replace(hour=22, minute=30))
    document = valid(replace(FULL, documents=(late,)))
    assert found(document, ".//com:DocumentDate") == ["2026-11-21"]  # 01:30 in Nairobi, UTC+3


def test_only_a_number_with_legal_effect_is_marked_as_st13():
    """A test number in the ST.13 element would be taken for a real application by whoever reads the file."""
    tested, real = valid(FULL), valid(FULL, number=FilingNumber("", "40", 2026, 17))
    assert found(tested, ".//com:ST13ApplicationNumber") == []
    assert found(real, ".//com:ST13ApplicationNumber") == ["402026000000017"]


def test_a_trademark_says_what_kind_it_is_and_what_it_rests_on():
    document = valid(EVERYTHING)
    assert found(document, ".//tmk:MarkFeatureCategory") == ["Three dimensional"]
    assert found(document, ".//tmk:MarkCategory") == ["Collective mark"]
    assert found(document, ".//com:ViennaClassification/com:ViennaCategory") == ["26", "5"]
    assert found(document, ".//tmk:AssociatedMark/tmk:AssociationCategory") == [
        "Divisional parent",
        "Related international registration",
    ]
    assert found(document, ".//com:InternationalRegistrationNumber") == ["1234567"]
    assert found(document, ".//com:ExhibitionFirstDisplayDate") == ["2026-06-01"]
    assert found(document, ".//com:Authorization/com:AuthorizationIdentifier") == ["GPA 2024/12"]
    assert found(document, ".//com:PaymentFee/com:FeeIdentifier") == ["tm-filing", "tm-class", "tm-priority"]
    assert found(document, "com:PaymentBag/com:Payment/com:FeePayableTotalAmount") == ["185.00"]


def test_a_figurative_mark_with_words_is_combined():
    without = replace(FULL, mark=replace(FULL.mark, text=""))
    assert found(valid(FULL), ".//tmk:MarkFeatureCategory") == ["Combined"]
    assert found(valid(without), ".//tmk:MarkFeatureCategory") == ["Figurative"]


def test_a_patent_says_what_its_first_page_will_show():
    document = valid(PATENT)
    assert found(document, "pat:InventionTitleBag/pat:InventionTitle") == ["Tasse à double paroi <chaude>"]
    assert found(document, "pat:ClaimTotalQuantity") == ["12"]
    assert found(document, "pat:FigureBag/pat:FigureTotalQuantity") == ["2"]
    assert found(document, ".//pat:IPCRClassification/pat:PatentClassificationText") == ["A47G 19/22", "B65D"]
    assert found(document, ".//pat:Inventor//com:PersonFullName") == ["ሰላም ተስፋዬ", "سارة بن علي"]
    assert found(document, ".//com:DASAccessCode") == ["A1b2"]
    assert found(document, "com:BioDeposit/com:BiologicalAccessionNumber") == ["DSM 12345"]
    assert found(document, ".//pat:InternationalFilingData//com:ApplicationNumberText") == ["PCT/IB2026/050001"]
    assert found(document, "pat:PlainLanguageDesignationText") == ["Patent application"]


def test_a_utility_model_says_that_it_is_one():
    assert found(valid(UTILITY_MODEL), "pat:PlainLanguageDesignationText") == ["Utility model application"]


def test_what_has_no_place_on_a_patents_first_page_stands_in_notes():
    """The abstract and the reasons for restoration are part of the application, wherever the standard leaves them."""
    (notes,) = found(valid(PATENT), "pat:PreClassificationText")
    lines = notes.split("\n")
    assert lines[:2] == ["Abstract:\tUne tasse qui garde au chaud.", "\tElle a deux parois."]
    assert "Deposit:\t2026-01-06\tPTA-1\tATCC & Co" in lines
    assert "General power of attorney:\tGPA 2024/12" in lines
    assert f"Document:\tdescription\tdescription.pdf\t80000 bytes\tSHA-512 {'34' * 64}" in lines


def test_each_design_has_its_views_and_names_its_parties():
    document = valid(DESIGNS)
    assert found(document, ".//dgn:Design/dgn:DesignIdentifier") == ["1", "2"]
    assert found(document, ".//dgn:View/dgn:ViewIdentifier") == ["1.1", "1.2", "2.1"]
    assert found(document, ".//com:LocarnoClassificationText") == ["06-01", "26-05"]
    assert found(document, ".//dgn:DefermentPeriod") == ["6", "6"]
    first, second = etree.fromstring(document).iterfind("dgn:DesignBag/dgn:Design", NAMESPACES)
    assert len(first.findall("dgn:DesignerBag/dgn:Designer", NAMESPACES)) == 2
    named = second.iterfind("dgn:DesignerBag/com:PartyIdentifierBag/com:PartyIdentifier", NAMESPACES)
    assert [one.text for one in named] == ["designer-1", "designer-2"]
    assert found(document, "dgn:ApplicantBag/dgn:Applicant/com:PartyIdentifier") == ["applicant-1", "applicant-2"]


def test_an_application_without_its_subject_is_a_mistake_of_the_program():
    with pytest.raises(ValueError, match="without a mark"):
        application_xml(replace(LEAST, mark=None), circumstances(), "form")
    with pytest.raises(ValueError, match="without an invention"):
        application_xml(replace(PATENT, invention=None), circumstances(), "form")
