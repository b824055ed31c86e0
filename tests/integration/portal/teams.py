"""Colleagues of the demonstration's agent, signed in."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from flask import Flask
from sqlalchemy import select

from portal.accounts.models import User
from portal.db import db
from tests.integration.conftest import Demo
from tests.integration.portal_client import PortalClient


@dataclass
class Colleague:
    """A person of the agent's firm; `client` is a browser in which they sign in when it is first asked for."""

    id: int
    name: str
    email: str
    password: str
    app: Flask

    @cached_property
    def client(self) -> PortalClient:
        client = self.app.test_client()
        assert isinstance(client, PortalClient)
        assert client.sign_in(self.email, self.password).status_code == 303
        return client


def agent_of(app: Flask, demo: Demo) -> int:
    """The number of the demonstration's agent."""
    with app.app_context():
        return db.session.scalars(select(User.id).where(User.email == demo.agent.email)).one()


def join(app: Flask, demo: Demo, name: str) -> Colleague:
    """A new colleague of the agent, with the agent's password."""
    email = f"{name.split(maxsplit=1)[0].lower()}@demo.example"
    with app.app_context():
        agent = db.session.scalars(select(User).where(User.email == demo.agent.email)).one()
        person = User(
            email=email, name=name, fs_uniquifier=email, firm=agent.firm, password=agent.password,
            roles=list(agent.roles),
        )  # fmt: skip
        db.session.add(person)
        db.session.commit()
        number = person.id
    return Colleague(number, name, email, demo.agent.password, app)


def leave(app: Flask, number: int) -> None:
    """Close a person's account."""
    with app.app_context():
        db.session.get_one(User, number).active = False
        db.session.commit()


def user(number: int) -> User:
    """The person of this number, within an application context."""
    return db.session.get_one(User, number)
