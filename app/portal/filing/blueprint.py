"""The blueprint of the filing pages."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("filing", __name__, template_folder="templates")
