"""What a client approves: the state of a draft, its fingerprint, and what is different in a later one.

A state is plain data: `shape` and `sections` as drafts keep them, `documents` as lists of kind, position, name and
SHA-512, `fees` as total and currency or None.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _

from portal.drafting.application import Attached
from portal.drafting.compare import differences
from portal.drafting.fields import Data
from portal.drafting.sections import ALL, TYPED
from portal.drafting.upgrades import SHAPE, modern
from portal.drafting.words import Words
from portal.fees.rules import Fees
from portal.profile.model import Service
from portal.web.formats import money

State = dict[str, Any]
LONGEST_DAYS = 60
USUAL_DAYS = 14
LONGEST_NAME = 200
LONGEST_TEXT = 4000


@dataclass(frozen=True)
class Change:
    """One thing that is not as it was: `then` or `now` is empty where it was added or taken away."""

    label: Words
    then: Words
    now: Words


def state_of(sections: Mapping[str, Data], documents: Iterable[Attached], fees: Fees | None) -> State:
    """What a draft holds, and what it would cost: all that a client reads. Sections in this release's shape."""
    return {
        "shape": SHAPE,
        "sections": _filled({name: data for name, data in sections.items() if name in TYPED}),
        "documents": sorted([one.kind, one.position, one.file_name, one.sha512] for one in documents),
        "fees": {"total": format(fees.total.normalize(), "f"), "currency": fees.currency} if fees else None,
    }


def fingerprint(state: State) -> str:
    """The one SHA-256 (hex) of a state."""
    canonical = json.dumps(state, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def changes(then: State, now: State, service: Service, language: str) -> list[Change]:
    """What is different in the later state, in the order of the sections; what an upgrade reshaped is no difference."""
    before = _filled(modern(then["shape"], then["sections"]))
    found = []
    for name in TYPED:
        section = ALL[name]
        for one in differences(section, now["sections"].get(name, {}), before.get(name, {}), service, language):
            label = _("%(section)s: %(field)s", section=section.label, field=one.label)
            found.append(Change(label, one.theirs, one.mine))
    return [*found, *_documents(then, now), *_fees(then, now, language)]


def _documents(then: State, now: State) -> list[Change]:
    """A file with other bytes is another file, whatever it is called."""
    before, after = ([tuple(one) for one in state["documents"]] for state in (then, now))
    gone = [Change(_("Document"), one[2], "") for one in before if one not in after]
    return gone + [Change(_("Document"), "", one[2]) for one in after if one not in before]


def _fees(then: State, now: State, language: str) -> list[Change]:
    before, after = (_total(state["fees"], language) for state in (then, now))
    return [] if before == after else [Change(_("Fees"), before, after)]


def _total(fees: Mapping[str, str] | None, language: str) -> str:
    return money(Decimal(fees["total"]), fees["currency"], language) if fees else ""


def _filled(sections: Mapping[str, Data]) -> dict[str, Data]:
    """The sections without what is empty: an answer that was never given and one that was cleared are the same."""
    found = {name: _without_empty(data) for name, data in sections.items()}
    return {name: data for name, data in found.items() if data}


def _without_empty(data: Data) -> Data:
    return {key: value for key, value in data.items() if value}
