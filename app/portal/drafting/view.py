"""What the drafting pages show of a draft, gathered once a page."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from flask import abort
from flask_security import current_user

from portal.context import profile
from portal.db import db
from portal.drafting import checks, service
from portal.drafting.checks import Task
from portal.drafting.models import Draft, DraftDocument, DraftSection
from portal.drafting.rules import Data, Facts, Problem, facts
from portal.fees.rules import Facts as FeeFacts
from portal.fees.rules import Fees, NoSchedule
from portal.fees.service import quote_facts
from portal.profile.model import DocumentKind, Service, Unit
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
    def kinds(self) -> frozenset[str]:
        return frozenset(document.kind for document in self.documents)

    @cached_property
    def facts(self) -> Facts:
        return facts(self.data, self.kinds)

    @cached_property
    def tasks(self) -> list[Task]:
        return checks.tasks(self.draft.service, self.data, self.kinds, profile(), service.office_today(profile()))

    @cached_property
    def problems(self) -> list[Problem]:
        return service.check(self.draft, profile())

    @cached_property
    def warnings(self) -> list[Problem]:
        return checks.priority_warnings(self.draft.service, self.data, profile(), service.filing_day(profile()))

    @cached_property
    def discounts(self) -> dict[str, str]:
        names = checks.discount_names(self.draft.service, profile(), service.office_today(profile()))
        return {code: text(name) for code, name in names.items()}

    @cached_property
    def fees(self) -> Fees | None:
        """What it would cost today; None where no schedule is in force."""
        counts = {Unit.CLASS: self.facts.classes, Unit.PRIORITY: self.facts.priorities}
        known = FeeFacts(self.draft.service, counts, frozenset(filter(None, [self.facts.discount])), self.kinds)
        try:
            return quote_facts(known, profile(), service.office_today(profile()))
        except NoSchedule:
            return None

    @property
    def about(self) -> Data:
        return self.data.get("about", {})

    @property
    def has_proof(self) -> bool:
        """Whether the claimed reduction counts in the fees."""
        return any(line.code == self.facts.discount for line in self.fees.lines) if self.fees else False

    def section(self, name: str) -> DraftSection | None:
        return next((section for section in self.draft.sections if section.name == name), None)

    def problems_in(self, name: str, data: Data) -> list[Problem]:
        """What is missing or wrong in a section that holds this data."""
        today = service.office_today(profile())
        return checks.section_problems(
            self.draft.service, name, {**self.data, name: data}, self.kinds, profile(), today
        )

    def kind(self, code: str) -> DocumentKind:
        """A kind of document that the service takes; 404 for any other."""
        return next((kind for kind in self.service.documents if kind.code == code), None) or abort(404)

    def documents_by_kind(self) -> list[tuple[DocumentKind, list[DraftDocument], bool]]:
        """Each kind with its documents, and whether it is required now."""
        today = service.office_today(profile())
        required = checks.required_documents(self.draft.service, self.facts, profile(), today)
        return [
            (kind, [document for document in self.documents if document.kind == kind.code], kind in required)
            for kind in self.service.documents
        ]
