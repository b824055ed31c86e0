"""The commands of the schema: bring it to the head, and say where it stands."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict

import click


@click.command("migrate")
@click.option("--json", "as_json", is_flag=True, help="Answer as one JSON object.")
@click.option("--sql", "dialect", help="Only print the schema as SQL: mysql, mariadb, sqlite, oracle or mssql.")
@click.option(
    "--serving", metavar="VERSION", multiple=True, help="Run only what a release whose schema ends at VERSION can bear."
)
def migrate(as_json: bool, dialect: str | None, serving: tuple[str, ...]) -> None:
    """Bring the database's schema to the head of this release.

    PORTAL_DATABASE_URL overrides the settings' database, for the account that may change the schema. Exit 6: refused,
    nothing was done.
    """
    from sqlalchemy.exc import SQLAlchemyError

    from portal.migrations import runner
    from portal.migrations.rules import SkipsARelease, UnknownVersion
    from portal.settings import load_settings

    if dialect:
        click.echo(runner.as_sql(dialect))
        return
    engine = runner.engine_of(load_settings().database_url.get_secret_value())
    try:
        before, after = runner.upgrade(engine, serving)
    except runner.Busy as error:
        click.echo(f"migrate: {error}; end that process, then run this again", err=True)
        sys.exit(5)
    except SkipsARelease as error:
        click.echo(f"migrate: {error}", err=True)
        sys.exit(6)
    except UnknownVersion as error:
        click.echo(f"migrate: version {error} is not known to this release: a newer one made it", err=True)
        sys.exit(6)
    except SQLAlchemyError as error:
        click.echo(f"migrate: the database refused: {error.args[0] if error.args else error}", err=True)
        sys.exit(4)
    finally:
        engine.dispose()
    if as_json:
        click.echo(json.dumps({"changed": before != after, "before": before, "after": after}))
    else:
        click.echo(
            f"schema {after}: " + ("nothing to do" if before == after else f"migrated from {before or 'nothing'}")
        )


@click.command("schema")
@click.option("--json", "as_json", is_flag=True, help="Answer as one JSON object.")
@click.option("--serves", metavar="VERSION", help="Also say whether a release whose schema ends at VERSION can serve.")
def schema(as_json: bool, serves: str | None) -> None:
    """Say which version the database's schema has, and which one this release wants.

    Exit 3: an expansion is missing, so that this release cannot serve. A contraction may wait (`waits`).
    """
    from sqlalchemy.exc import SQLAlchemyError

    from portal.migrations import rules, runner
    from portal.settings import load_settings

    engine = runner.engine_of(load_settings().database_url.get_secret_value())
    try:
        with engine.connect() as connection:
            current = runner.current(connection)
    except SQLAlchemyError as error:
        click.echo(f"schema: the database did not answer: {error.args[0] if error.args else error}", err=True)
        sys.exit(4)
    finally:
        engine.dispose()
    found = rules.standing(runner.steps(), current)
    told = asdict(found) | ({"serves": _serves(current, serves)} if serves else {})
    if as_json:
        click.echo(json.dumps(told))
    else:
        waits = f", waiting: {', '.join(found.waits)}" if found.waits else ""
        click.echo(f"current {current or 'none'}, head {found.head}{waits}")
    sys.exit(3 if found.lacks else 0)


def _serves(current: str | None, head: str) -> bool | None:
    """Whether a release whose schema ends at `head` can serve; None when this release cannot tell."""
    from portal.migrations import rules, runner

    try:
        return rules.serves_on(runner.steps(), current, head)
    except rules.UnknownVersion:
        return None
