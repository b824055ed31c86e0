"""What the application form tells, and the print of a draft: the rows of the page on which an agent checks them."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from flask_babel import gettext as _
from typst import TypstError

from portal.context import profile
from portal.drafting.application import Attached
from portal.drafting.compare import Row
from portal.drafting.sections import LABELS
from portal.fees.rules import Fees
from portal.filing.papers import (
    Manifest,
    Rows,
    document_rows,
    fee_table,
    letterhead,
    of_filing,
    tier_mark,
)
from portal.filing.pictures import Of, Picture
from portal.filing.printing import Printed, printer
from portal.filing.rules import files_of, read_instant
from portal.web import formats
from portal.web.formats import exact
from portal.web.language import speaking

log = logging.getLogger("portal.filing")

Answers = Mapping[str, Sequence[Row]]
"""The answers by section, in the order of the form; their words are in the form's language already."""


@dataclass(frozen=True)
class Seen:
    """What a print of a draft tells beside its answers: `missing` is what stands in the way of filing, in words."""

    service: str
    documents: tuple[Attached, ...]
    fees: Fees | None
    missing: tuple[str, ...]


def form(manifest: Manifest, xml: bytes, answers: Answers, pictures: Sequence[Picture] = ()) -> Printed:
    """The application form, unsigned.

    A picture that cannot be printed is named in words: it never keeps an application from being filed.
    """
    language = manifest["language"]
    with speaking(language):
        data = of_filing(manifest, xml) | {
            "missing": [],
            "service": formats.text(profile().service(manifest["service"]).name, language),
            "declaration": declaration(),
            "filed": [
                (
                    _("Declared and filed by"),
                    formats.comma(language).join([manifest["filed_by"]["name"], manifest["firm"]["name"]]),
                ),
                (_("Received by the office"), exact(read_instant(manifest["received_at"]), language)),
            ],
        }
        data["words"] |= _words()
        documents = document_rows(manifest["service"], files_of(manifest, "document"), language)
        return _printed(data, answers, documents, pictures, read_instant(manifest["received_at"]))


def draft(seen: Seen, answers: Answers, pictures: Sequence[Picture], language: str, now: datetime) -> Printed:
    """A draft as it stands at `now` (aware), to read: unsigned, without a number, and marked so on each page."""
    with speaking(language):
        at = formats.instant(now, language)
        data = letterhead(language) | {
            "number": None,
            "foot": _("Draft of %(time)s", time=at),
            "panel": [],
            "mark": " – ".join(filter(None, [tier_mark(), _("Draft, not filed")])),
            "watermark": _("Draft, not filed"),
            "notices": [_("This is a draft of %(time)s. It was not filed with the office.", time=at)],
            "xml": None,
            "missing": list(seen.missing),
            "service": formats.text(profile().service(seen.service).name, language),
            "fees": fee_table(seen.fees, language) if seen.fees else None,
            "declaration": "",
            "filed": [],
        }
        data["words"] |= _words()
        files = [{"kind": one.kind, "name": one.file_name, **asdict(one)} for one in seen.documents]
        return _printed(data, answers, document_rows(seen.service, files, language), pictures, now)


def declaration() -> str:
    """What the agent declares by submitting, on the page and on the form alike."""
    return str(
        _(
            "I declare that what this application says is true to the best of my knowledge, "
            "and that I am entitled to file it for the applicant."
        )
    )


def _printed(
    data: dict[str, Any], answers: Answers, documents: Rows, pictures: Sequence[Picture], at: datetime
) -> Printed:
    claimed = _told(answers.get("fees", ()))
    data |= {"claimed": claimed if data["fees"] else [], "sections": _sections(answers, documents, pictures)}
    try:
        return printer("form.typ").print(data, at)
    except TypstError as error:
        if not any(picture.shown for picture in pictures):
            raise
        log.warning("%s: printed without its pictures: %s", data["number"], error)
        unshown = [picture.unshown() for picture in pictures]
        return printer("form.typ").print(data | {"sections": _sections(answers, documents, unshown)}, at)


def _sections(answers: Answers, documents: Rows, pictures: Sequence[Picture]) -> list[dict[str, Any]]:
    """Every section but the fees, which stand with their table at the end."""
    attached = {
        "heading": str(LABELS["documents"]),
        "blocks": [_block(documents)] if documents else [],
        "note": None,
    }
    found = [
        _section(name, rows, [one for one in pictures if one.of == name])
        for name, rows in answers.items()
        if name != "fees"
    ]
    return [*found, attached]


def _section(name: str, rows: Sequence[Row], pictures: Sequence[Picture]) -> dict[str, Any]:
    """A section of the form: its rows with its pictures; of designs each one's rows with its own views."""
    note = None
    if name == Of.VIEW and pictures:
        note = _("The views are scaled to fit. The office keeps their files exactly as they were received.")
        blocks = list(_designs(rows, pictures))
    else:
        blocks = [_block(_told(rows), pictures)] if rows or pictures else []
    return {"heading": str(LABELS[name]), "blocks": blocks, "note": note}


def _designs(rows: Sequence[Row], pictures: Sequence[Picture]) -> Iterable[dict[str, Any]]:
    """A block for each design, and one for the views that belong to none."""
    known = set()
    for index, own in groupby(rows, lambda row: row.key.rpartition("-")[2]):
        number = int(index) + 1
        known.add(number)
        yield _block(_told(list(own)), views=[picture for picture in pictures if picture.design == number])
    if others := [picture for picture in pictures if picture.design not in known]:
        yield _block([], views=others)


def _block(rows: Rows, pictures: Sequence[Picture] = (), views: Sequence[Picture] = ()) -> dict[str, Any]:
    return {
        "rows": rows,
        "pictures": [picture.printed() for picture in pictures],
        "views": [picture.printed() for picture in views],
    }


def _told(rows: Sequence[Row]) -> Rows:
    return [(str(row.label), str(row.value)) for row in rows if str(row.value)]


def _words() -> dict[str, str]:
    return {
        "declaration-heading": _("Declaration"),
        "nothing": _("None."),
        "missing-heading": _("Before it can be filed:"),
    }
