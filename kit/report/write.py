"""Writes reports/<tier>/<UTC time>/, and finds the latest one again."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from pydantic import ValidationError

from kit.checklist.rules import State
from kit.errors import KitError
from kit.report.model import Report
from kit.report.words import OUTCOMES, STATES, UI
from kit.tier import Tier


def as_html(report: Report) -> str:
    """The report as one self-contained page, in both languages; no script, nothing fetched."""
    environment = Environment(
        loader=PackageLoader("kit.report"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    template = environment.get_template("report.html.j2")
    return template.render(report=report, states=STATES, outcomes=OUTCOMES, ui=UI, State=State)


def write(report: Report, folder: Path) -> None:
    """Put report.json and report.html into `folder`, and point `latest` beside it to it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.json").write_text(report.model_dump_json(indent=2) + "\n", encoding="utf-8")
    (folder / "report.html").write_text(as_html(report), encoding="utf-8")
    fresh = folder.parent / f".latest.{folder.name}"
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(folder.name)
    fresh.replace(folder.parent / "latest")


def read_latest(tier: Tier) -> tuple[Path, Report]:
    """The folder and the report of the tier's last verification."""
    folder = tier.reports / "latest"
    file = folder / "report.json"
    if not file.is_file():
        raise KitError(
            "KIT-320",
            f"{tier.title} has no report yet.",
            where=str(tier.reports),
            why="no verification of it has ended on this machine",
            fix=tier.command_hint("verify"),
            exit_code=2,
        )
    try:
        return folder.resolve(), Report.model_validate_json(file.read_text(encoding="utf-8"))
    except ValidationError as error:
        raise KitError(
            "KIT-321",
            "The report cannot be read.",
            where=str(file),
            why="it was written by another version of the kit, or changed by hand",
            fix=tier.command_hint("verify"),
            exit_code=2,
        ) from error
