"""The one way to an application's XML."""

from __future__ import annotations

from collections.abc import Callable

from portal.drafting.application import Application
from portal.filing.rules import Circumstances
from portal.filing.st96.design import design
from portal.filing.st96.elements import Element, document
from portal.filing.st96.patent import patent
from portal.filing.st96.trademark import trademark
from portal.profile.model import Right

WRITERS: dict[Right, Callable[[Application, Circumstances, str], Element | None]] = {
    Right.TRADEMARK: trademark,
    Right.DESIGN: design,
    Right.PATENT: patent,
    Right.UTILITY_MODEL: patent,
}


def application_xml(application: Application, about: Circumstances, form_name: str) -> bytes:
    """The whole application as ST.96 V6.0 in UTF-8: TrademarkApplication, DesignApplication or BibliographicData.

    `form_name` is the service's name in the filing's language. What people typed is in it to the letter, but for the
    few characters that XML cannot hold: U+FFFD stands for them.
    """
    return document(WRITERS[application.right](application, about, form_name))
