"""The classifications in words for people."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from portal.classification.rules import Scheme


@dataclass(frozen=True)
class About:
    """A classification's name, what it is for, and how a person is asked for its entries."""

    name: LazyString
    purpose: LazyString
    group: LazyString
    search: LazyString
    pick: LazyString


ABOUT = {
    Scheme.NICE: About(
        _("Nice Classification"),
        _("Goods and services of trademarks, in 45 classes and the terms that the office knows in them."),
        _("Class"),
        _("Search for goods or services"),
        _("Find goods or services"),
    ),
    Scheme.LOCARNO: About(
        _("Locarno Classification"),
        _("Products to which industrial designs are applied, in classes and subclasses."),
        _("Class"),
        _("Search for a product, or a class such as 06-01"),
        _("Find the class of a design"),
    ),
    Scheme.IPC: About(
        _("International Patent Classification"),
        _("Fields of technology of patents and utility models, from sections to groups."),
        _("Section"),
        _("Search for a field of technology, or a symbol such as A61K"),
        _("Find symbols for the invention"),
    ),
    Scheme.VIENNA: About(
        _("Vienna Classification"),
        _("What the pictures of marks show, in categories, divisions and sections."),
        _("Category"),
        _("Search for what the picture shows, or a code such as 26.1"),
        _("Find codes for the picture"),
    ),
}
