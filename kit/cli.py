"""`bin/kit VERB [TIER]`: the verbs, loaded only when they are called so that start-up stays quick."""

from __future__ import annotations

import contextlib
import difflib
import importlib
import sys
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import click

from kit import output
from kit.errors import Exit, KitError
from kit.paths import LOGS, write_private

# verb → what it is for; the order is that of a day's work and of the help.
VERBS = {
    "up": "make a rehearsal: containers, apply, verify",
    "down": "remove a rehearsal and everything it made, but the caches",
    "init": "make a tier's secrets, once, into its vault",
    "preflight": "check this machine, and the tier's servers, before anything is done",
    "plan": "show what apply would change; writes nothing",
    "apply": "bring a tier's servers to what the inventories say",
    "verify": "prove the deployment checklist on a tier",
    "report": "show a tier's reports",
    "bundle": "build the portal's release (apply does it by itself)",
    "status": "show what runs where",
    "backup": "back up now",
    "upgrade": "bring a tier to another release, one server after the other, without a pause",
    "rollback": "put the release before in place again",
    "rotate": "introduce the next signing certificate, beside the present one",
    "restore": "restore the newest backup, or a named one",
    "take-out": "take one server of several out of service, without cutting a request off",
    "put-back": "let a server that was taken out serve again",
    "reset": "put a test or demo tier back to its training data",
    "drill": "break a rehearsal on purpose, and see that nothing is lost",
    "dev": "run the portal alone on this machine, for those who work on its pages",
    "test": "run everything that tests",
    "bench": "measure",
    "lock": "resolve the dependencies again into locks/",
}


class Verbs(click.Group):
    """A group whose commands live in kit/verbs/<verb>.py, each as `command`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the verbs in the order of the table above."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a verb's module, and return its command."""
        if cmd_name not in VERBS:
            return None
        module = importlib.import_module(f"kit.verbs.{cmd_name.replace('-', '_')}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the verbs without importing any of them."""
        with formatter.section("Verbs"):
            formatter.write_dl(list(VERBS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find a verb; an unknown one is refused with the nearest right one."""
        if args and args[0] not in VERBS:
            near = difflib.get_close_matches(args[0], VERBS, n=1)
            hint = f" Did you mean {near[0]}?" if near else ""
            raise click.UsageError(f"There is no verb called {args[0]!r}.{hint}", ctx)
        return super().resolve_command(ctx, args)


@click.command(
    cls=Verbs,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    epilog="Exit codes: 0 done, 1 internal, 2 usage or configuration, 3 checks failed, 4 unreachable, 5 locked, "
    "6 refused.",
)
@click.version_option(package_name=None, version="0.1.0", prog_name="kit")
def cli() -> None:
    """From bare servers to a verified filing service: one command for a tier's whole life."""


def tier_argument(default: str | None = None) -> Callable[[Any], Any]:
    """Return the argument TIER: `test`, `demo`, `production` or one of your own."""
    if default is None:
        return click.argument("tier_name", metavar="TIER")
    return click.argument("tier_name", metavar="[TIER]", required=False, default=default)


rehearsal_option = click.option(
    "--rehearsal", is_flag=True, help="Act on the local containers, not on the real servers."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Write a versioned document to stdout.")
yes_option = click.option(
    "--yes", metavar="TIER", default="", help="Confirm by naming the tier; nothing is asked then."
)


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code. Errors are told as the operator can act on them."""
    given = sys.argv[1:] if arguments is None else arguments
    try:
        return _run(given)
    except KitError as error:
        return _tell(error, given)
    except (click.exceptions.Abort, KeyboardInterrupt):
        output.say("Interrupted. What was done stays done; run the same command again to go on.", style="bold red")
        return 130
    except BrokenPipeError:
        return int(Exit.INTERNAL)
    except Exception:
        return _tell(_internal(traceback.format_exc()), given)


def _run(given: list[str]) -> int:
    """Run a verb; click's own endings become exit codes."""
    try:
        result = cli.main(args=given, prog_name="bin/kit", standalone_mode=False)
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.ClickException as error:
        error.show()
        return int(Exit.USAGE)
    return int(result) if isinstance(result, int) else int(Exit.DONE)


def _tell(error: KitError, given: list[str]) -> int:
    """Tell the operator what happened, as a document too when one was asked for, and return the exit code."""
    if "--json" in given:
        output.emit_json("kit.error", 1, {"error": error.as_dict()})
    output.console.print(error.as_text(), style="bold red", markup=False)
    return error.exit_code


def _internal(trace: str) -> KitError:
    """Keep the trace of a fault in the kit itself, and return what the operator is told."""
    path = LOGS / f"{datetime.now(UTC).strftime('%Y%m%dT%H%M%SZ')}-fault.log"
    with contextlib.suppress(OSError):
        write_private(path, trace)
    return KitError(
        "KIT-000",
        "The kit itself has a fault.",
        where=str(path),
        why=trace.strip().splitlines()[-1],
        fix="run the same command again; when it stays, send us that file",
        exit_code=Exit.INTERNAL,
    )
