"""BibliographicData as the sections of a draft for a patent or a utility model."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any

from portal.filing.st96 import read_common
from portal.filing.st96.read_common import Row
from portal.filing.st96.source import Node, day_parts
from portal.filing.st96.words import split

SYMBOL = re.compile(r"([A-H]\d{2}[A-Z])(?:\s*(\d{1,4})\s*/\s*(\d{2,6}))?")
MODELS = re.compile(r"utility model|modèle d.utilité|modelo de utilidad|gebrauchsmuster", re.IGNORECASE)
ST13_MODELS = "20"
"""The type of right at the beginning of a number in the form of WIPO ST.13."""
Notes = dict[str, list[tuple[str, ...]]]


def is_utility_model(root: Node) -> bool:
    """Whether the file says in plain words, or by its number, that it is for a utility model."""
    number = root.at("pat:ApplicationIdentification/com:ApplicationNumber/com:ST13ApplicationNumber").plain()
    said = root.at("pat:PlainLanguageDesignationText").plain()
    return bool(MODELS.search(said)) or number.startswith(ST13_MODELS)


def read(root: Node) -> tuple[dict[str, Any], list[list[str]], dict[str, str]]:
    """Sections, documents to attach again, and where the file comes from."""
    identified = root.at("pat:ApplicationIdentification")
    origin = {
        "office": identified.text("com:IPOfficeCode"),
        "number": read_common.number(identified.at("com:ApplicationNumber")),
        "language": identified.text("com:FilingLanguageCode") or root.text("com:FilingLanguageCode"),
    }
    notes = _notes(root)
    reference = identified.text("com:ApplicantFileReference")
    identified.skip("com:FilingLanguageCode", "pat:ApplicationFilingCategory", "pat:FilingDate")
    identified.skip("pat:InventionSubjectMatterCategory")
    root.skip("pat:PlainLanguageDesignationText", "com:FilingLanguageCode", "com:ReceivingOfficeDate")
    parties = root.at("pat:PartyBag")
    sections = {
        "about": {"reference": reference},
        "applicants": {"parties": read_common.parties(parties.all("pat:ApplicantBag/pat:Applicant"))},
        "representative": _representative(parties, notes),
        "inventors": {"parties": _inventors(parties)},
        "invention": _invention(root, notes),
        "deposits": {"deposits": _deposits(root, notes)},
        "priority": {"claims": _claims(root, notes)},
        "exhibition": {"exhibitions": _exhibitions(root, notes)},
        "earlier": {"earlier": _earlier(root, notes)},
    }
    return sections, [_file(values) for values in notes["Document"]], origin


def _notes(root: Node) -> Notes:
    """What stands in notes, by their names; a text that is none of this portal's stays unread."""
    found: Notes = defaultdict(list)
    node = root.at("pat:PreClassificationText")
    for name, *values in split(node.plain()):
        found[name].append(tuple(values))
    if found["Abstract"]:
        node.text()
        return found
    return defaultdict(list)


def _file(values: tuple[str, ...]) -> list[str]:
    kind, name, *told = (*values, "", "")
    digest = next((one.removeprefix("SHA-512 ") for one in told if one.startswith("SHA-512 ")), "")
    return [kind, name, digest]


def _representative(parties: Node, notes: Notes) -> Row:
    practitioner = parties.at("pat:RegisteredPractitionerBag/pat:RegisteredPractitioner")
    practitioner.skip("pat:RegisteredPractitionerCategory")
    row = read_common.party(practitioner)
    powers = [values[0] for values in notes["General power of attorney"]]
    return read_common.represented(row, powers[0] if powers else "") if row["name"] else {}


def _inventors(parties: Node) -> list[Row]:
    found = read_common.parties(parties.all("pat:InventorBag/pat:Inventor"))
    return [{key: value for key, value in row.items() if key != "kind"} for row in found]


def _invention(root: Node, notes: Notes) -> Row:
    """The invention's section; where somebody else wrote the file, it says nothing of an abstract or of sequences."""
    abstracts = [values[0] for values in notes["Abstract"]]
    has_sequences = "yes" if notes["Sequence listing"] else "no"
    return {
        "title": root.text("pat:InventionTitleBag/pat:InventionTitle"),
        "abstract": abstracts[0] if abstracts else "",
        "claims": root.text("pat:ClaimTotalQuantity"),
        "drawings": root.text("pat:FigureBag/pat:FigureTotalQuantity"),
        "sequences": has_sequences if abstracts else "",
        "symbols": "\n".join(_symbols(root.at("pat:PatentClassificationBag"))),
    }


def _symbols(bag: Node) -> list[str]:
    """The symbols of the International Patent Classification, without their edition and value."""
    found = []
    for one in bag.all("pat:IPCRClassificationBag/pat:IPCRClassification"):
        found.append(one.any("pat:PatentClassificationText", "pat:PatentClassificationSymbolText") or _parted(one))
        one.skip("pat:ClassificationVersionDate", "pat:PatentClassificationLevelCode", "com:SymbolPositionCode")
        one.skip("pat:IPCClassificationValueCode", "pat:IPCClassificationStatusCode")
    older = bag.at("pat:IPCClassification")
    found += older.texts("pat:MainClassification") + older.texts("pat:FurtherClassification")
    return list(dict.fromkeys(_symbol(text) for text in found if text))


def _parted(node: Node) -> str:
    parts = [node.text(f"pat:{name}") for name in ("Section", "Class", "Subclass", "MainGroup", "Subgroup")]
    group = f" {parts[3]}/{parts[4]}" if parts[3] and parts[4] else ""
    return "".join(parts[:3]) + group


def _symbol(text: str) -> str:
    """A symbol in the form of this portal, A61K 31/00; what is none of the classification stays as it is."""
    if SYMBOL.fullmatch(text):
        return text
    found = SYMBOL.match(text)
    if found is None:
        return text
    return f"{found[1]} {found[2]}/{found[3]}" if found[2] else found[1]


def _deposits(root: Node, notes: Notes) -> list[Row]:
    node = root.at("com:BioDeposit")
    keeper = node.at("com:BioDepositDepositary")
    named = keeper.at("com:Name")
    first = {
        "authority": named.any("com:OrganizationName/com:OrganizationStandardName", "com:EntityName")
        or keeper.text("com:ContactText"),
        "number": node.text("com:BiologicalAccessionNumber"),
        **day_parts(node.text("com:BioDepositDate")),
    }
    others = [
        {"authority": authority, "number": number, **day_parts(day)} for day, number, authority in notes["Deposit"]
    ]
    return [first, *others] if node else others


def _claims(root: Node, notes: Notes) -> list[Row]:
    reasons = {values[0]: values[1] for values in notes["Restoration of priority"]}
    codes = {values[0]: values[1] for values in notes["WIPO DAS"]}
    return [
        {
            "office": one.text("com:IPOfficeCode"),
            "number": read_common.number(one.at("com:ApplicationNumber")),
            **day_parts(one.text("pat:FilingDate")),
            "das": one.text("com:DASAccessCode") or codes.get(f"{place}", ""),
            "restoration": reasons.get(f"{place}", ""),
        }
        for place, one in enumerate(root.all("pat:PriorityClaimBag/pat:PriorityClaim"), start=1)
    ]


def _exhibitions(root: Node, notes: Notes) -> list[Row]:
    first = root.text("pat:ExhibitionFilingDate")
    told = [
        {"name": name, "place": place, "country": country, **day_parts(day)}
        for day, country, place, name in notes["Exhibition"]
    ]
    return told or ([{"name": "", "place": "", "country": "", **day_parts(first)}] if first else [])


def _earlier(root: Node, notes: Notes) -> list[Row]:
    found = []
    for one in root.all("pat:RelatedDocumentBag/pat:Division"):
        parent = one.at("pat:ParentDocument/pat:PatentDocumentIdentification/pat:ApplicationIdentification")
        found.append(_identified(parent, "divisional"))
        one.skip("pat:ChildDocument")
    if international := root.at("pat:InternationalFilingData/pat:ApplicationIdentification"):
        found.append(_identified(international, "pct"))
    found += [{"kind": "pct", "number": number, **day_parts(day)} for day, number in notes["National phase of"]]
    return found


def _identified(node: Node, kind: str) -> Row:
    node.skip("com:IPOfficeCode")
    return {
        "kind": kind,
        "number": read_common.number(node.at("com:ApplicationNumber")),
        **day_parts(node.text("pat:FilingDate")),
    }
