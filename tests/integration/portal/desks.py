"""What the tests of the desks share: filings made directly, and people looked up."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import select

from portal.accounts.models import Role, User
from portal.accounts.rules import RoleName
from portal.db import db
from tests.support.filings import make_filing


def person(email: str) -> User:
    """A person by their address; within an application context."""
    return db.session.scalars(select(User).where(User.email == email)).one()


def grant(app: Flask, email: str, role: RoleName) -> None:
    """Give a person one more role."""
    with app.app_context():
        found = person(email)
        found.roles.append(db.session.scalars(select(Role).where(Role.name == role.value)).one())
        db.session.commit()


def printed(number: str) -> str:
    """A number of a filing as the tests' office prints it, by hand: code, prefix, type, year, serial."""
    return "\xa0".join(("XX", number[0], number[1:3], number[3:7])) + f" {number[7:]}"


def filed(
    app: Flask, count: int = 1, email: str = "agent@demo.example", first: int = 1, **more: object
) -> list[tuple[str, str]]:
    """So many filings of a person's firm: number and bill reference of each."""
    with app.app_context():
        user = person(email)
        made = [
            make_filing(app.config["PROFILE"], user.firm_id or 0, user.id, serial, **more)  # type: ignore[arg-type]
            for serial in range(first, first + count)
        ]
        return [(number, reference or "") for number, reference in made]
