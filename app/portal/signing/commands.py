"""The signing key's own commands."""

from __future__ import annotations

import io
import sys

import click


@click.command("sign-test")
def sign_test() -> None:
    """Sign a small PDF with this host's key and write it to standard output (deployment checklist INF-05)."""
    import typst

    from portal.app import create_app
    from portal.signing.service import NoKey, sign_pdf

    source = b'#set document(title: "Signing test")\n#set text(lang: "en")\n= Signing test\nNo legal effect.'
    document = typst.compile(source, pdf_standards=["a-3a", "ua-1"], ignore_system_fonts=True)
    with create_app().app_context():
        try:
            signed = sign_pdf(document, "Signing test, no legal effect")
        except NoKey as error:
            raise click.ClickException(f"{error}. Give the host its key with `bin/kit apply`.") from error
    with io.FileIO(sys.stdout.fileno(), "wb", closefd=False) as stream:
        stream.write(signed)
