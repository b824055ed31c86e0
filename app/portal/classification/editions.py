"""Which edition of a classification counts now, and its index for searching, kept by each process."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from threading import Lock

from sqlalchemy import select

from portal.classification.models import Edition, Entry
from portal.classification.rules import SYMBOLS, Scheme, in_force, normalised
from portal.classification.search import Line, TermIndex
from portal.context import profile
from portal.db import db, utc_now

AT_ONCE = 5000


@dataclass(frozen=True)
class _Kept:
    stamp: str
    index: TermIndex


_indexes: dict[tuple[str, str], _Kept] = {}
_making = Lock()


def today() -> date:
    """The office's date now."""
    return utc_now().astimezone(profile().office.zone).date()


def all_in_force(scheme: Scheme) -> dict[str, Edition]:
    """The edition that counts today in each language, by language."""
    by_language: dict[str, list[Edition]] = {}
    for edition in db.session.scalars(select(Edition).where(Edition.scheme == scheme)):
        by_language.setdefault(edition.language, []).append(edition)
    day = today()
    found = {language: in_force(editions, day) for language, editions in by_language.items()}
    return {language: edition for language, edition in found.items() if edition}


def edition_for(scheme: Scheme, language: str) -> Edition | None:
    """The edition for a reader of this language: in it, else in the office's first that has one."""
    found = all_in_force(scheme)
    wanted = (language, *profile().office.languages, *sorted(found))
    return next((found[code] for code in wanted if code in found), None)


def index_of(edition: Edition) -> TermIndex:
    """The edition's index, made at the first search after a start or an import; later searches find it ready.

    Searches that come while it is made wait for it: it is never made twice at once.
    """
    key = (edition.scheme, edition.language)
    kept = _indexes.get(key)
    if kept is None or kept.stamp != edition.stamp:
        with _making:
            kept = _indexes.get(key)
            if kept is None or kept.stamp != edition.stamp:
                kept = _indexes[key] = _Kept(edition.stamp, _made(edition))
    return kept.index


def _made(edition: Edition) -> TermIndex:
    scheme = Scheme(edition.scheme)
    group = SYMBOLS[scheme].group
    query = select(Entry.id, Entry.parent, Entry.code, Entry.text).where(Entry.edition_id == edition.id)
    rows = db.session.execute(query.execution_options(yield_per=AT_ONCE))
    return TermIndex(
        Line(row.id, group(row.parent if scheme is Scheme.NICE else row.code), normalised(row.text)) for row in rows
    )
