"""The hard check of a whole draft, its state by section, and the warnings that stop nobody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property

from flask_babel import lazy_gettext as _

from portal.calendar.rules import OfficeDays, priority_end
from portal.catalogue.service import is_open
from portal.drafting.application import Attached
from portal.drafting.document_rules import attached_problems
from portal.drafting.fields import Around, Data, Problem, input_name
from portal.drafting.rules import Facts, facts, is_required, section_problems
from portal.drafting.sections import ALL, is_subject
from portal.drafting.sections.origin import date_in
from portal.drafting.words import in_words, named
from portal.fees.rules import Facts as FeeFacts
from portal.fees.rules import NoSchedule
from portal.fees.service import discounts
from portal.profile.model import DocumentKind, Profile, Required, Service, Text


class State(StrEnum):
    """The four states of a section on the task list."""

    BLOCKED = "cannot-start-yet"
    NOT_STARTED = "not-started"
    IN_PROGRESS = "in-progress"
    DONE = "done"


@dataclass(frozen=True)
class Task:
    """One line of the task list: `problems` is what is missing, in the order of the section's page.

    `after` is the section that has to be begun first, when this one cannot start yet.
    """

    section: str
    state: State
    optional: bool
    problems: tuple[Problem, ...]
    after: str = ""


@dataclass(frozen=True)
class Held:
    """What a draft holds, with the office's law around it on a date of the office."""

    service: Service
    sections: Mapping[str, Data]
    documents: tuple[Attached, ...]
    profile: Profile
    today: date
    free_terms: int = 0

    @cached_property
    def around(self) -> Around:
        return Around(self.service, self.sections, self.today)

    @cached_property
    def facts(self) -> Facts:
        return facts(self.service, self.sections, self.documents, self.free_terms)

    @cached_property
    def fee_facts(self) -> FeeFacts:
        """What the fees depend on, as far as it is known."""
        claimed = frozenset(filter(None, [self.facts.discount]))
        is_late = Required.WHEN_RESTORATION in self.facts.conditions
        return FeeFacts(self.service.code, self.facts.counts, claimed, self.facts.kinds, is_late)

    @cached_property
    def discounts(self) -> dict[str, Text]:
        """The reductions that can be claimed, by code; none where no schedule is in force."""
        try:
            offered = discounts(self.profile, self.service.code, self.today)
        except NoSchedule:
            return {}
        return {discount.code: discount.name for discount in offered}

    @cached_property
    def required_documents(self) -> list[DocumentKind]:
        """The kinds of document that an application with these facts must have, attached or not."""
        try:
            offered = discounts(self.profile, self.service.code, self.today)
        except NoSchedule:
            offered = []
        proof = next((discount.proof for discount in offered if discount.code == self.facts.discount), None)
        return [kind for kind in self.service.documents if is_required(kind, self.facts, proof)]

    def is_optional(self, name: str) -> bool:
        """Whether a section may be left unbegun."""
        return ALL[name].optional and name not in self.service.required_sections


def problems(held: Held) -> list[Problem]:
    """Everything that stands in the way of filing. An optional section that was not begun does not."""
    if not is_open(held.profile, held.service.code):
        return [Problem("about", "service", _("The office does not take this kind of application at present."))]
    found = problems_in(held, "about")
    for name in held.service.sections:
        if name in held.sections or not held.is_optional(name):
            found += problems_in(held, name)
    return found


def problems_in(held: Held, name: str) -> list[Problem]:
    """What is missing or wrong in one section, by itself and with what the others say."""
    if name == "documents":
        return _document_problems(held)
    data = held.sections.get(name, {})
    if name == "fees" and data.get("discount") and data["discount"] not in held.discounts:
        return [Problem("fees", "discount", _("This reduction is not offered. Choose again."))]
    return section_problems(ALL[name], data, held.around)


def _document_problems(held: Held) -> list[Problem]:
    """The documents that the service requires for these facts and that are not attached; views that are not there."""
    found = [
        Problem("documents", f"file-{kind.code}", _("Attach this document: %(document)s.", document=named(kind.name)))
        for kind in held.required_documents
        if kind.code not in held.facts.kinds
    ]
    found += attached_problems(held.service, held.documents)
    for kind in held.service.documents:
        if kind.numbered and kind.code in held.facts.kinds:
            found += _view_problems(held, kind)
    return found


def _view_problems(held: Held, kind: DocumentKind) -> list[Problem]:
    """Each design has a view, and each view a design."""
    designs = range(1, len(held.sections.get("designs", {}).get("designs", [])) + 1)
    place = f"file-{kind.code}"
    views = [document.position for document in held.documents if document.kind == kind.code]
    shown = {int(view.partition(".")[0]) for view in views if view.partition(".")[0].isdigit()}
    found = [
        Problem("documents", place, _("Attach a view of design %(number)s, numbered %(number)s.1.", number=number))
        for number in designs
        if number not in shown
    ]
    return found + [
        Problem("documents", place, _("View %(view)s belongs to no design of this application.", view=view))
        for view in views
        if not view.partition(".")[0].isdigit() or int(view.partition(".")[0]) not in designs
    ]


def tasks(held: Held) -> list[Task]:
    """The task list in the order of the profile."""
    found = []
    for name in held.service.sections:
        missing = tuple(problems_in(held, name))
        after = _after(held, name)
        optional = held.is_optional(name) or (name == "documents" and not missing and not held.documents)
        found.append(Task(name, _state(held, name, missing, after), optional, missing, after))
    return found


def _after(held: Held, name: str) -> str:
    """The section without which this one is not known yet; empty when there is none."""
    if name == "documents":
        before = next((one for one in held.service.sections if is_subject(one)), "")
    elif name == "fees":
        before = next((one for one in held.service.sections if one in ("goods", "invention", "designs")), "")
    else:
        return ""
    return "" if before in held.sections and _is_begun(held.sections[before]) else before


def _is_begun(data: Data) -> bool:
    return any(data.values())


def _state(held: Held, name: str, missing: tuple[Problem, ...], after: str) -> State:
    if after:
        return State.IN_PROGRESS if name == "documents" and held.documents else State.BLOCKED
    if name == "documents":
        if missing:
            return State.IN_PROGRESS if held.documents else State.NOT_STARTED
        return State.DONE
    if name not in held.sections:
        return State.NOT_STARTED
    return State.IN_PROGRESS if missing else State.DONE


def priority_warnings(held: Held, filed: date, days: OfficeDays | None = None) -> list[Problem]:
    """The claims whose period has ended on the day of filing: the office may refuse them (Paris Convention 4C).

    They may be filed all the same. `filed` is the reception date that the application would get now; `days` know of
    closures and outages, which extend the period (else the profile's own).
    """
    days, months = days or OfficeDays.of(held.profile), held.service.priority_months
    found = []
    for index, claim in enumerate(held.sections.get("priority", {}).get("claims", [])):
        first = date_in(claim)
        if first and filed > (end := priority_end(first, months, days)):
            message = _(
                "The priority period of %(months)s months ended on %(end)s: the office may refuse this claim.",
                months=months,
                end=in_words(end),
            )
            found.append(Problem("priority", input_name("day", index), message))
    return found
