"""Quote the fees of an application by the office's schedule in force."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from portal.drafting.application import Application
from portal.fees.rules import Facts, Fees, NoSchedule, Passed, PassedOver, compute, in_force
from portal.profile.model import Discount, FeeSchedule, Profile


def facts_of(application: Application) -> Facts:
    """What the fees of a complete application depend on."""
    return Facts(
        application.service,
        application.counts(),
        frozenset(filter(None, [application.discount])),
        frozenset(document.kind for document in application.documents),
        late=any(claim.restoration for claim in application.priorities),
    )


def quote(application: Application, profile: Profile, on: date) -> Fees:
    """The itemised fees of a complete application on a date of the office; raises NoSchedule."""
    return quote_facts(facts_of(application), profile, on)


def quote_facts(facts: Facts, profile: Profile, on: date) -> Fees:
    """The itemised fees of what is known so far, while an application is drafted; raises NoSchedule."""
    schedule = in_force(profile.fee_schedules, on)
    fees = compute(facts, schedule, profile.office.currency, profile.office.currency_decimals)
    known = {discount.code for discount in schedule.discounts}
    ended = [
        PassedOver(discount.code, discount.name, Passed.ENDED)
        for discount in discounts(profile, facts.service, on)
        if discount.code in facts.claimed - known
    ]
    return replace(fees, passed_over=(*fees.passed_over, *ended)) if ended else fees


def discounts(profile: Profile, service: str, on: date) -> list[Discount]:
    """The discounts that can be claimed for a service on a date; raises NoSchedule.

    Those of the schedule in force, and those that it no longer has while a quote from before may still hold them.
    """
    found: dict[str, Discount] = {}
    for schedule in _quotable(profile, on):
        fees = {fee.code for fee in schedule.fees if fee.service == service}
        for discount in schedule.discounts:
            if not discount.automatic and fees.intersection(discount.applies_to):
                found.setdefault(discount.code, discount)
    return list(found.values())


def _quotable(profile: Profile, on: date) -> list[FeeSchedule]:
    """The schedule in force on a date, and before it those that were so within the days of a quote, newest first."""
    # A quote's last day may have rolled over closed days: a week more holds every such calendar.
    days = profile.payment.quote_days + 7 if profile.payment.quote_days else 0
    found = []
    for schedule in sorted(profile.fee_schedules, key=lambda schedule: schedule.valid_from, reverse=True):
        if schedule.valid_from <= on:
            found.append(schedule)
            if schedule.valid_from <= on - timedelta(days=days):
                break
    if not found:
        raise NoSchedule(f"no fee schedule is in force on {on}")
    return found
