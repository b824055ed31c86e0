"""What the receipt and the application form tell, worded in the filing's language and ready for print."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _
from typst import TypstError

from portal.calendar.rules import Reception
from portal.calendar.words import applied, instants
from portal.context import profile
from portal.drafting.sections import LABELS, is_subject
from portal.explain.rules import Step
from portal.filing.pictures import MarkPicture
from portal.filing.printing import Printed, printer
from portal.filing.rules import FilingNumber, files_of, read_instant
from portal.web import formats
from portal.web.formats import exact

log = logging.getLogger("portal.filing")

XML_NAME = "application.xml"
FORM_NAME = "application-form.pdf"
Rows = list[tuple[str, str]]
Manifest = dict[str, Any]


def receipt(manifest: Manifest, raw_manifest: bytes, xml: bytes, issued_at: datetime) -> Printed:
    """The receipt of a filing, unsigned; `issued_at` (aware) is after its last byte was received."""
    language = manifest["language"]
    with force_locale(language):
        data = _common(manifest, xml) | {
            "manifest": {"content": raw_manifest.decode()},
            "filing": _filing_rows(manifest),
            "times": _times(manifest, issued_at),
            "rule": _joined(applied(Reception.read(manifest["reception"]))),
            "files": [_received(file, manifest) for file in files_of(manifest, "document")],
            "record": [_recorded(file, language) for file in _made_here(manifest)],
        }
        data["words"] |= _receipt_words()
    return printer("receipt.typ").print(data, issued_at)


def reception_notice(manifest: Manifest, written: Mapping[str, Any], issued_at: datetime) -> Printed:
    """The notice of a reception date that was given after the receipt, unsigned; `written` tells how it came about."""
    language, found = manifest["language"], Reception.read(written)
    with force_locale(language):
        data = _common(manifest | {"reception": dict(written)}, b"") | {
            "facts": {"content": json.dumps(written, sort_keys=True, indent=2, ensure_ascii=False)},
            "filing": _filing_rows(manifest),
            "times": [*_rows(instants(found)), (_("Notice issued"), exact(issued_at, language))],
            "rule": _joined(applied(found)),
        }
        data["words"] |= _notice_words()
    return printer("notice.typ").print(data, issued_at)


def form(manifest: Manifest, xml: bytes, answers: dict[str, Rows], pictures: Sequence[MarkPicture] = ()) -> Printed:
    """The application form, unsigned; `answers` are the rows of the page on which the agent checked them.

    A picture that cannot be printed is named in words: it never keeps an application from being filed.
    """
    try:
        return _form(manifest, xml, answers, pictures)
    except TypstError as error:
        if not any(picture.shown for picture in pictures):
            raise
        log.warning("%s: printed without its picture: %s", manifest["number"], error)
        return _form(manifest, xml, answers, [picture.unshown() for picture in pictures])


def _form(manifest: Manifest, xml: bytes, answers: dict[str, Rows], pictures: Sequence[MarkPicture]) -> Printed:
    language = manifest["language"]
    with force_locale(language):
        data = _common(manifest, xml) | {
            "service": formats.text(profile().service(manifest["service"]).name, language),
            "sections": [
                {
                    "heading": str(LABELS[section]),
                    "rows": rows,
                    "pictures": [picture.printed() for picture in pictures if is_subject(section)],
                }
                for section, rows in (answers | {"documents": _document_rows(manifest)}).items()
            ],
            "declaration": declaration(),
            "filed": [
                (_("Declared and filed by"), f"{manifest['filed_by']['name']}, {manifest['firm']['name']}"),
                (_("Received by the office"), exact(read_instant(manifest["received_at"]), language)),
            ],
        }
        data["words"] |= {
            "declaration-heading": _("Declaration"),
            "nothing": _("None."),
        }
    return printer("form.typ").print(data, read_instant(manifest["received_at"]))


def declaration() -> str:
    """What the agent declares by submitting, on the page and on the form alike."""
    return str(
        _(
            "I declare that what this application says is true to the best of my knowledge, "
            "and that I am entitled to file it for the applicant."
        )
    )


def _joined(steps: Iterable[Step]) -> Rows:
    """Steps as one sentence each: the words with what joins them, and the value."""
    return [(f"{step.words}{step.joint}", str(step.value)) for step in steps]


def _rows(steps: Iterable[Step]) -> Rows:
    """Steps as rows of a table."""
    return [(str(step.words), str(step.value)) for step in steps]


def _common(manifest: Manifest, xml: bytes) -> dict[str, Any]:
    """What both papers carry: letterhead, number, tier, fees."""
    office, language = profile().office, manifest["language"]
    tier = "" if manifest["legal_effect"] else manifest["tier"].upper()
    total = _money(manifest["fees"]["total"], manifest)
    return {
        "language": language,
        "number": manifest["number"],
        "printed-number": FilingNumber.parse(manifest["number"]).printed(manifest["office"]),
        "reception-date": _reception_date(manifest),
        "mark": _("%(tier)s – no legal effect", tier=tier) if tier else None,
        "watermark": _("%(tier)s – no legal effect", tier=tier) if tier else "",
        "office": {
            "name": formats.text(office.name, language),
            "address": office.address,
            "website": office.website.replace("https://", ""),
            "colour": office.colour,
        },
        "software": f"{manifest['software']['name']} {manifest['software']['version']}",
        "xml": {"name": XML_NAME, "content": xml.decode()},
        "fees": {"lines": [_fee(line, manifest) for line in manifest["fees"]["lines"]], "total": total},
        "words": _common_words(),
    }


def _common_words() -> dict[str, Any]:
    return {
        "title": "",
        "page": _("Page %(page)s of %(pages)s", page="#", pages="%"),
        "number": _("Application number"),
        "reception-date": _("Reception date"),
        "no-effect": _("This paper was made on a test system of the office. It has no legal effect."),
        "item": _("Item"),
        "content": _("Content"),
        "fees-heading": _("Fees"),
        "fee-heads": [_("Fee"), _("Quantity"), _("Each"), _("Amount")],
        "total": _("Total"),
        "xml-description": _("The application as data (WIPO Standard ST.96)"),
        "replaced": _(
            "Some characters cannot be printed in this paper and stand here as their Unicode numbers, "
            "such as [U+1F600]. The application data that is attached holds them as they were typed."
        ),
    }


def _receipt_words() -> dict[str, Any]:
    return {
        "title": _("Receipt"),
        "statement": _(
            "The office confirms that it received the application described here, "
            "with the files listed below and no others."
        ),
        "filing-heading": _("The application"),
        "times-heading": _("When it was received"),
        "rule-heading": _("How the reception date was found"),
        "files-heading": _("Files received"),
        "no-files": _("No file was attached to the application."),
        "file-heads": [_("Document, file name and SHA-512"), _("Size"), _("Pages")],
        "record-heading": _("The record that the office keeps"),
        "record-text": _(
            "The office keeps every file exactly as it was received. Under each name stands the SHA-512 of the "
            "file’s bytes: whoever holds the same file can compute it again. The application data and the manifest "
            "are attached to this receipt."
        ),
        "record-heads": [_("File and SHA-512"), _("Size")],
        "fees-heading": _("Fees"),
        "manifest-description": _("The manifest of the filing: every file with its SHA-512"),
        "signature": _(
            "This receipt bears the office’s electronic signature, and no change to it is allowed. A PDF reader that "
            "trusts the office’s certificate shows whether it is intact; the office verifies it on request."
        ),
    }


def _notice_words() -> dict[str, Any]:
    return {
        "title": _("Notice of the reception date"),
        "statement": _(
            "The office gives the application described here its reception date. It follows from the payment of the "
            "fees, as the receipt said."
        ),
        "filing-heading": _("The application"),
        "times-heading": _("When it was received"),
        "rule-heading": _("How the reception date was found"),
        "facts-description": _("How the reception date was found, as data"),
        "signature": _(
            "This notice bears the office’s electronic signature, and no change to it is allowed. A PDF reader that "
            "trusts the office’s certificate shows whether it is intact; the office verifies it on request."
        ),
    }


def _filing_rows(manifest: Manifest) -> Rows:
    language = manifest["language"]
    rows = [
        (_("Service"), formats.text(profile().service(manifest["service"]).name, language)),
        (_("Title"), manifest["title"]),
        (_("Applicant"), manifest["applicant"]),
        (_("Filed by"), manifest["filed_by"]["name"]),
        (_("Firm"), manifest["firm"]["name"]),
        (_("Agent’s reference"), manifest["reference"]),
    ]
    return [(label, value) for label, value in rows if value]


def _times(manifest: Manifest, issued_at: datetime) -> Rows:
    language = manifest["language"]
    rows = []
    if files := files_of(manifest, "document"):
        last = max(read_instant(file["received_at"]) for file in files)
        rows.append((_("Last file received"), exact(last, language)))
    rows += _rows(instants(Reception.read(manifest["reception"])))
    rows.append((_("Receipt issued"), exact(issued_at, language)))
    return rows


def _reception_date(manifest: Manifest) -> str:
    given = manifest["reception"]["date"]
    return formats.day(date.fromisoformat(given), manifest["language"]) if given else _("when the fees are paid")


def _made_here(manifest: Manifest) -> list[dict[str, Any]]:
    return [*files_of(manifest, "application-data"), *files_of(manifest, "application-form")]


def _received(file: dict[str, Any], manifest: Manifest) -> dict[str, str]:
    language = manifest["language"]
    return {
        "kind": _document_name(file, manifest),
        "name": file["name"],
        "size": formats.size(file["size"], language),
        "pages": str(file.get("pages") or "–"),
        "sha512": file["sha512"],
    }


def _recorded(file: dict[str, Any], language: str) -> dict[str, str]:
    names = {"application-data": _("Application data"), "application-form": _("Application form")}
    name = f"{names[file['role']]} ({file['name']})"
    if file.get("signed") is False:
        name += " – " + _("unsigned")
    return {"name": name, "size": formats.size(file["size"], language), "sha512": file["sha512"]}


def _document_rows(manifest: Manifest) -> Rows:
    language = manifest["language"]
    rows = []
    for file in files_of(manifest, "document"):
        pages = file.get("pages")
        told = [file["name"], formats.size(file["size"], language)]
        if pages:
            told.append(_("%(count)s pages", count=pages) if pages > 1 else _("1 page"))
        rows.append((_document_name(file, manifest), ", ".join(told)))
    return rows


def _document_name(file: dict[str, Any], manifest: Manifest) -> str:
    """What a document is, with its number among its like; a rendering is marked as one."""
    name = _kind_name(manifest["service"], file["kind"], manifest["language"])
    if position := file.get("position"):
        name += f" {position}"
    originals = {one["sha512"]: one["name"] for one in files_of(manifest, "document")}
    if (shown := file.get("rendering_of")) is not None:
        name += " – " + _("rendering of %(name)s", name=originals.get(shown, shown[:12]))
    return name


def _kind_name(service: str, code: str, language: str) -> str:
    kinds = {kind.code: kind.name for kind in profile().service(service).documents}
    return formats.text(kinds[code], language) if code in kinds else code


def _fee(line: dict[str, Any], manifest: Manifest) -> list[str]:
    name = formats.text(line["name"], manifest["language"])
    return [name, str(line["quantity"]), _money(line["unit_amount"], manifest), _money(line["amount"], manifest)]


def _money(amount: str, manifest: Manifest) -> str:
    return formats.money(Decimal(amount), manifest["fees"]["currency"], manifest["language"])
