"""What this process runs under: its settings and the office's profile."""

from __future__ import annotations

from flask import current_app

from portal.profile.model import Profile
from portal.settings import Settings


def settings() -> Settings:
    """The settings of the current application."""
    value: Settings = current_app.config["PORTAL"]
    return value


def profile() -> Profile:
    """The profile of the office that the current application serves."""
    value: Profile = current_app.config["PROFILE"]
    return value
