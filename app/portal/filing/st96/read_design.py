"""A DesignApplication as the sections of a draft."""

from __future__ import annotations

from typing import Any

from portal.filing.st96 import read_common
from portal.filing.st96.common import INTERNATIONAL_BUREAU
from portal.filing.st96.design import DIVISION, RELATED
from portal.filing.st96.read_common import Row
from portal.filing.st96.source import Node, day_parts

RELATIONS = "dgn:RelatedApplicationBag/dgn:RelatedApplication"
OF_THE_FILING = (
    "com:RequestSoftware",
    "dgn:DesignApplicationFormName",
    "com:RegistrationOfficeCode",
    "com:ReceivingOfficeCode",
    "com:ReceivingOfficeDate",
    "dgn:ReceiptNumber",
    "com:ApplicationNumber",
    "com:ApplicationDate",
    "com:ApplicationDateTime",
    "dgn:DesignApplicationLanguageCode",
    "dgn:DesignTotalQuantity",
    "com:DocumentIncludedBag",
    "com:PaymentBag",
)
"""What belongs to the filing that the file is of, and not to a new one."""


def read(root: Node) -> tuple[dict[str, Any], list[list[str]], dict[str, str]]:
    """Sections, documents to attach again, and where the file comes from.

    What the standard says of each design and this portal of all together is taken from wherever it stands, once.
    """
    origin = {
        "office": root.any("com:ReceivingOfficeCode", "com:RegistrationOfficeCode"),
        "number": read_common.number(root.at("com:ApplicationNumber")),
        "language": root.text("dgn:DesignApplicationLanguageCode"),
    }
    designs = root.all("dgn:DesignBag/dgn:Design")
    represented = [one.at("com:RepresentativeBag/com:Representative") for one in (root, *designs)]
    files = read_common.documents(root)
    files += [["", name, ""] for name in _views(designs) if name not in {known[1] for known in files}]
    root.skip(*OF_THE_FILING)
    _skip_references(designs)
    sections = {
        "about": {"reference": root.text("com:ApplicantFileReference")},
        "applicants": {"parties": _applicants(root, designs)},
        "representative": read_common.representative(
            next((one for one in represented if one), represented[0]), root.at("com:Authorization")
        ),
        "designers": {"parties": _designers(designs)},
        "designs": {"designs": [_design(one) for one in designs]},
        "publication": _publication(designs),
        "priority": {"claims": _rows(designs, "dgn:PriorityBag/dgn:Priority", read_common.claim)},
        "exhibition": {
            "exhibitions": _rows(designs, "com:ExhibitionPriorityBag/com:ExhibitionPriority", read_common.exhibition)
        },
        "earlier": {"earlier": _earlier(root, designs)},
    }
    return sections, files, origin


def _rows(designs: list[Node], path: str, of: Any) -> list[Row]:
    return read_common.gathered([[of(one) for one in design.all(path)] for design in designs])


def _views(designs: list[Node]) -> list[str]:
    found = []
    for design in designs:
        for view in design.all("dgn:DesignRepresentationBag/dgn:DesignRepresentation/dgn:ViewBag/dgn:View"):
            found.append(view.text("com:FileName"))
            view.skip("dgn:ViewIdentifier", "dgn:ViewFileFormatCategory")
    return [name for name in found if name]


def _skip_references(designs: list[Node]) -> None:
    """Where a design only names parties, they are those who are written out elsewhere."""
    for design in designs:
        design.skip("dgn:DesignIdentifier", "dgn:ApplicantBag/com:PartyIdentifierBag")
        design.skip("dgn:DesignerBag/com:PartyIdentifierBag")


def _applicants(root: Node, designs: list[Node]) -> list[Row]:
    """Those of the application, and of its designs those who are not among them."""
    found = read_common.parties(root.all("dgn:ApplicantBag/dgn:Applicant"))
    for design in designs:
        known = {row["name"] for row in found}
        others = read_common.parties(design.all("dgn:ApplicantBag/dgn:Applicant"))
        found += [row for row in others if row["name"] not in known]
    return found


def _designers(designs: list[Node]) -> list[Row]:
    lists = [read_common.parties(design.all("dgn:DesignerBag/dgn:Designer")) for design in designs]
    found = read_common.gathered(lists)
    return [{key: value for key, value in row.items() if key != "kind"} for row in found]


def _design(node: Node) -> Row:
    locarno = node.at("com:DesignClassificationBag/com:LocarnoClassificationBag")
    locarno.skip("com:LocarnoClassificationEdition", "com:LocarnoClassificationDate")
    return {
        "product": node.text("dgn:DesignTitleText"),
        "locarno": locarno.text("com:LocarnoClassificationText") or _parted(locarno.at("com:LocarnoClassification")),
        "description": "\n".join(node.texts("dgn:DesignDescriptionText")),
    }


def _parted(node: Node) -> str:
    """Class and subclass that are told apart."""
    parts = [node.text("com:LocarnoClass"), node.text("com:LocarnoSubclassBag/com:LocarnoSubclass")]
    return "-".join(part.zfill(2) for part in parts if part)


def _publication(designs: list[Node]) -> Row:
    """The longest deferment that is asked for; empty where none is."""
    months = []
    for design in designs:
        design.skip("dgn:PublicationDefermentIndicator")
        period = design.at("dgn:DefermentPeriod")
        if period and period.attribute("periodCategory") in ("In month", ""):
            months.append(period.text())
    asked = [int(one) for one in months if one.isascii() and one.isdigit()]
    return {"deferred": "yes", "months": str(max(asked))} if asked else {}


def _earlier(root: Node, designs: list[Node]) -> list[Row]:
    found = read_common.gathered(
        [[_related(one, kind) for one in design.all(RELATIONS) if (kind := _relation(one))] for design in designs]
    )
    registered = root.text("com:InternationalRegistrationNumber")
    if registered and registered not in {row["number"] for row in found if row["kind"] == "hague"}:
        found.append({"kind": "hague", "number": registered, "day": "", "month": "", "year": ""})
    return found


def _relation(node: Node) -> str:
    """What a related application is to this one; one that is nothing here stays unread."""
    category = node.at("dgn:RelatedApplicationCategory").plain()
    office = node.at("dgn:RelatedApplicationNumber/com:IPOfficeCode").plain()
    if category == DIVISION:
        return "divisional"
    return "hague" if category == RELATED and office == INTERNATIONAL_BUREAU else ""


def _related(node: Node, kind: str) -> Row:
    node.skip("dgn:RelatedApplicationCategory")
    number = read_common.number(node.at("dgn:RelatedApplicationNumber"))
    registered = node.text("dgn:RelatedApplicationRegistrationNumber")
    return {"kind": kind, "number": registered or number, **day_parts(node.text("dgn:RelatedApplicationDate"))}
