"""A TrademarkApplication as the sections of a draft."""

from __future__ import annotations

from typing import Any

from portal.filing.st96 import read_common
from portal.filing.st96.read_common import Row
from portal.filing.st96.source import Node, day_parts
from portal.filing.st96.trademark import DIVISIONAL
from portal.filing.st96.words import COLOURS

KINDS = {
    "Word": "word",
    "Stylized characters": "figurative",
    "Figurative": "figurative",
    "Combined": "figurative",
    "Three dimensional": "three-dimensional",
    "Sound": "sound",
    "Colour": "colour",
}
USES = {
    "Mark": "individual",
    "Trademark": "individual",
    "Service mark": "individual",
    "Individual mark": "individual",
    "Collective mark": "collective",
    "Collective trademark": "collective",
    "Collective service mark": "collective",
    "Collective membership mark": "collective",
    "Certification mark": "certification",
}
INTERNATIONAL = ("Related international registration", "International application or registration")
OF_THE_FILING = (
    "com:RegistrationOfficeCode",
    "com:ReceivingOfficeCode",
    "com:ReceivingOfficeDate",
    "com:ApplicationNumber",
    "com:ApplicationDate",
    "com:ApplicationDateTime",
    "com:ApplicationLanguageCode",
)
"""What belongs to the filing that the file is of, and not to a new one."""


def read(root: Node) -> tuple[dict[str, Any], list[list[str]], dict[str, str]]:
    """Sections, documents to attach again, and where the file comes from."""
    mark = root.at("tmk:TrademarkBag/tmk:Trademark")
    origin = {
        "office": mark.any("com:ReceivingOfficeCode", "com:RegistrationOfficeCode"),
        "number": read_common.number(mark.at("com:ApplicationNumber")),
        "language": mark.text("com:ApplicationLanguageCode"),
    }
    files = read_common.documents(root)
    section, named = _mark(mark)
    files += [file for file in named if file[1] not in {known[1] for known in files}]
    root.skip("com:RequestSoftware", "tmk:ApplicationFormName", "com:DocumentIncludedBag", "com:PaymentBag")
    mark.skip(*OF_THE_FILING)
    sections = {
        "about": {"reference": mark.text("com:ApplicantFileReference")},
        "applicants": {"parties": read_common.parties(mark.all("tmk:ApplicantBag/tmk:Applicant"))},
        "representative": read_common.representative(
            mark.at("com:RepresentativeBag/com:Representative"), mark.at("com:Authorization")
        ),
        "mark": section,
        "goods": {"classes": _goods(mark)},
        "priority": {"claims": [read_common.claim(one) for one in mark.all("tmk:PriorityBag/tmk:Priority")]},
        "exhibition": {
            "exhibitions": [
                read_common.exhibition(one) for one in mark.all("com:ExhibitionPriorityBag/com:ExhibitionPriority")
            ]
        },
        "earlier": {"earlier": _earlier(mark)},
    }
    return sections, files, origin


def _mark(mark: Node) -> tuple[Row, list[list[str]]]:
    """The mark's section, and the files that represent it."""
    represented = mark.at("tmk:MarkRepresentation")
    shown = represented.at("tmk:MarkReproduction")
    images = shown.all("tmk:MarkImageBag/tmk:MarkImage")
    words = shown.at("tmk:WordMarkSpecification")
    text = words.any("tmk:MarkVerbalElementText", "tmk:MarkSignificantVerbalElementText")
    if words.at("tmk:MarkSignificantVerbalElementText").plain() == text:
        words.skip("tmk:MarkSignificantVerbalElementText")
    words.skip("tmk:MarkStandardCharacterIndicator")
    described = represented.at("tmk:MarkDescriptionBag")
    section = {
        "kind": _kind(represented, images),
        "use": _known(mark.at("tmk:MarkCategory"), USES),
        "text": text,
        "description": "\n".join(
            described.texts("tmk:MarkDescriptionText") or described.texts("tmk:MarkVoluntaryDescriptionText")
        ),
        "colours": _colours(mark, images),
        "vienna": "\n".join(dict.fromkeys(code for image in images for code in _vienna(image))),
    }
    sounds = shown.all("tmk:MarkSoundBag/tmk:MarkSound")
    files = [["", name, ""] for one in (*images, *sounds) if (name := one.text("com:FileName"))]
    for one in (*images, *sounds):
        one.skip("com:ImageFormatCategory", "tmk:SoundFileFormatCategory")
    return section, files


def _kind(represented: Node, images: list[Node]) -> str:
    """The kind of mark; where the file does not say it, a picture makes a figurative one."""
    feature = represented.at("tmk:MarkFeatureCategory")
    return _known(feature, KINDS) if feature else "figurative" if images else "word"


def _known(node: Node, names: dict[str, str]) -> str:
    """What a word of the standard means here; one that means nothing here stays unread."""
    return names[node.text()] if node.plain() in names else ""


def _colours(mark: Node, images: list[Node]) -> str:
    claimed = [told for image in images for told in image.texts("tmk:MarkImageColourClaimedText")]
    return ", ".join(dict.fromkeys(claimed)) or read_common.said(mark.at("com:CommentText"), COLOURS)


def _vienna(image: Node) -> list[str]:
    bag = image.at("tmk:MarkImageClassification/com:FigurativeElementClassificationBag/com:ViennaClassificationBag")
    bag.skip("com:ViennaClassificationEdition", "com:ViennaClassificationDate")
    names = ("com:ViennaCategory", "com:ViennaDivision", "com:ViennaSection")
    codes = [
        ".".join(part for name in names if (part := one.text(name))) for one in bag.all("com:ViennaClassification")
    ]
    return codes + bag.texts("com:ViennaClassificationText")


def _goods(mark: Node) -> list[Row]:
    """A row for each class, its terms one on a line."""
    terms: dict[str, list[str]] = {}
    for goods in mark.all("tmk:GoodsServicesBag/tmk:GoodsServices"):
        for named in goods.all("tmk:GoodsServicesClassificationBag/tmk:GoodsServicesClassification"):
            terms.setdefault(_class(named.text("tmk:ClassNumber")), [])
            named.skip("tmk:ClassificationKindCode", "com:ClassificationVersion")
        goods.skip("tmk:ClassificationKindCode", "com:ClassificationVersion")
        for described in goods.all("tmk:ClassDescriptionBag/tmk:ClassDescription"):
            terms.setdefault(_class(described.text("tmk:ClassNumber")), []).extend(_terms(described))
    return [{"number": number, "terms": "\n".join(found)} for number, found in terms.items() if number or found]


def _class(number: str) -> str:
    return str(int(number)) if number.isascii() and number.isdigit() else number


def _terms(described: Node) -> list[str]:
    """The terms, from their list; else from the one text, in which semicolons part them."""
    described.skip("com:ClassificationVersion")
    listed = described.texts("tmk:ClassificationTermBag/tmk:ClassificationTerm/tmk:ClassificationTermText")
    if listed:
        described.skip("tmk:GoodsServicesDescriptionText")
        return [" ".join(term.split("\n")) for term in listed]
    text = described.text("tmk:GoodsServicesDescriptionText")
    return [term for part in text.split(";") if (term := " ".join(part.split()))]


def _earlier(mark: Node) -> list[Row]:
    found = []
    for one in mark.all("tmk:AssociatedMarkBag/tmk:AssociatedMark"):
        category = one.at("tmk:AssociationCategory")
        if category.plain() == DIVISIONAL:
            category.text()
            found.append(_initial(one, "tmk:NationalApplicationNumber", "tmk:NationalApplicationFilingDate"))
        elif category.plain() in INTERNATIONAL:
            category.text()
            found.append(_registered(one))
    if divided := mark.at("tmk:DivisionalApplicationBag"):
        row = _initial(divided, "tmk:InitialApplicationNumber", "tmk:InitialApplicationDate")
        found += [row] if row not in found else []
    return found


def _initial(node: Node, number: str, day: str) -> Row:
    return {"kind": "divisional", "number": read_common.number(node.at(number)), **day_parts(node.text(day))}


def _registered(node: Node) -> Row:
    """The registration, or as long as there is none the application for it."""
    application = read_common.number(node.at("tmk:InternationalApplicationNumber"))
    filed = node.text("tmk:InternationalApplicationFilingDate")
    number = node.text("com:InternationalRegistrationNumber") or application
    registered = node.text("com:InternationalRegistrationDate") or filed
    return {"kind": "madrid", "number": number, **day_parts(registered)}
