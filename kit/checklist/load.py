"""Reads the checklist, the sign-offs and the waivers from their files; what is wrong is named with its file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from kit.checklist.model import Item, Part, SignOff, SignOffs, Waiver, Waivers, Words
from kit.checklist.rules import CheckedSignOff
from kit.errors import KitError

PARTS = ("PRJ", "INF", "OPS", "PAY", "REC")

Form = TypeVar("Form", bound=BaseModel)


def load_parts(folder: Path) -> tuple[Part, ...]:
    """Every part of the checklist, in the checklist's own order."""
    files = sorted(folder.glob("*.yml"))
    parts = [_read(path, Part) for path in files]
    names = [part.part for part in parts]
    if sorted(names) != sorted(PARTS):
        raise KitError(
            "KIT-310",
            "The checklist is not complete.",
            where=str(folder),
            why=f"it needs each of the parts {', '.join(PARTS)} once, and has {', '.join(names) or 'none'}",
            fix=f"git checkout -- {folder.name}",
            exit_code=2,
        )
    return tuple(sorted(parts, key=lambda part: PARTS.index(part.part)))


def items_of(parts: Iterable[Part]) -> tuple[Item, ...]:
    """All items, in order."""
    return tuple(item for part in parts for item in part.items)


def load_waivers(files: Sequence[Path], items: Iterable[Item]) -> tuple[Waiver, ...]:
    """The waivers of all `files` that exist; one for an item that the checklist does not have is refused."""
    known = {item.id for item in items}
    found: list[Waiver] = []
    for path in files:
        if path.is_file():
            waivers = _read(path, Waivers).waivers
            _refuse_unknown(path, [one.item for one in waivers], known)
            found += waivers
    return tuple(found)


def load_signoffs(file: Path, items: Iterable[Item], root: Path) -> dict[str, CheckedSignOff]:
    """Sign-offs by item, each with its evidence document found and its hash compared; the last of an item counts."""
    if not file.is_file():
        return {}
    signoffs = _read(file, SignOffs).signoffs
    _refuse_unknown(file, [one.item for one in signoffs], {item.id for item in items})
    return {one.item: CheckedSignOff(one, _evidence_problem(one, root)) for one in signoffs}


def _evidence_problem(signoff: SignOff, root: Path) -> Words | None:
    path = root / signoff.evidence
    if not path.is_file():
        return Words(
            en=f"The evidence document {signoff.evidence} is not there.",
            fr=f"La pièce justificative {signoff.evidence} est absente.",
        )
    if hashlib.sha256(path.read_bytes()).hexdigest() != signoff.sha256:
        return Words(
            en=f"The evidence document {signoff.evidence} was changed after it was signed off.",
            fr=f"La pièce justificative {signoff.evidence} a été modifiée après la validation.",
        )
    return None


def _refuse_unknown(path: Path, ids: Iterable[str], known: set[str]) -> None:
    unknown = sorted(set(ids) - known)
    if unknown:
        raise KitError(
            "KIT-311",
            f"Unknown checklist item: {', '.join(unknown)}.",
            where=str(path),
            why="the checklist has no such ID; a sign-off or waiver of it would prove or excuse nothing",
            fix=f"correct the ID in {path.name}; `bin/kit report` lists the IDs",
            exit_code=2,
        )


def _read(path: Path, form: type[Form]) -> Form:
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        return form.model_validate(data if data is not None else {})
    except (yaml.YAMLError, ValidationError) as error:
        raise KitError(
            "KIT-312",
            "A file of the verification cannot be read.",
            where=str(path),
            why=_plain(error),
            fix=f"correct {path.name}; docs/verification.md shows its form",
            exit_code=2,
        ) from error


def _plain(error: yaml.YAMLError | ValidationError) -> str:
    if isinstance(error, ValidationError):
        return "; ".join(
            f"{'.'.join(str(place) for place in one['loc']) or 'the file'}: {one['msg']}" for one in error.errors()
        )
    return " ".join(str(error).split())
