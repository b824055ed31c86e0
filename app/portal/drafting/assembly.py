"""Make an application out of what the sections hold; only called when they have no problem left."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, cast

from portal.drafting.application import (
    Application,
    Attached,
    ClassTerms,
    Deposit,
    Design,
    Earlier,
    Exhibition,
    Invention,
    Mark,
    MarkKind,
    MarkUse,
    Party,
    PriorityClaim,
)
from portal.drafting.fields import Data
from portal.drafting.rules import paged, whole
from portal.drafting.sections.mark import class_number
from portal.drafting.sections.origin import date_in
from portal.profile.model import Service
from portal.web.texts import lines_of

Sections = Mapping[str, Data]


def assemble(
    service: Service, language: str, sections: Sections, documents: tuple[Attached, ...], free_terms: int = 0
) -> Application:
    """The application of complete sections. Classes are in their numbers' order, all else as it was typed."""
    representative = sections.get("representative", {})
    is_represented = representative.get("represented") == "yes"
    publication = sections.get("publication", {})
    return Application(
        service=service.code,
        right=service.right,
        language=language,
        reference=sections.get("about", {}).get("reference", ""),
        applicants=tuple(_party(row) for row in sections["applicants"]["parties"]),
        representative=_party(representative) if is_represented else None,
        authority=representative.get("authority_number", "") if representative.get("authority") == "general" else "",
        creators=tuple(_party(row) for name in ("inventors", "designers") for row in _rows(sections, name, "parties")),
        mark=_mark(sections["mark"]) if "mark" in sections else None,
        goods=_goods(sections),
        invention=_invention(sections) if "invention" in sections else None,
        designs=_designs(sections),
        deferment=(whole(publication.get("months", "")) or 0) if publication.get("deferred") == "yes" else 0,
        priorities=_claims(sections),
        exhibitions=_exhibitions(sections),
        earlier=_earlier(sections),
        documents=documents,
        discount=sections.get("fees", {}).get("discount") or None,
        paged=paged(service),
        free_terms=free_terms,
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
        position=document.position,
        rendering_of=document.rendering_of,
        waiting=document.state == "waiting",
    )


def _rows(sections: Sections, section: str, name: str) -> list[Data]:
    found: list[Data] = sections.get(section, {}).get(name, [])
    return found


def _party(data: Data) -> Party:
    names = ("name", "street", "city", "postcode", "country", "email", "phone")
    kind = cast(Literal["natural", "legal"], data.get("kind") or "natural")
    return Party(kind, *(data.get(name, "") for name in names))


def _mark(data: Data) -> Mark:
    kind = data["kind"]
    return Mark(
        kind=cast(MarkKind, kind),
        text=data.get("text", "") if kind in ("word", "figurative", "three-dimensional") else "",
        description=data.get("description", ""),
        colours=data.get("colours", ""),
        use=cast(MarkUse, data.get("use") or "individual"),
        vienna=lines_of(data.get("vienna", "")) if kind not in ("word", "sound") else (),
    )


def _goods(sections: Sections) -> tuple[ClassTerms, ...]:
    rows = ((class_number(row["number"]), lines_of(row["terms"])) for row in _rows(sections, "goods", "classes"))
    return tuple(ClassTerms(number, terms) for number, terms in sorted(rows) if number is not None)


def _invention(sections: Sections) -> Invention:
    data = sections["invention"]
    deposits = ((row, date_in(row)) for row in _rows(sections, "deposits", "deposits"))
    return Invention(
        title=data["title"],
        abstract=data["abstract"],
        claims=whole(data["claims"]) or 0,
        drawings=whole(data["drawings"]) or 0,
        symbols=lines_of(data.get("symbols", "")),
        deposits=tuple(Deposit(row["authority"], row["number"], day) for row, day in deposits if day),
        sequences=data.get("sequences") == "yes",
    )


def _designs(sections: Sections) -> tuple[Design, ...]:
    rows = enumerate(_rows(sections, "designs", "designs"), start=1)
    return tuple(Design(number, row["product"], row["locarno"], row.get("description", "")) for number, row in rows)


def _claims(sections: Sections) -> tuple[PriorityClaim, ...]:
    rows = ((row, date_in(row)) for row in _rows(sections, "priority", "claims"))
    return tuple(
        PriorityClaim(row["office"], row["number"], day, row.get("das", ""), row.get("restoration", ""))
        for row, day in rows
        if day is not None
    )


def _exhibitions(sections: Sections) -> tuple[Exhibition, ...]:
    rows = ((row, date_in(row)) for row in _rows(sections, "exhibition", "exhibitions"))
    return tuple(Exhibition(row["name"], row["place"], row["country"], day) for row, day in rows if day is not None)


def _earlier(sections: Sections) -> tuple[Earlier, ...]:
    rows = ((row, date_in(row)) for row in _rows(sections, "earlier", "earlier"))
    return tuple(Earlier(row["kind"], row["number"], day) for row, day in rows if day is not None)
