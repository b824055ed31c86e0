"""A signed receipt: the portal's own against WeasyPrint with an RSA-3072 SimpleSigner, in the same run.

Both print the same rows as PDF/A-3 with the application's XML inside, and certify it. Processor time, medians.
Goals: at most 50 ms, and at least 5 times less than the other.

    python tests/bench/bench_receipt.py
"""

from __future__ import annotations

import io
import sys
from datetime import timedelta
from html import escape
from pathlib import Path
from typing import Any

import pikepdf

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "app")]

from tests.bench.measures import Row, portal, processor_ms, tell  # noqa: E402

GOAL_MS = 50
GOAL_TIMES = 5


def run() -> list[Row]:
    """Measure; raises when either receipt does not come out signed."""
    from tests.support.keys import make_keys

    with portal():
        manifest, raw, xml = _filing()
        from tempfile import TemporaryDirectory

        with TemporaryDirectory(prefix="bench-rsa-") as folder:
            keys = make_keys(Path(folder), kind="rsa")
            ours = _ours(manifest, raw, xml)
            theirs = _theirs(manifest, xml, keys)
            for made in (ours(), theirs()):
                assert b"/ByteRange" in made
                with pikepdf.open(io.BytesIO(made)) as document:
                    assert "application.xml" in document.attachments
            own, other = processor_ms(ours), processor_ms(theirs)
            times = round(other / own, 1)
            variants = _variants(Path(folder), ours, own)
    return [
        {"what": "receipt: Typst, ECDSA P-256, key kept", "value": round(own, 1), "unit": "ms processor",
         "goal": f"≤ {GOAL_MS}", "ok": own <= GOAL_MS},
        {"what": "receipt: WeasyPrint, RSA-3072 SimpleSigner", "value": round(other, 1), "unit": "ms processor"},
        {"what": "receipt: times less", "value": times, "unit": "",
         "goal": f"≥ {GOAL_TIMES}", "ok": times >= GOAL_TIMES},
        *variants,
    ]  # fmt: skip


def _variants(folder: Path, ours: Any, own: float) -> list[Row]:
    """The same receipt with its key in a token, with stamps, and its verdict: as ratios to the receipt itself.

    The stand-in authority answers from a thread of this process: all but its openssl is counted.
    """
    from flask import current_app

    from portal.settings import Settings
    from portal.signing import service
    from tests.support.keys import make_keys
    from tests.support.softhsm import make_token
    from tests.support.stamping import Stamping

    keys, authority = make_keys(folder / "keys"), Stamping(folder / "authority")
    files = {"signing_keystore": keys.keystore, "signing_passphrase": keys.passphrase, "signing_trust": keys.trust}
    usual: Settings = current_app.config["PORTAL"]

    def under(**values: Any) -> None:
        current_app.config["PORTAL"] = Settings.model_validate({**usual.model_dump(), **files, **values})

    rows: list[Row] = []

    def measure(what: str, act: Any) -> None:
        rows.append({"what": f"receipt: {what}", "value": round(processor_ms(act) / own, 2), "unit": "times"})

    under(**make_token(folder / "token", keys).settings)
    measure("key in a PKCS#11 token (SoftHSM)", ours)
    under(**authority.settings)
    measure("stamped, PAdES B-LTA", ours)
    stamped = ours()
    again = service.archive_again(stamped)
    measure("the next yearly stamp", lambda: service.archive_again(stamped))
    measure("verdict on a stamped one", lambda: service.validate(stamped))
    for content in (stamped, again):
        assert service.validate(content).state is service.State.VALID
    authority.take_away()
    current_app.config["PORTAL"] = usual
    return rows


def _filing() -> tuple[dict[str, Any], bytes, bytes]:
    """A filing's manifest, its bytes, and its XML."""
    import hashlib

    from portal.filing.rules import Part, canonical, instant, manifest
    from portal.filing.st96.writer import application_xml
    from tests.support.applications import FULL, circumstances

    xml = application_xml(FULL, circumstances(), "National trademark application")
    digest = hashlib.sha512(xml).hexdigest()
    parts = [
        Part("application-data", "st96", "application.xml", "application/xml", len(xml), digest),
        Part("application-form", "form", "application-form.pdf", "application/pdf", 55_000, "ef" * 64, 2, signed=True),
        *(
            Part("document", one.kind, one.file_name, one.media_type, one.size, one.sha512, one.pages,
                 instant(one.received_at))
            for one in FULL.documents
        ),
    ]  # fmt: skip
    content = manifest(FULL, circumstances(), parts)
    return content, canonical(content), xml


def _ours(manifest: dict[str, Any], raw: bytes, xml: bytes) -> Any:
    """The portal's own way, as `issue_receipt` goes it: stamped where an authority is configured."""
    from portal.filing import papers
    from portal.signing.service import sign_stamped
    from tests.support.applications import RECEIVED

    issued = RECEIVED + timedelta(seconds=1)
    return lambda: sign_stamped(papers.receipt(manifest, raw, xml, issued).document, "Receipt")


def _theirs(manifest: dict[str, Any], xml: bytes, keys: Any) -> Any:
    """The same rows by WeasyPrint, signed by pyHanko's SimpleSigner with an RSA-3072 key that was loaded once."""
    import weasyprint
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import signers
    from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter

    signer = signers.SimpleSigner.load_pkcs12(keys.keystore, passphrase=keys.passphrase.encode())

    def make() -> bytes:
        attached = weasyprint.Attachment(string=xml, name="application.xml", relationship="Data")
        page = weasyprint.HTML(string=_page(manifest))
        document = page.write_pdf(pdf_variant="pdf/a-3b", attachments=[attached])
        metadata = signers.PdfSignatureMetadata(
            field_name="Office", md_algorithm="sha256", certify=True, subfilter=SigSeedSubFilter.PADES,
            docmdp_permissions=MDPPerm.NO_CHANGES,
        )  # fmt: skip
        out = signers.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(document)), metadata, signer=signer)
        signed: bytes = out.getvalue()
        return signed

    return make


def _page(manifest: dict[str, Any]) -> str:
    files = "".join(
        f"<tr><td>{escape(file['kind'])} {escape(file['name'])}<br><code>{file['sha512']}</code></td>"
        f"<td>{file['size']}</td></tr>"
        for file in manifest["files"]
    )
    fees = "".join(
        f"<tr><td>{escape(line['name']['en'])}</td><td>{line['quantity']}</td><td>{line['amount']}</td></tr>"
        for line in manifest["fees"]["lines"]
    )
    facts = "".join(
        f"<tr><th>{name}</th><td>{escape(str(manifest[name]))}</td></tr>"
        for name in ("number", "service", "title", "applicant", "reference", "received_at")
    )
    style = (
        "@page{size:A4;margin:30mm 22mm 25mm;@top-left{content:'Intellectual Property Office of Lumeria'}"
        "@bottom-right{content:'Page ' counter(page)}}"
        "body{font:10pt serif}code{font:7pt monospace;word-break:break-all}"
        "table{width:100%;border-collapse:collapse}td,th{border-bottom:.4pt solid #999;padding:3pt;text-align:left}"
    )
    return (
        f"<!doctype html><html lang=en><title>Receipt</title><style>{style}</style><h1>Receipt</h1>"
        f"<table>{facts}</table><h2>Files received</h2><table>{files}</table><h2>Fees</h2><table>{fees}</table>"
    )


if __name__ == "__main__":
    tell(run())
