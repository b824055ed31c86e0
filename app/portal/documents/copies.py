"""Copies of a document store: a directory for the backup, what is brought back from it, and whether all can be read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from portal.documents.store import ContentAltered, DocumentStore, LocalStore, NotStored, StoreError


@dataclass
class Tally:
    """What was done: contents, names and held files that were copied, how many there are, and what could not be."""

    contents: int = 0
    copied: int = 0
    names: int = 0
    named: int = 0
    held: int = 0
    wrong: list[str] = field(default_factory=list)


def mirror(source: DocumentStore, target: LocalStore) -> Tally:
    """Copy into a directory what it lacks; what nothing waits for any more is dropped there, nothing else ever is.

    A copy is checked against its hash while it is read. What cannot be read is told in `wrong`, and the rest goes on.
    Raises StoreError when the source cannot be listed, or the directory cannot be written.
    """
    tally, held = Tally(), set()
    for key in source.everything():
        kind, _, rest = key.partition("/")
        try:
            if kind == "sha512":
                _mirror_content(source, target, rest.rpartition("/")[2], tally)
            elif kind == "waiting":
                held.add(rest)
                with source.held(rest) as path:
                    target.hold(rest, path)
                tally.held += 1
            elif rest:
                _mirror_name(source, target, key, tally)
        except (NotStored, ContentAltered) as error:
            if kind != "waiting":  # examined and dropped since it was listed
                tally.wrong.append(f"{key}: {error}")
    for key in set(target.held_for(0)) - held:
        target.drop(key)
    return tally


def bring_back(source: LocalStore, target: DocumentStore) -> Tally:
    """Put back what a directory has and the store lacks, or has altered; what is sound in the store stays as it is."""
    tally = Tally()
    for key in source.everything():
        kind, _, rest = key.partition("/")
        try:
            if kind == "sha512":
                sha512 = rest.rpartition("/")[2]
                tally.contents += 1
                if unsound(target, sha512):
                    with source.open(sha512) as content:
                        target.put(content)
                    tally.copied += 1
            elif kind == "waiting":
                with source.held(rest) as path:
                    target.hold(rest, path)
                tally.held += 1
            elif rest:
                tally.names += 1
                if target.named(key) is None:
                    target.name(key, source.named(key) or b"")
                    tally.named += 1
        except (NotStored, ContentAltered) as error:
            tally.wrong.append(f"{key}: {error}")
    return tally


def check(shelf: DocumentStore) -> Iterator[tuple[str, str | None]]:
    """Read everything, at every door that the store has; each key with what is wrong with it, or None."""
    for key in shelf.everything():
        kind, _, rest = key.partition("/")
        if kind == "sha512":
            yield key, unsound(shelf, rest.rpartition("/")[2])
        elif rest and kind != "waiting":
            try:
                shelf.named(key)
            except StoreError as error:
                yield key, str(error)
            else:
                yield key, None


def unsound(shelf: DocumentStore, sha512: str) -> str | None:
    """What is wrong with a content, in words; None when every copy that can be asked for is what was stored."""
    try:
        where = shelf.altered_at(sha512)
    except (NotStored, ContentAltered) as error:
        return str(error)
    return f"altered at {', '.join(where)}" if where else None


def _mirror_content(source: DocumentStore, target: LocalStore, sha512: str, tally: Tally) -> None:
    tally.contents += 1
    if target.exists(sha512):
        return
    with source.open(sha512) as content:
        target.put(content)
    tally.copied += 1


def _mirror_name(source: DocumentStore, target: LocalStore, name: str, tally: Tally) -> None:
    tally.names += 1
    if target.has_name(name):
        return
    content = source.named(name)
    if content is not None:
        target.name(name, content)
        tally.named += 1
