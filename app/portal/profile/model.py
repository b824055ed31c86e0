"""The office's profile: its law as data (`office.yml`), read by the kit and by the portal.

Every model refuses unknown keys. Texts for people are given in each of the office's languages.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, available_timezones

from babel import Locale, UnknownLocaleError
from pydantic import BaseModel, ConfigDict, EmailStr, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

Code = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
Text = dict[str, str]
"""A text for people by language code."""
Money = Annotated[Decimal, Field(ge=0, max_digits=14)]


def wrong(way: Sequence[object], message: str) -> PydanticCustomError:
    """A mistake between two places of the profile, with the way to the one that must change."""
    return PydanticCustomError("reference", "{message}", {"message": message, "way": list(way)})


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Right(StrEnum):
    """The kind of right that a service leads to."""

    PATENT = "patent"
    UTILITY_MODEL = "utility-model"
    TRADEMARK = "trademark"
    DESIGN = "design"


class Weekday(StrEnum):
    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


class Basis(StrEnum):
    """From which instant the reception date counts (deployment checklist OPS-04)."""

    SUBMISSION = "submission"
    PAYMENT = "payment"


class Support(Strict):
    """Whom an agent can ask; the second level is where the office's own desk turns to."""

    email: EmailStr
    phone: str
    second_level_email: EmailStr


class Office(Strict):
    name: Text
    code: str = Field(pattern=r"^[A-Z]{2}$", description="WIPO ST.3")
    time_zone: str
    currency: str = Field(pattern=r"^[A-Z]{3}$", description="ISO 4217")
    currency_decimals: int = Field(default=2, ge=0, le=3)
    languages: list[str] = Field(min_length=1)
    address: str
    website: str = ""
    colour: str = Field(default="#1d4f6e", pattern=r"^#[0-9a-fA-F]{6}$")
    support: Support

    @field_validator("time_zone")
    @classmethod
    def known_zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError(f"'{value}' is not a time zone of the tz database (for example Africa/Nairobi)")
        return value

    @field_validator("languages")
    @classmethod
    def known_languages(cls, value: list[str]) -> list[str]:
        for code in value:
            try:
                Locale.parse(code, sep="-")
            except (ValueError, UnknownLocaleError) as error:
                raise ValueError(f"'{code}' is not a language code (for example en, fr, pt-BR)") from error
        if len(set(value)) != len(value):
            raise ValueError("a language is given twice")
        return value

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


class Holiday(Strict):
    date: date
    name: Text


class Calendar(Strict):
    closed_weekdays: list[Weekday]
    holidays: list[Holiday] = []


class ReceptionRule(Strict):
    """How the reception date follows from the instants of submission and payment."""

    counts_from: Basis = Basis.SUBMISSION
    next_working_day: bool = False
    cut_off: time = time(23, 59, 59)


class Branch(Strict):
    code: Code
    name: Text


class DocumentFormat(StrEnum):
    PDF = "pdf"
    IMAGE = "image"
    SOUND = "sound"
    VIDEO = "video"
    DOCX = "docx"
    ST26 = "st26"


class DocumentKind(Strict):
    """A document that a service asks for or takes."""

    code: Code
    name: Text
    formats: list[DocumentFormat] = Field(min_length=1)
    required: Literal["always", "never", "when-represented", "when-priority", "when-figurative", "when-discount"] = (
        "never"
    )
    max_bytes: int = Field(gt=0)
    max_count: int = Field(default=1, gt=0)


class Service(Strict):
    """A service that agents can use, with its form and its documents."""

    code: Code
    right: Right
    name: Text
    number_type: str = Field(pattern=r"^\d{2}$", description="WIPO ST.13, type of right")
    sections: list[Code]
    documents: list[DocumentKind] = []
    priority_months: int = Field(gt=0, description="Paris Convention 4C: 12 or 6")
    open: bool = True


class Unit(StrEnum):
    """What a fee line counts."""

    FILING = "filing"
    CLASS = "class"
    PRIORITY = "priority"


class Fee(Strict):
    """One line of the schedule: `amount` for each unit beyond `included`."""

    code: Code
    service: Code
    name: Text
    unit: Unit
    amount: Money
    included: int = Field(default=0, ge=0)


class Discount(Strict):
    """A reduction that an applicant may claim; without its proof there is none (OPS-03)."""

    code: Code
    name: Text
    percent: Annotated[Decimal, Field(gt=0, le=100)]
    applies_to: list[Code] = Field(min_length=1)
    proof: Code | None = None


class FeeSchedule(Strict):
    valid_from: date
    fees: list[Fee] = Field(min_length=1)
    discounts: list[Discount] = []


class PaymentMethod(StrEnum):
    COUNTER = "counter"
    BANK_TRANSFER = "bank-transfer"


class Payment(Strict):
    mode: Literal["after-submission", "before-submission"] = "after-submission"
    methods: list[PaymentMethod] = Field(min_length=1)
    bill_due_days: int = Field(gt=0)
    instructions: Text


class Profile(Strict):
    """The whole of `office.yml`."""

    office: Office
    calendar: Calendar
    reception: ReceptionRule
    branches: list[Branch] = []
    services: list[Service] = Field(min_length=1)
    fee_schedules: list[FeeSchedule] = Field(min_length=1)
    payment: Payment

    @model_validator(mode="after")
    def references_hold(self) -> Self:
        self._codes_are_unique()
        services = {service.code for service in self.services}
        for s, schedule in enumerate(self.fee_schedules):
            codes = {fee.code for fee in schedule.fees}
            for f, fee in enumerate(schedule.fees):
                if fee.service not in services:
                    where = ["fee_schedules", s, "fees", f, "service"]
                    raise wrong(where, f"names service '{fee.service}', which the profile does not have")
            for d, discount in enumerate(schedule.discounts):
                if missing := set(discount.applies_to) - codes:
                    where = ["fee_schedules", s, "discounts", d, "applies_to"]
                    raise wrong(where, f"applies to unknown fees: {', '.join(sorted(missing))}")
                for code in self._without_proof(schedule, discount):
                    where = ["fee_schedules", s, "discounts", d, "proof"]
                    raise wrong(where, f"names document '{discount.proof}', which service '{code}' does not take")
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

    def _without_proof(self, schedule: FeeSchedule, discount: Discount) -> list[str]:
        """The services whose agents could claim a discount and never prove it."""
        reduced = {fee.service for fee in schedule.fees if fee.code in discount.applies_to}
        takes = {service.code: {kind.code for kind in service.documents} for service in self.services}
        return sorted(code for code in reduced if discount.proof and discount.proof not in takes[code])

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


def _missing(code: str) -> Service:
    raise KeyError(code)
