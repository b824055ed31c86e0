"""Alembic's environment: runs the versions on the connection that the runner hands over, or prints them as SQL."""

from __future__ import annotations

from alembic import context

from portal.tables import Base

connection = context.config.attributes.get("connection")
if connection is None:
    context.configure(
        dialect_name=context.config.attributes["dialect"], target_metadata=Base.metadata, literal_binds=True
    )
else:
    context.configure(connection=connection, target_metadata=Base.metadata, compare_type=True)
with context.begin_transaction():
    context.run_migrations()
