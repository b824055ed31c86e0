"""`portal explain`: why a date or a sum is what it is, for a help desk."""

from __future__ import annotations

from importlib import import_module

import click


class Questions(click.Group):
    """One command a question, loaded when it is asked."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        from portal.explain.questions import MODULES

        return list(MODULES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        from portal.explain.questions import MODULES

        if cmd_name not in MODULES:
            return None
        command: click.Command = import_module(MODULES[cmd_name]).command
        return command


@click.command("explain", cls=Questions)
def explain() -> None:
    """Say why a date or a sum is what it is: each step, the rule of the profile, and its source."""
