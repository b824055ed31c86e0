"""What is true of a filing: its number, and what its manifest says. No database, no Flask, no clock."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Literal, Self

from portal.calendar.rules import Reception
from portal.drafting.application import Application, Attached, Party
from portal.fees import record
from portal.fees.rules import Fees
from portal.profile.model import ReceptionRule, Required

NUMBER = re.compile(r"([A-Z]?)([0-9]{2})([0-9]{4})([0-9]{9})")
LAST_SERIAL = 999_999_999
MANIFEST_VERSION = 2
"""2 lists every applicant and creator, and a document's position; `applicant` stays the one who is named first."""
UNORDERED = ("goods", "priorities", "exhibitions", "earlier")
"""What an application lists in an order that means nothing."""

Purposes = Mapping[str, Required]
"""What each kind of document is for, by its code: the reason for which the office asks for it."""
Role = Literal["application-data", "application-form", "document"]


@dataclass(frozen=True)
class FilingNumber:
    """A number in the form of WIPO ST.13: type of right (2 digits), year (4), serial (9).

    `prefix` is the letter of a tier without legal effect, and empty in production, where the number is plain ST.13.
    """

    prefix: str
    type: str
    year: int
    serial: int

    def __post_init__(self) -> None:
        if not 1 <= self.serial <= LAST_SERIAL:
            raise ValueError(f"no serial is left in {self.type} {self.year}: {self.serial}")

    def __str__(self) -> str:
        return f"{self.prefix}{self.type}{self.year:04d}{self.serial:09d}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """The number as stored or as printed, with or without spaces and the ST.3 code; raises ValueError."""
        compact = re.sub(r"[\s\u00a0\u202f]", "", text).upper()
        match = NUMBER.fullmatch(re.sub(r"^[A-Z]{2}(?=[A-Z]?[0-9]{15}$)", "", compact))
        if match is None:
            raise ValueError(f"not a filing number: {text!r}")
        return cls(match[1], match[2], int(match[3]), int(match[4]))

    def printed(self, office: str) -> str:
        """As people read it: the office's ST.3 code and the parts, held together by no-break spaces."""
        parts = [office, self.prefix, self.type, f"{self.year:04d}", f"{self.serial:09d}"]
        return "\u00a0".join(part for part in parts if part)

    def on_screen(self, office: str) -> str:
        """The same, but on a narrow screen it may break before the serial."""
        return " ".join(self.printed(office).rsplit("\u00a0", 1))


def package_name(number: str) -> str:
    """The store's name for the package of this number; it is given once, for ever."""
    return f"filings/{number}"


def receipt_name(number: str) -> str:
    """The store's name for the one receipt of this number."""
    return f"receipts/{number}"


def archive_name(number: str, sequence: int) -> str:
    """The store's name for the receipt of this number with its so-manieth later archive timestamp."""
    return f"archives/{number}-{sequence}"


def acknowledged_name(number: str) -> str:
    """The store's name for the sign that an agent was told this number before its receipt was there."""
    return f"acknowledged/{number}"


def notice_name(number: str) -> str:
    """The store's name for the one notice of this number's reception date."""
    return f"dates/{number}"


@dataclass(frozen=True)
class Part:
    """One file of a package: `sha512` and `size` are those of its bytes, for a document those that were received.

    `rendering_of` is the SHA-512 of the document that this one shows: that one is the record.
    """

    role: Role
    kind: str
    name: str
    media_type: str
    size: int
    sha512: str
    pages: int | None = None
    received_at: str | None = None
    signed: bool | None = None
    position: str | None = None
    rendering_of: str | None = None


@dataclass(frozen=True)
class Person:
    id: int
    name: str


@dataclass(frozen=True)
class Circumstances:
    """Everything about a filing that is not in the application: who, when, for how much, under which rule."""

    number: FilingNumber
    office: str
    tier: str
    legal_effect: bool
    draft: str
    firm: Person
    filed_by: Person
    received_at: datetime
    reception: Reception
    fees: Fees
    release: str
    purposes: Purposes = field(default_factory=dict)

    @property
    def reception_date(self) -> date | None:
        return self.reception.date


def of_kind(purposes: Purposes, purpose: Required, documents: Iterable[Attached]) -> list[Attached]:
    """The documents that are for this: the pictures of a mark, its recording, an invention's drawings."""
    return [one for one in documents if purposes.get(one.kind) is purpose]


class Changed(Exception):
    """What would be filed now is not what the agent read before they declared it; nothing was filed."""


def fingerprint(application: Application, fees: Fees, rule: ReceptionRule) -> str:
    """What an agent declares, as one SHA-256 (hex): the application, what it costs, and how its date will follow.

    The order of classes, claims, documents and fees changes nothing, nor does a document's own record of its arrival:
    the same file under the same name and kind is the same document.
    """
    content: dict[str, Any] = _plain(asdict(application))
    content |= {name: sorted(content[name], key=json.dumps) for name in UNORDERED} | {
        "documents": sorted(
            [one.kind, one.position, one.file_name, one.sha512, one.rendering_of] for one in application.documents
        ),
        "fees": {
            "lines": sorted(
                [line.code, _amount(line.unit_amount), _amount(line.amount), line.quantity, json.dumps(line.name)]
                for line in fees.lines
            ),
            "total": _amount(fees.total),
            "currency": fees.currency,
        },
        "reception": rule.model_dump(mode="json"),
    }
    return hashlib.sha256(canonical(content)).hexdigest()


def _plain(value: Any) -> Any:
    """The same with nothing in it that JSON does not know: dates in ISO 8601, sets in order."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, frozenset):
        return sorted(value)
    return value.isoformat() if isinstance(value, date) else value


def _amount(amount: Decimal) -> str:
    """An amount in one way only: 45, 45.0 and 45.00 cost the same."""
    return format(amount.normalize(), "f")


def instant(value: datetime) -> str:
    """An instant as manifests write it: UTC with microseconds and Z."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def read_instant(text: str) -> datetime:
    """The instant that `instant` wrote."""
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def after_last_byte(now: datetime, application: Application) -> datetime:
    """The instant of a submission: `now`, or that of its last document where another server's clock is ahead of ours.

    A receipt that was issued before a file on it arrived would prove nothing.
    """
    return max([now, *(document.received_at for document in application.documents)])


def manifest(application: Application, about: Circumstances, parts: list[Part]) -> dict[str, Any]:
    """What the package holds and how it came about: enough to rebuild the database's row, and to check every byte."""
    return {
        "format": "ip-filing-package",
        "version": MANIFEST_VERSION,
        "number": str(about.number),
        "office": about.office,
        "tier": about.tier,
        "legal_effect": about.legal_effect,
        "service": application.service,
        "language": application.language,
        "reference": application.reference,
        "title": application.title,
        "applicant": application.applicant.name,
        "applicants": [_named(party) for party in application.applicants],
        "creators": [_named(party) for party in application.creators],
        "draft": about.draft,
        "firm": asdict(about.firm),
        "filed_by": asdict(about.filed_by),
        "received_at": instant(about.received_at),
        "reception": about.reception.as_dict(),
        "fees": record.of_fees(about.fees),
        "files": [{key: value for key, value in asdict(part).items() if value is not None} for part in parts],
        "software": {"name": "portal", "version": about.release},
    }


def _named(party: Party) -> dict[str, str]:
    return {"kind": party.kind, "name": party.name, "country": party.country}


def canonical(value: dict[str, Any]) -> bytes:
    """The one way to write a manifest: UTF-8 JSON, keys in order, no spaces; the same content has the same hash."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def files_of(content: dict[str, Any], role: Role) -> list[dict[str, Any]]:
    """The files of a manifest that have this role, in order."""
    return [file for file in content["files"] if file["role"] == role]
