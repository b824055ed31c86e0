"""A trademark application as TrademarkApplication."""

from __future__ import annotations

from portal.drafting.application import Application, Attached, ClassTerms, Earlier, Mark, Party, PriorityClaim
from portal.filing.rules import Circumstances, of_kind
from portal.filing.st96 import common
from portal.filing.st96.elements import Element, group, kept, text
from portal.filing.st96.words import COLOURS
from portal.profile.model import Required

NICE = "Nice"
FEATURES = {"word": "Word", "three-dimensional": "Three dimensional", "sound": "Sound", "colour": "Colour"}
"""The feature of each kind of mark; a figurative one is Combined with words and Figurative without."""
CATEGORIES = {"individual": "Trademark", "collective": "Collective mark", "certification": "Certification mark"}
SOUND_FORMATS = {"audio/mpeg": "MP3", "audio/wav": "WAV", "audio/x-wav": "WAV", "audio/vnd.wave": "WAV"}
DIVISIONAL, INTERNATIONAL = "Divisional parent", "Related international registration"


def trademark(application: Application, about: Circumstances, form_name: str) -> Element | None:
    """The whole application; pictures, sounds and documents are named with their received bytes' SHA-512."""
    return group(
        "tmk:TrademarkApplication",
        common.software(about),
        text("tmk:ApplicationFormName", form_name),
        common.documents(application, about),
        group("tmk:TrademarkBag", _mark(application, about)),
        common.payment(about),
    )


def _mark(application: Application, about: Circumstances) -> Element | None:
    mark = application.mark
    if mark is None:
        raise ValueError("an application without a mark is none for a trademark")
    return group(
        "tmk:Trademark",
        text("com:ReceivingOfficeCode", about.office),
        text("com:ReceivingOfficeDate", common.day(about.reception_date)),
        common.own_number(about),
        text("com:ApplicationDate", common.day(about.reception_date)),
        text("com:ApplicantFileReference", application.reference),
        text("com:ApplicationLanguageCode", common.language(application)),
        group("tmk:AssociatedMarkBag", *(_earlier(one, about) for one in application.earlier)),
        text("tmk:MarkCategory", CATEGORIES[mark.use]),
        _representation(mark, application.documents, about),
        text("com:CommentText", COLOURS + mark.colours if mark.colours and not _is_pictured(mark) else None),
        _goods(application.goods),
        group("tmk:PriorityBag", *(_priority(claim) for claim in application.priorities)),
        common.exhibitions(application.exhibitions),
        group("tmk:ApplicantBag", *(_applicant(n, one) for n, one in enumerate(application.applicants, start=1))),
        common.representatives(application),
        common.authorization(application),
    )


def _representation(mark: Mark, documents: tuple[Attached, ...], about: Circumstances) -> Element | None:
    feature = FEATURES.get(mark.kind) or ("Combined" if mark.text else "Figurative")
    described = group("tmk:MarkDescriptionBag", text("tmk:MarkDescriptionText", mark.description))
    reproduction = group(
        "tmk:MarkReproduction",
        _words(mark) if mark.text or mark.kind == "word" else None,
        _images(mark, of_kind(about.purposes, Required.WHEN_FIGURATIVE, documents)),
        _sounds(mark, of_kind(about.purposes, Required.WHEN_SOUND, documents)),
    )
    return group("tmk:MarkRepresentation", text("tmk:MarkFeatureCategory", feature), reproduction, described)


def _words(mark: Mark) -> Element | None:
    return group(
        "tmk:WordMarkSpecification",
        kept("tmk:MarkVerbalElementText", mark.text),
        kept("tmk:MarkSignificantVerbalElementText", mark.text),
        text("tmk:MarkStandardCharacterIndicator", "true" if mark.kind == "word" else None),
    )


def _images(mark: Mark, pictures: list[Attached]) -> Element | None:
    """The pictures, the first with colours and codes; a mark that is shown by one has an image also without a file."""
    if not _is_pictured(mark):
        return None
    described = (
        text("tmk:MarkImageColourClaimedText", mark.colours),
        group("tmk:MarkImageClassification", group("com:FigurativeElementClassificationBag", _vienna(mark))),
    )
    files = [
        (kept("com:FileName", one.file_name), text("com:ImageFormatCategory", common.IMAGE_FORMATS.get(one.media_type)))
        for one in pictures
    ]
    first, *others = files or [(kept("com:FileName", ""), None)]
    return group(
        "tmk:MarkImageBag",
        group("tmk:MarkImage", *first, *described, sequenceNumber=1),
        *(group("tmk:MarkImage", *one, sequenceNumber=n) for n, one in enumerate(others, start=2)),
    )


def _is_pictured(mark: Mark) -> bool:
    return mark.kind not in ("word", "sound")


def _vienna(mark: Mark) -> Element | None:
    return group("com:ViennaClassificationBag", *(_vienna_code(code) for code in mark.vienna))


def _vienna_code(code: str) -> Element | None:
    parts = code.split(".")
    names = ("com:ViennaCategory", "com:ViennaDivision", "com:ViennaSection")
    return group("com:ViennaClassification", *(text(name, part) for name, part in zip(names, parts, strict=False)))


def _sounds(mark: Mark, recordings: list[Attached]) -> Element | None:
    if mark.kind != "sound":
        return None
    files = [
        group(
            "tmk:MarkSound",
            kept("com:FileName", one.file_name),
            text("tmk:SoundFileFormatCategory", SOUND_FORMATS.get(one.media_type)),
        )
        for one in recordings
    ]
    return group("tmk:MarkSoundBag", *(files or [group("tmk:MarkSound", kept("com:FileName", ""))]))


def _goods(goods: tuple[ClassTerms, ...]) -> Element | None:
    classes = [
        group(
            "tmk:GoodsServicesClassification",
            text("tmk:ClassificationKindCode", NICE),
            text("tmk:ClassNumber", one.number),
        )
        for one in goods
    ]
    described = [
        group(
            "tmk:ClassDescription",
            text("tmk:ClassNumber", one.number),
            kept("tmk:GoodsServicesDescriptionText", "; ".join(one.terms)),
            group(
                "tmk:ClassificationTermBag",
                *(group("tmk:ClassificationTerm", text("tmk:ClassificationTermText", term)) for term in one.terms),
            ),
        )
        for one in goods
    ]
    bags = [group("tmk:GoodsServicesClassificationBag", *classes), group("tmk:ClassDescriptionBag", *described)]
    return group("tmk:GoodsServicesBag", group("tmk:GoodsServices", *bags))


def _priority(claim: PriorityClaim) -> Element | None:
    return group(
        "tmk:Priority",
        text("com:PriorityCountryCode", claim.office),
        common.number("com:ApplicationNumber", claim.office, claim.number),
        text("com:PriorityApplicationFilingDate", common.day(claim.date)),
        common.restoration(claim),
        common.access_document(claim),
    )


def _earlier(one: Earlier, about: Circumstances) -> Element | None:
    """The mark that this one divides out of, or the international registration that it follows from.

    Of the latter the standard asks for the number of its application too, which nobody typed: it is the same here.
    """
    if one.kind == "divisional":
        return group(
            "tmk:AssociatedMark",
            text("tmk:AssociationCategory", DIVISIONAL),
            common.number("tmk:NationalApplicationNumber", about.office, one.number),
            text("tmk:NationalApplicationFilingDate", common.day(one.date)),
        )
    return group(
        "tmk:AssociatedMark",
        text("tmk:AssociationCategory", INTERNATIONAL),
        common.number("tmk:InternationalApplicationNumber", common.INTERNATIONAL_BUREAU, one.number),
        text("com:InternationalRegistrationNumber", one.number),
        text("com:InternationalRegistrationDate", common.day(one.date)),
    )


def _applicant(place: int, party: Party) -> Element | None:
    return group("tmk:Applicant", common.contact(party), sequenceNumber=place)
