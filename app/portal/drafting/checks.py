"""The hard check of a whole draft, its state by section, and the warnings that stop nobody."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from flask_babel import lazy_gettext as _

from portal.calendar.rules import OfficeDays, priority_end
from portal.catalogue.service import is_open
from portal.drafting import rules
from portal.drafting.rules import Data, Facts, Problem, facts, is_required
from portal.drafting.words import OPTIONAL, in_words, named
from portal.fees.rules import NoSchedule
from portal.fees.service import discounts
from portal.profile.model import DocumentKind, Profile


class State(StrEnum):
    """The four states of a section on the task list."""

    BLOCKED = "cannot-start-yet"
    NOT_STARTED = "not-started"
    IN_PROGRESS = "in-progress"
    DONE = "done"


@dataclass(frozen=True)
class Task:
    """One line of the task list: `problems` is what is missing, in the order of the section's page."""

    section: str
    state: State
    optional: bool
    problems: tuple[Problem, ...]


def problems(
    service: str, sections: dict[str, Data], kinds: frozenset[str], profile: Profile, today: date
) -> list[Problem]:
    """Everything that stands in the way of filing. An optional section that was not begun does not."""
    if not is_open(profile, service):
        return [Problem("about", "service", _("The office does not take this kind of application at present."))]
    found = rules.about_problems(sections.get("about", {}))
    for name in profile.service(service).sections:
        if name in sections or name not in OPTIONAL:
            found += section_problems(service, name, sections, kinds, profile, today)
    return found


def section_problems(
    service: str, name: str, sections: dict[str, Data], kinds: frozenset[str], profile: Profile, today: date
) -> list[Problem]:
    """What is missing or wrong in one section, by itself and with what the others say."""
    data = sections.get(name, {})
    if name == "documents":
        return document_problems(service, facts(sections, kinds), profile, today)
    if name == "priority":
        return rules.priority_problems(data, today)
    if name == "fees":
        return rules.fees_problems(data, set(discount_names(service, profile, today)))
    return BY_ITSELF[name](data)


BY_ITSELF: dict[str, Callable[[Data], list[Problem]]] = {
    "about": rules.about_problems,
    "applicant": rules.applicant_problems,
    "representative": rules.representative_problems,
    "mark": rules.mark_problems,
    "goods": rules.goods_problems,
}


def document_problems(service: str, known: Facts, profile: Profile, today: date) -> list[Problem]:
    """The documents that the service requires for these facts and that are not attached."""
    return [
        Problem("documents", f"file-{kind.code}", _("Attach this document: %(document)s.", document=named(kind.name)))
        for kind in required_documents(service, known, profile, today)
        if kind.code not in known.kinds
    ]


def required_documents(service: str, known: Facts, profile: Profile, today: date) -> list[DocumentKind]:
    """The kinds of document that an application with these facts must have, attached or not."""
    try:
        offered = discounts(profile, service, today)
    except NoSchedule:
        offered = []
    proof = next((discount.proof for discount in offered if discount.code == known.discount), None)
    return [kind for kind in profile.service(service).documents if is_required(kind, known, proof)]


def discount_names(service: str, profile: Profile, today: date) -> dict[str, dict[str, str]]:
    """The reductions that can be claimed, by code; none where no schedule is in force."""
    try:
        return {discount.code: discount.name for discount in discounts(profile, service, today)}
    except NoSchedule:
        return {}


def tasks(service: str, sections: dict[str, Data], kinds: frozenset[str], profile: Profile, today: date) -> list[Task]:
    """The task list in the order of the profile."""
    found = []
    for name in profile.service(service).sections:
        missing = tuple(section_problems(service, name, sections, kinds, profile, today))
        state = _state(name, sections, kinds, missing)
        optional = name in OPTIONAL or (name == "documents" and not missing and not kinds)
        found.append(Task(name, state, optional, missing))
    return found


def _state(name: str, sections: dict[str, Data], kinds: frozenset[str], missing: tuple[Problem, ...]) -> State:
    if name == "documents":
        if not sections.get("mark", {}).get("kind"):
            return State.IN_PROGRESS if kinds else State.BLOCKED
        if missing:
            return State.IN_PROGRESS if kinds else State.NOT_STARTED
        return State.DONE
    if name == "fees" and not facts(sections, kinds).classes:
        return State.BLOCKED
    if name not in sections:
        return State.NOT_STARTED
    return State.IN_PROGRESS if missing else State.DONE


def priority_warnings(service: str, sections: dict[str, Data], profile: Profile, filed: date) -> list[Problem]:
    """The claims whose period has ended on the day of filing: the office may refuse them (Paris Convention 4C).

    They may be filed all the same. `filed` is the reception date that the application would get now.
    """
    days, months = OfficeDays.of(profile), profile.service(service).priority_months
    found = []
    for index, claim in enumerate(sections.get("priority", {}).get("claims", [])):
        first = rules.claim_date(claim)
        if first and filed > (end := priority_end(first, months, days)):
            message = _(
                "The priority period of %(months)s months ended on %(end)s: the office may refuse this claim.",
                months=months,
                end=in_words(end),
            )
            found.append(Problem("priority", f"day-{index}", message))
    return found
