"""What a person is told who saved to the address book."""

from __future__ import annotations

from flask_babel import gettext as _

from portal.addressbook.models import Address


def told(address: Address, is_new: bool) -> str:
    """Whether it is new, or was there exactly so."""
    if is_new:
        return str(_("%(name)s is in the address book now.", name=address.name))
    return str(_("%(name)s is in the address book already.", name=address.name))
