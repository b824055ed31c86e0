"""What the office's papers share, and what the receipt tells: in the filing's language and ready for print."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from babel import Locale
from flask_babel import gettext as _

from portal.calendar.rules import Reception
from portal.calendar.words import applied, instants
from portal.context import profile, settings
from portal.explain.rules import Step
from portal.fees import record
from portal.fees.rules import FeeLine, Fees
from portal.fees.words import basis_words, because
from portal.filing.printing import Printed, printer
from portal.filing.rules import FilingNumber, files_of, read_instant
from portal.settings import Tier
from portal.web import formats
from portal.web.formats import exact
from portal.web.health import release
from portal.web.language import speaking

XML_NAME = "application.xml"
FORM_NAME = "application-form.pdf"
Rows = list[tuple[str, str]]
Manifest = dict[str, Any]


def receipt(manifest: Manifest, raw_manifest: bytes, xml: bytes, issued_at: datetime) -> Printed:
    """The receipt of a filing, unsigned; `issued_at` (aware) is after its last byte was received."""
    language = manifest["language"]
    with speaking(language):
        data = of_filing(manifest, xml) | {
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
    with speaking(language):
        data = of_filing(manifest | {"reception": dict(written)}, b"") | {
            "facts": {"content": json.dumps(written, sort_keys=True, indent=2, ensure_ascii=False)},
            "filing": _filing_rows(manifest),
            "times": [*_rows(instants(found)), (_("Notice issued"), exact(issued_at, language))],
            "rule": _joined(applied(found)),
        }
        data["words"] |= _notice_words()
    return printer("notice.typ").print(data, issued_at)


def _joined(steps: Iterable[Step]) -> Rows:
    """Steps as one sentence each: the words with what joins them, and the value."""
    return [(f"{step.words}{step.joint}", str(step.value)) for step in steps]


def _rows(steps: Iterable[Step]) -> Rows:
    """Steps as rows of a table."""
    return [(str(step.words), str(step.value)) for step in steps]


def letterhead(language: str) -> dict[str, Any]:
    """What every paper of the office carries, whatever it tells."""
    office = profile().office
    locale = Locale.parse(language, sep="-")
    return {
        "language": locale.language,
        "direction": locale.text_direction,
        "office": {
            "name": formats.text(office.name, language),
            "address": office.address,
            "website": office.website.replace("https://", ""),
            "colour": office.colour,
        },
        "software": f"portal {release()}",
        "words": common_words(),
    }


def of_filing(manifest: Manifest, xml: bytes) -> dict[str, Any]:
    """What both papers of a filing carry: letterhead, number, tier, fees."""
    language = manifest["language"]
    number = FilingNumber.parse(manifest["number"]).printed(manifest["office"])
    tier = "" if manifest["legal_effect"] else manifest["tier"].upper()
    return letterhead(language) | {
        "number": manifest["number"],
        "foot": number,
        "panel": [(_("Application number"), number), (_("Reception date"), _reception_date(manifest))],
        "mark": _no_effect(tier) if tier else None,
        "watermark": _no_effect(tier) if tier else "",
        "notices": [_("This paper was made on a test system of the office. It has no legal effect.")] if tier else [],
        "software": f"{manifest['software']['name']} {manifest['software']['version']}",
        "xml": {"name": XML_NAME, "content": xml.decode()},
        "fees": fee_table(record.fees_of(manifest["fees"]), language),
    }


def tier_mark() -> str:
    """What marks everything that this tier prints; empty in production."""
    tier = settings().tier
    return "" if tier is Tier.PRODUCTION else _no_effect(tier.upper())


def _no_effect(tier: str) -> str:
    return str(_("%(tier)s – no legal effect", tier=tier))


def common_words() -> dict[str, Any]:
    return {
        "title": "",
        "page": _("Page %(page)s of %(pages)s", page="#", pages="%"),
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
    named = [one["name"] for one in manifest.get("applicants", [])]  # a manifest of version 1 names only the first
    rows = [
        (_("Service"), formats.text(profile().service(manifest["service"]).name, language)),
        (_("Title"), manifest["title"]),
        *([(_("Applicants"), "\n".join(named))] if len(named) > 1 else [(_("Applicant"), manifest["applicant"])]),
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
        "kind": kind_name(manifest["service"], file["kind"], language) + _marked(file, _names(manifest)),
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


def document_rows(service: str, files: list[dict[str, Any]], language: str) -> Rows:
    """Each document by its kind: number, name, size and pages; a rendering is marked as one."""
    names = {file["sha512"]: file["name"] for file in files}
    return [
        (kind_name(service, file["kind"], language) + _marked(file, names), _document(file, language)) for file in files
    ]


def _names(manifest: Manifest) -> dict[str, str]:
    return {file["sha512"]: file["name"] for file in files_of(manifest, "document")}


def _marked(file: dict[str, Any], names: dict[str, str]) -> str:
    """A document's number among its like, and of what it is a rendering; `names` are those of all by their hash."""
    marked = f" {file['position']}" if file.get("position") else ""
    if shown := file.get("rendering_of"):
        marked += " – " + _("rendering of %(name)s", name=names.get(shown, shown[:12]))
    return marked


def _document(file: dict[str, Any], language: str) -> str:
    told = [file["name"], formats.size(file["size"], language)]
    if pages := file.get("pages"):
        told.append(_("%(count)s pages", count=pages) if pages > 1 else _("1 page"))
    return formats.comma(language).join(told)


def kind_name(service: str, code: str, language: str) -> str:
    """What the office calls a kind of document."""
    kinds = {kind.code: kind.name for kind in profile().service(service).documents}
    return formats.text(kinds[code], language) if code in kinds else code


def fee_table(fees: Fees, language: str) -> dict[str, Any]:
    """The lines of the fees, their total and the schedule that they are from, in words."""
    return {
        "lines": [_fee(line, fees.currency, language) for line in fees.lines],
        "total": formats.money(fees.total, fees.currency, language),
        "basis": basis_words(fees.basis, language),
    }


def _fee(line: FeeLine, currency: str, language: str) -> dict[str, str]:
    return {
        "name": formats.text(line.name, language),
        "why": because(line.why, currency, language),
        "quantity": str(line.quantity),
        "each": formats.money(line.unit_amount, currency, language),
        "amount": formats.money(line.amount, currency, language),
    }
