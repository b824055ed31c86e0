"""The database's schema, version by version (Alembic; no ini file: `portal.migrations.runner` configures it)."""
