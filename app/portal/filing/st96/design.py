"""An industrial design application as DesignApplication."""

from __future__ import annotations

from portal.drafting.application import Application, Attached, Design, Earlier, Party, PriorityClaim
from portal.filing.rules import Circumstances
from portal.filing.st96 import common
from portal.filing.st96.elements import Element, group, kept, text

LOCARNO_EDITION = "15"
"""The edition in force from 2025 on; the standard asks for one."""
DIVISION, RELATED = "Division", "Related design"
APPLICANT, DESIGNER = "applicant", "designer"


def design(application: Application, about: Circumstances, form_name: str) -> Element | None:
    """The whole application; views and documents are named with their received bytes' SHA-512.

    What the standard says of each design and this portal once (claims, designers, deferment) is repeated in each;
    parties are written out once, and each design refers to them.
    """
    hague = next((one for one in application.earlier if one.kind == "hague"), None)
    return group(
        "dgn:DesignApplication",
        common.software(about),
        text("dgn:DesignApplicationFormName", form_name),
        text("com:RegistrationOfficeCode", about.office),
        text("com:ReceivingOfficeCode", about.office),
        text("com:ReceivingOfficeDate", common.day(about.reception_date)),
        common.own_number(about),
        text("com:InternationalRegistrationNumber", hague.number if hague else None),
        text("com:ApplicantFileReference", application.reference),
        text("dgn:DesignApplicationLanguageCode", common.language(application)),
        text("dgn:DesignTotalQuantity", len(application.designs)),
        group("dgn:DesignBag", *(_design(one, application, about) for one in application.designs)),
        group("dgn:ApplicantBag", *_applicants(application)),
        common.representatives(application),
        common.authorization(application),
        common.documents(application, about),
        common.payment(about),
        text("com:ApplicationDate", common.day(about.reception_date)),
    )


def _design(one: Design, application: Application, about: Circumstances) -> Element | None:
    views = [document for document in application.documents if _design_of(document) == one.number]
    period = application.deferment or None
    return group(
        "dgn:Design",
        text("dgn:DesignIdentifier", one.number),
        kept("dgn:DesignTitleText", one.product),
        text("dgn:DesignDescriptionText", one.description),
        text("dgn:PublicationDefermentIndicator", "true" if period else "false"),
        text("dgn:DefermentPeriod", period, periodCategory="In month"),
        group(
            "dgn:DesignRepresentationBag",
            group("dgn:DesignRepresentation", group("dgn:ViewBag", *(_view(view) for view in views))),
        ),
        group(
            "com:DesignClassificationBag",
            group(
                "com:LocarnoClassificationBag",
                text("com:LocarnoClassificationEdition", LOCARNO_EDITION),
                kept("com:LocarnoClassificationText", one.locarno),
            ),
        ),
        group("dgn:PriorityBag", *(_priority(claim) for claim in application.priorities)),
        common.exhibitions(application.exhibitions),
        group("dgn:RelatedApplicationBag", *(_earlier(earlier, about) for earlier in application.earlier)),
        group("dgn:ApplicantBag", _named(APPLICANT, len(application.applicants))),
        _designers(application, is_first=one is application.designs[0]),
    )


def _design_of(document: Attached) -> int | None:
    """The number of the design that a view shows."""
    number = document.position.partition(".")[0]
    return int(number) if number.isdecimal() else None


def _view(document: Attached) -> Element | None:
    return group(
        "dgn:View",
        kept("com:FileName", document.file_name),
        text("dgn:ViewIdentifier", document.position),
        text("dgn:ViewFileFormatCategory", common.IMAGE_FORMATS.get(document.media_type)),
    )


def _priority(claim: PriorityClaim) -> Element | None:
    code = common.access_code(claim)
    return group(
        "dgn:Priority",
        text("com:PriorityCountryCode", claim.office),
        common.number("com:ApplicationNumber", claim.office, claim.number),
        text("com:PriorityApplicationFilingDate", common.day(claim.date)),
        text("com:DASAccessCode", code),
        common.restoration(claim),
        common.access_document(claim) if code is None else None,
    )


def _earlier(one: Earlier, about: Circumstances) -> Element | None:
    """The application that this one divides out of, or the international registration (Hague) that it follows from."""
    if one.kind == "divisional":
        return group(
            "dgn:RelatedApplication",
            text("dgn:RelatedApplicationCategory", DIVISION),
            common.number("dgn:RelatedApplicationNumber", about.office, one.number),
            text("dgn:RelatedApplicationDate", common.day(one.date)),
        )
    return group(
        "dgn:RelatedApplication",
        text("dgn:RelatedApplicationCategory", RELATED),
        common.number("dgn:RelatedApplicationNumber", common.INTERNATIONAL_BUREAU, one.number),
        text("dgn:RelatedApplicationDate", common.day(one.date)),
        text("dgn:RelatedApplicationRegistrationNumber", one.number),
    )


def _applicants(application: Application) -> list[Element | None]:
    return [
        group("dgn:Applicant", _name(APPLICANT, place), common.contact(party), sequenceNumber=place)
        for place, party in enumerate(application.applicants, start=1)
    ]


def _designers(application: Application, *, is_first: bool) -> Element | None:
    """The designers: written out with the first design, named in the others."""
    if not is_first:
        return group("dgn:DesignerBag", _named(DESIGNER, len(application.creators)))
    return group("dgn:DesignerBag", *(_designer(n, one) for n, one in enumerate(application.creators, start=1)))


def _designer(place: int, party: Party) -> Element | None:
    return group("dgn:Designer", _name(DESIGNER, place), common.contact(party), sequenceNumber=place)


def _named(what: str, count: int) -> Element | None:
    return group("com:PartyIdentifierBag", *(_name(what, place) for place in range(1, count + 1)))


def _name(what: str, place: int) -> Element | None:
    return text("com:PartyIdentifier", f"{what}-{place}")
