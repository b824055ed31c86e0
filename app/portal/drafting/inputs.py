"""A section's fields as the design system's inputs: component and parameters, filled and marked with what is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from portal.drafting.fields import Data, Field, Kind, Section, input_name
from portal.drafting.words import Words, countries, offices
from portal.profile.model import Service

WIDTHS = (2, 3, 4, 5, 10, 20, 30)
LINES_SHOWN = (4, 14)


@dataclass(frozen=True)
class Input:
    """One input: the template calls the component with the parameters; `field` is what it asks for."""

    field: Field
    component: str
    params: dict[str, Any]
    warning: Words = ""


@dataclass(frozen=True)
class Fieldset:
    """The inputs of a section, or of one of its rows."""

    index: int | None
    data: Data
    inputs: tuple[Input, ...]


def fieldsets(
    section: Section,
    items: list[Data],
    service: Service,
    language: str,
    errors: Mapping[str, Words],
    warnings: Mapping[str, Words],
    offered: Mapping[str, Words],
) -> list[Fieldset]:
    """All inputs of a section's page; errors and warnings are found by the name of the first input.

    `offered` is what can be chosen where that depends on more than the service.
    """
    found = []
    for number, item in enumerate(items):
        index = number if section.rows else None
        inputs = []
        for field in section.of(service):
            name = input_name(field.first, index)
            component, params = _input(field, item, index, field.offered(service) or offered, language)
            if error := errors.get(name):
                params["errorMessage"] = {"text": str(error), "visuallyHiddenText": _("Error")}
            inputs.append(Input(field, component, params, warnings.get(name, "")))
        found.append(Fieldset(index, item, tuple(inputs)))
    return found


def _input(
    field: Field, item: Data, index: int | None, offered: Mapping[str, Words], language: str
) -> tuple[str, dict[str, Any]]:
    name = input_name(field.name, index)
    params: dict[str, Any] = {"id": name, "name": name, "idPrefix": name}
    if field.hint:
        params["hint"] = {"text": str(field.hint)}
    is_optional = not (field.missing or field.depends or field.default)
    text = _("%(label)s (optional)", label=field.label) if is_optional else str(field.label)
    label = {"text": text, "classes": "govuk-label--s"}
    legend = {"legend": {"text": text, "classes": "govuk-fieldset__legend--s"}}
    value = str(item.get(field.name, field.default))
    match field.kind:
        case Kind.CHOICE:
            return "radios", params | {"fieldset": legend, "items": _radios(field, value, name, offered)}
        case Kind.COUNTRY | Kind.OFFICE:
            return "select", params | {"label": label, "items": _options(field.kind, value, language)}
        case Kind.DATE:
            params["hint"] = {"text": _("For example, 27 3 2026")}
            return "date-input", params | {"fieldset": legend, "items": _date(item, index)}
        case Kind.LINES | Kind.ITEMS:
            least, most = LINES_SHOWN
            rows = min(max(value.count("\n") + 2, least), most)
            return "textarea", params | {
                "label": label,
                "value": value,
                "rows": rows,
                "attributes": _attributes(field, index),
            }
    return "input", params | {"label": label, "value": value} | _typing(field, index)


def _typing(field: Field, index: int | None) -> dict[str, Any]:
    """How a browser helps to type in one line."""
    special: dict[Kind, dict[str, Any]] = {
        Kind.NUMBER: {"inputmode": "numeric"},
        Kind.EMAIL: {"type": "email"},
        Kind.PHONE: {"type": "tel"},
    }
    classes = f"govuk-input--width-{field.width}" if field.width in WIDTHS else ""
    shared: dict[str, Any] = {"autocomplete": "off", "spellcheck": False, "classes": classes}
    shared["attributes"] = _attributes(field, index)
    return shared | special.get(field.kind, {})


def _attributes(field: Field, index: int | None) -> dict[str, str]:
    """The direction of what is typed: a name keeps that of its own script. And where the value can be picked from."""
    return {"dir": "ltr" if field.is_code else "auto", **_pick(field, index)}


def _pick(field: Field, index: int | None) -> dict[str, str]:
    """Where the value can be picked from a classification; of Nice, in the class that the row names."""
    if not field.pick:
        return {}
    place = {"data-portal-pick-class": input_name("number", index)} if field.pick == "nice" else {}
    return {"data-portal-pick": field.pick, **place}


def _radios(field: Field, value: str, name: str, offered: Mapping[str, Words]) -> list[dict[str, Any]]:
    items = []
    for number, (code, text) in enumerate(offered.items()):
        place = name if number == 0 else f"{name}-option-{number + 1}"
        item: dict[str, Any] = {"value": code, "text": str(text), "checked": code == value, "id": place}
        if code in field.hints:
            item["hint"] = {"text": str(field.hints[code])}
        items.append(item)
    return items


def _options(kind: Kind, value: str, language: str) -> list[dict[str, Any]]:
    named: Mapping[str, Words] = countries(language) if kind is Kind.COUNTRY else offices(language)
    empty = _("Choose a country") if kind is Kind.COUNTRY else _("Choose an office")
    options = [
        {"value": code, "text": f"{name} ({code})" if kind is Kind.OFFICE else str(name)}
        for code, name in named.items()
    ]
    return [{**one, "selected": one["value"] == value} for one in [{"value": "", "text": empty}, *options]]


def _date(item: Data, index: int | None) -> list[dict[str, Any]]:
    words = (("day", _("Day"), 2), ("month", _("Month"), 2), ("year", _("Year"), 4))
    return [
        {
            "id": input_name(part, index),
            "name": input_name(part, index),
            "label": label,
            "value": item.get(part, ""),
            "classes": f"govuk-input--width-{width}",
        }
        for part, label, width in words
    ]
