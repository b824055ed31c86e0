"""The office's profile: its law as data (`office.yml`), read by the kit and by the portal.

Every model refuses unknown keys. Texts for people are given in each of the office's languages. Each part has a module
of its own beside this one; here they come together, and what one part says of another is checked.
"""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel, Field, model_validator

from portal.profile.base import Code, Money, Strict, Text, wrong
from portal.profile.calendar import (
    Basis,
    Calendar,
    Country,
    Holiday,
    OutageRule,
    ReceptionOverride,
    ReceptionRule,
    Restoration,
    Weekday,
)
from portal.profile.documents import Colours, DocumentFormat, DocumentLimits, PageSize
from portal.profile.fees import Discount, Fee, FeeSchedule, Surcharge, Unit, check_schedules
from portal.profile.office import Branch, Office, Support
from portal.profile.payment import Payment, PaymentMethod
from portal.profile.services import DocumentKind, Required, Right, Service
from portal.profile.terms import Annuities, AnnuityDue, CountsFrom, Terms

__all__ = [
    "Annuities", "AnnuityDue", "Basis", "Branch", "Calendar", "Code", "Colours", "Country", "CountsFrom", "Discount",
    "DocumentFormat", "DocumentKind", "DocumentLimits", "Fee", "FeeSchedule", "Holiday", "Money", "Office",
    "OutageRule", "PageSize", "Payment", "PaymentMethod", "Profile", "ReceptionOverride", "ReceptionRule", "Required",
    "Restoration", "Right", "Service", "Strict", "Support", "Surcharge", "Terms", "Text", "Unit", "Weekday", "wrong",
]  # fmt: skip


class Profile(Strict):
    """The whole of `office.yml`."""

    office: Office
    calendar: Calendar
    reception: ReceptionRule
    restoration: Restoration = Restoration()
    terms: list[Terms] = []
    branches: list[Branch] = []
    services: list[Service] = Field(min_length=1)
    fee_schedules: list[FeeSchedule] = Field(min_length=1)
    payment: Payment

    @model_validator(mode="after")
    def references_hold(self) -> Self:
        self._codes_are_unique()
        self._calendar_holds()
        documents = {service.code: {kind.code for kind in service.documents} for service in self.services}
        check_schedules(self.fee_schedules, self.office.currency_decimals, documents)
        self._proofs_have_a_discount()
        for way, text in self.texts():
            if missing := set(self.office.languages) - set(text):
                raise wrong(way, f"is missing in: {', '.join(sorted(missing))}")
        return self

    def _codes_are_unique(self) -> None:
        for name in ("services", "branches"):
            seen: set[str] = set()
            for i, item in enumerate(getattr(self, name)):
                if item.code in seen:
                    raise wrong([name, i, "code"], f"'{item.code}' was given before")
                seen.add(item.code)

    def _calendar_holds(self) -> None:
        branches = {branch.code for branch in self.branches}
        own: set[tuple[object, ...]] = set()
        for h, holiday in enumerate(self.calendar.holidays):
            where = ["calendar", "holidays", h]
            if holiday.branch is not None and holiday.branch not in branches:
                raise wrong([*where, "branch"], f"names branch '{holiday.branch}', which the profile does not have")
            if (known := (holiday.date, holiday.every, holiday.branch)) in own:
                raise wrong(where, f"{holiday.date or holiday.every} was given before")
            own.add(known)
        rights: set[Right] = set()
        for t, terms in enumerate(self.terms):
            if terms.right in rights:
                raise wrong(["terms", t, "right"], f"'{terms.right}' was given before")
            rights.add(terms.right)

    def _proofs_have_a_discount(self) -> None:
        """A document "when-discount" is the proof of a discount: of the one that names it, not of any other."""
        proofs = {discount.proof for schedule in self.fee_schedules for discount in schedule.discounts}
        for s, service in enumerate(self.services):
            for k, kind in enumerate(service.documents):
                if kind.required == "when-discount" and kind.code not in proofs:
                    where = ["services", s, "documents", k, "required"]
                    raise wrong(where, f"'{kind.code}' is required when-discount, but no discount has it as its proof")

    def texts(self) -> list[tuple[list[str | int], Text]]:
        """Every text for people in the profile, with the way to it."""
        found: list[tuple[list[str | int], Text]] = []

        def walk(value: object, way: list[str | int]) -> None:
            if isinstance(value, BaseModel):
                for name in type(value).model_fields:
                    walk(getattr(value, name), [*way, name])
            elif isinstance(value, list):
                for i, item in enumerate(value):
                    walk(item, [*way, i])
            elif isinstance(value, dict):
                found.append((way, value))

        walk(self, [])
        return found

    def service(self, code: str) -> Service:
        """The service of this code; raises KeyError."""
        return next((s for s in self.services if s.code == code), None) or _missing(code)

    def reception_of(self, code: str) -> ReceptionRule:
        """The reception rule of a service: the office's, with what the service does otherwise; raises KeyError."""
        override = self.service(code).reception
        return override.over(self.reception) if override else self.reception

    def reception_way(self, code: str, key: str) -> str:
        """Where in the profile a key of a service's reception rule is decided."""
        override = self.service(code).reception
        own = override is not None and getattr(override, key) is not None
        return f"services.{code}.reception.{key}" if own else f"reception.{key}"

    def terms_of(self, right: Right) -> Terms | None:
        """The terms of a right; None where the profile does not give them."""
        return next((terms for terms in self.terms if terms.right is right), None)


def _missing(code: str) -> Service:
    raise KeyError(code)
