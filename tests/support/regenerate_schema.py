"""Write the first schema anew from the models: only before the first release, when no database holds data yet.

    PYTHONPATH=app .venv/bin/python -m tests.support.regenerate_schema

After a release a change of the models is a new version beside it (docs/development.md).
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from alembic.autogenerate import produce_migrations, render_python_code
from alembic.migration import MigrationContext
from alembic.operations.ops import CreateTableOp
from sqlalchemy import create_engine

from portal.db import Amount, UtcDateTime
from portal.migrations import runner
from portal.tables import Base

TARGET = Path(runner.__file__).parent / "versions" / "0001_first_schema.py"
HEAD = '''"""The first schema.

Made from the models by tests/support/regenerate_schema.py. Text compares by its bytes: an address or a key that
differs in case or accent is another one, on every database.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0001"
down_revision = None
phase = "expand"

'''
TABLE = {"mysql_engine": "InnoDB", "mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}


def render(kind: str, thing: Any, context: Any) -> str | bool:
    """The portal's own column types in words of SQLAlchemy: a version must not change when they do."""
    if kind == "type" and isinstance(thing, UtcDateTime):
        return 'sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")'
    if kind == "type" and isinstance(thing, Amount):
        return 'sa.Numeric(16, 3).with_variant(sa.String(20), "sqlite")'
    return False


def main() -> None:
    """Compare the models with nothing, and write down what is missing."""
    with create_engine("sqlite://").connect() as connection:
        options = {"render_item": render, "sqlalchemy_module_prefix": "sa.", "alembic_module_prefix": "op."}
        context = MigrationContext.configure(connection, opts=options | {"target_metadata": Base.metadata})
        made = produce_migrations(context, Base.metadata)
        assert made.upgrade_ops is not None
        for operation in made.upgrade_ops.ops:
            if isinstance(operation, CreateTableOp):
                operation.kw.update(TABLE)
        # Alembic's own comments would ask a reader to adjust what nobody may adjust by hand.
        up = render_python_code(made.upgrade_ops, render_item=render, migration_context=context)
    up = re.sub(r" *# ### .*\n?", "", up).strip()
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(f"{HEAD}\ndef upgrade() -> None:\n    {up}\n")
    subprocess.run(
        [Path(sys.executable).parent / "ruff", "format", "--quiet", "--config", "extend-exclude=[]", TARGET], check=True
    )


if __name__ == "__main__":
    main()
