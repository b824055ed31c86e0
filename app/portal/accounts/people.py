"""The people of a portal, as its office's own staff keep them from the server: added, closed, opened again."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence

from flask_security import hash_password
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.accounts.models import Firm, Role, User
from portal.accounts.rules import GRANTS, Permission, RoleName
from portal.accounts.service import enciphered_totp
from portal.audit import service as audit
from portal.db import db, transaction

ADDRESS = re.compile(r"[^@\s]{1,64}@[^@\s]+\.[^@\s]+")
LETTERS = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
SHORTEST = 12


class NotPossible(Exception):
    """Why nothing was changed, in words for the person who typed the command."""


def new_password() -> str:
    """A password of letters and digits that nobody confuses when reading them aloud."""
    return "".join(secrets.choice(LETTERS) for _ in range(20))


@transaction
def add(
    session: Session, email: str, name: str, role: RoleName, firm: str, locale: str, password: str, totp: str = ""
) -> int:
    """Make an account; its number. An agent belongs to a firm, which is made when it is new; staff belong to none.

    `totp` is the key (base32) of an authenticator that the person has already; otherwise they set one up themselves.
    Raises NotPossible.
    """
    email = email.strip()
    if not ADDRESS.fullmatch(email):
        raise NotPossible(f"{email!r} is no e-mail address")
    if len(password) < SHORTEST:
        raise NotPossible(f"a password has at least {SHORTEST} characters")
    drafts = Permission.DRAFT in GRANTS[role]
    if drafts and not firm:
        raise NotPossible("an agent belongs to a firm: name it with --firm")
    if firm and not drafts:
        raise NotPossible(f"--firm is for agents; the role {role.value} is the office's own")
    if _of(session, email) is not None:
        raise NotPossible(f"{email} has an account already")
    person = User(
        email=email, name=name.strip(), locale=locale, password=hash_password(password), firm=_firm(session, firm),
        fs_uniquifier=secrets.token_hex(32), roles=[_role(session, role)],
    )  # fmt: skip
    if totp:
        person.tf_totp_secret, person.tf_primary_method = enciphered_totp(totp), "authenticator"
    session.add(person)
    session.flush()
    audit.record(session, "person-added", ("user", str(person.id)), role=role.value, firm=person.firm_id)
    return person.id


@transaction
def give_password(session: Session, email: str, password: str) -> None:
    """Give an account another password; whoever is signed in with it is signed out. Raises NotPossible."""
    if len(password) < SHORTEST:
        raise NotPossible(f"a password has at least {SHORTEST} characters")
    person = _known(session, email)
    person.password, person.fs_uniquifier = hash_password(password), secrets.token_hex(32)
    audit.record(session, "password-given", ("user", str(person.id)))


@transaction
def forget_second_factor(session: Session, email: str) -> None:
    """Let a person who lost their authenticator set up another one. Raises NotPossible."""
    person = _known(session, email)
    person.tf_totp_secret, person.tf_primary_method, person.tf_last_step = None, None, None
    audit.record(session, "second-factor-forgotten", ("user", str(person.id)))


@transaction
def set_open(session: Session, email: str, *, is_open: bool) -> None:
    """Close an account, or open it again; a closed one is signed out at once. Raises NotPossible."""
    person = _known(session, email)
    person.active = is_open
    if not is_open:
        person.fs_uniquifier = secrets.token_hex(32)
    audit.record(session, "person-opened" if is_open else "person-closed", ("user", str(person.id)))


def restore_firm(session: Session, firm_id: int, name: str) -> bool:
    """Make a firm that only the packages still know, under its own number; false when it is there."""
    if session.get(Firm, firm_id) is not None:
        return False
    session.add(Firm(id=firm_id, name=name))
    session.flush()
    return True


def restore_person(session: Session, user_id: int, name: str, firm_id: int) -> bool:
    """Make a person whom only the packages still know, closed and without a way in; false when they are there."""
    if session.get(User, user_id) is not None:
        return False
    address = f"person-{user_id}@restored.invalid"
    session.add(
        User(id=user_id, email=address, name=name, firm_id=firm_id, active=False, fs_uniquifier=secrets.token_hex(32))
    )
    session.flush()
    return True


def everybody() -> Sequence[User]:
    """Every account, by its address."""
    return db.session.scalars(select(User).order_by(User.email)).unique().all()


def _known(session: Session, email: str) -> User:
    person = _of(session, email)
    if person is None:
        raise NotPossible(f"nobody has the address {email}")
    return person


def _of(session: Session, email: str) -> User | None:
    return session.scalar(select(User).where(func.lower(User.email) == email.strip().lower()))


def _firm(session: Session, name: str) -> Firm | None:
    if not name:
        return None
    found = session.scalar(select(Firm).where(Firm.name == name.strip()))
    return found or Firm(name=name.strip())


def _role(session: Session, role: RoleName) -> Role:
    found = session.scalar(select(Role).where(Role.name == role.value))
    return found or Role(name=role.value)
