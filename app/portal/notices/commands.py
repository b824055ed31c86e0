"""Mail's own command."""

from __future__ import annotations

import json
import smtplib

import click


@click.command("send-test-mail")
@click.argument("address")
@click.option("--json", "as_json", is_flag=True, help="Print one object: address, message_id.")
def send_test_mail(address: str, as_json: bool) -> None:
    """Send a test message to ADDRESS through the portal's own way to the outside (deployment checklist INF-07)."""
    from flask_babel import gettext as _

    from portal.app import create_app
    from portal.context import profile
    from portal.db import new_key
    from portal.notices.mail import compose, send
    from portal.web.language import speaking

    with create_app().app_context():
        locale = profile().office.languages[0]
        with speaking(locale):
            subject, body = _("Test message"), _("The portal sent this to show that its mail arrives.")
        message = compose(address, subject, body + "\n", f"test-{new_key()}", locale)
        try:
            send(message)
        except (OSError, smtplib.SMTPException) as error:
            raise click.ClickException(f"the mail server did not take the message: {error}") from error
    if as_json:
        click.echo(json.dumps({"address": address, "message_id": message["Message-ID"]}))
    else:
        click.echo(f"sent to {address} as {message['Message-ID']}", err=True)
