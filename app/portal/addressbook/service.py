"""What happens in a firm's address book: entries come, change and go; files of them are imported whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Select, func, insert, select
from sqlalchemy import delete as sql_delete
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from portal.addressbook.models import Address, AddressImport
from portal.addressbook.rules import COLUMNS, Entry, bare, search_text, sort_key
from portal.audit.service import record
from portal.db import transaction, utc_now
from portal.web.texts import folded

KEPT_DELETED = timedelta(days=30)
KEPT_IMPORTS = timedelta(days=1)


class Stale(Exception):
    """Somebody changed the entry after the page was opened; `entry` is what they saved."""

    def __init__(self, entry: Address) -> None:
        self.entry = entry
        super().__init__(f"address {entry.id} is at version {entry.version}")


@dataclass(frozen=True)
class Staged:
    """A file that was read without a fault: what is new, what the book has exactly so, and what only looks alike."""

    key: str
    file_name: str
    new: list[Entry]
    known: int
    alike: list[Entry]


def entries(
    session: Session, user: Any, text: str = "", offset: int = 0, limit: int = 50, kind: str = ""
) -> list[Address]:
    """The firm's entries by name; every word of `text` has to be in them, however it is written."""
    query = _of_firm(user)
    for word in folded(text).split():
        query = query.where(Address.sought.contains(word, autoescape=True))
    if kind:
        query = query.where(Address.kind == kind)
    return list(session.scalars(query.order_by(Address.sort, Address.id).offset(offset).limit(limit)))


def every(session: Session, user: Any) -> Iterator[Entry]:
    """All entries of the firm by name, a few at a time."""
    query = _of_firm(user).order_by(Address.sort, Address.id).execution_options(yield_per=500)
    for one in session.scalars(query):
        yield as_entry(one)


def entry(session: Session, address_id: int, user: Any, *, is_deleted: bool = False) -> Address:
    """One entry of the firm, or one that was deleted and can be brought back; raises NotFound."""
    found = session.get(Address, address_id)
    if found is None or found.firm_id != user.firm_id or (found.deleted_at is not None) != is_deleted:
        raise NotFound
    return found


def as_entry(address: Address) -> Entry:
    """The fields of an entry, to copy into a draft."""
    return {name: str(getattr(address, name)) for name in COLUMNS}


def alike(session: Session, given: Entry, user: Any, but: int | None = None) -> list[Address]:
    """The firm's entries whose names read the same."""
    found = session.scalars(_of_firm(user).where(Address.sort == sort_key(given)).limit(10))
    return [one for one in found if one.id != but]


@transaction
def add(session: Session, given: Entry, user: Any) -> tuple[Address, bool]:
    """Add an entry, and whether it is new: one that the book has exactly so already is not added again."""
    known = next((one for one in alike(session, given, user) if as_entry(one) == given), None)
    if known:
        return known, False
    made = Address(firm_id=user.firm_id, changed_by_id=user.id, **_row(given))
    session.add(made)
    session.flush()
    record(session, "address-added", ("address", str(made.id)))
    return made, True


@transaction
def change(session: Session, address_id: int, given: Entry, version: int, user: Any) -> Address:
    """Change an entry; raises Stale when somebody did so since `version`. Drafts keep the copies that they hold."""
    found = session.get(Address, address_id, with_for_update=True, populate_existing=True)
    if found is None or found.firm_id != user.firm_id or found.deleted_at is not None:
        raise NotFound
    if as_entry(found) == given:
        return found
    if found.version != version:
        raise Stale(found)
    for name, value in _row(given).items():
        setattr(found, name, value)
    found.version, found.changed_at, found.changed_by_id = version + 1, utc_now(), user.id
    record(session, "address-changed", ("address", str(found.id)))
    return found


@transaction
def delete(session: Session, address_id: int, user: Any) -> Address:
    """Delete an entry; it can be brought back until `purge` clears it away."""
    found = entry(session, address_id, user)
    found.deleted_at = utc_now()
    record(session, "address-deleted", ("address", str(found.id)))
    return found


@transaction
def restore(session: Session, address_id: int, user: Any) -> Address:
    """Bring a deleted entry back."""
    found = entry(session, address_id, user, is_deleted=True)
    found.deleted_at = None
    record(session, "address-restored", ("address", str(found.id)))
    return found


@transaction
def stage(session: Session, file_name: str, given: Sequence[Entry], user: Any) -> str:
    """Keep what a file holds until its person says yes; the key to it."""
    made = AddressImport(
        firm_id=user.firm_id, user_id=user.id, file_name=file_name[:255], content={"entries": list(given)}
    )
    session.add(made)
    session.flush()
    return made.id


def staged(session: Session, key: str, user: Any) -> Staged:
    """What an import would do now; raises NotFound when it was done, is too old or is another person's."""
    return _staged(session, _import(session, key, user), user)


@transaction
def take_in(session: Session, key: str, with_alike: bool, user: Any) -> int:
    """Import what was staged, once: how many entries were added. Raises NotFound for a second time.

    What only looks like an entry of the book is added as another one, or left out.
    """
    waiting = _import(session, key, user, lock=True)
    found = _staged(session, waiting, user)
    added = found.new + (found.alike if with_alike else [])
    if added:
        shared = {"firm_id": user.firm_id, "changed_by_id": user.id, "changed_at": utc_now(), "version": 1}
        session.execute(insert(Address), [{**_row(one), **shared} for one in added])
    session.delete(waiting)
    record(session, "addresses-imported", added=len(added), known=found.known, left_out=len(found.alike))
    return len(added)


@transaction
def purge(session: Session) -> int:
    """Clear away what was deleted 30 days ago and imports that nobody confirmed for a day; how many rows that were."""
    now = utc_now()
    old_entries = select(Address.id).where(Address.deleted_at < now - KEPT_DELETED).limit(1000)
    old_imports = select(AddressImport.id).where(AddressImport.made_at < now - KEPT_IMPORTS).limit(100)
    gone = session.scalars(old_entries.with_for_update(skip_locked=True)).all()
    stale = session.scalars(old_imports.with_for_update(skip_locked=True)).all()
    for statement in (
        sql_delete(Address).where(Address.id.in_(gone)),
        sql_delete(AddressImport).where(AddressImport.id.in_(stale)),
    ):
        session.execute(statement, execution_options={"synchronize_session": False})
    if gone or stale:
        record(session, "addresses-purged", entries=len(gone), imports=len(stale))
    return len(gone) + len(stale)


def count(session: Session, user: Any) -> int:
    """How many entries the firm has."""
    return session.scalar(select(func.count()).select_from(_of_firm(user).subquery())) or 0


def _of_firm(user: Any) -> Select[Address]:
    return select(Address).where(Address.firm_id == user.firm_id, Address.deleted_at.is_(None))


def _row(given: Entry) -> dict[str, str]:
    return {**bare(given), "sort": sort_key(given), "sought": search_text(given)}


def _import(session: Session, key: str, user: Any, lock: bool = False) -> AddressImport:
    found = session.get(AddressImport, key, with_for_update=lock, populate_existing=lock)
    is_old = found is not None and found.made_at < utc_now() - KEPT_IMPORTS
    if found is None or is_old or found.user_id != user.id or found.firm_id != user.firm_id:
        raise NotFound
    return found


def _staged(session: Session, waiting: AddressImport, user: Any) -> Staged:
    """Sort the entries of a file by what the book, and the lines before them, hold already."""
    exact = {tuple(one.values()) for one in every(session, user)}
    names = {one[COLUMNS.index("name")] for one in exact}
    sorts = {folded(name)[:120] for name in names}
    new: list[Entry] = []
    looks: list[Entry] = []
    known = 0
    for given in waiting.content["entries"]:
        one = bare(given)
        if (values := tuple(one.values())) in exact:
            known += 1
            continue
        (looks if sort_key(one) in sorts else new).append(one)
        exact.add(values)
        sorts.add(sort_key(one))
    return Staged(waiting.id, waiting.file_name, new, known, looks)
