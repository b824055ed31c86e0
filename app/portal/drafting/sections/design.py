"""What a design application is for: its designs, and when they are to be published. Their views are documents."""

from __future__ import annotations

import re

from flask_babel import lazy_gettext as _

from portal.drafting.fields import Around, Data, Field, Kind, Problem, Rows, Section, input_name
from portal.drafting.words import Words
from portal.profile.model import Service

LOCARNO = re.compile(r"(0[1-9]|[12]\d|3[0-2])-\d{2}")
MOST_DESIGNS = 100


def _problems(data: Data, around: Around) -> list[Problem]:
    found = []
    rows = data.get("designs", [])
    for index, row in enumerate(rows):
        if row["locarno"] and not LOCARNO.fullmatch(row["locarno"]):
            message: Words = _("Enter class and subclass of the Locarno Classification, such as 06-01.")
            found.append(Problem("designs", input_name("locarno", index), message))
    most = around.service.max_designs
    if len(rows) > most:
        message = _("One application may hold at most %(count)s designs. File the others apart.", count=most)
        found.append(Problem("designs", input_name("product", most), message))
    return found


DESIGNS = Section(
    "designs",
    _("The designs"),
    (
        Field(
            "product",
            _("The product"),
            hint=_("What the design is applied to, such as: chair."),
            missing=_("Enter the product."),
        ),
        Field(
            "locarno",
            _("Class of the Locarno Classification"),
            hint=_("Class and subclass, such as 06-01."),
            missing=_("Enter class and subclass of the Locarno Classification, such as 06-01."),
            longest=5,
            width=5,
            pick="locarno",
        ),
        Field(
            "description",
            _("Description"),
            Kind.LINES,
            hint=_("Only what the views do not show, in a few words."),
            longest=2000,
        ),
    ),
    Rows(
        "designs",
        one=lambda index, row: _("Design %(number)s", number=index + 1),
        add=_("Add another design"),
        remove=lambda index, row: _("Remove design %(number)s", number=index + 1),
        most=MOST_DESIGNS,
        least=1,
        missing=_("Enter at least one design."),
    ),
    intro=_(
        "Each design has its number: attach its views under Documents, numbered by design and view, "
        "such as 1.1 and 1.2."
    ),
    check=_problems,
)


def _deferment_problems(data: Data, around: Around) -> list[Problem]:
    typed = data.get("months", "")
    if not typed.isdecimal() or int(typed) <= around.service.max_deferment_months:
        return []
    message = _("At most %(count)s months are possible.", count=around.service.max_deferment_months)
    return [Problem("publication", "months", message)]


def _deferment(service: Service) -> Words:
    return _(
        "The designs are published when they are registered. You may ask to defer that by up to %(count)s months.",
        count=service.max_deferment_months,
    )


PUBLICATION = Section(
    "publication",
    _("Publication"),
    (
        Field(
            "deferred",
            _("When shall the designs be published?"),
            Kind.CHOICE,
            told=_("Time of publication"),
            choices={"no": _("When they are registered"), "yes": _("Later")},
            missing=_("Choose when the designs shall be published."),
        ),
        Field(
            "months",
            _("By how many months shall publication be deferred?"),
            Kind.NUMBER,
            told=_("Months of deferment"),
            hint=_("Counted from the filing date or, if priority is claimed, from the priority date."),
            missing=_("Enter by how many months."),
            least=1,
            width=3,
            when=lambda data: data.get("deferred") == "yes",
        ),
    ),
    intro=_deferment,
    optional=True,
    check=_deferment_problems,
)
