"""The classifications as the office imported them: one edition of a scheme in a language, and its entries."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CHAR, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.classification.rules import LONGEST_CODE, LONGEST_TEXT
from portal.db import Base, new_key, utc_now


class Edition(Base):
    """What was imported from one file, whole. It counts from `valid_from` until a later one does.

    `stamp` is another one after each import: what was worked out of the entries is thrown away when it differs.
    """

    __tablename__ = "classification_editions"
    __table_args__ = (UniqueConstraint("scheme", "language", "label"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    scheme: Mapped[str] = mapped_column(String(12))
    language: Mapped[str] = mapped_column(String(15))
    label: Mapped[str] = mapped_column(String(40))
    valid_from: Mapped[date]
    stamp: Mapped[str] = mapped_column(CHAR(16), default=new_key)
    source: Mapped[str] = mapped_column(String(255))
    sha256: Mapped[str] = mapped_column(CHAR(64))
    entries: Mapped[int] = mapped_column(default=0)
    imported_at: Mapped[datetime] = mapped_column(default=utc_now)


class Entry(Base):
    """A symbol with its title, or a term of goods and services.

    `parent` is the symbol above it, of a term its class; `place` numbers the entries of one parent from 0, in the order
    of the file. `digest` is that of the normalised text (`rules.digest`).
    """

    __tablename__ = "classification_entries"
    __table_args__ = (
        Index("ix_classification_entries_parent", "edition_id", "parent", "place", unique=True),
        Index("ix_classification_entries_code", "edition_id", "code"),
        Index("ix_classification_entries_digest", "edition_id", "digest"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("classification_editions.id"))
    parent: Mapped[str] = mapped_column(String(LONGEST_CODE))
    place: Mapped[int]
    code: Mapped[str] = mapped_column(String(LONGEST_CODE))
    text: Mapped[str] = mapped_column(String(LONGEST_TEXT))
    digest: Mapped[str] = mapped_column(CHAR(32))
