"""When a term ends: priority and its restoration, renewals, annuities, or any period."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import click
from flask_babel import lazy_gettext as _
from flask_babel import lazy_ngettext as ngettext
from flask_babel.speaklater import LazyString

from portal.calendar import terms as law
from portal.calendar.rules import Act, OfficeDays, period, priority, restoration
from portal.calendar.service import office_days
from portal.calendar.words import (
    LastSecond,
    explain_annuity,
    explain_period,
    explain_priority,
    explain_renewal,
    explain_restoration,
)
from portal.context import profile
from portal.explain.asking import DAY, question
from portal.explain.questions import UNKNOWN_BRANCH, Question, Refused
from portal.explain.rules import Explanation
from portal.explain.term_forms import AnnuityForm, PeriodForm, RenewalForm, ServiceTermForm
from portal.profile.model import Service, Terms
from portal.web.formats import comma

LONGEST = {"days": 40_000, "months": 1_200, "years": 100}


def of_priority(service: str, start: date, branch: str | None = None) -> Explanation:
    """Until when priority of a first filing can be claimed; raises Refused."""
    found, days = _service(service), _days(branch)
    last = priority(start, found.priority_months, days)
    return explain_priority(start, last, found, LastSecond.of(last.day, found, profile()))


def of_restoration(service: str, start: date, branch: str | None = None) -> Explanation:
    """Until when its restoration can be asked for; raises Refused."""
    found, days, rule = _service(service), _days(branch), profile().restoration
    if not rule.allowed:
        raise Refused(_("This office does not restore the right of priority: restoration.allowed is false."))
    before = priority(start, found.priority_months, days)
    last = restoration(start, found.priority_months, rule.months, days)
    ends_by = LastSecond.of(last.day, found, profile())
    return explain_restoration(start, before, last, found, rule.months, ends_by)


def of_renewal(right: str, start: date, number: int = 1, branch: str | None = None) -> Explanation:
    """By when the renewal at the end of term `number` must be paid; raises Refused."""
    terms, days = _terms(right), _days(branch)
    try:
        return explain_renewal(start, number, terms, law.renewal(start, number, terms, days))
    except law.NoSuchTerm as error:
        raise Refused(
            _("No term follows term %(number)s of this right: the last term is number %(last)s.",
              number=number, last=error.last)
        ) from error  # fmt: skip


def of_annuity(right: str, start: date, year: int, branch: str | None = None) -> Explanation:
    """By when the annuity of a year must be paid; raises Refused."""
    terms, days = _terms(right), _days(branch)
    try:
        return explain_annuity(start, year, terms, law.annuity(start, year, terms, days))
    except law.NoSuchTerm as error:
        words = _("This right has no annuities.")
        if terms.annuities:
            words = _(
                "No annuity is due for year %(year)s: they begin with year %(first)s and end with year %(last)s.",
                year=year,
                first=terms.annuities.from_year,
                last=error.last,
            )
        raise Refused(words) from error


def of_period(
    start: date, days: int = 0, months: int = 0, years: int = 0, act: str = "filing", branch: str | None = None
) -> Explanation:
    """When any period ends that begins on the day after `start`; raises Refused."""
    given = {"days": days, "months": months, "years": years}
    if not any(given.values()) or any(not 0 <= number <= LONGEST[unit] for unit, number in given.items()):
        raise Refused(_("Give the length of the period: days, months or years."))
    found = period(start, _days(branch), years=years, months=months, count=days, act=Act(act))
    parts = [
        words
        for number, words in (
            (years, ngettext("%(num)s year", "%(num)s years", years)),
            (months, ngettext("%(num)s month", "%(num)s months", months)),
            (days, ngettext("%(num)s day", "%(num)s days", days)),
        )
        if number
    ]
    return explain_period(
        start, found, LazyString(lambda: comma().join(str(part) for part in parts)), not months and not years
    )


def _service(code: str) -> Service:
    try:
        return profile().service(code)
    except KeyError as error:
        raise Refused(_("The office has no service with the code %(code)s.", code=code)) from error


def _terms(right: str) -> Terms:
    known = {terms.right.value: terms for terms in profile().terms}
    if right not in known:
        raise Refused(_("The profile gives no terms for the right %(right)s.", right=right))
    return known[right]


def _days(branch: str | None) -> OfficeDays:
    if branch is not None and branch not in {one.code for one in profile().branches}:
        raise Refused(UNKNOWN_BRANCH)
    return office_days(branch)


@dataclass(frozen=True)
class Asked:
    """How a kind of term is asked for: its answer, what it takes besides a day and a branch, and what it needs."""

    answer: Callable[..., Explanation]
    takes: frozenset[str]
    needs: frozenset[str] = frozenset()


ASKED = {
    "priority": Asked(of_priority, frozenset({"service"})),
    "restoration": Asked(of_restoration, frozenset({"service"})),
    "renewal": Asked(of_renewal, frozenset({"right", "number"}), frozenset({"right"})),
    "annuity": Asked(of_annuity, frozenset({"right", "year"}), frozenset({"right", "year"})),
    "period": Asked(of_period, frozenset({"days", "months", "years", "act"})),
}
QUESTION = Question(
    "term",
    _("Term"),
    _("When a term ends: priority and its restoration, renewals, annuities, or any period."),
    {
        "priority": ServiceTermForm,
        "restoration": ServiceTermForm,
        "renewal": RenewalForm,
        "annuity": AnnuityForm,
        "period": PeriodForm,
    },
    lambda form: ASKED[form.kind.data].answer(**form.values()),
    {
        "priority": _("Priority"),
        "restoration": _("Restoration"),
        "renewal": _("Renewal"),
        "annuity": _("Annuity"),
        "period": _("Any period"),
    },
)


@click.command("term")
@click.argument("kind", type=click.Choice(list(QUESTION.forms)))
@click.option("--from", "start", type=DAY, required=True, help="The day from which it counts: 2026-11-20.")
@click.option("--service", help="For priority and restoration; the profile's first service when it is left out.")
@click.option("--right", help="For renewal and annuity: patent, utility-model, trademark or design.")
@click.option("--number", type=click.IntRange(1, 100), help="For a renewal: at the end of which term; else the first.")
@click.option("--year", type=click.IntRange(2, 100), help="For an annuity: of which year of the right.")
@click.option("--days", type=click.IntRange(0, LONGEST["days"]), help="For a period.")
@click.option("--months", type=click.IntRange(0, LONGEST["months"]), help="For a period.")
@click.option("--years", type=click.IntRange(0, LONGEST["years"]), help="For a period.")
@click.option("--act", type=click.Choice(["filing", "payment"]), help="For a period: what must be done by its end.")
@click.option("--branch", help="The branch's code; else the whole office.")
@question
def command(kind: str, start: date, branch: str | None, **given: str | int | None) -> Explanation:
    """Say when a term ends, and why: priority, restoration, renewal, annuity, or any period."""
    taken = {name: value for name, value in given.items() if value is not None}
    asked = ASKED[kind]
    if strange := sorted(taken.keys() - asked.takes):
        raise click.UsageError(f"{kind} takes no --{strange[0]}; it takes: {', '.join(sorted(asked.takes))}")
    if missing := sorted(asked.needs - taken.keys()):
        raise click.UsageError(f"{kind} needs --{missing[0]}")
    if "service" in asked.takes:
        taken.setdefault("service", profile().services[0].code)
    return asked.answer(start=start, branch=branch, **taken)
