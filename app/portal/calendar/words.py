"""Dates explained: the steps that lead to a date, in the words of the page, the receipt and the help desk alike."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import groupby
from typing import Any

from babel.dates import format_date
from flask_babel import lazy_gettext as _
from flask_babel import lazy_ngettext as ngettext
from flask_babel.speaklater import LazyString

from portal.calendar.days import Closed, Kind, Outage, System
from portal.calendar.rules import LastDay, Reception
from portal.calendar.terms import Due
from portal.explain.rules import Explanation, Step, Words
from portal.profile.model import Basis, CountsFrom, Profile, Right, Service, Terms
from portal.web import formats
from portal.web.language import spoken

OUTAGES = "EPO Guidelines E-VIII 1.6.2; PCT Rule 82quater.2"
CLOSED_DAYS = "PCT Rule 80.5"
CLOSED: dict[Kind, str] = {
    Kind.WEEKDAY: "calendar.closed_weekdays",
    Kind.HOLIDAY: "calendar.holidays",
    Kind.CLOSURE: "",
}
RIGHTS: dict[Right, Words] = {
    Right.PATENT: _("Patent"),
    Right.UTILITY_MODEL: _("Utility model"),
    Right.TRADEMARK: _("Trademark"),
    Right.DESIGN: _("Design"),
}
Way = Callable[[str], str]
"""From a key of the reception rule to where the profile decides it."""


def dated(day: date) -> Words:
    """A date with its weekday, as the reader's language writes it, when it is shown."""
    return LazyString(
        lambda: format_date(day, formats.day_pattern(day, spoken(), weekday=True), locale=spoken().replace("-", "_"))
    )


def exactly(value: datetime, zone: str) -> Words:
    """An instant to the second, in a zone and in UTC."""
    return LazyString(lambda: formats.exact(value, spoken(), zone))


def named(texts: Mapping[str, str]) -> Words:
    """A text of the profile or of a closure, in the reader's language."""
    return LazyString(lambda: formats.text(dict(texts), spoken()))


def explain_reception(found: Reception, way: Way = "reception.{}".format) -> Explanation:
    """Why a filing has its reception date; `way` says where in the profile a key of the rule was decided."""
    steps = [*instants(found), *applied(found, way)]
    if found.date:
        steps.append(Step(_("Reception date"), dated(found.date)))
    written = found.as_dict()
    return Explanation(
        _("Which reception date does the filing have?"),
        found.date.isoformat() if found.date else "",
        tuple(steps),
        {key: written[key] for key in ("submitted_at", "paid_at", "counts_from", "time_zone")},
        dated(found.date) if found.date else _("It follows from the payment."),
    )


def explained(written: Mapping[str, Any]) -> Explanation | None:
    """The explanation of a reception as it was written down; None where nothing was."""
    return explain_reception(Reception.read(written)) if written else None


def instants(found: Reception) -> list[Step]:
    """When the submission and, where it counts, the payment were received."""
    steps = [Step(_("Submission received"), exactly(found.submitted_at, found.zone))]
    if found.paid_at or found.rule.counts_from is Basis.PAYMENT:
        paid = exactly(found.paid_at, found.zone) if found.paid_at else _("not yet")
        steps.append(Step(_("Payment received"), paid))
    return steps


def applied(found: Reception, way: Way = "reception.{}".format) -> list[Step]:
    """The rule that was applied, and the closed days that it passed over; the date itself is not among the steps."""
    rule, local = found.rule, found.local
    if rule.counts_from is Basis.SUBMISSION:
        basis = _("Rule applied: the reception date is the day on which the office received the submission.")
    else:
        basis = _(
            "Rule applied: the reception date is the day on which the office received the payment of the fees, "
            "but no day before the submission."
        )
    counted = _on_the_clock(local) if local else _("The payment is still to come.")
    steps = [Step(basis, counted, way("counts_from"), "PCT Rule 80.4")]
    if not rule.next_working_day:
        whatever = _("The day itself counts, whether the office is open on it or not.")
        steps.append(Step(whatever, dated(local.date()) if local else "", way("next_working_day")))
        return steps
    words = _(
        "What arrives after %(time)s, or on a day on which the office is closed, counts for its next working day.",
        time=_time(rule.cut_off),
    )
    steps.append(Step(words, _arrival(found), way("cut_off"), CLOSED_DAYS))
    return steps + list(_closed(found.passed))


def _arrival(found: Reception) -> Words:
    local = found.local
    if local is None:
        return ""
    if any(closed.day == local.date() for closed in found.passed):
        return _("It arrived on a day on which the office is closed.")
    if found.is_late:
        return _("It arrived after %(time)s.", time=_time(found.rule.cut_off))
    return _("It arrived in time, on a day on which the office is open.")


def _on_the_clock(local: datetime) -> Words:
    """A day and a time of the office, such as Friday 20 November 2026, 18:03:27."""
    return LazyString(lambda: f"{dated(local.date())}{formats.comma()}{local:%H:%M:%S}")


def _time(value: time) -> str:
    return value.strftime("%H:%M:%S" if value.second else "%H:%M")


@dataclass(frozen=True)
class LastSecond:
    """The last second at which what arrives still has an open day as its reception date; `way` decides it."""

    at: datetime
    zone: str
    way: str

    @classmethod
    def of(cls, day: date, service: Service, profile: Profile) -> LastSecond:
        """That of a service, by its reception rule."""
        rule, zone = profile.reception_of(service.code), profile.office.zone
        key = "cut_off" if rule.next_working_day else "next_working_day"
        clock = rule.cut_off if rule.next_working_day else time(23, 59, 59)
        return cls(datetime.combine(day, clock, zone), zone.key, profile.reception_way(service.code, key))


def explain_period(start: date, found: LastDay, length: Words, by_days: bool = False) -> Explanation:
    """Why a period has its last day; `length` is in words, such as "6 months", and `by_days` when it has days alone."""
    return Explanation(
        _("When does the period end?"),
        found.day.isoformat(),
        (
            *_counted(start, found, length, source="PCT Rule 80.3" if by_days else "PCT Rule 80.2", by_days=by_days),
            *_ending(found, None),
        ),
        _data(found, None),
        dated(found.day),
    )


def explain_priority(first_filing: date, found: LastDay, service: Service, ends_by: LastSecond) -> Explanation:
    """Until when an application may claim the priority of an earlier one.

    `ends_by` is the last second at which a filing still has that day as its reception date.
    """
    length = ngettext("%(num)s month", "%(num)s months", service.priority_months)
    way = f"services.{service.code}.priority_months"
    return Explanation(
        _("Until when can priority be claimed?"),
        found.day.isoformat(),
        (
            *_counted(first_filing, found, length, way, "Paris Convention 4C(1), (2); PCT Rule 80.2"),
            *_ending(found, ends_by, "Paris Convention 4C(3); PCT Rule 80.5"),
        ),
        _data(found, ends_by),
        dated(found.day),
    )


def explain_restoration(
    first_filing: date, priority: LastDay, found: LastDay, service: Service, months: int, ends_by: LastSecond
) -> Explanation:
    """Until when an application may ask for a right of priority to be restored."""
    before = explain_priority(first_filing, priority, service, ends_by).steps
    length = ngettext("%(num)s month", "%(num)s months", months)
    expired = Step(
        _("The right may be restored within %(length)s of the day on which it expired", length=length),
        dated(found.counted),
        "restoration.months",
        "PCT Rule 26bis.3(a)",
    )
    return Explanation(
        _("Until when can the restoration of priority be asked for?"),
        found.day.isoformat(),
        (*before[:-1], expired, *_ending(found, ends_by)),
        {"priority_last_day": priority.day.isoformat()} | _data(found, ends_by),
        dated(found.day),
    )


def explain_renewal(start: date, number: int, terms: Terms, found: Due) -> Explanation:
    """By when the renewal at the end of a term must be paid."""
    key = "first_years" if number == 1 else "next_years"
    lasting = terms.first_years if number == 1 else terms.next_years or 0
    years = ngettext("%(num)s year", "%(num)s years", lasting)
    words = _("The first term lasts %(years)s, and ends on", years=years)
    if number > 1:
        words = _("Term %(number)s lasts %(years)s more, and ends on", number=number, years=years)
    steps = [_from(start, terms), Step(words, dated(found.on), _way(terms, key), "PCT Rule 80.2")]
    return _due(_("By when must the renewal be paid?"), steps, terms, found)


def explain_annuity(start: date, year: int, terms: Terms, found: Due) -> Explanation:
    """By when the annuity of a year must be paid."""
    words = _("The annuity of year %(year)s is due on the day on which year %(last)s ends", year=year, last=year - 1)
    if terms.annuities and terms.annuities.due.value == "month-end":
        words = _(
            "The annuity of year %(year)s is due on the last day of the month in which year %(last)s ends",
            year=year,
            last=year - 1,
        )
    steps = [_from(start, terms), Step(words, dated(found.on), _way(terms, "annuities.due"))]
    return _due(_("By when must the annuity be paid?"), steps, terms, found)


def _due(question: Words, steps: list[Step], terms: Terms, found: Due) -> Explanation:
    window = ngettext("%(num)s month", "%(num)s months", terms.window_months)
    opens = _("It can be paid from %(length)s before that day on", length=window)
    steps = [
        *steps,
        Step(opens, dated(found.opens), _way(terms, "window_months")),
        *_moves(found.last),
        Step(_("Last day without a surcharge"), dated(found.last.day)),
    ]
    if found.grace:
        length = ngettext("%(num)s month", "%(num)s months", terms.grace_months)
        words = _("It can be paid late for %(length)s from the day on which it fell due", length=length)
        steps.append(Step(words, dated(found.grace.counted), _way(terms, "grace_months"), "Paris Convention 5bis(1)"))
        steps += _moves(found.grace)
        steps.append(Step(_("Last day with a surcharge"), dated(found.grace.day)))
        surcharge = LazyString(lambda: f"{found.surcharge_percent.normalize():f}\u00a0%")
        steps.append(Step(_("Surcharge for paying late"), surcharge, _way(terms, "surcharge_percent")))
    data = {
        "due": found.on.isoformat(),
        "opens": found.opens.isoformat(),
        "last_day": found.last.day.isoformat(),
        "grace_last_day": found.grace.day.isoformat() if found.grace else None,
        "surcharge_percent": f"{found.surcharge_percent.normalize():f}",
    }
    return Explanation(question, found.last.day.isoformat(), tuple(steps), data, dated(found.last.day))


def _from(start: date, terms: Terms) -> Step:
    words = {
        CountsFrom.FILING: _("The terms of this right count from the filing date"),
        CountsFrom.REGISTRATION: _("The terms of this right count from the date of registration"),
    }[terms.counts_from]
    return Step(words, dated(start), _way(terms, "counts_from"))


def _way(terms: Terms, key: str) -> str:
    return f"terms.{terms.right}.{key}"


def _counted(
    start: date, found: LastDay, length: Words, way: str = "", source: str = "PCT Rule 80.2", by_days: bool = False
) -> tuple[Step, Step]:
    words = _("A period of %(length)s ends on the day with the same number, or on the month’s last", length=length)
    if by_days:
        words = _("A period of %(length)s ends on", length=length)
    return (
        Step(_("The period begins on the day after"), dated(start), source="PCT Rule 80.1"),
        Step(words, dated(found.counted), way, source),
    )


def _ending(found: LastDay, ends_by: LastSecond | None, source: str = CLOSED_DAYS) -> list[Step]:
    steps = [*_moves(found, source), Step(_("Last day"), dated(found.day))]
    if ends_by:
        words = _("Last second that counts for that day")
        steps.append(Step(words, exactly(ends_by.at, ends_by.zone), ends_by.way, "PCT Rule 80.4"))
    return steps


def _moves(found: LastDay, source: str = CLOSED_DAYS) -> list[Step]:
    """What moved a last day, in order."""
    steps: list[Step] = []
    for is_outage, group in groupby(found.because, key=lambda one: isinstance(one, Outage)):
        if is_outage:
            steps += [_outage(one) for one in group if isinstance(one, Outage)]
        else:
            steps += _closed((one for one in group if isinstance(one, Closed)), source)
    return steps


def _closed(days: Iterable[Closed], source: str = CLOSED_DAYS) -> list[Step]:
    """Closed days that follow each other, those of one reason together."""
    steps = []
    for (kind, _name), group in groupby(days, key=lambda one: (one.kind, tuple(one.name.items()))):
        same = list(group)
        words = _("The office is closed on %(day)s", day=dated(same[0].day))
        if len(same) > 1:
            words = _(
                "The office is closed from %(first)s to %(last)s",
                first=dated(same[0].day),
                last=dated(same[-1].day),
            )
        steps.append(Step(words, _reason(same[0]), CLOSED[kind], source))
    return steps


def _reason(closed: Closed) -> Words:
    if closed.kind is Kind.WEEKDAY:
        return _("weekly closing day")
    return named(closed.name)


def _outage(outage: Outage) -> Step:
    times = {name: _at(value) for name, value in (("begin", outage.begin), ("end", outage.end))}
    words = _("The term ends after an outage: the portal was out from %(begin)s to %(end)s", **times)
    if outage.system is System.PAYMENT:
        words = _("The term ends after an outage: nothing could be paid from %(begin)s to %(end)s", **times)
    return Step(words, named(outage.reason), "calendar.outages.extend_terms", OUTAGES)


def _at(value: datetime) -> Words:
    return LazyString(lambda: formats.instant(value, spoken()))


def _data(found: LastDay, ends_by: LastSecond | None) -> dict[str, str | None]:
    return {
        "counted": found.counted.isoformat(),
        "last_day": found.day.isoformat(),
        "ends_by": ends_by.at.isoformat() if ends_by else None,
    }
