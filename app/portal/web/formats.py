"""How dates, instants, money and sizes are written for people; each call is cached, for lists ask for the same ones."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import TypeVar
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.numbers import format_currency, format_decimal, get_currency_precision
from flask import Flask

from portal.context import profile
from portal.profile.model import Text
from portal.web.language import chosen, direction, spoken

T = TypeVar("T")

# Day before month in words: no reader can take 3/4 for the wrong date.
# Arabic is printed with the digits 0 to 9, as IP offices print it: a filing number, a class of Nice and a fee are then
# the same signs in each of the office's languages.
DAY_PATTERNS = {"en": "d MMMM y", "fr": "d MMMM y", "ar": "d MMMM y"}
INSTANT_PATTERNS = {"en": "d MMMM y, HH:mm", "fr": "d MMMM y, HH:mm", "ar": "d MMMM y، HH:mm"}
# In Arabic a left-to-right mark on each side keeps sign, amount and code in one order, wherever the amount stands.
MONEY_PATTERNS = {
    "en": "¤¤\xa0#,##0.00",
    "fr": "#,##0.00\xa0¤¤",
    "ar": "\u200e#,##0.00\xa0¤¤\u200e;\u200e-#,##0.00\xa0¤¤\u200e",
}
SIZE_UNITS = {
    "fr": ("octets", "Ko", "Mo", "Go"),
    "en": ("bytes", "KB", "MB", "GB"),
    "ar": ("بايت", "كيلوبايت", "ميغابايت", "غيغابايت"),
}
# With a right-to-left mark: between a Latin word and a number the comma would turn both to the left.
COMMAS = {"en": ", ", "ar": "\u200f، "}


def init_app(app: Flask) -> None:
    """Register the filters day, instant, clock, money, size and text, and the function comma."""
    app.jinja_env.filters.update(day=day, instant=instant, clock=clock, money=money, size=size, text=text)
    app.jinja_env.globals["comma"] = comma


def day(value: date | None, language: str | None = None) -> str:
    """A date in words, such as 22 November 2026; an instant is taken on the office's calendar."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = value.astimezone(profile().office.zone).date()
    return _day(value, language or chosen())


def instant(value: datetime | None, language: str | None = None) -> str:
    """An instant in the office's zone, with the zone's distance from UTC."""
    if value is None:
        return ""
    return _instant(value.replace(second=0, microsecond=0), language or chosen(), profile().office.time_zone)


def exact(value: datetime, language: str | None = None, zone: str | None = None) -> str:
    """An instant to the second, in the office's zone (or another by its name) and in UTC."""
    name = zone or profile().office.time_zone
    local = value.astimezone(ZoneInfo(name))
    universal = f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
    parts = (day(local.date(), language), f"{local:%H:%M:%S}", f"{name.replace('_', ' ')} ({universal})")
    return comma(language).join(parts)


def clock(value: datetime) -> str:
    """The time of day in the office's zone, such as 14:02."""
    return value.astimezone(profile().office.zone).strftime("%H:%M")


def money(value: Decimal | None, currency: str | None = None, language: str | None = None) -> str:
    """An amount with its currency's code: a sign such as $ would not say whose."""
    if value is None:
        return ""
    known = currency or profile().office.currency
    return _money(value, known, decimals_of(known), language or chosen())


def decimals_of(currency: str) -> int:
    """How many decimals amounts in a currency have: as the profile says for the office's own, else as is usual."""
    office = profile().office
    return office.currency_decimals if currency == office.currency else get_currency_precision(currency)


def size(value: int, language: str | None = None) -> str:
    """A file's size, decimal as people's systems show it."""
    return _size(value, language or chosen())


def text(value: Text | None, language: str | None = None) -> str:
    """A text of the profile in the reader's language, else in the office's first."""
    if not value:
        return ""
    return value.get(language or chosen()) or next(iter(value.values()))


def comma(language: str | None = None) -> str:
    """What parts the items of a list, with the space behind it."""
    return _in(COMMAS, language or spoken(), COMMAS["en"])


def _in(table: dict[str, T], language: str, otherwise: T) -> T:
    """What a table holds for a language: `ar-EG` is written as `ar` is, where it has no line of its own."""
    return table.get(language) or table.get(language.partition("-")[0]) or otherwise


@lru_cache(maxsize=4096)
def _day(value: date, language: str) -> str:
    return format_date(value, day_pattern(value, language), locale=_babel(language))


def day_pattern(value: date, language: str, weekday: bool = False) -> str:
    """How a language writes this date, with its weekday before it: French has an ordinal for the first of a month."""
    pattern = _in(DAY_PATTERNS, language, "long")
    if weekday:
        pattern = "full" if pattern == "long" else f"EEEE {pattern}"
    return pattern.replace("d ", "d'er' ", 1) if value.day == 1 and language.startswith("fr") else pattern


@lru_cache(maxsize=4096)
def _instant(value: datetime, language: str, zone: str) -> str:
    local = value.astimezone(ZoneInfo(zone))
    words = format_datetime(local, _in(INSTANT_PATTERNS, language, "medium"), locale=_babel(language))
    offset = local.strftime("%z")
    minutes = f":{offset[3:5]}" if offset[3:5] != "00" else ""
    return f"{words} (UTC{offset[0]}{int(offset[1:3])}{minutes})"


@lru_cache(maxsize=4096)
def _money(value: Decimal, currency: str, decimals: int, language: str) -> str:
    pattern = _in(MONEY_PATTERNS, language, MONEY_PATTERNS["ar" if direction(language) == "rtl" else "en"])
    pattern = pattern.replace("0.00", "0." + "0" * decimals if decimals else "0")
    return format_currency(value, currency, pattern, locale=_babel(language), currency_digits=False)


@lru_cache(maxsize=4096)
def _size(value: int, language: str) -> str:
    units = _in(SIZE_UNITS, language, SIZE_UNITS["en"])
    amount, unit = float(value), 0
    while amount >= 999.5 and unit < len(units) - 1:
        amount, unit = amount / 1000, unit + 1
    number = format_decimal(round(amount, 1 if unit and amount < 99.5 else 0), locale=_babel(language))
    return f"{number}\xa0{units[unit]}"


def _babel(language: str) -> str:
    return language.replace("-", "_")
