"""`portal check-document`: say whether the portal would accept a document, for a help desk and for tests."""

from __future__ import annotations

import json
import sys
import tomllib
from pathlib import Path
from typing import Any

import click
from pydantic import ValidationError

from portal.documents.checks import FORMATS
from portal.documents.names import safe_name
from portal.documents.scanner import ScannerAway
from portal.documents.service import examine
from portal.documents.verdict import Limits, Reason, Verdict
from portal.documents.wording import as_json
from portal.settings import load_settings, settings_path

REFUSED = 3


@click.command("check-document")
@click.option("--as", "as_format", type=click.Choice(FORMATS), required=True, help="What the document should be.")
@click.option("--max-bytes", type=click.IntRange(min=1), help="The largest file; without it the server's own limit.")
@click.option("--json", "as_lines", is_flag=True, help="One JSON object a line.")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
def check_document(as_format: str, max_bytes: int | None, as_lines: bool, files: tuple[Path, ...]) -> None:
    """Examine FILES as an upload would be. Exit 0: all are accepted; 3: some are refused; 2: not called rightly."""
    limit, scanner = _server()
    refused = 0
    for path in files:
        verdict = _examine(path, as_format, max_bytes or limit, scanner)
        refused += not verdict.accepted
        if as_lines:
            click.echo(json.dumps(_line(path, verdict), ensure_ascii=False))
        else:
            _tell(path, verdict)
    sys.exit(REFUSED if refused else 0)


def _server() -> tuple[int, str]:
    """The size limit and the scanner of this server; the defaults where there are no settings."""
    path = settings_path()
    if not path.exists():
        return Limits().max_bytes, ""
    try:
        settings = load_settings(path)
    except (OSError, ValidationError, tomllib.TOMLDecodeError) as error:
        raise click.UsageError(f"{path} cannot be used: {error}. Run: portal check-config {path}") from error
    return settings.max_upload_bytes, settings.scanner


def _examine(path: Path, as_format: str, limit: int, scanner: str) -> Verdict:
    try:
        size = path.stat().st_size
        limits = Limits(max_bytes=limit)
        verdict, _format = examine(path, safe_name(path.name), [as_format], size, limits, scanner)
    except ScannerAway:
        return Verdict((Reason("scanner-away"),), None, size)
    except OSError as error:
        return Verdict((Reason("unreadable", None, {"detail": error.strerror or str(error)}),), None, 0)
    return verdict


def _line(path: Path, verdict: Verdict) -> dict[str, Any]:
    return {
        "file": str(path),
        "accepted": verdict.accepted,
        "media_type": verdict.media_type,
        "size": verdict.size,
        "pages": verdict.pages,
        "facts": verdict.facts,
        "reasons": [as_json(reason) for reason in verdict.reasons],
    }


def _tell(path: Path, verdict: Verdict) -> None:
    click.echo(f"{path}: {'accepted' if verdict.accepted else 'refused'}")
    for reason in verdict.reasons:
        told = as_json(reason)
        where = f"page {told['page']}: " if told["page"] else ""
        click.echo(f"  {where}{told['message']} [{told['rule']}]")
