"""The application's XML: what other offices' machines read."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest
import xmlschema
from lxml import etree

from portal.drafting.application import ClassTerms, Mark
from portal.filing.rules import FilingNumber
from portal.filing.st96 import COM, TMK, clean, trademark_application
from tests.support.applications import FULL, LEAST, circumstances
from tests.support.schemas import st96

NS = {"com": COM, "tmk": TMK}


@cache
def schema() -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(st96("TrademarkApplication_V6_0.xsd"), allow="local")


def found(document: bytes, path: str) -> list[str]:
    return [element.text for element in etree.fromstring(document).iterfind(path, NS)]


@pytest.mark.parametrize("application", [FULL, LEAST], ids=["full", "least"])
@pytest.mark.parametrize("prefix", ["T", ""], ids=["test", "production"])
def test_an_application_is_valid_against_wipos_schema(application, prefix):
    """A file that a schema refuses cannot be loaded by the office's back-office system."""
    schema().validate(
        trademark_application(application, circumstances(number=FilingNumber(prefix, "40", 2026, 17)), "f")
    )


def test_an_application_under_the_payment_rule_has_no_date_yet():
    document = trademark_application(FULL, circumstances(reception_date=None), "form")
    schema().validate(document)
    assert found(document, ".//com:ApplicationDate") == []


def test_every_name_arrives_as_it_was_typed():
    """An ampersand or an emoji that is lost changes whose application it is."""
    name = 'سارة & <Söhne> "日本" 😀'
    typed = replace(FULL, applicants=(replace(FULL.applicant, name=name),), mark=Mark("word", "A&B <½> 😀", "", ""))
    document = trademark_application(typed, circumstances(), "form")
    schema().validate(document)
    assert found(document, ".//com:OrganizationStandardName") == [name]
    assert found(document, ".//tmk:MarkVerbalElementText") == ["A&B <½> 😀"]


def test_text_is_composed_and_holds_nothing_that_xml_forbids():
    assert clean("Zoe\u0308") == "Zoë"
    assert clean("a\x00b\x0bc\ud800d\uffff") == "a\ufffdb\ufffdc\ufffdd\ufffd"
    assert clean("tab\tline\n") == "tab\tline\n"


def test_each_class_and_each_term_is_listed():
    document = trademark_application(FULL, circumstances(), "form")
    assert found(document, ".//tmk:GoodsServicesClassification/tmk:ClassNumber") == ["30", "43"]
    assert found(document, ".//tmk:ClassificationTermText") == [
        "Coffee", "Tea", "Cocoa & chocolate", "Services for providing food and drink", "Temporary accommodation",
    ]  # fmt: skip


def test_the_most_classes_are_valid():
    goods = tuple(ClassTerms(number, ("term",)) for number in range(1, 46))
    schema().validate(trademark_application(replace(FULL, goods=goods), circumstances(), "form"))


def test_pictures_and_documents_are_references_with_their_hash():
    document = trademark_application(FULL, circumstances(), "form")
    assert found(document, ".//tmk:MarkImage/com:FileName") == ["logo.png"]
    assert found(document, ".//com:DocumentIncluded/com:CommentText") == [
        f"SHA-512 {'cd' * 64}; 20480 bytes",
        f"SHA-512 {'ab' * 64}; 48213 bytes",
    ]


def test_only_a_number_with_legal_effect_is_marked_as_st13():
    """A test number in the ST.13 element would be taken for a real application by whoever reads the file."""
    tested = trademark_application(FULL, circumstances(), "form")
    real = trademark_application(FULL, circumstances(number=FilingNumber("", "40", 2026, 17)), "form")
    assert found(tested, ".//com:ST13ApplicationNumber") == []
    assert found(real, ".//com:ST13ApplicationNumber") == ["402026000000017"]
