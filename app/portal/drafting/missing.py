"""What is missing in a draft, section by section: to print, and as the text of a mail."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flask_babel import gettext as _

from portal.drafting.checks import State, problems_in
from portal.drafting.sections import LABELS
from portal.drafting.view import DraftView
from portal.drafting.words import Words
from portal.web.formats import day, money, text


@dataclass(frozen=True)
class Remark:
    """An open comment: who made it, and its words."""

    author: str
    text: str


@dataclass(frozen=True)
class Part:
    """One section: `missing` is empty when it is done, or optional and not begun."""

    section: str
    label: Words
    state: State
    optional: bool
    missing: tuple[Words, ...]
    remarks: tuple[Remark, ...]


@dataclass(frozen=True)
class Missing:
    """Everything at once. `documents` names each required kind and whether it is attached."""

    parts: tuple[Part, ...]
    documents: tuple[tuple[str, bool], ...]
    warnings: tuple[Words, ...]
    remarks: tuple[Remark, ...]

    @property
    def count(self) -> int:
        """How many things are missing."""
        return sum(len(part.missing) for part in self.parts)


def missing(view: DraftView) -> Missing:
    """What is missing now, in the order of the task list; the reference is told only when it is wrong."""
    parts = [
        Part(
            task.section,
            LABELS[task.section],
            task.state,
            task.optional,
            () if task.optional and task.state is State.NOT_STARTED else tuple(one.message for one in task.problems),
            _remarks(view, task.section),
        )
        for task in view.tasks
    ]
    if wrong := tuple(one.message for one in problems_in(view.held, "about")):
        parts.insert(0, Part("about", LABELS["about"], State.IN_PROGRESS, False, wrong, _remarks(view, "about")))
    return Missing(
        tuple(parts),
        tuple((text(kind.name), kind.code in view.facts.kinds) for kind in view.held.required_documents),
        tuple(one.message for one in view.warnings),
        _remarks(view, ""),
    )


def as_text(view: DraftView, found: Missing) -> str:
    """The same as plain text, in the reader's language: a line for each thing, empty lines between the parts."""
    lines = [view.draft.title or text(view.service.name), text(view.service.name)]
    if reference := view.about.get("reference"):
        lines.append(_("Your reference: %(reference)s.", reference=reference))
    lines += [_("As of %(date)s", date=day(view.held.today)), ""]
    for part in found.parts:
        if part.missing or part.remarks:
            lines += [str(part.label), *(f"[ ] {one}" for one in part.missing), *_said(part.remarks), ""]
    if found.documents:
        told = [f"[{'x' if there else ' '}] {name}" for name, there in found.documents]
        lines += [_("Required documents"), *told, ""]
    if found.remarks:
        lines += [_("Comments on the whole draft"), *_said(found.remarks), ""]
    lines += [f"! {one}" for one in found.warnings]
    if not found.count:
        lines.append(_("Nothing is missing: the application can be filed."))
    if view.fees:
        lines.append(_("Fees as of today: %(total)s", total=money(view.fees.total, view.fees.currency)))
    return "\n".join(lines).strip() + "\n"


def _remarks(view: DraftView, section: str) -> tuple[Remark, ...]:
    return tuple(Remark(one.author.name, one.text) for one in view.open_comments.get(section, []))


def _said(remarks: Iterable[Remark]) -> list[str]:
    return [_("%(name)s: %(text)s", name=one.author, text=one.text) for one in remarks]
