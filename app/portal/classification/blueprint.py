"""The blueprint of the classifications' pages."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("classification", __name__, template_folder="templates")
