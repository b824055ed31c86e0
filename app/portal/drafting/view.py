"""What the drafting pages show of a draft, gathered once a page."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from flask import abort
from flask_security import current_user

from portal.context import profile
from portal.db import db
from portal.drafting import checks, service
from portal.drafting.checks import Held, Task
from portal.drafting.fields import Data, Problem
from portal.drafting.imported import Summary, summary
from portal.drafting.models import Draft, DraftDocument
from portal.drafting.rules import Facts
from portal.drafting.words import Words
from portal.fees.rules import Facts as FeeFacts
from portal.fees.rules import Fees, NoSchedule
from portal.fees.service import quote_facts
from portal.profile.model import DocumentKind, Service
from portal.web.formats import text


@dataclass(frozen=True)
class DraftView:
    """A draft with the office's law around it."""

    draft: Draft

    @classmethod
    def of(cls, draft_id: str) -> DraftView:
        """The draft of the person who asks; 404 for another's."""
        return cls(service.owned(db.session, draft_id, current_user))

    @cached_property
    def service(self) -> Service:
        try:
            return profile().service(self.draft.service)
        except KeyError:
            abort(404)

    @cached_property
    def data(self) -> dict[str, Data]:
        return service.data_of(self.draft)

    @cached_property
    def documents(self) -> list[DraftDocument]:
        return service.documents_of(self.draft)

    @cached_property
    def held(self) -> Held:
        return service.held(self.draft, profile())

    @cached_property
    def imported(self) -> Summary | None:
        return summary(self.draft.imported, self.documents)

    @cached_property
    def kind_names(self) -> dict[str, str]:
        """What the service's kinds of document are called, by code."""
        return {kind.code: text(kind.name) for kind in self.service.documents}

    @property
    def facts(self) -> Facts:
        return self.held.facts

    @cached_property
    def tasks(self) -> list[Task]:
        return checks.tasks(self.held)

    @cached_property
    def problems(self) -> list[Problem]:
        return checks.problems(self.held)

    @cached_property
    def warnings(self) -> list[Problem]:
        return checks.priority_warnings(self.held, service.filing_day(profile()))

    @cached_property
    def discounts(self) -> dict[str, Words]:
        return {code: text(name) for code, name in self.held.discounts.items()}

    @cached_property
    def fees(self) -> Fees | None:
        """What it would cost today; None where no schedule is in force."""
        claimed = frozenset(filter(None, [self.facts.discount]))
        known = FeeFacts(self.draft.service, self.facts.counts, claimed, self.facts.kinds)
        try:
            return quote_facts(known, profile(), self.held.today)
        except NoSchedule:
            return None

    @property
    def about(self) -> Data:
        return self.data.get("about", {})

    @property
    def has_proof(self) -> bool:
        """Whether the claimed reduction counts in the fees."""
        return any(line.code == self.facts.discount for line in self.fees.lines) if self.fees else False

    def version(self, name: str) -> int:
        """The number of a section's last save; 0 while nothing is saved. What an earlier release kept counts once."""
        kept = next((section.version for section in self.draft.sections if section.name == name), 0)
        return kept or int(name in self.data)

    def problems_in(self, name: str, data: Data) -> list[Problem]:
        """What is missing or wrong in a section that holds this data."""
        return checks.problems_in(replace(self.held, sections={**self.data, name: data}), name)

    def kind(self, code: str) -> DocumentKind:
        """A kind of document that the service takes; 404 for any other."""
        return next((kind for kind in self.service.documents if kind.code == code), None) or abort(404)

    def documents_by_kind(self) -> list[tuple[DocumentKind, list[DraftDocument], bool]]:
        """Each kind with its documents, and whether it is required now."""
        required = self.held.required_documents
        return [
            (kind, [document for document in self.documents if document.kind == kind.code], kind in required)
            for kind in self.service.documents
        ]
