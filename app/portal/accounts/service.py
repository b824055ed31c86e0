"""What happens to accounts: sign-in and its limits, the second factor, the demonstration's people."""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import current_app, request
from flask_security import hash_password
from flask_security.utils import verify_password
from passlib.exc import TokenError
from sqlalchemy import Select, func, or_, select, update
from sqlalchemy.orm import Session

from portal.accounts.models import Firm, Role, User
from portal.accounts.rules import GRANTS, Permission, RoleName
from portal.audit import service as audit
from portal.db import db, transaction, utc_now
from portal.web.texts import folded, typed_number

WINDOW = timedelta(minutes=15)
PER_ACCOUNT_AND_ADDRESS = 5
PER_ACCOUNT = 30
PER_ADDRESS = 50
CODES_PER_ACCOUNT = 8
STEP = 30
"""Seconds of one TOTP step (RFC 6238)."""


@dataclass(frozen=True)
class Attempt:
    """How a sign-in ended: a person, or none; `limited` when there were too many failures before."""

    user: User | None
    limited: bool = False


def account_key(email: str) -> str:
    """How failures are counted for an account, whether it exists or not: 64 characters that name nobody."""
    return hashlib.sha256(email.strip().casefold().encode()).hexdigest()


@transaction
def sign_in(session: Session, email: str, password: str) -> Attempt:
    """Check an address and a password; every end is audited, and guessing is slowed down.

    An unknown address costs as much time as a wrong password and gets the same answer.
    """
    key, address = account_key(email), request.remote_addr
    if _limited(session, key, address):
        audit.record(session, "sign-in-limited", ("account", key))
        return Attempt(None, limited=True)
    user = session.scalar(select(User).where(func.lower(User.email) == email.strip().lower()))
    if user is None or not user.password:
        hash_password(password)
        audit.record(session, "sign-in-failed", ("account", key), reason="unknown")
        return Attempt(None)
    if not verify_password(password, user.password) or not user.active:
        reason = "inactive" if not user.active else "password"
        audit.record(session, "sign-in-failed", ("account", key), reason=reason, user=user.id)
        return Attempt(None)
    entry = audit.record(session, "sign-in", ("user", str(user.id)))
    entry.actor_id, entry.actor = user.id, user.email
    return Attempt(user)


def _limited(session: Session, key: str, address: str | None) -> bool:
    """Whether there were too many failures lately: for this account from here, for it from anywhere, or from here."""
    found = audit.origins(session, "sign-in-failed", utc_now() - WINDOW, key, address)
    here = found.count((key, address))
    account = sum(1 for subject, _ in found if subject == key)
    from_address = sum(1 for _, origin in found if origin == address)
    return here >= PER_ACCOUNT_AND_ADDRESS or account >= PER_ACCOUNT or from_address >= PER_ADDRESS


@transaction
def sign_out(session: Session, user: User) -> None:
    """Note that a person signed out."""
    audit.record(session, "sign-out", ("user", str(user.id)))


def confirm_second_factor(user: User, code: str) -> bool:
    """Whether the code is the person's present one (a step earlier or later is allowed), never accepted twice.

    A code is spent by being accepted. Too many wrong ones within the window refuse even the right one.
    Source: RFC 6238, 5.2.
    """
    return _confirm_code(user.id, code)


@transaction
def _confirm_code(session: Session, user_id: int, code: str) -> bool:
    user = session.get_one(User, user_id, with_for_update=True)  # guesses at once would each see few failures
    subject = ("user", str(user_id))
    if audit.count(session, "second-factor-failed", utc_now() - WINDOW, subject) >= CODES_PER_ACCOUNT:
        audit.record(session, "second-factor-limited", subject)
        return False
    step = matching_step(user.tf_totp_secret, code) if user.tf_totp_secret else None
    if step is None or not _spend(session, user_id, step):
        audit.record(session, "second-factor-failed", subject)
        return False
    audit.record(session, "second-factor-confirmed", subject)
    return True


def _spend(session: Session, user_id: int, step: int) -> bool:
    """Mark the step as used; false when it, or a later one, was used before (also by a request at the same time)."""
    unused = or_(User.tf_last_step.is_(None), User.tf_last_step < step)
    result = session.execute(
        update(User)
        .where(User.id == user_id, unused)
        .values(tf_last_step=step)
        .execution_options(synchronize_session=False)
    )
    return bool(result.rowcount == 1)  # type: ignore[attr-defined]


def matching_step(secret: str, code: str) -> int | None:
    """The time step whose code this is: the present one, the one before or the one after; else None."""
    code = re.sub(r"\s", "", typed_number(code))
    if not re.fullmatch(r"\d{6}", code):
        return None
    totp = _totp().from_source(secret)
    try:
        match = totp.match(code, time=int(utc_now().timestamp()), window=STEP)
    except TokenError:
        return None
    return int(match.counter)


def new_totp_secret() -> str:
    """A fresh secret for an authenticator app, enciphered as it is stored."""
    return str(_totp().new().to_json(encrypt=True))


def enciphered_totp(key: str) -> str:
    """A key (base32) as it is stored."""
    return str(_totp()(key=key).to_json(encrypt=True))


def totp_setup(user: User, secret: str) -> tuple[str, str]:
    """The key as a person types it, and the address that the QR picture holds."""
    totp = _totp().from_source(secret)
    return totp.pretty_key(), totp.to_uri(user.email)


@transaction
def enrol_second_factor(session: Session, user: User, secret: str, code: str) -> bool:
    """Give an account its authenticator app, proved by a first code; an account that has one keeps it."""
    row = session.get_one(User, user.id, with_for_update=True)
    step = matching_step(secret, code)
    if row.tf_totp_secret or step is None:
        audit.record(session, "second-factor-failed", ("user", str(row.id)), setup=True)
        return False
    row.tf_totp_secret, row.tf_primary_method, row.tf_last_step = secret, "authenticator", step
    audit.record(session, "second-factor-set-up", ("user", str(row.id)))
    return True


@transaction
def change_profile(session: Session, user: User, name: str, locale: str) -> None:
    """Change what a person is called and the language in which the portal speaks to them."""
    row = session.get_one(User, user.id)
    row.name, row.locale = name, locale
    audit.record(session, "profile-changed", ("user", str(row.id)), name=name, locale=locale)


def staff(session: Session, role: RoleName) -> list[User]:
    """The active people with a role."""
    query = select(User).join(User.roles).where(Role.name == role.value, User.active).order_by(User.id)
    return list(session.scalars(query).unique())


def colleagues(session: Session, firm_id: int) -> list[User]:
    """The people of a firm who draft and whose accounts are open, by name."""
    drafting = [role.value for role, granted in GRANTS.items() if Permission.DRAFT in granted]
    query = select(User).join(User.roles).where(User.id.in_(members_of(firm_id)), Role.name.in_(drafting))
    return sorted(session.scalars(query).unique(), key=lambda user: (folded(user.name), user.id))


def members_of(firm_id: int) -> Select[int]:
    """The numbers of the people of a firm whose accounts are open, as a part of another query."""
    return select(User.id).where(User.firm_id == firm_id, User.active)


DEMO_FIRM = "Acme & Partners (demonstration)"
DEMO_PEOPLE = {
    RoleName.AGENT: ("agent@demo.example", "Demonstration Agent"),
    RoleName.OFFICER: ("officer@demo.example", "Demonstration Officer"),
    RoleName.CASHIER: ("cashier@demo.example", "Demonstration Cashier"),
}


@transaction
def demo_data(session: Session, secrets_of: dict[str, dict[str, str]]) -> bool:
    """Make the demonstration's firm and people with these passwords and TOTP keys (base32); true when changed."""
    changed = False
    for role in RoleName:
        if session.scalar(select(Role).where(Role.name == role.value)) is None:
            session.add(Role(name=role.value))
            changed = True
    firm = session.scalar(select(Firm).where(Firm.name == DEMO_FIRM))
    if firm is None:
        firm = Firm(name=DEMO_FIRM)
        session.add(firm)
        changed = True
    session.flush()
    for role, (email, name) in DEMO_PEOPLE.items():
        given = secrets_of[role.value]
        changed |= _demo_person(session, role, email, name, firm if role is RoleName.AGENT else None, given)
    if changed:
        audit.record(session, "demo-data")
    return changed


def _demo_person(
    session: Session, role: RoleName, email: str, name: str, firm: Firm | None, given: dict[str, str]
) -> bool:
    user = session.scalar(select(User).where(User.email == email))
    if user is None:
        user = User(email=email, name=name, firm=firm, fs_uniquifier=secrets.token_hex(32), roles=[])
        session.add(user)
    before = (user.password, user.tf_totp_secret, user.firm_id, user.active)
    if not user.password or not verify_password(given["password"], user.password):
        user.password = hash_password(given["password"])
    if not user.tf_totp_secret or _totp().from_source(user.tf_totp_secret).base32_key != _plain(given["totp"]):
        user.tf_totp_secret = enciphered_totp(given["totp"])
        user.tf_primary_method, user.tf_last_step = "authenticator", None
    user.active, user.firm = True, firm
    session.flush()
    wanted = session.scalars(select(Role).where(Role.name == role.value)).one()
    granted = wanted in user.roles
    if not granted:
        user.roles.append(wanted)
    return before != (user.password, user.tf_totp_secret, user.firm_id, user.active) or not granted


def _plain(key: str) -> str:
    return re.sub(r"[\s=-]", "", key).upper()


def _totp() -> Any:
    """The maker of TOTP objects, with the key that enciphers their secrets and the office's name."""
    return current_app.extensions["portal.totp"]


def find(user_id: int) -> User | None:
    """A person by their number."""
    return db.session.get(User, user_id)
