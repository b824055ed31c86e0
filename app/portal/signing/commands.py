"""The signing key's own commands."""

from __future__ import annotations

import io
import sys

import click


@click.command("sign-test")
@click.option("--stamped", is_flag=True, help="With the time-stamp authority's stamps, as a receipt has them.")
def sign_test(stamped: bool) -> None:
    """Sign a small PDF with this host's key and write it to standard output (deployment checklist INF-05)."""
    import typst

    from portal.app import create_app
    from portal.signing.service import NoKey, TimestampAway, sign_pdf, sign_stamped

    source = b'#set document(title: "Signing test")\n#set text(lang: "en")\n= Signing test\nNo legal effect.'
    document = typst.compile(source, pdf_standards=["a-3a", "ua-1"], ignore_system_fonts=True)
    with create_app().app_context():
        try:
            signed = (sign_stamped if stamped else sign_pdf)(document, "Signing test, no legal effect")
        except NoKey as error:
            raise click.ClickException(f"{error}. Give the host its key with `bin/kit apply`.") from error
        except TimestampAway as error:
            raise click.ClickException(f"{error}. Receipts wait in the outbox until it is back.") from error
    with io.FileIO(sys.stdout.fileno(), "wb", closefd=False) as stream:
        stream.write(signed)
