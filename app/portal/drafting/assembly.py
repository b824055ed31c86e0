"""Make an application out of what the sections hold; only called when they have no problem left."""

from __future__ import annotations

from typing import Any, Literal, cast

from portal.drafting.application import Application, Attached, ClassTerms, Mark, Party, PriorityClaim
from portal.drafting.rules import Data, claim_date, class_number
from portal.profile.model import Service
from portal.web.texts import lines_of


def assemble(
    service: Service, language: str, sections: dict[str, Data], documents: tuple[Attached, ...], discount: str | None
) -> Application:
    """The application of complete sections. Classes are in their numbers' order, all else as it was typed."""
    representative = sections.get("representative", {})
    mark = sections["mark"]
    goods = ((class_number(row["number"]), lines_of(row["terms"])) for row in sections["goods"]["classes"])
    return Application(
        service=service.code,
        right=service.right,
        language=language,
        reference=sections.get("about", {}).get("reference", ""),
        applicants=(_party(sections["applicant"]),),
        representative=_party(representative) if representative.get("represented") == "yes" else None,
        mark=Mark(
            kind=cast(Literal["word", "figurative"], mark["kind"]),
            text=mark.get("text", ""),
            description=mark.get("description", ""),
            colours=mark.get("colours", ""),
        ),
        goods=tuple(ClassTerms(number, terms) for number, terms in sorted(goods) if number is not None),
        priorities=tuple(_claims(sections.get("priority", {}))),
        documents=documents,
        discount=discount,
    )


def attached(document: Any) -> Attached:
    """A row of the draft's documents as the application knows it."""
    return Attached(
        kind=document.kind,
        file_name=document.file_name,
        format=document.format,
        media_type=document.media_type,
        size=document.size,
        sha512=document.sha512,
        pages=document.pages,
        received_at=document.received_at,
    )


def _party(data: Data) -> Party:
    names = ("name", "street", "city", "postcode", "country", "email", "phone")
    return Party(cast(Literal["natural", "legal"], data["kind"]), *(data.get(name, "") for name in names))


def _claims(data: Data) -> list[PriorityClaim]:
    claims = ((claim["office"], claim["number"], claim_date(claim)) for claim in data.get("claims", []))
    return [PriorityClaim(office, number, day) for office, number, day in claims if day is not None]
