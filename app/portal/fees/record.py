"""Fees as data that outlives the program: in a filing's manifest, in a bill's items, in a quote."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from portal.fees.rules import Facts, FeeLine, Fees, Why

_FEES, _FACTS, _LINES, _WHY = TypeAdapter(Fees), TypeAdapter(Facts), TypeAdapter(tuple[FeeLine, ...]), TypeAdapter(Why)


def of_fees(fees: Fees) -> dict[str, Any]:
    """Fees as JSON knows them: amounts as text with their decimals, dates in ISO 8601, what is usual left out."""
    written: dict[str, Any] = _FEES.dump_python(fees, mode="json", exclude_defaults=True)
    return written


def fees_of(record: dict[str, Any]) -> Fees:
    """The fees that `of_fees` wrote; raises pydantic's ValidationError."""
    return _FEES.validate_python(record)


def of_lines(lines: tuple[FeeLine, ...]) -> list[dict[str, Any]]:
    """Lines as JSON knows them."""
    written: list[dict[str, Any]] = _LINES.dump_python(lines, mode="json", exclude_defaults=True)
    return written


def lines_of(record: list[dict[str, Any]]) -> tuple[FeeLine, ...]:
    """The lines that `of_lines` wrote."""
    return _LINES.validate_python(record)


def of_why(why: Why | None) -> dict[str, Any] | None:
    """A line's reason as JSON knows it."""
    return _WHY.dump_python(why, mode="json", exclude_defaults=True) if why else None


def why_of(record: dict[str, Any] | None) -> Why | None:
    """The reason that `of_why` wrote."""
    return _WHY.validate_python(record) if record else None
