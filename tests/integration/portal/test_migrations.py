"""The schema's versions, on SQLite and on a real MariaDB."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, make_url, text

from portal.migrations import runner
from portal.tables import Base
from tests.integration.conftest import ROOT


@pytest.fixture(params=["sqlite", "mariadb"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An engine of a database without any table."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'empty.db'}"
    else:
        server = request.getfixturevalue("mariadb_url")
        admin = runner.engine_of(server)
        with admin.begin() as connection:
            connection.execute(text("DROP DATABASE IF EXISTS empty"))
            connection.execute(text("CREATE DATABASE empty CHARACTER SET latin1"))  # the tables must say utf8mb4
        admin.dispose()
        url = make_url(server).set(database="empty").render_as_string(hide_password=False)
    engine = runner.engine_of(url)
    yield engine
    engine.dispose()


def test_versions_make_what_the_models_say(empty: Engine) -> None:
    """A column that only the models know fails at the first request after an upgrade."""
    runner.upgrade(empty)
    with empty.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_second_migration_finds_nothing_to_do(empty: Engine) -> None:
    """`apply` migrates each time: a second apply must report nothing changed."""
    assert runner.upgrade(empty) == (None, runner.head())
    assert runner.upgrade(empty) == (runner.head(), runner.head())


def test_two_migrations_at_once_both_succeed(empty: Engine, tmp_path: Path) -> None:
    """Two servers that are upgraded at the same minute must not create a table twice."""
    url = empty.url.render_as_string(hide_password=False)
    settings = tmp_path / "settings.toml"
    settings.write_text(
        'tier = "test"\npublic_url = "https://filing.test.ipo.example"\noffice_file = "unused"\n'
        f'secret_key = "{"s" * 40}"\npassword_salt = "{"s" * 20}"\ntotp_secret = "{"s" * 20}"\n'
        f'database_url = "sqlite:///unused"\ndocuments_path = "{tmp_path}"\n'
    )
    environment = os.environ | {
        "PORTAL_SETTINGS": str(settings), "PORTAL_DATABASE_URL": url, "PYTHONPATH": str(ROOT / "app"),
    }  # fmt: skip
    command = [sys.executable, "-c", "from portal.cli import main; main()", "migrate", "--json"]
    both = [subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) for _ in range(2)]
    answers = [json.loads(process.communicate(timeout=120)[0]) for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert sorted(answer["changed"] for answer in answers) == [False, True]


def test_every_text_of_mariadb_is_utf8mb4_and_compares_by_bytes(mariadb_schema: str) -> None:
    """Names outside the basic plane would be cut; a draft's key that differs in case is another draft's."""
    engine = runner.engine_of(mariadb_schema)
    query = (
        "SELECT DISTINCT character_set_name, collation_name FROM information_schema.columns "
        "WHERE table_schema = DATABASE() AND character_set_name IS NOT NULL AND table_name <> 'alembic_version'"
    )
    with engine.connect() as connection:
        assert [tuple(row) for row in connection.execute(text(query))] == [("utf8mb4", "utf8mb4_bin")]
        engines = connection.execute(
            text("SELECT DISTINCT engine FROM information_schema.tables WHERE table_schema = DATABASE()")
        )
        assert [row[0] for row in engines] == ["InnoDB"]
    engine.dispose()


@pytest.mark.parametrize("dialect", ["mysql", "mariadb", "sqlite", "oracle", "mssql"])
def test_schema_compiles_for_every_database_of_the_checklist(dialect: str) -> None:
    """Oracle and MS SQL Server have no server here: at least their DDL must be one (INF-06)."""
    sql = runner.as_sql(dialect)
    for table in Base.metadata.tables:
        assert f"CREATE TABLE {table}" in sql
