"""From form fields to the design system's markup."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from flask_babel import Babel
from flask_wtf import FlaskForm
from jinja2 import ChoiceLoader, PackageLoader, PrefixLoader
from lxml import html
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import Optional

from portal.web import forms
from portal.web.forms import DateField, Form, required

CHOICES = [("word", "Word mark"), ("figurative", "Figurative mark")]


class Example(Form):
    name = StringField("Name", [required("Give a name.")])
    note = TextAreaField("Note", [Optional()])
    kind = RadioField("Kind", choices=CHOICES)
    country = SelectField("Country", choices=CHOICES)
    claims = SelectMultipleField("Claims", choices=CHOICES)
    agree = BooleanField("I agree")
    on = DateField("Date", [Optional()])


@pytest.fixture
def app() -> Flask:
    made = Flask("forms")
    made.config.update(SECRET_KEY="x" * 32, WTF_CSRF_ENABLED=False)
    Babel(made)
    made.jinja_loader = ChoiceLoader([PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")})])
    forms.init_app(made)
    return made


def shown(app: Flask, name: str, values: dict[str, str] | None = None, **options: object) -> html.HtmlElement:
    """The markup of one field, after a form with these values was checked (or before any was)."""
    with app.test_request_context():
        form = Example(formdata=MultiDict(values) if values is not None else None)
        if values is not None:
            form.validate()
        return html.fromstring(f"<div>{app.jinja_env.globals['field'](form[name], **options)}</div>")


@pytest.mark.parametrize("name", ["name", "note", "country"])
def test_label_belongs_to_its_input(app: Flask, name: str) -> None:
    """Who hears a page hears the label, or nothing."""
    found = shown(app, name)
    assert found.xpath(f'//label[@for="{name}"]')
    assert found.xpath(f'//*[@id="{name}"][@name="{name}"]')


def test_optional_says_so(app: Flask) -> None:
    """Nobody should search for a value that is not needed."""
    assert "Note (optional)" in shown(app, "note").text_content()


@pytest.mark.parametrize(("name", "kind"), [("kind", "radio"), ("claims", "checkbox")])
def test_choices_stand_under_their_legend(app: Flask, name: str, kind: str) -> None:
    """Two choices without their question are two words."""
    found = shown(app, name, hints={"word": "Letters only"})
    assert found.xpath("//fieldset/legend")[0].text_content().strip() == {"kind": "Kind", "claims": "Claims"}[name]
    inputs = found.xpath(f'//input[@type="{kind}"]')
    assert [one.get("value") for one in inputs] == ["word", "figurative"]
    assert inputs[0].get("id") == name, "the error summary leads to the first"
    assert "Letters only" in found.text_content()


def test_message_is_tied_to_its_input_and_to_the_summary(app: Flask) -> None:
    """An error that only looks red is no error for who cannot see it."""
    found = shown(app, "name", {"name": " "})
    described = found.xpath('//input[@id="name"]')[0].get("aria-describedby")
    assert "Give a name." in found.xpath(f'//*[@id="{described}"]')[0].text_content()
    with app.test_request_context():
        form = Example(formdata=MultiDict({"name": ""}))
        form.validate()
        assert ("#name", "Give a name.") in form.problems()
        summary = html.fromstring(app.jinja_env.globals["error_summary"](form))
    assert summary.xpath('//a[@href="#name"]')[0].text == "Give a name."


def test_typed_text_is_escaped(app: Flask) -> None:
    """What one person types another person's browser must not run."""
    for name in ("name", "note"):
        markup = html.tostring(shown(app, name, {name: '"><script>alert(1)</script>'})).decode()
        assert "<script>" not in markup


@pytest.mark.parametrize(
    ("typed", "value", "wrong"),
    [
        (("27", "3", "2026"), date(2026, 3, 27), False),
        ((" 7 ", "03", "2026"), date(2026, 3, 7), False),
        (("31", "2", "2026"), None, True),
        (("1", "", "2026"), None, True),
        (("x", "1", "2026"), None, True),
        (("1", "1", "26"), date(26, 1, 1), True),
        (("", "", ""), None, False),
    ],
)
def test_date_of_three_boxes(app: Flask, typed: tuple[str, str, str], value: date | None, wrong: bool) -> None:
    """Three boxes leave no doubt which number is the month."""
    values = dict(zip(("on-day", "on-month", "on-year"), typed, strict=True))
    with app.test_request_context():
        form: FlaskForm = Example(formdata=MultiDict({"name": "x", "kind": "word", "country": "word"} | values))
        form.validate()
        assert bool(form.on.errors) is wrong
        if not wrong:
            assert form.on.data == value
        assert form.on.parts == tuple(part.strip() for part in typed), "what was typed is shown again"


def test_date_shows_its_value(app: Flask) -> None:
    """A saved date comes back into its boxes."""
    with app.test_request_context():
        form = Example(formdata=None, data={"on": date(2026, 3, 27)})
        found = html.fromstring(f"<div>{app.jinja_env.globals['field'](form.on)}</div>")
    assert [one.get("value") for one in found.xpath("//input")] == ["27", "3", "2026"]
    assert [one.get("id") for one in found.xpath("//input")] == ["on-day", "on-month", "on-year"]


def test_what_is_typed_into_a_lazy_text_is_escaped():
    """Flask-Babel calls its lazy texts HTML: a closure's reason, or a file's name, would run in the reader's page."""
    from flask import Flask, render_template_string
    from flask_babel.speaklater import LazyString

    from portal.web.setup import escape_lazy_texts

    escape_lazy_texts()
    escape_lazy_texts()  # each application asks for it
    with Flask("portal").app_context():
        shown = render_template_string("{{ one }} {{ '%s' % one }}", one=LazyString(lambda: "<b>Tom & Jerry</b>"))
    assert shown == " ".join(["&lt;b&gt;Tom &amp; Jerry&lt;/b&gt;"] * 2)
