"""How fees come about, step by step: for the help desk, the receipt's reader and whoever doubts a sum."""

from __future__ import annotations

from flask_babel import gettext as _

from portal.explain.rules import Explanation, Step
from portal.fees.rules import Basis, FeeLine, Fees
from portal.fees.words import basis_words, because, passed_words, rounding_step, rounding_words
from portal.profile.fees import rule_of
from portal.web.formats import money, text


def explain_fees(fees: Fees, language: str | None = None) -> Explanation:
    """The steps to a total: the schedule, each line with its rule and source, the rounding, and the sum.

    `fees` are those just computed, or those of a manifest; the words are those of the receipt, in the present locale.
    `language` is its code, None for the language of the page.
    """
    steps = [*_of_basis(fees.basis, language), *(_of_line(line, fees, language) for line in fees.lines)]
    if fees.basis:
        begun = fees.basis.schedule
        steps += [
            Step(passed_words(one, language), "", rule_of(begun, "discounts", one.code)) for one in fees.passed_over
        ]
        words, step = rounding_words(fees.basis, fees.currency, language), rounding_step(fees.basis)
        steps.append(Step(words, money(step, fees.currency, language), rule_of(begun, "rounding")))
    total = money(fees.total, fees.currency, language)
    steps.append(Step(_("The lines added up"), total))
    data = {"currency": fees.currency, "schedule": None, "quote": None}
    if fees.basis:
        quote = fees.basis.quote
        data |= {"schedule": fees.basis.schedule.isoformat(), "quote": quote.reference if quote else None}
    return Explanation(_("What are the fees, and why?"), str(fees.total), tuple(steps), data, total)


def _of_basis(basis: Basis | None, language: str | None) -> list[Step]:
    if basis is None:
        return []
    rule = rule_of(basis.schedule, "valid_from")
    steps = [Step(basis_words(basis, language), "", rule, text(basis.source, language))]
    if basis.quote:
        words = _("The quote holds on the day of the filing, and costs less than the schedule in force by then.")
        steps.append(Step(words, "", "payment.quote_days"))
    return steps


def _of_line(line: FeeLine, fees: Fees, language: str | None) -> Step:
    """A line in the words of the receipt, and its arithmetic."""
    why = because(line.why, fees.currency, language)
    name = text(line.name, language)
    words = _("%(name)s (%(reason)s)", name=name, reason=why) if why else name
    value = amount = money(line.amount, fees.currency, language)
    if line.quantity != 1 or line.unit_amount != line.amount:
        value = f"{line.quantity} × {money(line.unit_amount, fees.currency, language)} = {amount}"
    own = line.why.source if line.why else None
    source = own or (fees.basis.source if fees.basis else None)
    return Step(words, value, line.why.rule if line.why else "", text(source, language))
