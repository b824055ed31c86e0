"""Which versions of the schema may run while an older release still serves: expand first, contract when it is gone.

An expansion (a new table, a new column that may be empty) harms no release that does not know it. A contraction (a
column that goes) harms every release that still reads it: it may run once each server runs a release that knows of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

Phase = Literal["expand", "contract"]


@dataclass(frozen=True)
class Step:
    """One version of the schema, in the order in which they are run."""

    revision: str
    phase: Phase


class UnknownVersion(Exception):
    """The database has a version that this release does not know: a newer release was here."""


class SkipsARelease(Exception):
    """A contraction stands before an expansion: the release between must serve first. `until` is its version."""

    def __init__(self, until: str, contraction: str, expansion: str) -> None:
        super().__init__(until, contraction, expansion)
        self.until, self.contraction, self.expansion = until, contraction, expansion

    def __str__(self) -> str:
        return (
            f"the schema's version {self.expansion} comes after {self.contraction}, which the release that serves now "
            f"cannot bear; upgrade first to the release whose schema ends at {self.until}"
        )


def pending(steps: Sequence[Step], current: str | None) -> list[Step]:
    """What the database does not have yet. Raises UnknownVersion."""
    if current is None:
        return list(steps)
    known = [step.revision for step in steps]
    if current not in known:
        raise UnknownVersion(current)
    return list(steps[known.index(current) + 1 :])


def bearable(steps: Sequence[Step], current: str | None, serving: Sequence[str] = ()) -> list[Step]:
    """What may be run now. `serving`: where the schemas of the releases that serve end; none serves when empty.

    A new database takes everything. Raises UnknownVersion, and SkipsARelease.
    """
    missing = pending(steps, current)
    if current is None or not serving:
        return missing
    known = [step.revision for step in steps]
    for one in serving:
        if one not in known:
            raise UnknownVersion(one)
    borne = set(known[: min(map(known.index, serving)) + 1])
    for place, step in enumerate(missing):
        if step.phase == "contract" and step.revision not in borne:
            for before, later in pairwise(missing[place:]):
                if later.phase == "expand":
                    raise SkipsARelease(before.revision, step.revision, later.revision)
            return missing[:place]
    return missing


def serves_on(steps: Sequence[Step], current: str | None, head: str) -> bool:
    """Whether a release whose schema ends at `head` can serve on a database that is at `current`.

    It can when all that it wants is there, and nothing that came later took something away from it. Raises
    UnknownVersion when this release knows nothing of either.
    """
    known = [step.revision for step in steps]
    if head not in known or (current is not None and current not in known):
        raise UnknownVersion(head if head not in known else current)
    if current is None:
        return False
    lacking = steps[known.index(current) + 1 : known.index(head) + 1]
    added = steps[known.index(head) + 1 : known.index(current) + 1]
    return not any(step.phase == "expand" for step in lacking) and not any(step.phase == "contract" for step in added)


@dataclass(frozen=True)
class Standing:
    """How far a database is for one release.

    `lacks`: expansions without which the release cannot serve. `waits`: contractions that may come when no older
    release serves any more. `newer`: a newer release made it; it judged that this one can serve before it gave way.
    """

    current: str | None
    head: str
    lacks: tuple[str, ...] = ()
    waits: tuple[str, ...] = ()
    newer: bool = False


def standing(steps: Sequence[Step], current: str | None) -> Standing:
    """How far a database that is at `current` is for the release that has these versions."""
    head = steps[-1].revision
    try:
        missing = pending(steps, current)
    except UnknownVersion:
        return Standing(current, head, newer=True)
    needed = max((place + 1 for place, step in enumerate(missing) if step.phase == "expand"), default=0)
    names = [step.revision for step in missing]
    return Standing(current, head, tuple(names[:needed]), tuple(names[needed:]))
