"""What applications for every right say alike: numbers, parties, claims, documents, payment."""

from __future__ import annotations

import re
from datetime import date
from zoneinfo import ZoneInfo

from portal.drafting.application import Application, Attached, Exhibition, Party, PriorityClaim
from portal.fees.rules import FeeLine
from portal.filing.rules import Circumstances
from portal.filing.st96.elements import Element, group, kept, text
from portal.filing.st96.words import DAS, RESTORATION

IMAGE_FORMATS = {"image/png": "PNG", "image/jpeg": "JPEG", "image/gif": "GIF", "image/tiff": "TIFF"}
DOCUMENT_FORMATS = {
    "application/pdf": "PDF",
    "image/png": "PNG",
    "image/jpeg": "JPEG",
    "image/tiff": "TIFF",
    "application/xml": "XML",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "MS Word",
}
DAS_CODE = re.compile(r"[A-Za-z0-9]{4}")
INTERNATIONAL_BUREAU = "WO"


def day(value: date | None) -> str | None:
    """A date as XML writes it."""
    return value.isoformat() if value else None


def language(application: Application) -> str | None:
    """The two letters of the application's language; None for one that has only three (ISO 639-1 lists none)."""
    code = application.language.partition("-")[0].lower()
    return code if len(code) == 2 else None


def number(name: str, office: str, value: str, *, own: bool = False) -> Element | None:
    """A number of an application, with its office's code.

    A plain ST.13 number is marked as one; a tier's lettered number, or another office's, is text.
    """
    plain = own and value.isdigit()
    kind = "com:ST13ApplicationNumber" if plain else "com:ApplicationNumberText"
    return group(name, text("com:IPOfficeCode", office), kept(kind, value))


def own_number(about: Circumstances) -> Element | None:
    """The number that this application was given."""
    return number("com:ApplicationNumber", about.office, str(about.number), own=True)


def software(about: Circumstances) -> Element | None:
    """What wrote the application."""
    return group(
        "com:RequestSoftware",
        text("com:RequestSoftwareName", "portal"),
        text("com:RequestSoftwareVersion", about.release),
    )


def contact(party: Party) -> Element | None:
    """Who a party is, and how to reach it."""
    if party.kind == "natural":
        called = group("com:PersonName", kept("com:PersonFullName", party.name))
    else:
        called = group("com:OrganizationName", kept("com:OrganizationStandardName", party.name))
    address = group(
        "com:PostalStructuredAddress",
        kept("com:AddressLineText", party.street, sequenceNumber=1),
        text("com:CityName", party.city),
        text("com:CountryCode", party.country),
        text("com:PostalCode", party.postcode),
    )
    return group(
        "com:Contact",
        group("com:Name", called),
        group("com:PostalAddressBag", group("com:PostalAddress", address)),
        group("com:EmailAddressBag", text("com:EmailAddressText", party.email)),
        group("com:PhoneNumberBag", text("com:PhoneNumber", party.phone)),
    )


def representatives(application: Application) -> Element | None:
    """The representative, if one acts."""
    if application.representative is None:
        return None
    return group("com:RepresentativeBag", group("com:Representative", contact(application.representative)))


def authorization(application: Application) -> Element | None:
    """By which power the representative acts: a general one is known by its number."""
    if application.representative is None:
        return None
    if not application.authority:
        return group("com:Authorization", text("com:AuthorizationCategory", "Specific authorization"))
    return group(
        "com:Authorization",
        text("com:AuthorizationIdentifier", application.authority),
        text("com:AuthorizationCategory", "General authorization"),
        text("com:AuthorizationDocumentSupplyCategory", "Already on file"),
    )


def restoration(claim: PriorityClaim) -> Element | None:
    """The request to restore the right, as the claim's comment."""
    return text("com:CommentText", RESTORATION + claim.restoration if claim.restoration else None)


def access_code(claim: PriorityClaim) -> str | None:
    """The code of WIPO DAS, if it has the form that the standard asks for."""
    return claim.das if DAS_CODE.fullmatch(claim.das) else None


def access_document(claim: PriorityClaim) -> Element | None:
    """The same where the standard has no element for it: a priority document, and the code in its comment."""
    if not claim.das:
        return None
    return group("com:PriorityDocument", text("com:DocumentName", "WIPO DAS"), text("com:CommentText", DAS + claim.das))


def exhibitions(found: tuple[Exhibition, ...]) -> Element | None:
    """First showings; the standard asks for the exhibition's opening too, which nobody typed: it was open that day."""
    return group(
        "com:ExhibitionPriorityBag",
        *(
            group(
                "com:ExhibitionPriority",
                text("com:ExhibitionCountryCode", one.country),
                text("com:ExhibitionCityName", one.place),
                text("com:ExhibitionName", one.name),
                text("com:ExhibitionDate", day(one.date)),
                text("com:ExhibitionFirstDisplayDate", day(one.date)),
            )
            for one in found
        ),
    )


def documents(application: Application, about: Circumstances) -> Element | None:
    """Every document by its name and its received bytes' SHA-512."""
    zone = ZoneInfo(about.reception.zone)
    return group(
        "com:DocumentIncludedBag",
        *(
            group(
                "com:DocumentIncluded",
                kept("com:DocumentName", one.file_name),
                kept("com:FileName", one.file_name),
                text("com:DocumentFormatCategory", DOCUMENT_FORMATS.get(one.media_type)),
                text("com:DocumentKindCategory", one.kind),
                text("com:DocumentDate", day(one.received_at.astimezone(zone).date())),
                text("com:DocumentMediaCategory", "File"),
                text("com:DocumentSizeQuantity", one.size, unitCode="byte"),
                text("com:CommentText", _identity(one)),
            )
            for one in application.documents
        ),
    )


def _identity(document: Attached) -> str:
    return f"SHA-512 {document.sha512}; {document.size} bytes"


def payment(about: Circumstances) -> Element | None:
    """What the application costs, fee by fee."""
    currency = about.fees.currency
    total = text("com:FeePayableTotalAmount", about.fees.total, currencyCode=currency)
    fees = group("com:PaymentFeeBag", *(_fee(line, currency) for line in about.fees.lines))
    return group("com:PaymentBag", group("com:Payment", fees, total))


def _fee(line: FeeLine, currency: str) -> Element | None:
    return group(
        "com:PaymentFee",
        text("com:FeeIdentifier", line.code),
        text("com:BasicFeeAmount", line.amount, currencyCode=currency),
        text("com:FeeUnitQuantity", line.quantity, unitCode="item"),
        text("com:FeeUnitAmount", line.unit_amount, currencyCode=currency),
    )
