"""From WTForms fields to the design system's markup: `field(form.name, hint=…)`, `error_summary(form)`.

A field's `render_kw` is not used; what a page says about a field stands in its template.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, time
from typing import Any

from flask import Flask
from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    EmailField,
    Field,
    FileField,
    MultipleFileField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    TelField,
    TextAreaField,
    URLField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.utils import unset_value
from wtforms.validators import DataRequired, InputRequired, Optional

_CLOCK = re.compile(r"(\d{1,2})[:.h](\d{2})(?:[:.](\d{2}))?", re.ASCII)
_COMPONENTS = (
    "button", "checkboxes", "date-input", "error-summary", "file-upload", "input", "password-input", "radios",
    "select", "textarea",
)  # fmt: skip


class DateField(Field):  # type: ignore[misc]
    """A date typed as day, month and year in three boxes (`<name>-day`, `<name>-month`, `<name>-year`)."""

    parts: tuple[str, str, str] = ("", "", "")
    data: date | None
    process_errors: list[str]

    def process(self, formdata: MultiDict[str, str] | None, data: Any = unset_value, extra_filters: Any = None) -> None:
        super().process(formdata, data, extra_filters)
        if formdata is not None and any(f"{self.name}-{part}" in formdata for part in ("day", "month", "year")):
            typed = [formdata.get(f"{self.name}-{part}", "").strip() for part in ("day", "month", "year")]
            self.parts = (typed[0], typed[1], typed[2])
            self.data, self.raw_data = None, [" ".join(typed).strip()]
            self.process_errors = []
            if any(typed):
                self._read(typed)
        elif isinstance(self.data, date):
            self.parts = (str(self.data.day), str(self.data.month), str(self.data.year))

    def _read(self, typed: list[str]) -> None:
        try:
            day, month, year = (int(part) for part in typed)
            self.data = date(year, month, day)
        except ValueError:
            self.process_errors.append(gettext("Give a real date, such as 27 3 2026."))
        else:
            if not 1800 <= year <= 2200:
                self.process_errors.append(gettext("Give the year with four digits."))


class ClockField(Field):  # type: ignore[misc]
    """A time of day typed in one box, such as 17:00 or 17:00:01."""

    data: time | None
    raw_data: list[str]
    process_errors: list[str]

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = None
        typed = valuelist[0].strip() if valuelist else ""
        if not typed:
            return
        match = _CLOCK.fullmatch(typed)
        hour, minute, second = (int(part) for part in match.groups("0")) if match else (24, 0, 0)
        try:
            self.data = time(hour, minute, second)
        except ValueError as error:
            raise ValueError(gettext("Give a time of day, such as 17:00 or 17:00:01.")) from error

    def _value(self) -> str:
        if self.raw_data:
            return self.raw_data[0]
        return self.data.strftime("%H:%M:%S" if self.data.second else "%H:%M") if self.data else ""


class Form(FlaskForm):  # type: ignore[misc]
    """Every form's base: language and the token against forgery come with it."""

    def problems(self) -> list[tuple[str, str]]:
        """Address within the page and message of everything wrong, in the form's order."""
        found = []
        for one in self:
            for message in _messages(one):
                found.append((f"#{_first_input(one)}", message))
        return found + [("#main-content", str(message)) for message in self.form_errors]


def init_app(app: Flask) -> None:
    """Give templates `field`, `component`, `error_summary` and `button`."""
    macros: dict[str, Any] = {}

    def macro(component: str) -> Any:
        if component not in macros:
            name = "govuk" + "".join(word.title() for word in component.split("-"))
            template = app.jinja_env.get_template(f"govuk_frontend_jinja/components/{component}/macro.html")
            macros[component] = getattr(template.module, name)
        return macros[component]

    def component(name: str, params: dict[str, Any]) -> Markup:
        return Markup(macro(name)(params))  # noqa: S704 - the macros escape what they are given

    def field(one: Field, **options: Any) -> Markup:
        return component(*params_of(one, options))

    def error_summary(source: FlaskForm | Iterable[tuple[str, str]] | None) -> Markup:
        problems = Form.problems(source) if isinstance(source, FlaskForm) else list(source or ())
        if not problems:
            return Markup("")
        items = [{"href": href, "text": str(message)} for href, message in problems]
        return Markup(macro("error-summary")({"titleText": gettext("There is a problem"), "errorList": items}))  # noqa: S704

    def button(text: str, **options: Any) -> Markup:
        return Markup(macro("button")({"text": text, "preventDoubleClick": True, **options}))  # noqa: S704

    app.jinja_env.globals.update(
        field=field, component=component, error_summary=error_summary, button=button, autosave=autosave
    )


def autosave(address: str) -> Markup:
    """Attributes for `<form method="post" {{ autosave(address) }}>`: the section saves itself while it is typed.

    The answer to `Accept: application/json` is 200 {version, saved_at} or 4xx {message}; see static/src/portal.js.
    """
    words = {
        "portal-save": address,
        "saved": gettext("Saved at {time}"),
        "not-saved": gettext("Not saved: {reason}"),
        "not-reached": gettext(
            "the portal cannot be reached. Keep this page open; it tries again when you go on typing."
        ),
        "signed-out": gettext("you are signed out. Press the save button to sign in again; what you typed is kept."),
        "expired": gettext("this page is out of date. Press the save button; what you typed is kept."),
    }
    return Markup(" ").join(Markup('data-{}="{}"').format(name, text) for name, text in words.items())


def params_of(one: Field, options: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Component and its parameters for a field."""
    heading = options.pop("heading", False)
    hint, classes = options.pop("hint", None) or one.description, options.pop("classes", "")
    messages = _messages(one)
    params: dict[str, Any] = {"id": one.id, "name": one.name, "idPrefix": one.id, "classes": classes}
    if hint:
        params["hint"] = {"text": str(hint)}
    if messages:
        params["errorMessage"] = {"text": messages[0], "visuallyHiddenText": gettext("Error")}
    label = _label(one, heading, "govuk-label")
    legend = {"legend": _label(one, heading, "govuk-fieldset__legend")}
    params |= options
    component, own = _own_params(one, label, legend, options)
    return component, own | params


def _own_params(
    one: Field, label: dict[str, Any], legend: dict[str, Any], options: dict[str, Any]
) -> tuple[str, dict[str, Any]]:
    """The component for this kind of field, and what only this kind needs."""
    found: tuple[str, dict[str, Any]]
    if isinstance(one, DateField):
        found = "date-input", {"fieldset": legend, "items": _date_items(one)}
    elif isinstance(one, BooleanField):
        item = {"value": "y", "text": label["text"], "checked": bool(one.data), "id": one.id}
        found = "checkboxes", {"items": [item]}
    elif isinstance(one, (SelectMultipleField, RadioField)):
        component = "radios" if isinstance(one, RadioField) else "checkboxes"
        found = component, {"fieldset": legend, "items": _choices(one, "checked", options)}
    elif isinstance(one, SelectField):
        found = "select", {"label": label, "items": _choices(one, "selected", options)}
    elif isinstance(one, (FileField, MultipleFileField)):
        found = "file-upload", {"label": label, "multiple": isinstance(one, MultipleFileField)}
    elif isinstance(one, PasswordField):
        found = "password-input", _password_words() | {"label": label, "value": ""}
    else:
        value = one._value() if hasattr(one, "_value") else (one.data or "")
        own = {"label": label, "value": str(value), "attributes": {"dir": _direction(one, options)}}
        found = "textarea" if isinstance(one, TextAreaField) else "input", own
    return found


def _direction(one: Field, options: dict[str, Any]) -> str:
    """How what is typed is written: addresses and figures always from left to right, words as their own script is."""
    is_number = options.get("inputmode") in ("numeric", "decimal")
    return "ltr" if is_number or isinstance(one, (EmailField, TelField, URLField)) else "auto"


def _label(one: Field, heading: bool, block: str) -> dict[str, Any]:
    text = str(one.label.text)
    if any(isinstance(v, Optional) for v in one.validators) and not isinstance(one, BooleanField):
        text = gettext("%(label)s (optional)", label=text)
    size = "l" if heading else "m" if block.endswith("legend") else "s"
    return {"text": text, "isPageHeading": heading, "classes": f"{block}--{size}"}


def _choices(one: Any, word: str, options: dict[str, Any]) -> list[dict[str, Any]]:
    hints = options.get("hints", {})
    items = []
    for number, (value, text, chosen, *_rest) in enumerate(one.iter_choices()):
        item: dict[str, Any] = {"value": value, "text": str(text), word: bool(chosen)}
        item["id"] = one.id if number == 0 else f"{one.id}-{number + 1}"
        if value in hints:
            item["hint"] = {"text": str(hints[value])}
        items.append(item)
    return items


def _date_items(one: DateField) -> list[dict[str, Any]]:
    wrong = " govuk-input--error" if one.errors else ""
    words = (("day", gettext("Day"), 2), ("month", gettext("Month"), 2), ("year", gettext("Year"), 4))
    return [
        {
            "id": f"{one.id}-{part}",
            "name": f"{one.name}-{part}",
            "label": label,
            "value": value,
            "classes": f"govuk-input--width-{width}{wrong}",
        }
        for (part, label, width), value in zip(words, one.parts, strict=True)
    ]


def _password_words() -> dict[str, str]:
    return {
        "showPasswordText": gettext("Show"),
        "hidePasswordText": gettext("Hide"),
        "showPasswordAriaLabelText": gettext("Show password"),
        "hidePasswordAriaLabelText": gettext("Hide password"),
        "passwordShownAnnouncementText": gettext("Your password is visible"),
        "passwordHiddenAnnouncementText": gettext("Your password is hidden"),
    }


def _messages(one: Field) -> list[str]:
    """A field's messages, flat: fields of fields nest theirs."""
    found: list[str] = []
    for message in one.errors:
        if isinstance(message, dict):
            found += [str(inner) for inners in message.values() for inner in inners]
        elif isinstance(message, (list, tuple)):
            found += [str(inner) for inner in message]
        else:
            found.append(str(message))
    return found


def _first_input(one: Field) -> str:
    return f"{one.id}-day" if isinstance(one, DateField) else one.id


def choices(labels: Mapping[str, Any]) -> list[SelectChoice]:
    """What a field offers, from labels by value."""
    return [SelectChoice(value, label) for value, label in labels.items()]


def required(message: str | None = None) -> DataRequired:
    """The validator for a field that must be filled, with a message for people."""
    return DataRequired(message or lazy_gettext("Fill in this field."))


__all__ = ["ClockField", "DateField", "Form", "InputRequired", "choices", "required"]
