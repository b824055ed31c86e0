"""What a patent or utility model application is for: the invention, and biological material deposited for it."""

from __future__ import annotations

import re

from flask_babel import lazy_gettext as _

from portal.drafting.fields import Around, Data, Field, Kind, Problem, Rows, Section
from portal.drafting.sections.origin import not_in_the_future
from portal.drafting.words import Words, as_typed
from portal.web.texts import lines_of

SYMBOL = re.compile(r"[A-H]\d{2}[A-Z](\s?\d{1,4}/\d{2,6})?")
"""A subclass of the International Patent Classification, or a group of it: A61K, A61K 31/00."""
YES_NO: dict[str, Words] = {"yes": _("Yes"), "no": _("No")}


def _problems(data: Data, around: Around) -> list[Problem]:
    wrong = [symbol for symbol in lines_of(data.get("symbols", "")) if not SYMBOL.fullmatch(symbol)]
    if not wrong:
        return []
    message = _(
        "%(symbol)s is not a symbol of the International Patent Classification, such as A61K 31/00.",
        symbol=as_typed(wrong[0]),
    )
    return [Problem("invention", "symbols", message)]


INVENTION = Section(
    "invention",
    _("The invention"),
    (
        Field(
            "title",
            _("Title of the invention"),
            hint=_("Short and exact, without a trade name."),
            missing=_("Enter the title of the invention."),
            longest=500,
        ),
        Field(
            "abstract",
            _("Abstract"),
            Kind.LINES,
            hint=_("What is claimed and what it is good for, in 50 to 150 words."),
            missing=_("Enter the abstract."),
            longest=4000,
        ),
        Field(
            "claims",
            _("How many claims are there?"),
            Kind.NUMBER,
            told=_("Number of claims"),
            hint=_("As they are numbered in the claims that you attach. Fees may depend on it."),
            missing=_("Enter how many claims there are."),
            least=1,
            width=4,
        ),
        Field(
            "drawings",
            _("How many figures do the drawings have?"),
            Kind.NUMBER,
            told=_("Number of figures"),
            hint=_("0 when there are no drawings."),
            missing=_("Enter how many figures there are, or 0."),
            width=4,
        ),
        Field(
            "sequences",
            _("Does the description disclose nucleotide or amino acid sequences?"),
            Kind.CHOICE,
            told=_("Nucleotide or amino acid sequences"),
            choices=YES_NO,
            hints={"yes": _("Attach the sequence listing (WIPO Standard ST.26) under Documents.")},
            missing=_("Say whether there are sequences."),
        ),
        Field(
            "symbols",
            _("Symbols of the International Patent Classification"),
            Kind.ITEMS,
            hint=_("If you wish to propose some: one on each line, such as A61K 31/00. The office decides."),
            longest=1000,
            pick="ipc",
        ),
    ),
    check=_problems,
)

DEPOSITS = Section(
    "deposits",
    _("Biological material"),
    (
        Field("authority", _("Depositary authority"), missing=_("Enter the depositary authority.")),
        Field(
            "number",
            _("Accession number"),
            missing=_("Enter the accession number that the authority gave."),
            longest=60,
            width=20,
        ),
        Field(
            "date",
            _("Date of the deposit"),
            Kind.DATE,
            missing=_("Enter the date of the deposit, for example 27 3 2026."),
        ),
    ),
    Rows(
        "deposits",
        one=lambda index, row: _("Deposit %(number)s", number=index + 1),
        add=_("Add another deposit"),
        remove=lambda index, row: _("Remove deposit %(number)s", number=index + 1),
        most=100,
    ),
    intro=_(
        "Material deposited under the Budapest Treaty to complete the description. Leave this empty when there is none."
    ),
    optional=True,
    check=not_in_the_future("deposits", _("The date of a deposit cannot be in the future.")),
)
