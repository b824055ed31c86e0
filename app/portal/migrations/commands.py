"""The commands of the schema: bring it to the head, and say where it stands."""

from __future__ import annotations

import json
import sys

import click


@click.command("migrate")
@click.option("--json", "as_json", is_flag=True, help="Answer as one JSON object.")
@click.option("--sql", "dialect", help="Only print the schema as SQL: mysql, mariadb, sqlite, oracle or mssql.")
def migrate(as_json: bool, dialect: str | None) -> None:
    """Bring the database's schema to the head of this release.

    PORTAL_DATABASE_URL overrides the settings' database, for the account that may change the schema.
    """
    from sqlalchemy.exc import SQLAlchemyError

    from portal.migrations import runner
    from portal.settings import load_settings

    if dialect:
        click.echo(runner.as_sql(dialect))
        return
    engine = runner.engine_of(load_settings().database_url.get_secret_value())
    try:
        before, after = runner.upgrade(engine)
    except runner.Busy as error:
        click.echo(f"migrate: {error}; end that process, then run this again", err=True)
        sys.exit(5)
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
def schema(as_json: bool) -> None:
    """Say which version the database's schema has, and which one this release wants (exit 3 when they differ)."""
    from sqlalchemy.exc import SQLAlchemyError

    from portal.migrations import runner
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
    if as_json:
        click.echo(json.dumps({"current": current, "head": runner.head()}))
    else:
        click.echo(f"current {current or 'none'}, head {runner.head()}")
    sys.exit(0 if current == runner.head() else 3)
