"""What a new draft takes over from an earlier filing or a template, and what it must not.

Number, dates and payment belong to one case (docs/decisions/0076-copies-and-templates.md). Pure: no database, no Flask.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import lazy_gettext as _

from portal.drafting.fields import Data, Field, Kind, Section
from portal.drafting.sections import ALL, TYPED
from portal.drafting.words import Words, named
from portal.profile.model import Profile, Service


@dataclass(frozen=True)
class Left:
    """What was not taken over: the section, and why."""

    section: str
    reason: Words


@dataclass(frozen=True)
class Copy:
    """The sections of a new draft, and what of the source is not in them."""

    sections: dict[str, Data]
    left: tuple[Left, ...]


def copied(sections: Mapping[str, Data], target: Service) -> Copy:
    """The sections as a new application for a service can have them."""
    kept: dict[str, Data] = {}
    left: list[Left] = []
    for name in TYPED:
        data = sections.get(name, {})
        if name == "about" or not any(data.values()):
            continue
        if reason := _reason(ALL[name], target):
            left.append(Left(name, reason))
            continue
        kept[name], dropped = _fitted(ALL[name], data, target)
        left += [Left(name, _("The new application does not ask for: %(field)s.", field=label)) for label in dropped]
    return Copy(kept, tuple(left))


def targets(profile: Profile, source: str) -> list[Service]:
    """The open services for which a copy can be made: those of the source's right, its own service first.

    Empty where the office does not offer the source's service any more, or none of its right is open.
    """
    known = next((one for one in profile.services if one.code == source), None)
    if known is None:
        return []
    fitting = [one for one in profile.services if one.open and one.right == known.right]
    return sorted(fitting, key=lambda one: one.code != source)


def _reason(section: Section, target: Service) -> Words:
    """Why a section is not taken over at all; empty when it is."""
    if section.name == "fees":
        return _("A reduction is claimed for each application anew.")
    if any(field.kind is Kind.DATE for field in section.fields):
        return _("It holds numbers and dates of the earlier case.")
    if section.name not in target.sections:
        return _("%(service)s has no such section.", service=named(target.name))
    return ""


def _fitted(section: Section, data: Data, target: Service) -> tuple[Data, list[Words]]:
    """A section's data with what the target asks for, and the labels of what it does not."""
    dropped: dict[str, Words] = {}
    items = [_item(section, item, target, dropped) for item in section.items(data)]
    fitted = {section.rows.name: items} if section.rows else items[0]
    return fitted, list(dropped.values())


def _item(section: Section, item: Data, target: Service, dropped: dict[str, Words]) -> Data:
    asked = section.of(target)
    found: Data = {}
    for field in section.fields:
        value = str(item.get(field.name, ""))
        if value and (field not in asked or not _is_offered(field, value, target)):
            dropped[field.name], value = field.label, ""
        found[field.name] = value
    return found


def _is_offered(field: Field, value: str, target: Service) -> bool:
    offered = field.offered(target) if field.kind is Kind.CHOICE else {}
    return not offered or value in offered
