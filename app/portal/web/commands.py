"""The command that examines the portal."""

from __future__ import annotations

import json
import sys

import click


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def doctor(as_json: bool) -> None:
    """Examine everything that the portal needs; exit 3 when a part is not well."""
    from portal.profile import check
    from portal.settings import load_settings, settings_path
    from portal.web.doctor import Finding, examine

    def show(finding: Finding) -> None:
        if as_json:
            one = {"check": finding.check, "ok": finding.ok, "observed": finding.observed}
            click.echo(json.dumps(one | {"remedy": finding.remedy or None}, ensure_ascii=False))
            return
        click.echo(
            f"{click.style('ok  ', 'green') if finding.ok else click.style('FAIL', 'red')} "
            f"{finding.check:<10} {finding.observed}"
        )
        if finding.remedy:
            click.echo(f"     {'':<10} → {finding.remedy}")

    path = settings_path()
    problems = check.problems_of(path, check.SETTINGS)
    if problems:
        observed = "; ".join(f"line {problem.line}: {problem.key} {problem.message}" for problem in problems)
        show(Finding("settings", False, f"{path}: {observed}", f"mend it, then try: portal check-config {path}"))
        sys.exit(3)
    show(Finding("settings", True, str(path)))
    well = True
    for finding in examine(load_settings()):
        show(finding)
        well &= finding.ok
    sys.exit(0 if well else 3)
