"""How a classification comes into the database: a file's edition, whole or not at all, and the kit's own titles."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.audit.service import record
from portal.classification.editions import today
from portal.classification.models import Edition, Entry
from portal.classification.reading import CLASS, CODE, IGNORED, TERM, TITLE, Taken, read
from portal.classification.rules import Scheme, digest
from portal.db import db, new_key, transaction, utc_now

DATA = Path(__file__).parent / "data"
KIT = "kit"
"""The edition of the titles that the kit brings: any other one that the office imports counts before it."""
DEMONSTRATION = "demonstration"
LANGUAGES = ("en", "fr")
"""The languages of the kit's own titles."""
LONG_AGO = date(1900, 1, 1)
AT_ONCE = 2000


@dataclass(frozen=True)
class Origin:
    """Where entries come from: the file's name, and the SHA-256 of its bytes."""

    source: str
    sha256: str

    @classmethod
    def of(cls, name: str, data: bytes) -> Origin:
        return cls(name[-255:], hashlib.sha256(data).hexdigest())


@dataclass(frozen=True)
class Imported:
    """What an import did: how many entries stand there now, how many of the same edition stood there before."""

    taken: int
    replaced: int
    valid_from: date


def import_edition(
    scheme: Scheme,
    language: str,
    label: str,
    entries: Sequence[Taken],
    origin: Origin,
    valid_from: date | None = None,
    left_out: int = 0,
) -> Imported:
    """Put an edition in place of the one of the same scheme, language and label, in one transaction, audited.

    It counts from `valid_from`; without one from the day that the edition has already, else from today. `left_out` is
    how many lines of the file were not taken. Whoever reads meanwhile sees the old edition. Of two imports at once the
    second waits for the first, and stays.
    """
    edition = Edition(scheme=scheme, language=language, label=label, source=origin.source, sha256=origin.sha256)
    try:
        return _import(edition, entries, valid_from, left_out)
    except IntegrityError:  # neither found such an edition, and the other was first: now there is one
        return _import(edition, entries, valid_from, left_out)


@transaction
def _import(
    session: Session, new: Edition, entries: Sequence[Taken], valid_from: date | None, left_out: int
) -> Imported:
    same = (Edition.scheme == new.scheme, Edition.language == new.language, Edition.label == new.label)
    edition = session.scalar(select(Edition).where(*same).with_for_update())
    replaced = edition.entries if edition else 0
    if edition is None:
        edition = Edition(scheme=new.scheme, language=new.language, label=new.label)
        edition.valid_from = valid_from or today()
        session.add(edition)
    edition.source, edition.sha256, edition.entries = new.source, new.sha256, len(entries)
    edition.valid_from = valid_from or edition.valid_from
    edition.stamp, edition.imported_at = new_key(), utc_now()
    session.flush()
    session.execute(delete(Entry).where(Entry.edition_id == edition.id))
    for first in range(0, len(entries), AT_ONCE):
        session.execute(insert(Entry), [_row(edition.id, one) for one in entries[first : first + AT_ONCE]])
    record(
        session,
        "classification-imported",
        _subject(edition),
        taken=len(entries),
        replaced=replaced,
        left_out=left_out,
        valid_from=edition.valid_from.isoformat(),
        source=edition.source,
        sha256=edition.sha256,
    )
    return Imported(len(entries), replaced, edition.valid_from)


@transaction
def remove_edition(session: Session, scheme: Scheme, language: str, label: str) -> int:
    """Remove an edition, audited; how many entries it had. Raises LookupError when there is none."""
    same = (Edition.scheme == scheme, Edition.language == language, Edition.label == label)
    edition = session.scalar(select(Edition).where(*same).with_for_update())
    if edition is None:
        raise LookupError(label)
    session.execute(delete(Entry).where(Entry.edition_id == edition.id))
    session.delete(edition)
    record(session, "classification-removed", _subject(edition), entries=edition.entries, sha256=edition.sha256)
    return edition.entries


def editions() -> list[Edition]:
    """Every edition, those of a scheme and language together, the newest first."""
    order = (Edition.scheme, Edition.language, Edition.valid_from.desc(), Edition.imported_at.desc())
    return list(db.session.scalars(select(Edition).order_by(*order)))


def seed(*, demonstration: bool = False) -> int:
    """Bring the kit's own titles, and for a demonstration some terms and codes, up to this release; how many editions
    changed. What the office imported stays, and counts before them."""
    wanted: list[tuple[Scheme, str, str]] = [
        (scheme, KIT, f"{scheme}.tsv") for scheme in Scheme if scheme is not Scheme.NICE
    ]
    if demonstration:
        wanted += [(one, DEMONSTRATION, f"{DEMONSTRATION}-{one}.tsv") for one in (Scheme.NICE, Scheme.VIENNA)]
    present = {(one.scheme, one.language, one.label): one.sha256 for one in editions()}
    changed = 0
    for scheme, label, name in wanted:
        data = (DATA / name).read_bytes()
        origin = Origin.of(name, data)
        for place, language in enumerate(LANGUAGES):
            if present.get((scheme, language, label)) != origin.sha256:
                since = LONG_AGO if label == KIT else LONG_AGO + timedelta(days=1)
                import_edition(scheme, language, label, _own_entries(scheme, data, place), origin, since)
                changed += 1
    return changed


def _own_entries(scheme: Scheme, data: bytes, place: int) -> Sequence[Taken]:
    """The kit's titles in the language of this place; a line of them that cannot be taken is a mistake of ours."""
    texts = [IGNORED] * len(LANGUAGES)
    texts[place] = TERM if scheme is Scheme.NICE else TITLE
    columns = [CLASS if scheme is Scheme.NICE else CODE, *texts]
    reading = read(data.partition(b"\n")[2], scheme, columns)
    if reading.bad:
        raise ValueError(f"{scheme}: {reading.bad[0]}")
    return reading.taken


def _row(edition_id: int, one: Taken) -> dict[str, object]:
    """A line of the file as a row of the table."""
    return {
        "edition_id": edition_id,
        "parent": one.parent,
        "place": one.place,
        "code": one.code,
        "text": one.text,
        "digest": digest(one.words),
    }


def _subject(edition: Edition) -> tuple[str, str]:
    return "classification", f"{edition.scheme} {edition.language} {edition.label}"[:64]
