"""The blueprint of the drafting pages."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("drafting", __name__, template_folder="templates")
