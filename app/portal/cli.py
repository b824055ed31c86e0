"""The portal's commands, each in its feature's `commands.py` and loaded only when it is called."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

import click

from portal.settings import settings_path

COMMANDS = {
    "migrate": "portal.migrations.commands",
    "schema": "portal.migrations.commands",
    "doctor": "portal.web.commands",
    "check-config": "portal.profile.commands",
    "demo-data": "portal.accounts.commands",
    "person": "portal.accounts.commands",
    "audit": "portal.audit.commands",
    "import-classification": "portal.classification.commands",
    "classifications": "portal.classification.commands",
    "seed-classification": "portal.classification.commands",
    "explain": "portal.explain.commands",
    "check-document": "portal.documents.commands",
    "check-documents": "portal.documents.store_commands",
    "mirror-documents": "portal.documents.store_commands",
    "return-documents": "portal.documents.store_commands",
    "reconcile": "portal.filing.commands",
    "verify-receipt": "portal.filing.commands",
    "receipt": "portal.filing.commands",
    "retimestamp": "portal.filing.commands",
    "sign-test": "portal.signing.commands",
    "send-test-mail": "portal.notices.commands",
    "worker": "portal.outbox.commands",
}


class Portal(click.Group):
    """Loads the module of a command when it is asked for: `portal --help` stays quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(COMMANDS[cmd_name]), cmd_name.replace("-", "_"))
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; a configuration that does not hold is one clear line and exit code 2, not a trace."""
        try:
            return super().invoke(ctx)
        except ValueError as error:  # TOMLDecodeError, ValidationError and ProfileError are its kinds
            if not _is_about_configuration(error):
                raise
            _refuse(str(error))
        except OSError as error:
            if error.filename is None or Path(error.filename) != settings_path():
                raise
            _refuse(f"{error.filename} cannot be read: {error.strerror}")


def _is_about_configuration(error: ValueError) -> bool:
    return type(error).__name__ in ("TOMLDecodeError", "ValidationError", "ProfileError")


def _refuse(why: str) -> NoReturn:
    click.echo(f"portal: {why}\nTry: portal check-config {settings_path()} (PORTAL_SETTINGS names the file)", err=True)
    sys.exit(2)


@click.command(cls=Portal)
@click.version_option(package_name="portal")
def main() -> None:
    """The filing portal's own commands, for the server and for a help desk."""
