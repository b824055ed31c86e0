"""Who the office is: name, ST.3 code, zone, currency, languages, branches, support."""

from __future__ import annotations

from zoneinfo import ZoneInfo, available_timezones

from babel import Locale, UnknownLocaleError
from pydantic import EmailStr, Field, field_validator

from portal.profile.base import Code, Strict, Text


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


class Branch(Strict):
    code: Code
    name: Text
