"""The portal's commands, each in its feature's `commands.py` and loaded only when it is called."""

from __future__ import annotations

from importlib import import_module

import click

COMMANDS = {
    "migrate": "portal.migrations.commands",
    "schema": "portal.migrations.commands",
    "doctor": "portal.web.commands",
    "check-config": "portal.profile.commands",
    "demo-data": "portal.accounts.commands",
    "audit": "portal.audit.commands",
    "check-document": "portal.documents.commands",
    "verify-receipt": "portal.filing.commands",
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


@click.command(cls=Portal)
@click.version_option(package_name="portal")
def main() -> None:
    """The filing portal's own commands, for the server and for a help desk."""
