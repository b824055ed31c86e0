"""Verify receipts: for a help desk, a court, or anyone else who holds one; and stamp them anew."""

from __future__ import annotations

import json
import sys
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass
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
    stamps: tuple[str, ...] = ()

    def words(self) -> str:
        told = {"valid": "valid", "altered": "ALTERED", "not-ours": "not ours"}.get(self.state, self.state)
        who = f", signed by {self.signer}" if self.signer else ""
        when = f" at {self.signed_at}" if self.signed_at else ""
        stamps = f", stamped {len(self.stamps)} times, last at {self.stamps[-1]}" if self.stamps else ""
        number = f", number {self.number}" if self.number and self.state == "valid" else ""
        known = {True: ", as recorded", False: ", NOT the receipt that is on record", None: ""}[self.recorded]
        detail = f": {self.detail}" if self.detail else ""
        return f"{self.file}: {told}{who}{when}{stamps}{number}{known}{detail}"


@click.command("verify-receipt")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--trust", type=click.Path(path_type=Path, dir_okay=False), help="Issuers (PEM); else the settings' own.")
@click.option(
    "--timestamp-trust", type=click.Path(path_type=Path, dir_okay=False), help="Time-stamp authorities' roots (PEM)."
)
@click.option("--record", is_flag=True, help="Compare with the database's record as well.")
@click.option("--json", "as_json", is_flag=True, help="One object a line.")
def verify_receipt(
    files: tuple[Path, ...], trust: Path | None, timestamp_trust: Path | None, record: bool, as_json: bool
) -> None:
    """Say of each FILE whether it is valid, altered, or not ours; by whom and when it was signed.

    Needs neither network nor database. Ends with 0 when every file is valid, else with 3.
    """
    from portal.settings import load_settings
    from portal.signing.service import trusted

    try:
        path = trust or load_settings().signing_trust
        stamps = timestamp_trust or (None if trust else load_settings().timestamp_trust)
        roots, stamp_roots = (trusted(file) if file else [] for file in (path, stamps))
    except (OSError, ValueError) as error:
        raise click.UsageError(f"cannot read the trusted issuers or the settings: {error}") from error
    if not roots:
        raise click.UsageError("no trusted issuer is known: set signing_trust, or give --trust FILE")
    with _database(record):
        answers = [_answer(file, roots, stamp_roots, record) for file in files]
    for answer in answers:
        click.echo(json.dumps(vars(answer), ensure_ascii=False) if as_json else answer.words())
    if any(answer.state != "valid" or answer.recorded is False for answer in answers):
        sys.exit(3)


def _database(wanted: bool) -> AbstractContextManager[Any]:
    """The application's context where the database is asked; else nothing, so that no database is needed."""
    from portal.app import create_app

    return create_app().app_context() if wanted else nullcontext()


def _answer(file: Path, roots: Any, stamp_roots: Any, record: bool) -> Answer:
    from portal.signing.service import State, verdict

    try:
        content = file.read_bytes()
    except OSError as error:
        return Answer(str(file), "unreadable", None, None, str(error.strerror), None, None)
    judged = verdict(content, roots, stamp_roots)
    number = _number(content) if judged.state is State.VALID else None
    known = _sha512(content) in _recorded(number) if record and number else None
    at = judged.signed_at.isoformat() if judged.signed_at else None
    stamps = tuple(one.isoformat() for one in judged.stamps)
    return Answer(str(file), str(judged.state), judged.signer, at, judged.detail, number, known, stamps)


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
    """The hashes of a number's papers in the database: its receipt, also as stamped later, and the notice."""
    from sqlalchemy import select

    from portal.db import db
    from portal.filing.models import Filing, ReceiptArchive

    papers = select(Filing.receipt_sha512, Filing.reception_notice_sha512).where(Filing.number == number)
    stamped = select(ReceiptArchive.sha512).join(Filing).where(Filing.number == number)
    return {sha512 for row in [*db.session.execute(papers), *db.session.execute(stamped)] for sha512 in row}


@click.command("retimestamp")
@click.argument("numbers", nargs=-1)
@click.option("--due", is_flag=True, help="Every receipt whose last stamp gets old, or that has none.")
@click.option("--limit", default=1000, show_default=True, help="At most so many of those that are due.")
@click.option("--json", "as_json", is_flag=True, help="One object a line.")
def retimestamp(numbers: tuple[str, ...], due: bool, limit: int, as_json: bool) -> None:
    """Add an archive timestamp to the receipts of NUMBERS, or of all filings that are --due.

    The receipt as it was issued is untouched; the stamped one is stored beside it. Ends with 3 when one failed.
    """
    from sqlalchemy import select

    from portal.app import create_app
    from portal.db import db
    from portal.filing import archives
    from portal.filing.models import Filing
    from portal.signing.service import stamps

    if bool(numbers) == due:
        raise click.UsageError("name filings, or say --due")
    failed = 0
    with create_app().app_context():
        if not stamps():
            raise click.ClickException("no time-stamp authority is configured (timestamp_url)")
        for number in numbers or archives.due(limit):
            told = "stamped"
            try:
                archives.stamp_again(db.session.scalars(select(Filing.id).where(Filing.number == number)).one())
            except Exception as error:
                db.session.rollback()
                told, failed = str(error), failed + 1
            click.echo(json.dumps({"number": number, "result": told}) if as_json else f"{number}: {told}")
    sys.exit(3 if failed else 0)


FOUND = {
    "lost": "LOST: acknowledged, and the database does not know it (--repair puts it back)",
    "restored": "was lost, and is back from its package",
    "never-acknowledged": "a submission that never came to its end; nobody was given this number",
    "no-package": "NO PACKAGE: bring the documents back from a backup (portal return-documents)",
}


@click.command("reconcile")
@click.option("--repair", is_flag=True, help="Put back what was lost.")
@click.option("--recent", is_flag=True, help="Look at the latest numbers only, as the worker does each hour.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, and one with the counts at the end.")
def reconcile(repair: bool, recent: bool, as_json: bool) -> None:
    """Compare the database's filings with their packages in the document store.

    Exit 0: they agree, or what was lost is back; 3: something is lost or has no package; 4: the store is away.
    """
    from portal.app import create_app
    from portal.documents.store import StoreError
    from portal.filing import reconcile as reconciler

    try:
        with create_app().app_context():
            found = reconciler.reconcile(whole=not recent, repair=repair)
    except StoreError as error:
        click.echo(f"reconcile: {error}", err=True)
        sys.exit(4)
    counts = {what: sum(one.what == what for one in found) for what in FOUND}
    for one in found:
        notes = "".join(f"\n    {note}" for note in one.notes)
        click.echo(
            json.dumps(asdict(one), ensure_ascii=False) if as_json else f"{one.number}  {FOUND[one.what]}{notes}"
        )
    click.echo(json.dumps(counts) if as_json else ("all is as it must be" if not found else f"{len(found)} told"))
    sys.exit(3 if counts["lost"] or counts["no-package"] else 0)


@click.command("receipt")
@click.argument("number")
@click.option("--stamped", is_flag=True, help="With every archive timestamp that it was given since.")
def receipt(number: str, stamped: bool) -> None:
    """Write the receipt of NUMBER to standard output: as it was issued, or as it can be checked longest."""
    from sqlalchemy import select

    from portal.app import create_app
    from portal.db import db
    from portal.documents.store import store
    from portal.filing.archives import newest_of
    from portal.filing.models import Filing

    with create_app().app_context():
        filing = db.session.scalar(select(Filing).where(Filing.number == number))
        if filing is None:
            raise click.ClickException(f"no filing has the number {number}")
        sha512 = newest_of(filing) if stamped else filing.receipt_sha512
        if sha512 is None:
            raise click.ClickException("its receipt is still to come: `portal doctor` says what is in its way")
        content = store().get(sha512)
    sys.stdout.buffer.write(content)
    sys.stdout.flush()
