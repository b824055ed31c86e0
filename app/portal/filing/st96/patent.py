"""An application for a patent or a utility model as BibliographicData.

It has no place for what an application says beyond the first page of a published patent. That stands as notes in
pat:PreClassificationText, for those who allot an application to its examiners (docs/decisions/0071-st96.md).
"""

from __future__ import annotations

from portal.drafting.application import Application, Deposit, Earlier, Invention, Party, PriorityClaim
from portal.filing.rules import Circumstances
from portal.filing.st96 import common
from portal.filing.st96.elements import Element, group, kept, text
from portal.filing.st96.words import PATENT, UTILITY_MODEL, Note, joined
from portal.profile.model import Right


def patent(application: Application, about: Circumstances, _form_name: str) -> Element | None:
    """The whole application; the kind of document says in plain words which of the two rights it is for."""
    invention = application.invention
    if invention is None:
        raise ValueError("an application without an invention is none for a patent")
    kind = UTILITY_MODEL if application.right is Right.UTILITY_MODEL else PATENT
    first = application.exhibitions[0].date if application.exhibitions else None
    return group(
        "pat:BibliographicData",
        _identification(application, about),
        group("pat:PriorityClaimBag", *(_priority(n, one) for n, one in enumerate(application.priorities, start=1))),
        text("pat:PreClassificationText", joined(_notes(application, invention))),
        _classification(invention),
        group("pat:InventionTitleBag", kept("pat:InventionTitle", invention.title)),
        text("pat:ClaimTotalQuantity", invention.claims),
        group("pat:FigureBag", text("pat:FigureTotalQuantity", invention.drawings)),
        group("pat:RelatedDocumentBag", *(_division(one, about) for one in _of_kind(application, "divisional"))),
        _parties(application),
        *(_international(one) for one in _of_kind(application, "pct")[:1]),
        *(_deposit(one) for one in invention.deposits[:1]),
        text("pat:PlainLanguageDesignationText", kind, languageCode="en"),
        text("com:FilingLanguageCode", common.language(application)),
        text("com:ReceivingOfficeDate", common.day(about.reception_date)),
        text("pat:ExhibitionFilingDate", common.day(first)),
    )


def _identification(application: Application, about: Circumstances) -> Element | None:
    is_national_phase = bool(_of_kind(application, "pct"))
    return group(
        "pat:ApplicationIdentification",
        text("com:IPOfficeCode", about.office),
        common.own_number(about),
        text("com:ApplicantFileReference", application.reference),
        text("com:FilingLanguageCode", common.language(application)),
        text("pat:ApplicationFilingCategory", "PCT" if is_national_phase else "National"),
        text("pat:InventionSubjectMatterCategory", "Utility"),
        text("pat:FilingDate", common.day(about.reception_date)),
    )


def _notes(application: Application, invention: Invention) -> list[Note]:
    """What the standard's first page has no place for."""
    found: list[Note] = [("Abstract", invention.abstract)]
    found += [("Sequence listing", "yes")] * invention.sequences
    found += [("Restoration of priority", f"{n}", reason) for n, reason in _reasons(application)]
    found += [("WIPO DAS", f"{n}", code) for n, code in _codes(application)]
    found += [("Exhibition", one.date.isoformat(), one.country, one.place, one.name) for one in application.exhibitions]
    found += [("Deposit", one.date.isoformat(), one.number, one.authority) for one in invention.deposits[1:]]
    found += [("National phase of", one.date.isoformat(), one.number) for one in _of_kind(application, "pct")[1:]]
    found += [("General power of attorney", application.authority)] * bool(application.authority)
    found += [
        ("Document", one.kind, one.file_name, f"{one.size} bytes", f"SHA-512 {one.sha512}")
        for one in application.documents
    ]
    return found


def _reasons(application: Application) -> list[tuple[int, str]]:
    return [(n, one.restoration) for n, one in enumerate(application.priorities, start=1) if one.restoration]


def _codes(application: Application) -> list[tuple[int, str]]:
    """The codes that have not the form which the standard's own element asks for."""
    claims = enumerate(application.priorities, start=1)
    return [(n, one.das) for n, one in claims if one.das and common.access_code(one) is None]


def _of_kind(application: Application, kind: str) -> list[Earlier]:
    return [one for one in application.earlier if one.kind == kind]


def _priority(place: int, claim: PriorityClaim) -> Element | None:
    return group(
        "pat:PriorityClaim",
        text("com:IPOfficeCode", claim.office),
        common.number("com:ApplicationNumber", claim.office, claim.number),
        text("pat:FilingDate", common.day(claim.date)),
        text("com:DASAccessCode", common.access_code(claim)),
        sequenceNumber=place,
    )


def _classification(invention: Invention) -> Element | None:
    symbols = [
        group("pat:IPCRClassification", text("pat:PatentClassificationText", symbol), sequenceNumber=place)
        for place, symbol in enumerate(invention.symbols, start=1)
    ]
    return group("pat:PatentClassificationBag", group("pat:IPCRClassificationBag", *symbols))


def _division(one: Earlier, about: Circumstances) -> Element | None:
    """The application that this one divides out of."""
    own = group("pat:ApplicationIdentification", text("com:IPOfficeCode", about.office), common.own_number(about))
    return group(
        "pat:Division",
        group("pat:ParentDocument", group("pat:PatentDocumentIdentification", _identified(about.office, one))),
        group("pat:ChildDocument", group("pat:PatentDocumentIdentification", own)),
    )


def _international(one: Earlier) -> Element | None:
    """The international application whose national phase this is."""
    return group("pat:InternationalFilingData", _identified(common.INTERNATIONAL_BUREAU, one))


def _identified(office: str, one: Earlier) -> Element | None:
    return group(
        "pat:ApplicationIdentification",
        text("com:IPOfficeCode", office),
        common.number("com:ApplicationNumber", office, one.number),
        text("pat:FilingDate", common.day(one.date)),
    )


def _deposit(one: Deposit) -> Element | None:
    depositary = group("com:Name", group("com:OrganizationName", kept("com:OrganizationStandardName", one.authority)))
    return group(
        "com:BioDeposit",
        group("com:BioDepositDepositary", depositary),
        kept("com:BiologicalAccessionNumber", one.number),
        text("com:BioDepositDate", common.day(one.date)),
    )


def _parties(application: Application) -> Element | None:
    agent = application.representative
    practitioner = group(
        "pat:RegisteredPractitioner",
        text("pat:RegisteredPractitionerCategory", "Agent"),
        common.contact(agent) if agent else None,
        sequenceNumber=1,
    )
    return group(
        "pat:PartyBag",
        group("pat:ApplicantBag", *_numbered("pat:Applicant", application.applicants)),
        group("pat:InventorBag", *_numbered("pat:Inventor", application.creators)),
        group("pat:RegisteredPractitionerBag", practitioner if agent else None),
    )


def _numbered(name: str, parties: tuple[Party, ...]) -> list[Element | None]:
    return [group(name, common.contact(one), sequenceNumber=place) for place, one in enumerate(parties, start=1)]
