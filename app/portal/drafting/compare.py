"""A section as rows of label and value: to check the answers, and to show what two people typed at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _

from portal.drafting.rules import Data, claim_date, class_number
from portal.drafting.words import Words, countries, in_words, offices

LABELS: dict[str, Words] = {
    "reference": _("Your reference"),
    "represented": _("Is there a representative?"),
    "kind": _("Kind"),
    "name": _("Name"),
    "street": _("Street or post-office box"),
    "city": _("Town or city"),
    "postcode": _("Postcode"),
    "country": _("Country"),
    "email": _("E-mail address"),
    "phone": _("Telephone"),
    "text": _("Words of the mark"),
    "description": _("Description"),
    "colours": _("Colours claimed"),
    "discount": _("Reduction claimed"),
}
KIND_OF_MARK = _("Kind of mark")
CHOICES: dict[str, dict[str, Words]] = {
    "represented": {"yes": _("Yes"), "no": _("No")},
    "kind": {
        "natural": _("A person"),
        "legal": _("A company or other organisation"),
        "word": _("Word mark"),
        "figurative": _("Figurative mark"),
    },
}
PARTY = ("kind", "name", "street", "city", "postcode", "country", "email", "phone")
FIELDS = {
    "about": ("reference",),
    "applicant": PARTY,
    "representative": ("represented", *PARTY),
    "mark": ("kind", "text", "description", "colours"),
    "fees": ("discount",),
}
LISTS = {"goods": "classes", "priority": "claims"}


@dataclass(frozen=True)
class Row:
    """One answer: `key` names it within its section, `field` is the input to jump to, `value` may have lines."""

    key: str
    field: str
    label: Words
    value: Words


@dataclass(frozen=True)
class Difference:
    """One answer that is not the same in what was typed and in what was saved meanwhile."""

    key: str
    label: Words
    mine: Words
    theirs: Words


def rows(section: str, data: Data, language: str = "en", discounts: dict[str, str] | None = None) -> list[Row]:
    """The answers of a section, in the order of its page; `discounts` are the names of the reductions by code."""
    if section == "goods":
        return [_class_row(index, row) for index, row in enumerate(data.get("classes", []))]
    if section == "priority":
        return [_claim_row(index, claim, language) for index, claim in enumerate(data.get("claims", []))]
    names = FIELDS.get(section, ())
    if section == "representative" and data.get("represented") != "yes":
        names = ("represented",)
    labels = {**LABELS, "kind": KIND_OF_MARK} if section == "mark" else LABELS
    return [
        Row(name, name, labels[name], _shown(name, data.get(name, ""), language, discounts or {})) for name in names
    ]


def differences(section: str, mine: Data, theirs: Data, language: str = "en") -> list[Difference]:
    """Where what was typed differs from what is saved."""
    ours, others = ({row.key: row for row in rows(section, data, language)} for data in (mine, theirs))
    return [
        Difference(key, row.label, ours[key].value if key in ours else "", others[key].value if key in others else "")
        for key, row in {**others, **ours}.items()
        if key not in ours or key not in others or str(ours[key].value) != str(others[key].value)
    ]


def merge(section: str, mine: Data, theirs: Data, taken: set[str]) -> Data:
    """What was typed, with the answers named in `taken` as they were saved by the other person."""
    if section not in LISTS:
        return {**mine, **{key: theirs.get(key, "") for key in taken}}
    name = LISTS[section]
    ours, others = (_keyed(section, data.get(name, [])) for data in (mine, theirs))
    merged = {key: item for key, item in ours.items() if key not in taken}
    merged |= {key: item for key, item in others.items() if key in taken}
    order = [*ours, *(key for key in others if key not in ours)]
    return {name: [merged[key] for key in order if key in merged]}


def _keyed(section: str, items: list[Any]) -> dict[str, Any]:
    row = _class_row if section == "goods" else _claim_row
    return {row(index, item).key: item for index, item in enumerate(items)}


def _class_row(index: int, row: Data) -> Row:
    number = class_number(row["number"])
    label = _("Class %(number)s", number=row["number"]) if row["number"] else _("Class without a number")
    return Row(f"class-{number or f'row-{index}'}", f"number-{index}", label, row["terms"])


def _claim_row(index: int, claim: Data, language: str = "en") -> Row:
    day = claim_date(claim)
    when: Words = in_words(day) if day else " ".join(claim[part] for part in ("day", "month", "year")).strip()
    where = offices(language).get(claim["office"], claim["office"])
    value = ", ".join(str(part) for part in (where, claim["number"], when) if part)
    label = _("Priority claim %(number)s", number=index + 1)
    return Row(f"claim-{index}", f"office-{index}", label, value)


def _shown(name: str, value: str, language: str, discounts: dict[str, str]) -> Words:
    if name == "country":
        return countries(language).get(value, value)
    if name == "discount":
        return discounts.get(value, value)
    return CHOICES.get(name, {}).get(value, value)
