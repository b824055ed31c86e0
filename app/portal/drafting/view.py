"""What the drafting pages show of a draft, gathered once a page."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from flask import abort
from flask_security import current_user

from portal.calendar.service import office_days
from portal.comments.service import OpenComments, open_comments
from portal.context import profile
from portal.db import db
from portal.drafting import checks, service
from portal.drafting.checks import Held, Task
from portal.drafting.fields import Data, Problem
from portal.drafting.imported import Summary, summary
from portal.drafting.models import Draft, DraftDocument
from portal.drafting.roles import MAY, Act, Role, role_in
from portal.drafting.rules import Facts
from portal.drafting.words import Words
from portal.fees import quotes
from portal.fees.offers import Price
from portal.fees.rules import Fees, NoSchedule, Passed
from portal.profile.model import DocumentKind, Service
from portal.web.formats import text


@dataclass(frozen=True)
class DraftView:
    """A draft with the office's law around it."""

    draft: Draft

    @classmethod
    def of(cls, draft_id: str, act: Act = Act.READ) -> DraftView:
        """The draft, for a person who may do this with it; else 404 or 403."""
        return cls(service.owned(db.session, draft_id, current_user, act))

    @cached_property
    def role(self) -> Role | None:
        """What the person who asks is to the draft."""
        return role_in(self.draft, current_user)

    @property
    def is_editable(self) -> bool:
        """Whether the person who asks can change what it holds."""
        return self.draft.state == "open" and self.may(Act.EDIT)

    def may(self, act: str) -> bool:
        """Whether the person who asks may do this."""
        return self.role is not None and Act(act) in MAY[self.role]

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
    def open_comments(self) -> OpenComments:
        """What the team still has to deal with, by section; "" is about the whole draft."""
        return open_comments(db.session, self.draft.id)

    @cached_property
    def warnings(self) -> list[Problem]:
        filed = service.filing_day(profile(), self.draft.service)
        return checks.priority_warnings(self.held, filed, office_days())

    @cached_property
    def discounts(self) -> dict[str, Words]:
        return {code: text(name) for code, name in self.held.discounts.items()}

    @cached_property
    def price(self) -> Price | None:
        """What it would cost today, the draft's quotes considered; None where no schedule is in force."""
        try:
            return quotes.price_of(db.session, self.draft.id, self.held.fee_facts, profile(), self.held.today)
        except NoSchedule:
            return None

    @property
    def fees(self) -> Fees | None:
        return self.price.fees if self.price else None

    @property
    def about(self) -> Data:
        return self.data.get("about", {})

    @property
    def lacks_proof(self) -> bool:
        """Whether the claimed reduction is not counted for want of its proof."""
        passed_over = self.fees.passed_over if self.fees else ()
        return any(one.reason is Passed.NO_PROOF for one in passed_over)

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
