"""Mail: worded in its reader's language, and handed to the host's own mail server."""

from __future__ import annotations

import smtplib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from flask_babel import gettext as _

from portal.context import profile, settings
from portal.db import utc_now
from portal.notices.rules import DRAFT_PAGES, Kind, wording
from portal.settings import Tier
from portal.web.bidi import isolated
from portal.web.language import direction, speaking

TIMEOUT = 30
KEPT = 200
"""How many messages the developer's page keeps."""

RIGHT_TO_LEFT_MARK = "\u200f"
BARE = {Tier.PRODUCTION}


def render(kind: str, locale: str, params: Mapping[str, Any]) -> tuple[str, str]:
    """Subject and plain text of a notice's mail in this language; raises ValueError for a kind without words."""
    office = profile().office
    known = locale if locale in office.languages else office.languages[0]
    with speaking(known):
        words = wording(Kind(kind), params)
        subject, paragraphs = words.subject, [words.text]
        base = str(settings().public_url).rstrip("/")
        if number := params.get("number"):
            paragraphs.append(f"{_('The filing’s page:')}\n{base}/filings/{number}")
        elif draft := params.get("draft"):
            page = DRAFT_PAGES.get(Kind(kind), "")
            paragraphs.append(f"{_('The draft’s page:')}\n{base}/drafts/{draft}{page}")
        paragraphs += [*_closing(known), f"-- \n{office.name[known]}\n{office.address}"]
    if settings().tier not in BARE:
        subject = f"[{settings().tier.upper()}] {subject}"
    if direction(known) == "rtl":
        subject = f"{RIGHT_TO_LEFT_MARK}{subject}"  # mail programs take the direction of the first letter
    return subject, "\n\n".join(paragraphs) + "\n"


def _closing(locale: str) -> list[str]:
    """What ends every mail: the tier's mark, and whom to ask."""
    support = profile().office.support
    found = []
    if settings().tier not in BARE:
        found.append(_("This comes from a test of the portal. Nothing that is filed there has legal effect."))
    found.append(
        _(
            "This message was sent by a machine; an answer to it is not read. Questions: %(email)s, %(phone)s.",
            email=isolated(support.email),
            phone=isolated(support.phone),
        )
    )
    return found


def deliver(key: str, payload: Mapping[str, Any]) -> None:
    """Send the mail of an outbox row: `to`, `locale`, `notice_kind`, `params`. Raises OSError or smtplib.SMTPException.

    The Message-ID follows from the key, so that a mail that was sent twice is one mail to its receiver.
    """
    subject, body = render(payload["notice_kind"], payload["locale"], payload["params"])
    send(compose(payload["to"], subject, body, key, payload["locale"]))


def compose(to: str, subject: str, body: str, key: str, locale: str) -> EmailMessage:
    """A message with the headers that a machine's mail must carry (RFC 3834)."""
    sender = settings().mail_from
    domain = sender.rpartition("@")[2]
    office = profile().office
    message = EmailMessage(policy=policy.SMTP)
    message["From"] = Address(office.name.get(locale) or next(iter(office.name.values())), addr_spec=sender)
    message["To"] = Address(addr_spec=to)
    message["Subject"] = " ".join(subject.split())
    message["Date"] = format_datetime(utc_now())
    message["Message-ID"] = f"<{sha256(key.encode()).hexdigest()[:40]}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(body, cte="quoted-printable")  # takes every Content header away
    message["Content-Language"] = locale
    return message


def send(message: EmailMessage) -> None:
    """Hand the message to the mail server, or keep it for the developer's mail page."""
    if settings().mail_page:
        _keep(message)
        return
    with smtplib.SMTP(settings().smtp_host, settings().smtp_port, timeout=TIMEOUT) as server:
        server.send_message(message)


@dataclass(frozen=True)
class KeptMail:
    """A message on the developer's mail page."""

    to: str
    subject: str
    sent_at: datetime
    body: str


def kept() -> list[KeptMail]:
    """The messages that were kept instead of sent, newest first."""
    found = []
    for path in sorted(_folder().glob("*.eml"), reverse=True)[:KEPT]:
        message = BytesParser(policy=policy.default).parsebytes(path.read_bytes())
        body = message.get_body(("plain",))
        at = parsedate_to_datetime(str(message["Date"])).astimezone(UTC)
        text = body.get_content().replace("\r\n", "\n") if body else ""
        found.append(KeptMail(str(message["To"]), str(message["Subject"]), at, text))
    return found


def _keep(message: EmailMessage) -> None:
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True)
    # The identity at the end: a repeat of the same mail within its second is the same file.
    name = f"{utc_now():%Y%m%d%H%M%S}-{message['Message-ID'].strip('<>').partition('@')[0]}.eml"
    Path(folder, name).write_bytes(message.as_bytes())
    for old in sorted(folder.glob("*.eml"))[:-KEPT]:
        old.unlink(missing_ok=True)


def _folder() -> Path:
    return settings().documents_path.parent / "mail"
