"""Bring a database's schema to the head of this release, one process at a time."""

from __future__ import annotations

import fcntl
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, text

from portal.db import engine_options
from portal.migrations.rules import Step, bearable

LOCK = "portal.migrate"
LOCK_SECONDS = 120


class Busy(RuntimeError):
    """Another process has been migrating this database for longer than a migration may take."""


def engine_of(url: str) -> Engine:
    """An engine for this database, as the portal itself makes it."""
    return create_engine(**engine_options(url))


def config() -> Config:
    """Alembic's configuration: where the versions are."""
    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent))
    made.set_main_option("path_separator", "os")
    return made


def head() -> str:
    """The version that this release wants."""
    found = ScriptDirectory.from_config(config()).get_current_head()
    if found is None:
        raise RuntimeError("this release has no schema")
    return found


def current(connection: Connection) -> str | None:
    """The version that the database has; None before the first."""
    return MigrationContext.configure(connection).get_current_revision()


def steps() -> list[Step]:
    """This release's versions, the first one first."""
    revisions = reversed(list(ScriptDirectory.from_config(config()).walk_revisions()))
    return [Step(one.revision, one.module.phase) for one in revisions]


def upgrade(engine: Engine, serving: Sequence[str] = ()) -> tuple[str | None, str]:
    """Run what is missing; answers with the versions before and after. A second caller waits and has nothing to do.

    `serving`: where the schemas of the releases end that serve meanwhile; what one of them cannot bear waits. Raises
    UnknownVersion and SkipsARelease before anything is done.
    """
    with engine.connect() as connection, _alone(connection):
        before = current(connection)
        connection.rollback()
        if wanted := bearable(steps(), before, serving):
            settings = config()
            settings.attributes["connection"] = connection
            command.upgrade(settings, wanted[-1].revision)
            connection.commit()
        after = current(connection)
        connection.rollback()
    return before, after or ""


def as_sql(dialect: str) -> str:
    """The whole schema as SQL of mysql, mariadb, sqlite, oracle or mssql, for a database administrator."""
    settings, out = config(), io.StringIO()
    settings.attributes["dialect"] = dialect
    settings.output_buffer = out
    command.upgrade(settings, "head", sql=True)
    return out.getvalue()


@contextmanager
def _alone(connection: Connection) -> Iterator[None]:
    """Hold the database's migration lock: two servers that are upgraded at once must not create a table twice."""
    if connection.dialect.name == "sqlite":
        database = Path(connection.engine.url.database or "portal.db")
        with database.with_name(f"{database.name}.migrating").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        return
    got = connection.scalar(text("SELECT GET_LOCK(:name, :seconds)"), {"name": LOCK, "seconds": LOCK_SECONDS})
    connection.rollback()
    if got != 1:
        raise Busy(f"another process has held the lock '{LOCK}' for {LOCK_SECONDS} s")
    try:
        yield
    finally:
        connection.rollback()
        connection.execute(text("SELECT RELEASE_LOCK(:name)"), {"name": LOCK})
        connection.rollback()
