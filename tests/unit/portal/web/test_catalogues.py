"""The portal speaks every language of the shipped profile, completely."""

from __future__ import annotations

import re
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


def test_french_is_there() -> None:
    """The shipped profile's second language."""
    assert "fr" in LANGUAGES


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
    for message in entries(language):
        wanted = set(PLACEHOLDER.findall(message.id if isinstance(message.id, str) else message.id[-1]))
        strings = [message.string] if isinstance(message.string, str) else list(message.string)
        for string in strings:
            assert set(PLACEHOLDER.findall(string)) == wanted, message.id


def test_stale_catalogue_is_compiled_once(tmp_path: Path) -> None:
    """The compiled files are not in git: a page in French must not depend on a step that somebody remembers."""
    folder = tmp_path / "fr" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "messages.po").write_text('msgid "Bill"\nmsgstr "Facture"\n')
    assert catalogs.compile_stale(tmp_path) == [folder / "messages.mo"]
    assert b"Facture" in (folder / "messages.mo").read_bytes()
    assert catalogs.compile_stale(tmp_path) == []
