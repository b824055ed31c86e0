"""`portal explain fees`: how the fees of a filing, or of facts that are given, come about."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from portal.fees.rules import Fees


@click.command("fees")
@click.argument("number", required=False)
@click.option("--service", help="The code of a service, such as patent-national, instead of a filing's NUMBER.")
@click.option("--count", "counts", multiple=True, metavar="UNIT=N", help="How many of a unit, such as claim=25.")
@click.option("--claim", "claims", multiple=True, metavar="CODE", help="A reduction that is claimed and proved.")
@click.option("--late", is_flag=True, help="Something is asked for after its period.")
@click.option("--on", metavar="DATE", help="The day of the filing, such as 2026-11-22; else today.")
@click.option("--language", help="The language of the words; else the office's first.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object: question, result, steps with rule and source.")
def fees(
    number: str | None,
    service: str | None,
    counts: tuple[str, ...],
    claims: tuple[str, ...],
    late: bool,
    on: str | None,
    language: str | None,
    as_json: bool,
) -> None:
    """Explain the fees of the filing NUMBER from its own record, or those of an application that is described."""
    from flask_babel import force_locale

    from portal.app import create_app
    from portal.fees.explanation import explain_fees

    if (number is None) == (service is None):
        raise click.UsageError("give either the NUMBER of a filing or --service")
    app = create_app()
    with app.app_context():
        languages = app.config["PROFILE"].office.languages
        known = language or languages[0]
        if known not in languages:
            raise click.UsageError(f"the office's languages are {', '.join(languages)}")
        found = _recorded(number) if number else _computed(str(service), counts, claims, late, on)
        with force_locale(known.replace("-", "_")):
            answer = explain_fees(found, known).as_dict()
    if as_json:
        click.echo(json.dumps(answer, ensure_ascii=False))
        return
    for step in answer["steps"]:
        beside = ", ".join(part for part in (step["rule"], step["source"]) if part)
        click.echo(f"{step['words']}{'  ' + step['value'] if step['value'] else ''}{f'  [{beside}]' if beside else ''}")


def _recorded(number: str) -> Fees:
    """The fees in the manifest of a filing."""
    from portal.fees import record
    from portal.filing.rules import FilingNumber
    from portal.filing.service import by_number, manifest_of

    try:
        filing = by_number(str(FilingNumber.parse(number)))
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    if filing is None:
        raise click.UsageError(f"there is no filing {number}")
    manifest, _raw = manifest_of(filing)
    return record.fees_of(manifest["fees"])


def _computed(service: str, counts: tuple[str, ...], claims: tuple[str, ...], late: bool, on: str | None) -> Fees:
    """The fees of what was described, each claimed reduction with its proof."""
    from portal.calendar.rules import OfficeDays
    from portal.context import profile
    from portal.db import utc_now
    from portal.fees.rules import Facts, NoSchedule
    from portal.fees.service import discounts, quote_facts
    from portal.profile.fees import Unit

    here = profile()
    if service not in {one.code for one in here.services}:
        raise click.UsageError(f"the services are {', '.join(one.code for one in here.services)}")
    try:
        day = date.fromisoformat(on) if on else OfficeDays.of(here).today(utc_now())
        units = {Unit(unit): int(number) for unit, number in (count.split("=", 1) for count in counts)}
        offered = {discount.code: discount for discount in discounts(here, service, day)}
        if unknown := set(claims) - set(offered):
            raise click.UsageError(
                f"not offered: {', '.join(sorted(unknown))}; offered: {', '.join(offered) or 'none'}"
            )
        proofs = frozenset(str(offered[code].proof) for code in claims)
        return quote_facts(Facts(service, units, frozenset(claims), proofs, late), here, day)
    except (ValueError, NoSchedule) as error:
        raise click.UsageError(str(error)) from error
