"""Fees as data that outlives the program: in a filing's manifest, in a bill's items, in a quote."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from portal.fees.rules import Basis, Fees, Why

_FEES, _WHY, _BASIS = TypeAdapter(Fees), TypeAdapter(Why), TypeAdapter(Basis)


def of_fees(fees: Fees) -> dict[str, Any]:
    """Fees as JSON knows them: amounts as text with their decimals, dates in ISO 8601, what is usual left out."""
    written: dict[str, Any] = _FEES.dump_python(fees, mode="json", exclude_defaults=True)
    return written


def fees_of(record: dict[str, Any]) -> Fees:
    """The fees that `of_fees` wrote; raises pydantic's ValidationError."""
    return _FEES.validate_python(record)


def of_why(why: Why | None) -> dict[str, Any]:
    """A line's reason as JSON knows it; empty for none."""
    return _WHY.dump_python(why, mode="json", exclude_defaults=True) if why else {}


def why_of(record: dict[str, Any]) -> Why | None:
    """The reason that `of_why` wrote."""
    return _WHY.validate_python(record) if record else None


def of_basis(basis: Basis | None) -> dict[str, Any]:
    """By what fees were computed, as JSON knows it; empty for none."""
    return _BASIS.dump_python(basis, mode="json", exclude_defaults=True) if basis else {}


def basis_of(record: dict[str, Any]) -> Basis | None:
    """The basis that `of_basis` wrote."""
    return _BASIS.validate_python(record) if record else None
