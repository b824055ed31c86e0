"""Verify receipts: for a help desk, a court, or anyone else who holds one."""

from __future__ import annotations

import json
import sys
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click


@dataclass(frozen=True)
class Answer:
    """What is said of one file."""

    file: str
    state: str
    signer: str | None
    signed_at: str | None
    detail: str
    number: str | None
    recorded: bool | None

    def words(self) -> str:
        told = {"valid": "valid", "altered": "ALTERED", "not-ours": "not ours"}.get(self.state, self.state)
        who = f", signed by {self.signer}" if self.signer else ""
        when = f" at {self.signed_at}" if self.signed_at else ""
        number = f", number {self.number}" if self.number and self.state == "valid" else ""
        known = {True: ", as recorded", False: ", NOT the receipt that is on record", None: ""}[self.recorded]
        detail = f": {self.detail}" if self.detail else ""
        return f"{self.file}: {told}{who}{when}{number}{known}{detail}"


@click.command("verify-receipt")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--trust", type=click.Path(path_type=Path, dir_okay=False), help="Issuers (PEM); else the settings' own.")
@click.option("--record", is_flag=True, help="Compare with the database's record as well.")
@click.option("--json", "as_json", is_flag=True, help="One object a line.")
def verify_receipt(files: tuple[Path, ...], trust: Path | None, record: bool, as_json: bool) -> None:
    """Say of each FILE whether it is valid, altered, or not ours; by whom and when it was signed.

    Needs neither network nor database. Ends with 0 when every file is valid, else with 3.
    """
    from portal.settings import load_settings
    from portal.signing.service import trusted

    try:
        path = trust or load_settings().signing_trust
        roots = trusted(path) if path else []
    except (OSError, ValueError) as error:
        raise click.UsageError(f"cannot read the trusted issuers or the settings: {error}") from error
    if not roots:
        raise click.UsageError("no trusted issuer is known: set signing_trust, or give --trust FILE")
    with _database(record):
        answers = [_answer(file, roots, record) for file in files]
    for answer in answers:
        click.echo(json.dumps(vars(answer), ensure_ascii=False) if as_json else answer.words())
    if any(answer.state != "valid" or answer.recorded is False for answer in answers):
        sys.exit(3)


def _database(wanted: bool) -> AbstractContextManager[Any]:
    """The application's context where the database is asked; else nothing, so that no database is needed."""
    from portal.app import create_app

    return create_app().app_context() if wanted else nullcontext()


def _answer(file: Path, roots: Any, record: bool) -> Answer:
    from portal.signing.service import State, verdict

    try:
        content = file.read_bytes()
    except OSError as error:
        return Answer(str(file), "unreadable", None, None, str(error.strerror), None, None)
    judged = verdict(content, roots)
    number = _number(content) if judged.state is State.VALID else None
    known = _sha512(content) in _recorded(number) if record and number else None
    at = judged.signed_at.isoformat() if judged.signed_at else None
    return Answer(str(file), str(judged.state), judged.signer, at, judged.detail, number, known)


def _number(content: bytes) -> str | None:
    """The number that a receipt or form carries in its own metadata."""
    import io

    import pikepdf

    from portal.filing.rules import NUMBER

    with pikepdf.open(io.BytesIO(content)) as document:
        found = str(document.docinfo.get("/Keywords", ""))
    return found if NUMBER.fullmatch(found) else None


def _sha512(content: bytes) -> str:
    import hashlib

    return hashlib.sha512(content).hexdigest()


def _recorded(number: str) -> set[str | None]:
    """The hashes of the papers that the database knows for this number: its receipt, and the notice of its date."""
    from sqlalchemy import select

    from portal.db import db
    from portal.filing.models import Filing

    query = select(Filing.receipt_sha512, Filing.reception_notice_sha512).where(Filing.number == number)
    return {sha512 for row in db.session.execute(query) for sha512 in row}
