"""`bin/kit bundle`: build the release of the sources as they are."""

from __future__ import annotations

import click

from kit.output import emit_json, say, step


@click.command("bundle")
@click.option("--json", "as_json", is_flag=True, help="Write the result as a document to stdout.")
def command(as_json: bool) -> None:
    """Build the portal's release bundle (apply does it by itself)."""
    from kit.bundle import build

    with step("Building the release"):
        bundle = build()
    say(f"Release {bundle.version}: {'built' if bundle.changed else 'stands already'} in {bundle.path}")
    if as_json:
        emit_json(
            "bundle",
            1,
            {
                "release": bundle.version,
                "path": str(bundle.path),
                "archive": str(bundle.archive),
                "changed": bundle.changed,
            },
        )
