"""Which quote holds, and what an application costs with it. No database, no Flask, no clock."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from portal.fees.rules import Facts, Fees, Quoted, compute, is_same
from portal.profile.fees import FeeSchedule


@dataclass(frozen=True)
class Offer:
    """A quote as it was made: the fees, and the schedule by which it can be tested whether it still fits."""

    quoted: Quoted
    schedule: FeeSchedule
    fees: Fees


class Lapse(StrEnum):
    """Why a quote does not hold."""

    ENDED = "ended"
    CHANGED = "changed"
    """The application is no longer what was quoted."""


@dataclass(frozen=True)
class Price:
    """What an application costs, and the schedule by which; `fees` name the quote in their basis when it is by one.

    `holds` is a quote that holds, whether or not it makes the application cheaper; `lapsed` the newest one when none
    holds, and why.
    """

    fees: Fees
    schedule: FeeSchedule
    holds: Quoted | None = None
    lapsed: tuple[Quoted, Lapse] | None = None


def fits(offer: Offer, facts: Facts, decimals: int) -> bool:
    """Whether the application still costs, by the quote's own schedule, line by line what was quoted."""
    return is_same(compute(facts, offer.schedule, offer.fees.currency, decimals), offer.fees)


def price(today: Fees, schedule: FeeSchedule, facts: Facts, offers: Iterable[Offer], on: date, decimals: int) -> Price:
    """What an application costs on a date of the office, when `today` is its fees by the schedule in force.

    A quote holds up to its last day, inclusive, as long as the application is what was quoted; the agent pays the
    cheaper of the two (docs/decisions/0045-quotes.md). `offers` are the quotes of the draft, newest first.
    """
    made = list(offers)
    holding = [
        offer
        for offer in made
        if on <= offer.quoted.valid_until and offer.fees.currency == today.currency and fits(offer, facts, decimals)
    ]
    if holding:
        best = min(holding, key=lambda offer: offer.fees.total)  # of equals the newest, which holds longest
        if best.fees.total < today.total:
            return Price(_as_quoted(best), best.schedule, best.quoted)
        return Price(today, schedule, best.quoted)
    if made:
        newest = made[0].quoted
        lapse = Lapse.ENDED if on > newest.valid_until else Lapse.CHANGED
        return Price(today, schedule, lapsed=(newest, lapse))
    return Price(today, schedule)


def _as_quoted(offer: Offer) -> Fees:
    basis = offer.fees.basis
    return replace(offer.fees, basis=replace(basis, quote=offer.quoted)) if basis else offer.fees
