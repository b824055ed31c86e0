"""Who is looking: safe to ask on any page, even when the database is away."""

from __future__ import annotations

from flask import g, request
from flask_security import current_user
from sqlalchemy.exc import SQLAlchemyError

from portal.accounts.models import User


def viewer() -> User | None:
    """The person who is signed in; None for a visitor, and on error pages when nobody can be looked up."""
    if g.get("viewer_unknown"):
        return None
    try:
        person = current_user
        return person._get_current_object() if person and person.is_authenticated else None
    except SQLAlchemyError:
        g.viewer_unknown = True
        return None


def wants_json() -> bool:
    """Whether a script asks: it says so in Accept, or it is one of the portal's own background saves."""
    accept = request.accept_mimetypes
    return accept["application/json"] > accept["text/html"] or request.headers.get("X-Portal-Save") == "1"
