"""What the three kinds of document say alike, as the rows of a draft's sections."""

from __future__ import annotations

import re
from typing import Any

from portal.filing.st96.source import Node, day_parts
from portal.filing.st96.words import DAS, RESTORATION

Row = dict[str, Any]
IDENTITY = re.compile(r"SHA-512 ([0-9a-f]{128})")
STRUCTURED = ("NamePrefix", "FirstName", "MiddleName", "LastName", "FirstLastName", "SecondLastName", "NameSuffix")


def party(node: Node) -> Row:
    """An applicant, representative, inventor or designer; of several names or addresses the first."""
    contact = node.at("com:Contact") or node.at("com:PublicationContact")
    kind, name = _name(node, contact)
    address = contact.at("com:PostalAddressBag/com:PostalAddress")
    structured = address.at("com:PostalStructuredAddress") or contact
    lines = structured.texts("com:AddressLineText") or address.texts("com:PostalAddressText")
    return {
        "kind": kind,
        "name": name,
        "street": ", ".join(lines),
        "city": structured.text("com:CityName"),
        "postcode": structured.text("com:PostalCode"),
        "country": structured.text("com:CountryCode"),
        "email": contact.text("com:EmailAddressBag/com:EmailAddressText"),
        "phone": contact.text("com:PhoneNumberBag/com:PhoneNumber"),
    }


def _name(node: Node, contact: Node) -> tuple[str, str]:
    """Whether it is a person or an organisation, if the file says so, and the name."""
    named = contact.at("com:Name")
    if organisation := named.text("com:OrganizationName/com:OrganizationStandardName"):
        return "legal", organisation
    person = named.at("com:PersonName")
    structured = person.at("com:PersonStructuredName")
    if full := person.text("com:PersonFullName") or " ".join(
        part for name in STRUCTURED if (part := structured.text(f"com:{name}"))
    ):
        return "natural", full
    kind = "legal" if node.at("com:LegalEntityName") or node.at("com:IncorporationCountryCode") else ""
    return kind, named.text("com:EntityName") or node.text("com:LegalEntityName")


def parties(nodes: list[Node]) -> list[Row]:
    """Those that have a name."""
    for node in nodes:
        node.skip("com:PartyIdentifier")
    return [row for row in map(party, nodes) if row["name"]]


def representative(node: Node, authorization: Node) -> Row:
    """The section of the first representative, with the power to act."""
    row = party(node)
    if not row["name"]:
        return {}
    power = authorization.text("com:AuthorizationIdentifier")
    authorization.skip("com:AuthorizationCategory", "com:AuthorizationDocumentSupplyCategory")
    return represented(row, power)


def represented(row: Row, power: str) -> Row:
    """The section of a representative who acts by a general power of this number, or by one for the case."""
    return {"represented": "yes", **row, "authority": "general" if power else "case", "authority_number": power}


def number(node: Node) -> str:
    """A number of an application; its office is told elsewhere."""
    node.skip("com:IPOfficeCode")
    return node.any("com:ApplicationNumberText", "com:ST13ApplicationNumber")


def claim(node: Node) -> Row:
    """A priority claim of a trademark or a design."""
    return {
        "office": node.text("com:PriorityCountryCode"),
        "number": number(node.at("com:ApplicationNumber")),
        **day_parts(node.text("com:PriorityApplicationFilingDate")),
        "das": node.text("com:DASAccessCode") or _das(node),
        "restoration": said(node.at("com:CommentText"), RESTORATION),
    }


def _das(node: Node) -> str:
    for document in node.all("com:PriorityDocument"):
        if code := said(document.at("com:CommentText"), DAS):
            document.skip("com:DocumentName")
            return code
    return ""


def said(node: Node, words: str) -> str:
    """What a comment says after the words that this portal puts before it; another comment stays unread."""
    return node.text().removeprefix(words) if node.plain().startswith(words) else ""


def exhibition(node: Node) -> Row:
    """A first showing; where only the opening is told, that day."""
    first, opened = node.text("com:ExhibitionFirstDisplayDate"), node.text("com:ExhibitionDate")
    return {
        "name": node.text("com:ExhibitionName"),
        "place": node.text("com:ExhibitionCityName"),
        "country": node.text("com:ExhibitionCountryCode"),
        **day_parts(first or opened),
    }


def documents(node: Node) -> list[list[str]]:
    """Kind, file name and SHA-512 of what was attached, as far as the file says them."""
    return [
        [
            one.text("com:DocumentKindCategory"),
            one.any("com:FileName", "com:DocumentName"),
            _sha512(one.text("com:CommentText")),
        ]
        for one in node.all("com:DocumentIncludedBag/com:DocumentIncluded")
    ]


def _sha512(comment: str) -> str:
    found = IDENTITY.search(comment)
    return found[1] if found else ""


def gathered(lists: list[list[Row]]) -> list[Row]:
    """The rows of the first list, and those of the others that it has not."""
    found = [*lists[0]] if lists else []
    for others in lists[1:]:
        found += [row for row in others if row not in found]
    return found
