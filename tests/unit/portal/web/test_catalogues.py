"""The portal speaks every language of the shipped profile, completely."""

from __future__ import annotations

import gettext
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from portal.web import catalogs

APP = Path(__file__).parents[4] / "app"
KEYWORDS: dict[str, tuple[int, ...] | None] = {
    "_": None, "_l": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2),
}  # fmt: skip
NUMBER = ("num", "")
PLURALS = {
    "fr": [0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1],
    "ar": [0, 1, 2, 3, 3, 4, 4, 5, 5, 3, 4],
}
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|\{(\w+)\}")

Key = str | tuple[str, ...]


@pytest.fixture(scope="module")
def sources() -> set[Key]:
    """Every text that the sources hand to gettext."""
    with (APP / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)
    found = extract_from_dir(APP / "portal", methods, options, keywords=KEYWORDS)
    return {key(message) for _file, _line, message, _comments, _context in found}


def key(message: str | tuple[str, ...] | list[str]) -> Key:
    return message if isinstance(message, str) else tuple(message)


def catalogue(language: str) -> Catalog:
    with (catalogs.TRANSLATIONS / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def entries(language: str) -> Iterator[Message]:
    return (message for message in catalogue(language) if message.id)


LANGUAGES = [language for language in catalogs.available() if language != "en"]


def test_french_and_arabic_are_there() -> None:
    """The languages of the shipped profiles besides English."""
    assert {"fr", "ar"} <= set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_catalogue_is_current_with_the_sources(sources: set[Key], language: str) -> None:
    """A text that is not in the catalogue appears in English on a French page. Mend: docs/development.md, Texts."""
    have = {key(message.id) for message in entries(language)}
    assert sources - have == set(), "these are not translated"
    assert have - sources == set(), "these are no longer used"


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_entry_is_empty_or_fuzzy(language: str) -> None:
    """A guess of a tool must not reach an applicant."""
    for message in entries(language):
        strings = [message.string] if isinstance(message.string, str) else list(message.string)
        assert all(string.strip() for string in strings), message.id
        assert not message.fuzzy, message.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_placeholders_survive_translation(language: str) -> None:
    """A missing one loses a number; a misspelt one is an error page in that language alone."""
    said_in_words = forms_of_one_number(language)
    for message in entries(language):
        wanted = set(PLACEHOLDER.findall(message.id if isinstance(message.id, str) else message.id[-1]))
        strings = [message.string] if isinstance(message.string, str) else list(message.string)
        for form, string in enumerate(strings):
            found = set(PLACEHOLDER.findall(string))
            counted = {NUMBER} if len(strings) > 1 and form in said_in_words else set()
            assert found | counted == wanted | counted, message.id


def forms_of_one_number(language: str) -> set[int]:
    """The plural forms that stand for a single number: Arabic says two pages in one word, without a figure."""
    form_of = gettext.c2py(catalogue(language).plural_expr)
    times = Counter(form_of(number) for number in range(1000))
    return {form for form, count in times.items() if count == 1}


@pytest.mark.parametrize("language", LANGUAGES)
def test_plural_forms_are_those_of_the_language(language: str) -> None:
    """The forms in the order in which GNU gettext's manual has them: another order puts the wrong noun to a number."""
    form_of = gettext.c2py(catalogue(language).plural_expr)
    numbers = [0, 1, 2, 3, 10, 11, 99, 100, 102, 103, 111]
    assert [form_of(number) for number in numbers] == PLURALS[language]


def test_stale_catalogue_is_compiled_once(tmp_path: Path) -> None:
    """The compiled files are not in git: a page in French must not depend on a step that somebody remembers."""
    folder = tmp_path / "fr" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "messages.po").write_text('msgid "Bill"\nmsgstr "Facture"\n')
    assert catalogs.compile_stale(tmp_path) == [folder / "messages.mo"]
    assert b"Facture" in (folder / "messages.mo").read_bytes()
    assert catalogs.compile_stale(tmp_path) == []
