"""An application as WIPO ST.96 V6.0 XML (TrademarkApplication)."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import Any

from lxml import etree

from portal.drafting.application import Application, Attached, Party
from portal.fees.rules import Fees
from portal.filing.rules import Circumstances

COM = "http://www.wipo.int/standards/XMLSchema/ST96/Common"
TMK = "http://www.wipo.int/standards/XMLSchema/ST96/Trademark"
VERSION = "V6_0"
NICE = "Nice"
MARK_IMAGE = "mark-image"
IMAGE_FORMATS = {"image/png": "PNG", "image/jpeg": "JPEG", "image/gif": "GIF", "image/tiff": "TIFF"}
DOCUMENT_FORMATS = {"application/pdf": "PDF", "image/png": "PNG", "image/jpeg": "JPEG", "image/tiff": "TIFF"}
# What XML 1.0 cannot hold, not even escaped.
FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

Element = Any
Content = str | int | list[Any] | None


def trademark_application(application: Application, about: Circumstances, form_name: str) -> bytes:
    """The whole application, UTF-8; pictures and documents are named with their received bytes' SHA-512."""
    trademark = _tmk(
        "Trademark",
        [
            _com("ReceivingOfficeCode", about.office),
            _com("ReceivingOfficeDate", _date(about.reception_date)),
            _number(about.office, str(about.number), own=True),
            _com("ApplicationDate", _date(about.reception_date)),
            _com("ApplicantFileReference", application.reference or None),
            _com("ApplicationLanguageCode", application.language),
            _tmk("MarkCategory", "Trademark"),
            _representation(application),
            _goods(application),
            _priorities(application),
            _tmk("ApplicantBag", [_party("Applicant", TMK, application.applicant)]),
            _com("RepresentativeBag", [_party("Representative", COM, application.representative)])
            if application.representative
            else None,
        ],
    )
    software = [_com("RequestSoftwareName", "portal"), _com("RequestSoftwareVersion", about.release)]
    root = _tmk(
        "TrademarkApplication",
        [
            _com("RequestSoftware", software),
            _tmk("ApplicationFormName", form_name),
            _documents(application.documents),
            _tmk("TrademarkBag", [trademark]),
            _com("PaymentBag", [_payment(about.fees)]),
        ],
    )
    root.set(f"{{{COM}}}st96Version", VERSION)
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return written


def clean(text: str) -> str:
    """Text as XML may hold it: composed (NFC), and U+FFFD for each character that XML forbids."""
    return FORBIDDEN.sub("\ufffd", unicodedata.normalize("NFC", text))


def _date(value: date | None) -> str | None:
    return value.isoformat() if value else None


def _element(space: str, name: str, content: Content) -> Element:
    if content is None or content == []:
        return None
    nsmap = {"tmk": TMK, "com": COM} if name == "TrademarkApplication" else None
    element = etree.Element(f"{{{space}}}{name}", nsmap=nsmap)
    if isinstance(content, list):
        element.extend([child for child in content if child is not None])
    else:
        element.text = clean(str(content))
    return element


def _com(name: str, content: Content) -> Element:
    return _element(COM, name, content)


def _tmk(name: str, content: Content) -> Element:
    return _element(TMK, name, content)


def _number(office: str, number: str, own: bool = False) -> Element:
    """A plain ST.13 number is marked as one; a tier's lettered number, or another office's, is text."""
    plain = own and number.isdigit()
    name = "ST13ApplicationNumber" if plain else "ApplicationNumberText"
    return _com("ApplicationNumber", [_com("IPOfficeCode", office), _com(name, number)])


def _representation(application: Application) -> Element:
    mark = application.mark
    if mark is None:
        raise ValueError("an application without a mark has no representation of one")
    reproduction = []
    if mark.text:
        words = [_tmk("MarkVerbalElementText", mark.text), _tmk("MarkSignificantVerbalElementText", mark.text)]
        if mark.kind == "word":
            words.append(_tmk("MarkStandardCharacterIndicator", "true"))
        reproduction.append(_tmk("WordMarkSpecification", words))
    images = [
        _tmk(
            "MarkImage",
            [
                _com("FileName", document.file_name),
                _com("ImageFormatCategory", IMAGE_FORMATS.get(document.media_type)),
                _tmk("MarkImageColourClaimedText", mark.colours or None),
            ],
        )
        for document in application.documents
        if document.kind == MARK_IMAGE
    ]
    if images:
        reproduction.append(_tmk("MarkImageBag", images))
    feature = "Word" if mark.kind == "word" else "Combined" if mark.text else "Figurative"
    described = (
        _tmk("MarkDescriptionBag", [_tmk("MarkDescriptionText", mark.description)]) if mark.description else None
    )
    return _tmk(
        "MarkRepresentation", [_tmk("MarkFeatureCategory", feature), _tmk("MarkReproduction", reproduction), described]
    )


def _goods(application: Application) -> Element:
    classes = [
        _tmk(
            "GoodsServicesClassification",
            [_tmk("ClassificationKindCode", NICE), _tmk("ClassNumber", f"{item.number}")],
        )
        for item in application.goods
    ]
    described = [
        _tmk(
            "ClassDescription",
            [
                _tmk("ClassNumber", f"{item.number}"),
                _tmk("GoodsServicesDescriptionText", "; ".join(item.terms)),
                _tmk(
                    "ClassificationTermBag",
                    [_tmk("ClassificationTerm", [_tmk("ClassificationTermText", term)]) for term in item.terms],
                ),
            ],
        )
        for item in application.goods
    ]
    bags = [_tmk("GoodsServicesClassificationBag", classes), _tmk("ClassDescriptionBag", described)]
    return _tmk("GoodsServicesBag", [_tmk("GoodsServices", bags)])


def _priorities(application: Application) -> Element:
    claims = [
        _tmk(
            "Priority",
            [
                _com("PriorityCountryCode", claim.office),
                _number(claim.office, claim.number),
                _com("PriorityApplicationFilingDate", claim.date.isoformat()),
            ],
        )
        for claim in application.priorities
    ]
    return _tmk("PriorityBag", claims)


def _party(name: str, space: str, party: Party) -> Element:
    if party.kind == "natural":
        called = _com("PersonName", [_com("PersonFullName", party.name)])
    else:
        called = _com("OrganizationName", [_com("OrganizationStandardName", party.name)])
    lines = [_com("AddressLineText", line) for line in party.street.splitlines() if line.strip()]
    for position, line in enumerate(lines, start=1):
        line.set(f"{{{COM}}}sequenceNumber", str(position))
    address = [
        *lines,
        _com("CityName", party.city or None),
        _com("CountryCode", party.country),
        _com("PostalCode", party.postcode or None),
    ]
    contact = [
        _com("Name", [called]),
        _com("PostalAddressBag", [_com("PostalAddress", [_com("PostalStructuredAddress", address)])]),
        _com("EmailAddressBag", [_com("EmailAddressText", party.email)] if party.email else None),
        _com("PhoneNumberBag", [_com("PhoneNumber", party.phone)] if party.phone else None),
    ]
    return _element(space, name, [_com("Contact", contact)])


def _documents(documents: tuple[Attached, ...]) -> Element:
    included = [
        _com(
            "DocumentIncluded",
            [
                _com("DocumentName", document.file_name),
                _com("FileName", document.file_name),
                _com("DocumentFormatCategory", DOCUMENT_FORMATS.get(document.media_type)),
                _com("DocumentKindCategory", document.kind),
                _com("DocumentDate", document.received_at.date().isoformat()),
                _com("DocumentMediaCategory", "File"),
                _com("CommentText", f"SHA-512 {document.sha512}; {document.size} bytes"),
            ],
        )
        for document in documents
    ]
    return _com("DocumentIncludedBag", included)


def _payment(fees: Fees) -> Element:
    total = _com("FeePayableTotalAmount", str(fees.total))
    total.set(f"{{{COM}}}currencyCode", fees.currency)
    return _com("Payment", [total])
