"""A long list of made-up terms of goods and services: as many as an office has, with as many different words.

Nothing of a real list may be copied here. A real one has about a third as many words as terms, and a few words that
are in thousands of them: so has this one.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

HEADS = (
    "apparatus", "machines", "instruments", "preparations", "devices", "equipment", "articles", "products",
    "materials", "services", "installations", "containers", "accessories", "garments", "vehicles", "tools",
    "fabrics", "furniture", "beverages", "foodstuffs", "chemicals", "components", "covers", "frames", "holders",
    "brushes", "lamps", "pumps", "valves", "motors", "filters", "cables", "bags", "boxes", "bottles", "knives",
    "toys", "games", "shoes", "hats",
)  # fmt: skip
PURPOSES = (
    "medical", "household", "industrial", "agricultural", "dental", "veterinary", "scientific", "cosmetic",
    "pharmaceutical", "nautical", "military", "commercial", "educational", "photographic", "musical",
    "sporting", "religious", "artistic", "domestic", "electric", "metallic", "textile",
)  # fmt: skip
SYLLABLES = [
    start + vowel
    for start in ("b", "d", "f", "g", "k", "l", "m", "n", "p", "r", "s", "t", "v", "th", "st")
    for vowel in "aeiou"
]
WORDS = 25_000
FORMS = (
    "{name}",
    "{name} {head}",
    "{head} for {name}",
    "{head} of {name}",
    "{name} {head} for {purpose} purposes",
    "{purpose} {head} for {name} and {other}",
    "{name} [{head}]",
    "{head}, {purpose}, for {name}",
)


def terms(count: int, seed: int = 1) -> Iterator[tuple[int, str]]:
    """So many different terms, each with its class; the same ones for the same seed."""
    chance = random.Random(seed)
    names = _names(chance)
    seen: set[tuple[int, str]] = set()
    nothing = str.maketrans("", "", ",[]")
    while len(seen) < count:
        values = {"name": _often(chance, names), "other": _often(chance, names)}
        values |= {"head": _often(chance, HEADS), "purpose": _often(chance, PURPOSES)}
        found = chance.randint(1, 45), chance.choice(FORMS).format(**values)
        same = found[0], found[1].translate(nothing)
        if same not in seen:
            seen.add(same)
            yield found


def mistyped(word: str, chance: random.Random) -> str:
    """The word with one slip of the kind that fingers make; one of three letters or less stays as it is."""
    if len(word) < 4:
        return word
    place = chance.randrange(1, len(word) - 1)
    before, letter, after = word[:place], word[place], word[place + 1 :]
    slips = (before + after, before + letter * 2 + after, before + "e" + after, before + after[:1] + letter + after[1:])
    return chance.choice(slips)


def _names(chance: random.Random) -> list[str]:
    """Words that nobody ever wrote, of two to five syllables."""
    found: dict[str, None] = {}
    while len(found) < WORDS:
        found["".join(chance.choices(SYLLABLES, k=chance.choice((2, 3, 3, 4, 4, 5))))] = None
    return list(found)


def _often(chance: random.Random, words: Sequence[str]) -> str:
    """One of the words, the first ones far more often than the last: so it is in every language."""
    return words[int(len(words) * chance.random() ** 2)]
