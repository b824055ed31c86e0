"""The commands of the classifications: import a file, list and remove editions, bring the kit's own titles."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from portal.classification.reading import Reading, Unreadable, read
from portal.classification.rules import Scheme

if TYPE_CHECKING:
    from portal.classification.importing import Imported

SCHEMES = click.Choice([str(scheme) for scheme in Scheme])
REFUSED = 3
LABEL = 40


@click.command("import-classification")
@click.argument("scheme", type=SCHEMES)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--language", help="The language of its texts; without it the office's first.")
@click.option("--edition", "label", help="What it is called, such as 13-2027; without it today's date.")
@click.option("--from", "since", type=click.DateTime(["%Y-%m-%d"]), help="The day from which it counts.")
@click.option("--columns", help="The columns by name, when the file's first line does not name them: class,term")
@click.option("--force", is_flag=True, help="Import the good lines although there are bad ones; each bad one is named.")
@click.option("--dry-run", is_flag=True, help="Only say what would be imported.")
@click.option("--json", "as_json", is_flag=True, help="Answer as one JSON object.")
def import_classification(
    scheme: str,
    file: Path,
    language: str | None,
    label: str | None,
    since: datetime | None,
    columns: str | None,
    force: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Import a classification from FILE (UTF-8; tabs, commas or semicolons), whole or not at all.

    It takes the place of the edition with the same name. Exit 0: done; 3: some lines cannot be taken, and nothing was
    imported (or with --force all others were); 2: the file cannot be read, or the command was not called rightly.
    """
    from portal.app import create_app
    from portal.classification.editions import today
    from portal.classification.importing import Origin, import_edition

    app = create_app()
    languages = app.config["PROFILE"].office.languages
    language = language or languages[0]
    if language not in languages:
        raise click.UsageError(f"the office's languages are {', '.join(languages)}: nobody would see “{language}”")
    if label is not None and not 0 < len(label) <= LABEL:
        raise click.UsageError(f"--edition may have 1 to {LABEL} characters")
    data = file.read_bytes()
    try:
        reading = read(data, Scheme(scheme), [name.strip() for name in columns.split(",")] if columns else None)
    except Unreadable as error:
        raise click.UsageError(f"{file}: {error}") from error
    done = None
    with app.app_context():
        label = label or today().isoformat()
        if reading.taken and not dry_run and (force or not reading.bad):
            given = (Scheme(scheme), language, label, reading.taken, Origin.of(file.name, data))
            done = import_edition(*given, since.date() if since else None, len(reading.bad))
    if as_json:
        click.echo(json.dumps(_document(scheme, language, label, reading, done), ensure_ascii=False))
    else:
        _tell(file, f"{scheme}, {language}, edition {label}", reading, done, dry_run)
    sys.exit(0 if not reading.bad and reading.taken else REFUSED)


def _document(scheme: str, language: str, label: str, reading: Reading, done: Imported | None) -> dict[str, Any]:
    return {
        "scheme": scheme,
        "language": language,
        "edition": label,
        "good": len(reading.taken),
        "bad": [{"line": bad.line, "what": bad.what, "why": bad.why} for bad in reading.bad],
        "imported": done is not None,
        "replaced": done.replaced if done else 0,
        "valid_from": done.valid_from.isoformat() if done else None,
    }


def _tell(file: Path, what: str, reading: Reading, done: Imported | None, dry_run: bool) -> None:
    for bad in reading.bad:
        click.echo(f"{file}:{bad.line}: {bad.why}: {bad.what!r}", err=True)
    counted = f"{len(reading.taken)} lines are good, {len(reading.bad)} are bad"
    if done:
        click.echo(
            f"{what}: {done.taken} entries imported, in place of {done.replaced}; it counts from {done.valid_from}"
            + (f"; {len(reading.bad)} bad lines were left out" if reading.bad else "")
        )
    elif dry_run:
        click.echo(f"{what}: {counted}; nothing was imported (--dry-run)")
    elif reading.taken:
        click.echo(f"{what}: {counted}; nothing was imported. Mend the lines, or leave them out with --force", err=True)
    else:
        click.echo(f"{what}: {counted}; nothing was imported", err=True)


@click.command("classifications")
@click.option("--json", "as_json", is_flag=True, help="Answer as one JSON object.")
@click.option("--remove", nargs=3, metavar="SCHEME LANGUAGE EDITION", help="Remove this edition.")
def classifications(as_json: bool, remove: tuple[str, str, str] | None) -> None:
    """List the editions of the classifications; * marks those that count today."""
    from portal.app import create_app
    from portal.classification.editions import all_in_force
    from portal.classification.importing import editions, remove_edition

    with create_app().app_context():
        if remove:
            scheme, language, label = remove
            try:
                remove_edition(Scheme(scheme), language, label)
            except (ValueError, LookupError) as error:
                raise click.UsageError(f"there is no edition {' '.join(remove)}") from error
        counting = {edition.id for scheme in Scheme for edition in all_in_force(scheme).values()}
        rows = [
            {
                "scheme": one.scheme,
                "language": one.language,
                "edition": one.label,
                "valid_from": one.valid_from.isoformat(),
                "entries": one.entries,
                "source": one.source,
                "sha256": one.sha256,
                "imported_at": one.imported_at.isoformat(timespec="seconds"),
                "counts": one.id in counting,
            }
            for one in editions()
        ]
    if as_json:
        click.echo(json.dumps({"editions": rows}, ensure_ascii=False))
        return
    for row in rows:
        mark = "*" if row["counts"] else " "
        click.echo(
            f"{mark} {row['scheme']:<13}{row['language']:<6}{row['edition']:<16}from {row['valid_from']}"
            f"{row['entries']:>8} entries  {row['source']}"
        )


@click.command("seed-classification")
@click.option("--demonstration", is_flag=True, help="Also some terms and codes to try the pickers with.")
@click.option("--json", "as_json", is_flag=True, help="Answer as one JSON object.")
def seed_classification(demonstration: bool, as_json: bool) -> None:
    """Bring the kit's own short titles of the classifications up to this release; again, it changes nothing."""
    from portal.app import create_app
    from portal.classification.importing import seed
    from portal.settings import Tier

    app = create_app()
    if demonstration and app.config["PORTAL"].tier is Tier.PRODUCTION:
        click.echo("seed-classification: refused: in production only the office's own list says what is free", err=True)
        sys.exit(6)
    with app.app_context():
        changed = seed(demonstration=demonstration)
    if as_json:
        click.echo(json.dumps({"changed": changed > 0, "editions": changed}))
    else:
        click.echo(f"{changed} editions made or mended" if changed else "already as it should be")
