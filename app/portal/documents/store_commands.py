"""What an operator does with the whole document store: read it, copy it for the backup, bring back what it lacks."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import NoReturn

import click

from portal.documents import copies
from portal.documents.store import LocalStore, StoreError, store_of
from portal.settings import load_settings

WRONG, AWAY = 3, 4

FOLDER = click.Path(path_type=Path, exists=True, file_okay=False)


@click.command("check-documents")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line for what is wrong, and one at the end.")
def check_documents(as_json: bool) -> None:
    """Read every document and package, and say which cannot be read or are not what was stored.

    A storage sets an altered copy aside when it was read, and brings a sound one: what is told as altered at one of
    several doors is being repaired. Exit 0: all is sound; 3: something is not; 4: the store cannot be reached.
    """
    read = wrong = 0
    try:
        for key, problem in copies.check(store_of(load_settings())):
            read += 1
            if problem:
                wrong += 1
                click.echo(json.dumps({"key": key, "problem": problem}) if as_json else f"{key}: {problem}")
    except StoreError as error:
        _give_up(error)
    click.echo(json.dumps({"read": read, "wrong": wrong}) if as_json else f"{read} read, {wrong} of them not sound")
    sys.exit(WRONG if wrong else 0)


@click.command("mirror-documents")
@click.argument("folder", type=FOLDER)
@click.option("--json", "as_json", is_flag=True, help="The end as one JSON object.")
def mirror_documents(folder: Path, as_json: bool) -> None:
    """Copy into FOLDER what it lacks of the document store, for a backup that takes directories.

    What has been copied once is not read again. Exit 0: all is there; 3: something could not be read; 4: the store or
    the folder is away.
    """
    try:
        tally = copies.mirror(store_of(load_settings()), LocalStore(folder))
    except StoreError as error:
        _give_up(error)
    _end(tally, as_json)


@click.command("return-documents")
@click.argument("folder", type=FOLDER)
@click.option("--json", "as_json", is_flag=True, help="The end as one JSON object.")
def return_documents(folder: Path, as_json: bool) -> None:
    """Put back into the document store what FOLDER has and the store lacks, or has altered. Newer documents stay."""
    try:
        tally = copies.bring_back(LocalStore(folder), store_of(load_settings()))
    except StoreError as error:
        _give_up(error)
    _end(tally, as_json)


def _end(tally: copies.Tally, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(asdict(tally)))
    else:
        for problem in tally.wrong:
            click.echo(problem, err=True)
        click.echo(
            f"{tally.contents} contents, {tally.copied} copied; {tally.names} names, {tally.named} given; "
            f"{tally.held} held; {len(tally.wrong)} could not be read"
        )
    sys.exit(WRONG if tally.wrong else 0)


def _give_up(error: StoreError) -> NoReturn:
    click.echo(f"portal: {error}", err=True)
    sys.exit(AWAY)
