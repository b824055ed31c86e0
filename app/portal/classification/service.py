"""What the classifications are asked: what a search finds, what stands below a symbol, which terms are free."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Row, select
from sqlalchemy.orm import InstrumentedAttribute

from portal.classification.editions import all_in_force, edition_for, index_of
from portal.classification.models import Edition, Entry
from portal.classification.rules import SYMBOLS, Scheme, digest, normalised, symbol_begun
from portal.db import db

SIZE = 20
"""How many entries a page shows."""
ASKED_AT_ONCE = 500
AFTER_ALL = "~"
"""Behind every symbol, as databases compare text by its bytes."""


@dataclass(frozen=True)
class Found:
    """An entry for a page: `above` is the title of what stands above it, `opens` says that something stands below.

    `value` is what an application holds when it is picked: the term itself, or the symbol; None where it is not exact
    enough to be picked.
    """

    code: str
    group: str
    text: str
    above: str = ""
    opens: bool = False
    value: str | None = None


@dataclass(frozen=True)
class Listing:
    """A page of entries: up to `size` of them, whether more follow, and the edition that they are from, if any."""

    rows: list[Found]
    has_next: bool
    edition: Edition | None


def is_listed(scheme: Scheme, language: str) -> bool:
    """Whether there is an edition to look into; of terms of goods and services, only when the office imported one."""
    return edition_for(scheme, language) is not None


def search(scheme: Scheme, language: str, typed: str, group: str = "", page: int = 1, size: int = SIZE) -> Listing:
    """A page of what a search finds, best first; of one class only, where `group` names it.

    What is typed are words, or the beginning of a symbol. Without a list of terms, the headings of the Nice classes are
    searched instead.
    """
    edition = edition_for(scheme, language)
    if edition is None and scheme is Scheme.NICE:
        return search(Scheme.NICE_CLASSES, language, typed, group, page, size)
    if edition is None:
        return Listing([], False, None)
    first = (page - 1) * size
    begun = symbol_begun(scheme, typed)
    if begun and (entries := _page(edition, Entry.code.between(begun, begun + AFTER_ALL), Entry.id, first, size)):
        return _listing(scheme, edition, language, entries, size)
    wanted = index_of(edition).search(typed, group)[first : first + size + 1]
    by_id = {entry.id: entry for entry in _page(edition, Entry.id.in_(wanted), Entry.id, 0, size)} if wanted else {}
    return _listing(scheme, edition, language, [by_id[number] for number in wanted if number in by_id], size)


def children(scheme: Scheme, language: str, parent: str = "", page: int = 1, size: int = SIZE) -> Listing:
    """A page of what stands directly below a symbol, in the order of the file; below nothing, of the top.

    Below a Nice class stand its terms; the top of Nice are the classes.
    """
    if scheme is Scheme.NICE and not parent:
        scheme = Scheme.NICE_CLASSES
    edition = edition_for(scheme, language)
    if edition is None:
        return Listing([], False, None)
    first = (page - 1) * size
    here = (Entry.parent == parent) & Entry.place.between(first, first + size)
    return _listing(scheme, edition, language, _page(edition, here, Entry.place, 0, size), size)


def titled(scheme: Scheme, language: str, symbol: str) -> list[Found]:
    """A symbol with those above it, the top first; empty when the edition has no such symbol."""
    if scheme is Scheme.NICE:
        scheme = Scheme.NICE_CLASSES
    edition = edition_for(scheme, language)
    way = [symbol]
    while above := SYMBOLS[scheme].parent(way[0]):
        way.insert(0, above)
    entries = _page(edition, Entry.code.in_(way), Entry.id, 0, len(way)) if edition else []
    by_code = {entry.code: entry.text for entry in entries}
    return [Found(code, "", by_code[code]) for code in way] if len(by_code) == len(way) else []


def free_terms(class_number: int, terms: Sequence[str], language: str = "") -> tuple[str, ...]:
    """The terms that are not in the office's list for this class, in their order; see `free_by_class`."""
    return free_by_class({class_number: terms}, language)[class_number]


def free_by_class(typed: Mapping[int, Sequence[str]], language: str = "") -> dict[int, tuple[str, ...]]:
    """For each class, which of its terms are not in the office's list of terms that counts today.

    Capitals, accents and punctuation make no difference. A list in any language counts, lest a term cost more because
    its agent reads the portal in another one; with `language`, only the list in that one does. Where no list was
    imported, no term is free.
    """
    editions = all_in_force(Scheme.NICE) if any(typed.values()) else {}
    lists = [edition.id for code, edition in editions.items() if language in ("", code)]
    if not lists:
        return dict.fromkeys(typed, ())
    digests = {term: digest(normalised(term)) for terms in typed.values() for term in terms}
    known: set[tuple[str, str]] = set()
    for some in _in_parts(sorted(set(digests.values()))):
        query = select(Entry.parent, Entry.digest).where(Entry.edition_id.in_(lists), Entry.digest.in_(some))
        known.update((row.parent, row.digest) for row in db.session.execute(query))
    return {
        number: tuple(term for term in terms if (str(number), digests[term]) not in known)
        for number, terms in typed.items()
    }


Entries = Sequence[Row[int, str, str, str]]


def _page(
    edition: Edition, here: ColumnElement[bool], order: InstrumentedAttribute[int], first: int, size: int
) -> Entries:
    """Entries of an edition, one more than a page has: it says that there is a next page."""
    query = select(Entry.id, Entry.parent, Entry.code, Entry.text).where(Entry.edition_id == edition.id, here)
    return db.session.execute(query.order_by(order).offset(first).limit(size + 1)).all()


def _listing(scheme: Scheme, edition: Edition, language: str, entries: Entries, size: int) -> Listing:
    """The entries with what stands above them, and whether something stands below."""
    shown = entries[:size]
    above = _titles(scheme, edition, language, {entry.parent for entry in shown} - {""})
    codes = [entry.code for entry in shown]
    below = edition_for(Scheme.NICE, language) if scheme is Scheme.NICE_CLASSES else edition
    opening = _opening(below, codes) if below and scheme is not Scheme.NICE else set()
    return Listing(
        [_found(scheme, entry, above, entry.code in opening) for entry in shown], len(entries) > size, edition
    )


def _found(scheme: Scheme, entry: Row[int, str, str, str], above: Mapping[str, str], opens: bool) -> Found:
    symbols, is_term = SYMBOLS[scheme], scheme is Scheme.NICE
    group = symbols.group(entry.parent if is_term else entry.code)
    value = (entry.text if is_term else entry.code) if symbols.pickable(entry.code) else None
    return Found(entry.code, group, entry.text, above.get(entry.parent, ""), opens, value)


def _titles(scheme: Scheme, edition: Edition, language: str, symbols: Iterable[str]) -> dict[str, str]:
    """The titles of symbols; of Nice classes, whose headings are another edition."""
    source = edition_for(Scheme.NICE_CLASSES, language) if scheme is Scheme.NICE else edition
    wanted = sorted(symbols)
    if source is None or not wanted:
        return {}
    return {entry.code: entry.text for entry in _page(source, Entry.code.in_(wanted), Entry.id, 0, len(wanted))}


def _opening(edition: Edition, codes: Sequence[str]) -> set[str]:
    """Those of the symbols below which something stands."""
    query = select(Entry.parent).where(Entry.edition_id == edition.id, Entry.parent.in_(codes), Entry.place == 0)
    return set(db.session.scalars(query))


def _in_parts(values: Sequence[str]) -> Iterator[Sequence[str]]:
    for first in range(0, len(values), ASKED_AT_ONCE):
        yield values[first : first + ASKED_AT_ONCE]
