"""Why a line is there, in words: the same on every page, on paper, on the bill and in an explanation.

The words are those of the present locale; `language` is its code, None for the language of the page.
"""

from __future__ import annotations

from decimal import Decimal

from babel.numbers import format_percent
from flask_babel import gettext as _
from flask_babel import ngettext

from portal.context import profile
from portal.fees.rules import Basis, Passed, PassedOver, Why
from portal.profile.fees import Condition, Discount, Halves, Surcharge, Unit
from portal.web.formats import comma, day, money, text
from portal.web.language import chosen


def counted(unit: Unit, number: int) -> str:
    """So many of a unit, such as 3 classes."""
    match unit:
        case Unit.FILING:
            words = ngettext("%(num)s application", "%(num)s applications", number)
        case Unit.CLASS:
            words = ngettext("%(num)s class", "%(num)s classes", number)
        case Unit.TERM:
            words = ngettext("%(num)s term", "%(num)s terms", number)
        case Unit.FREE_TERM:
            words = ngettext("%(num)s term in free words", "%(num)s terms in free words", number)
        case Unit.CLAIM:
            words = ngettext("%(num)s claim", "%(num)s claims", number)
        case Unit.PAGE:
            words = ngettext("%(num)s page", "%(num)s pages", number)
        case Unit.DESIGN:
            words = ngettext("%(num)s design", "%(num)s designs", number)
        case Unit.VIEW:
            words = ngettext("%(num)s view", "%(num)s views", number)
        case Unit.PRIORITY:
            words = ngettext("%(num)s priority claim", "%(num)s priority claims", number)
    return str(words)


def because(why: Why | None, currency: str, language: str | None = None) -> str:
    """The reason for a line, such as "3 classes, 1 included"; empty where its name says all."""
    if why is None:
        return ""
    parts = _of_fee(why) if why.kind == "fee" else [_share(why, currency, language)]
    if why.cap is not None:
        parts.append(_("%(amount)s at most", amount=money(why.cap, currency, language)))
    told = comma(language).join(part for part in parts if part)
    if why.kind != "surcharge":
        return told
    return str(_("%(share)s; %(condition)s", share=told, condition=_condition(why))) if told else _condition(why)


def _of_fee(why: Why) -> list[str]:
    if why.unit is None or not (why.is_tier or why.beyond or why.per != 1):
        return []
    parts = [counted(why.unit, why.count)]
    if why.beyond and not why.is_tier:
        parts.append(_("%(number)s included", number=why.beyond))
    if why.per != 1:
        parts.append(_("in groups of %(number)s, begun ones as whole", number=why.per))
    return parts


def _share(why: Why, currency: str, language: str | None) -> str:
    if why.percent is None or why.base is None:
        return ""
    part, whole = percent(why.percent, language), money(why.base, currency, language)
    return str(_("%(percent)s of %(amount)s", percent=part, amount=whole))


def _condition(why: Why) -> str:
    if why.unit is None:
        return str(_("asked for after its period"))
    if not why.beyond:
        return counted(why.unit, why.count)
    return str(_("%(counted)s, more than %(number)s", counted=counted(why.unit, why.count), number=why.beyond))


def percent(value: Decimal, language: str | None = None) -> str:
    """A percentage as the language writes it, with no more decimals than it has."""
    locale = (language or chosen()).replace("-", "_")
    return str(format_percent(value / 100, locale=locale, decimal_quantization=False))


def basis_words(basis: Basis | None, language: str | None = None) -> str:
    """By which schedule, and by which quote, fees were computed."""
    if basis is None:
        return ""
    begun = day(basis.schedule, language)
    words = [_("By the office’s schedule of fees in force from %(date)s.", date=begun)]
    if basis.source:
        words.append(_("Source: %(source)s.", source=text(basis.source, language)))
    if basis.quote:
        made, end = day(basis.quote.made_on, language), day(basis.quote.valid_until, language)
        words.append(
            _(
                "Quote %(reference)s of %(date)s, honoured up to and including %(end)s.",
                reference=basis.quote.reference,
                date=made,
                end=end,
            )
        )
    return " ".join(words)


def rounding_step(basis: Basis) -> Decimal:
    """To what each line is rounded: by default the currency's smallest unit."""
    return basis.rounding.to or Decimal(1).scaleb(-profile().office.currency_decimals)


def rounding_words(basis: Basis, currency: str, language: str | None = None) -> str:
    """To what each line is rounded, and where halves go."""
    amount = money(rounding_step(basis), currency, language)
    if basis.rounding.mode is Halves.UP:
        return str(_("Each line is rounded once, to the nearest %(amount)s; a half is rounded up.", amount=amount))
    return str(_("Each line is rounded once, to the nearest %(amount)s; a half to the even one.", amount=amount))


def condition_words(when: Condition) -> str:
    """When a surcharge is due, as the schedule says it."""
    if when.unit is None:
        return str(_("asked for after its period"))
    return str(_("%(counted)s or more", counted=counted(when.unit, when.beyond + 1)))


def amount_words(item: Discount | Surcharge, language: str | None = None) -> str:
    """How much a discount takes off, or a surcharge adds: a percentage, capped or not, or an amount."""
    if item.percent is None:
        return money(item.amount, None, language)
    if isinstance(item, Discount) and item.cap is not None:
        number, cap = percent(item.percent, language), money(item.cap, None, language)
        return str(_("%(percent)s, %(amount)s at most", percent=number, amount=cap))
    return percent(item.percent, language)


def passed_words(passed: PassedOver, language: str | None = None) -> str:
    """Why a reduction that was claimed, or that everyone has, is not counted."""
    name = text(passed.name, language)
    match passed.reason:
        case Passed.NO_PROOF:
            words = _("%(name)s: not counted, because its proof is not attached.", name=name)
        case Passed.LESS:
            words = _("%(name)s: not counted, because another reduction takes off more.", name=name)
        case Passed.NOTHING:
            words = _("%(name)s: not counted, because nothing is left that it could reduce.", name=name)
        case Passed.ENDED:
            words = _("%(name)s: no longer offered; only a quote from before counts it.", name=name)
    return str(words)
