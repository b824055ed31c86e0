"""The office's profile: its law as data (`office.yml`), read by the kit and by the portal.

Every model refuses unknown keys. Texts for people are given in each of the office's languages.
"""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, ConfigDict, EmailStr, Field, field_validator, model_validator

Code = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
Text = dict[str, str]
"""A text for people by language code."""
Money = Annotated[Decimal, Field(ge=0, max_digits=14)]


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
        services = {service.code: service for service in self.services}
        for schedule in self.fee_schedules:
            codes = {fee.code for fee in schedule.fees}
            for fee in schedule.fees:
                if fee.service not in services:
                    raise ValueError(f"fee '{fee.code}' names service '{fee.service}', which the profile does not have")
            for discount in schedule.discounts:
                if missing := set(discount.applies_to) - codes:
                    raise ValueError(
                        f"discount '{discount.code}' applies to unknown fees: {', '.join(sorted(missing))}"
                    )
        for text in self.texts():
            if missing := set(self.office.languages) - set(text):
                raise ValueError(f"the text {text!r} is missing in: {', '.join(sorted(missing))}")
        return self

    def texts(self) -> list[Text]:
        """Every text for people in the profile."""
        found: list[Text] = []

        def walk(value: object) -> None:
            if isinstance(value, BaseModel):
                for name in type(value).model_fields:
                    walk(getattr(value, name))
            elif isinstance(value, list):
                for item in value:
                    walk(item)
            elif isinstance(value, dict):
                found.append(value)

        walk(self)
        return found

    def service(self, code: str) -> Service:
        """The service of this code; raises KeyError."""
        return next((s for s in self.services if s.code == code), None) or _missing(code)


def _missing(code: str) -> Service:
    raise KeyError(code)
