"""How a question is asked on the command line: its values, its answer in words or as JSON, and what goes wrong."""

from __future__ import annotations

import functools
import json
import re
import sys
from collections.abc import Callable
from datetime import date, datetime
from typing import Any, NoReturn, TypeVar

import click
from sqlalchemy.exc import SQLAlchemyError

from portal.app import create_app
from portal.calendar.days import NeverOpen, NoSuchTime, at_office
from portal.context import profile
from portal.explain.questions import Refused
from portal.explain.rules import Explanation
from portal.web.language import speaking

UNREACHABLE = 4
T = TypeVar("T")


class Day(click.ParamType[date]):
    """A date in ISO 8601."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        found = _read(r"\d{4}-\d{2}-\d{2}", value, date.fromisoformat)
        if found is None:
            self.fail(f"'{value}' is not a date: give it as 2026-11-20", param, ctx)
        return found


class Instant(click.ParamType[datetime]):
    """A date and a time in ISO 8601: in the office's zone, or with its own distance from UTC."""

    name = "instant"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        if isinstance(value, datetime):
            return value
        found = _read(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}.*", value, datetime.fromisoformat)
        if found is None:
            self.fail(
                f"'{value}' is not an instant: give it as 2026-11-20T17:00:01 in the office's own time, "
                "or with a zone, as 2026-11-20T14:00:01+00:00",
                param,
                ctx,
            )
        return found


def _read(pattern: str, value: str, read: Callable[[str], T]) -> T | None:
    try:
        return read(value) if re.fullmatch(pattern, value, re.ASCII) else None
    except ValueError:
        return None


DAY, INSTANT = Day(), Instant()


def aware(value: datetime) -> datetime:
    """The instant that was meant: what has no zone is a time of the office. Raises click.UsageError."""
    if value.tzinfo is not None:
        return value
    try:
        return at_office(value.date(), value.time(), profile().office.zone)
    except NoSuchTime as error:
        raise click.UsageError(f"{error}: they were put forward over it") from error


def question(command: Callable[..., Explanation]) -> Callable[..., None]:
    """Make a function that returns an Explanation the body of a command: with the portal around it, and its output.

    What cannot be answered is a usage error (exit 2); a database that does not answer ends with 4.
    """

    @click.option("--json", "as_json", is_flag=True, help="One JSON object.")
    @click.option("--language", help="Of the words; else the office's first.")
    @functools.wraps(command)
    def run(*args: Any, as_json: bool, language: str | None, **values: Any) -> None:
        app = create_app()
        with app.app_context():
            languages = profile().office.languages
            if language is not None and language not in languages:
                raise click.UsageError(f"the office has no language '{language}'; known: {', '.join(languages)}")
            with speaking(language or languages[0]):
                try:
                    found = command(*args, **values)
                except Refused as error:
                    raise click.UsageError(str(error.words)) from error
                except (OverflowError, NeverOpen) as error:
                    raise click.UsageError(f"no date can be given: {error}") from error
                except SQLAlchemyError as error:
                    _unreachable(error)
                _tell(found, as_json)

    return run


def _unreachable(error: SQLAlchemyError) -> NoReturn:
    reason = str(error.args[0] if error.args else error).splitlines()[0]
    click.echo(
        f"portal: the database does not answer, so closures, outages and filings are unknown: {reason}\n"
        "Try: portal doctor",
        err=True,
    )
    sys.exit(UNREACHABLE)


def _tell(found: Explanation, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(found.as_dict(), ensure_ascii=False))
        return
    click.echo(str(found.question))
    click.echo(click.style(f"  {found.shown or found.result}", bold=True))
    for number, step in enumerate(found.steps, 1):
        click.echo(f"{number:>3}. {step}")
        if where := " · ".join(part for part in (step.rule, step.source) if part):
            click.echo(f"     {click.style(where, dim=True)}")
