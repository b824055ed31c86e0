"""What an examination of a document found. Kept free of Flask: the examination runs in a small process of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Self

MOST_REASONS = 50
Range = Sequence[int | None]
"""The least and the most; None where there is no such end."""


def is_within(value: float, limits: Range) -> bool:
    """Whether a value lies in the range, ends included."""
    low, high = limits
    return (low is None or value >= low) and (high is None or value <= high)


@dataclass(frozen=True)
class Limits:
    """What a document may be, and what its examination may cost.

    The first are the portal's own, for any office. Those after `seconds` are the office's for a kind of document
    (`portal.profile.documents`): None or empty where it has none. `page_sizes` are names with width and height in mm.
    """

    max_bytes: int = 25 * 1024 * 1024
    max_pages: int = 2000
    max_pixels: int = 60_000_000
    max_side: int = 20_000
    max_all_pixels: int = 2_000_000_000
    max_unpacked: int = 300 * 1024 * 1024
    memory: int = 640 * 1024 * 1024
    seconds: int = 30
    page_sizes: Sequence[tuple[str, float, float]] = ()
    pixels: Range = (None, None)
    colours: Sequence[str] = ()
    dpi: Range = (None, None)
    plays: Range = (None, None)
    pdf_versions: Sequence[str | None] = (None, None)
    fonts_embedded: bool = True


@dataclass(frozen=True)
class Reason:
    """Why a document is refused: a rule of `portal.documents.wording`, its page if it has one, and what was found."""

    rule: str
    page: int | None = None
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Verdict:
    """The result: `media_type` is that of the content, never of the name; `pages` where the format has pages."""

    reasons: tuple[Reason, ...]
    media_type: str | None
    size: int
    pages: int | None = None
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def accepted(self) -> bool:
        return not self.reasons

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of(cls, values: dict[str, Any]) -> Self:
        """The verdict from `as_dict`, after its way through JSON."""
        reasons = tuple(Reason(**reason) for reason in values.pop("reasons"))
        return cls(reasons=reasons, **values)


class Findings:
    """Collects what a check finds: each rule once a page or line, and not endlessly many."""

    def __init__(self) -> None:
        self.reasons: list[Reason] = []
        self.pages: int | None = None
        self.facts: dict[str, Any] = {}

    def refuse(self, rule: str, page: int | None = None, **values: Any) -> None:
        line = values.get("line")
        known = any(
            reason.rule == rule and page in (reason.page, None) and line == reason.values.get("line")
            for reason in self.reasons
        )
        if not known and len(self.reasons) < MOST_REASONS:
            self.reasons.append(Reason(rule, page, values))

    def verdict(self, media_type: str | None, size: int) -> Verdict:
        return Verdict(tuple(self.reasons), media_type, size, self.pages, self.facts)
