"""Quote the fees of an application by the office's schedule in force."""

from __future__ import annotations

from datetime import date

from portal.drafting.application import Application
from portal.fees.rules import Facts, Fees, compute, in_force
from portal.profile.model import Discount, Profile


def quote(application: Application, profile: Profile, on: date) -> Fees:
    """The itemised fees of a complete application on a date of the office; raises NoSchedule."""
    facts = Facts(
        application.service,
        application.counts(),
        frozenset(filter(None, [application.discount])),
        frozenset(document.kind for document in application.documents),
    )
    return quote_facts(facts, profile, on)


def quote_facts(facts: Facts, profile: Profile, on: date) -> Fees:
    """The itemised fees of what is known so far, while an application is drafted; raises NoSchedule."""
    schedule = in_force(profile.fee_schedules, on)
    return compute(facts, schedule, profile.office.currency, profile.office.currency_decimals)


def discounts(profile: Profile, service: str, on: date) -> list[Discount]:
    """The discounts that can be claimed for a service on a date; raises NoSchedule."""
    schedule = in_force(profile.fee_schedules, on)
    fees = {fee.code for fee in schedule.fees if fee.service == service}
    return [discount for discount in schedule.discounts if fees.intersection(discount.applies_to)]
