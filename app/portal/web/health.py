"""Whether the portal lives, and whether it can serve."""

from __future__ import annotations

import json
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from flask import Response
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from portal.db import db
from portal.documents.store import store


def release() -> str:
    """The version of the portal that runs."""
    try:
        return version("portal")
    except PackageNotFoundError:
        return "development"


def live() -> dict[str, Any]:
    return {"version": release()}


def ready() -> dict[str, Any]:
    """What the portal needs to serve, each true or false."""
    return {"version": release(), "database": _database(), "documents": _documents()}


def _database() -> bool:
    try:
        db.session.execute(text("SELECT 1"))
    except SQLAlchemyError:
        return False
    return True


def _documents() -> bool:
    return store().ready()


def answer(state: dict[str, Any]) -> Response:
    """JSON; 503 when a part that is needed is away."""
    status = 200 if all(state.values()) else 503
    headers = {"Cache-Control": "no-store"}
    return Response(json.dumps(state), status, headers, mimetype="application/json")
