"""Whether everything that the portal needs is there: each part ok or not, what was seen, and what mends it."""

from __future__ import annotations

import secrets
import shutil
import smtplib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from portal import tables
from portal.documents import scanner
from portal.documents.store import StoreError, store_of
from portal.migrations import runner
from portal.migrations.rules import standing
from portal.profile.loader import load_profile
from portal.settings import Settings, Tier
from portal.signing import signers, timestamps
from portal.signing.keys import NoKey
from portal.signing.token import PinRefused, TokenAway

LEAST_FREE = 2 * 1024**3
LEAST_DAYS = 14
LARGEST_DIFFERENCE = 60
"""Seconds between this server's clock and the time-stamp authority's."""
LONGEST_BACKLOG = timedelta(minutes=15)


@dataclass(frozen=True)
class Finding:
    """One part of the examination; `remedy` is empty when it is well."""

    check: str
    ok: bool
    observed: str
    remedy: str = ""


REMEDIES = {
    NoKey: "put the office's key and its passphrase in place (role `signing`); receipts wait in the outbox until then",
    TokenAway: "bring the token back (its network, its service, its slot); receipts wait in the outbox until then",
    PinRefused: "put the right PIN into the vault (vault_signing_pin) and apply; it is not tried again before that",
}
"""What mends a key that cannot be used."""


class Unwell(Exception):
    """A part is not well; the first argument is what was seen, the second what mends it."""


def examine(settings: Settings) -> Iterator[Finding]:
    """Every finding in the order in which one would look; none stops the next."""
    checks: list[tuple[str, Callable[[Settings], str]]] = [
        ("profile", _profile),
        ("database", _database),
        ("schema", _schema),
        ("documents", _documents),
        ("space", _space),
        ("signing", _signing),
        ("timestamps", _timestamps),
        ("mail", _mail),
        ("scanner", _scanner),
        ("outbox", _outbox),
    ]
    for name, check in checks:
        try:
            yield Finding(name, True, check(settings))
        except Unwell as error:
            observed, remedy = error.args
            yield Finding(name, False, observed, remedy)


def _profile(settings: Settings) -> str:
    try:
        profile = load_profile(settings.office_file)
    except (OSError, ValueError) as error:
        raise Unwell(str(error), f"mend it, then try: portal check-config {settings.office_file}") from error
    return f"{settings.office_file}: {profile.office.name[profile.office.languages[0]]}"


def _database(settings: Settings) -> str:
    engine = runner.engine_of(settings.database_url.get_secret_value())
    try:
        with engine.connect():
            url = engine.url
            return f"{url.get_backend_name()} at {url.host or url.database} answers"
    except SQLAlchemyError as error:
        raise Unwell(_short(error), "start the database; compare database_url with its account and firewall") from error
    finally:
        engine.dispose()


def _schema(settings: Settings) -> str:
    engine = runner.engine_of(settings.database_url.get_secret_value())
    try:
        with engine.connect() as connection:
            current = runner.current(connection)
    except SQLAlchemyError as error:
        raise Unwell("unknown: the database does not answer", "mend the database first") from error
    finally:
        engine.dispose()
    found = standing(runner.steps(), current)
    if found.lacks:
        raise Unwell(f"{current or 'none'}, wanted {found.head}", "run `portal migrate` with the migration account")
    if found.newer:
        return f"{current}, of a newer release; this one wants {found.head}"
    return f"{current}, as this release wants it" + (f"; waiting: {', '.join(found.waits)}" if found.waits else "")


def _documents(settings: Settings) -> str:
    probe = settings.documents_path / f".doctor-{secrets.token_hex(4)}"
    try:
        probe.write_bytes(b"probe")
        probe.unlink()
    except OSError as error:
        remedy = f"make {settings.documents_path} exist and writable for the portal's account (role `documents`)"
        raise Unwell(f"{settings.documents_path}: {error.strerror}", remedy) from error
    if settings.documents_engine == "local":
        return f"{settings.documents_path} can be written"
    doors = ", ".join(str(address) for address in settings.documents_s3_endpoints)
    try:
        store_of(settings).check()
    except StoreError as error:
        remedy = "see that the storage runs and knows the key and the bucket (role `swift`: systemctl status 'swift-*')"
        raise Unwell(str(error), remedy) from error
    return f"{settings.documents_path} and the bucket {settings.documents_s3_bucket} at {doors} can be written"


def _space(settings: Settings) -> str:
    try:
        free = shutil.disk_usage(settings.documents_path).free
    except OSError as error:
        raise Unwell(f"{settings.documents_path}: {error.strerror}", "mend the document store first") from error
    what = "documents" if settings.documents_engine == "local" else "files on their way"
    observed = f"{free / 1024**3:.1f} GiB free for {what}"
    if free < LEAST_FREE:
        raise Unwell(
            observed, f"free or add disk space: below {LEAST_FREE // 1024**3} GiB uploads will soon be refused"
        )
    return observed


def _signing(settings: Settings) -> str:
    if settings.signing_engine == "pkcs12" and settings.signing_keystore is None:
        if settings.tier is Tier.DEVELOPMENT:
            return "no key is configured, which is usual in development: receipts wait"
        raise Unwell("no key is configured", "set signing_keystore and signing_passphrase (role `signing`)")
    now = datetime.now(UTC)
    try:
        known = signers.candidates(settings)
        present = signers.chosen(known, now)
        signers.try_out(present)
    except NoKey as error:
        raise Unwell(str(error), REMEDIES.get(type(error), REMEDIES[NoKey])) from error
    following = [one for one in known if one.ends > present.ends]
    left = (max(one.ends for one in known) - now).days
    observed = f"{present.certificate.subject.human_friendly}, {(present.ends - now).days} days left"
    if following:
        observed += f"; then {following[-1].name} from {following[-1].begins:%Y-%m-%d}"
    if left < LEAST_DAYS:
        raise Unwell(observed, "introduce the next signing certificate: `bin/kit rotate` on the controller")
    return observed


def _timestamps(settings: Settings) -> str:
    source = timestamps.authority(settings)
    if source is None:
        return "no time-stamp authority is configured: receipts state their time themselves"
    try:
        said = timestamps.now_by(source)
    except timestamps.TimestampAway as error:
        remedy = "bring the authority back, or correct timestamp_url; receipts wait in the outbox until then"
        raise Unwell(str(error), remedy) from error
    apart = abs((said - datetime.now(UTC)).total_seconds())
    observed = f"{settings.timestamp_url} answers, {apart:.0f} s from this server's clock"
    if apart > LARGEST_DIFFERENCE:
        raise Unwell(observed, "set this server's clock (chrony, timedatectl): receipts would contradict themselves")
    return observed


def _mail(settings: Settings) -> str:
    if settings.mail_page:
        return "kept on the developer's page"
    where = f"{settings.smtp_host}:{settings.smtp_port}"
    try:
        with smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=10) as server:
            server.noop()
    except (OSError, smtplib.SMTPException) as error:
        remedy = "start the mail server; notices wait in the outbox until then"
        raise Unwell(f"{where} does not answer: {error}", remedy) from error
    return f"{where} answers"


def _scanner(settings: Settings) -> str:
    if not settings.scanner:
        return "none is configured: documents are checked for their format only"
    try:
        scanner.ping(settings.scanner)
    except scanner.ScannerAway as error:
        raise Unwell(str(error), "start clamav-daemon, or correct `scanner`; documents wait until then") from error
    return f"{settings.scanner} answers"


def _outbox(settings: Settings) -> str:
    rows = tables.outbox.OutboxRow
    engine = runner.engine_of(settings.database_url.get_secret_value())
    try:
        with Session(engine) as session:
            waiting = select(func.count(), func.min(rows.created_at)).where(rows.delivered_at.is_(None))
            count, oldest = session.execute(waiting).one()
    except SQLAlchemyError as error:
        raise Unwell("unknown: the database or its schema is away", "mend database and schema first") from error
    finally:
        engine.dispose()
    if not count:
        return "nothing waits"
    age = datetime.now(UTC) - oldest
    observed = f"{count} waiting, the oldest for {int(age.total_seconds() // 60)} min"
    if age > LONGEST_BACKLOG:
        raise Unwell(observed, "look at `systemctl status portal-worker` and at the rows' last_error")
    return observed


def _short(error: SQLAlchemyError) -> str:
    return str(error.args[0] if error.args else error).splitlines()[0]
