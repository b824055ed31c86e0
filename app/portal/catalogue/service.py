"""Which services the office offers on this tier."""

from __future__ import annotations

from portal.profile.model import Profile, Service


def open_services(profile: Profile) -> list[Service]:
    """The services that agents can use now, in the order of the profile."""
    return [service for service in profile.services if service.open]


def is_open(profile: Profile, code: str) -> bool:
    """Whether a service exists and is open."""
    return any(service.code == code for service in open_services(profile))
