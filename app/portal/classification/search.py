"""The index behind the search of terms: any script, and what was meant where it was mistyped. It knows no database.

A list has 80,000 terms at most but a fifth as many distinct words: a typed word is compared with those, and the terms
follow from them. The answer comes in tiers, and a later tier only fills what those before it left: terms that begin as
typed (the term itself first), terms that have all the words, terms that have words like them, terms that have some.
Within a tier the terms most like what was typed come first.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from portal.classification.rules import normalised

MOST = 200
"""How many terms a search finds at most: nobody reads more, and one more word narrows it."""
FEW = 10
"""With fewer answers than these, what else may have been meant is looked for."""
LONGEST = 200
MOST_WORDS = 12
MOST_GUESSED = 4
"""How many words of a text that fits nothing are guessed at: each costs a comparison with every word of the list."""
SHORTEST_PART = 3
AFTER_ALL = "\U0010ffff"


@dataclass(frozen=True)
class Line:
    """One term of a list: `id` is its row's, `group` the class by which a search can be restricted.

    `words` is its text as `rules.normalised` makes it.
    """

    id: int
    group: str
    words: str


class TermIndex:
    """The terms of one edition. 80,000 take about 20 MB, and a second to put in order."""

    def __init__(self, lines: Iterable[Line]) -> None:
        ordered = sorted(lines, key=lambda line: line.words)
        self._ids = array("q", (line.id for line in ordered))
        self._texts = [line.words for line in ordered]
        self._groups = {name: number for number, name in enumerate({line.group: None for line in ordered})}
        self._group_of = array("I", (self._groups[line.group] for line in ordered))
        places: dict[str, array[int]] = {}
        for place, text in enumerate(self._texts):
            for word in set(text.split()):
                places.setdefault(word, array("I")).append(place)
        self._words = sorted(places)
        self._places = [places[word] for word in self._words]
        self._by_length: dict[int, list[int]] = {}
        for number, word in enumerate(self._words):
            self._by_length.setdefault(len(word), []).append(number)
        self._joined = "\n".join(self._words)
        self._starts = array("I", _starts(self._words))
        self._like = lru_cache(maxsize=256)(self._words_like)

    def __len__(self) -> int:
        return len(self._ids)

    def search(self, typed: str, group: str = "", limit: int = MOST) -> list[int]:
        """The rows of the terms that are meant, best first; those of one class only, where `group` names it."""
        wanted = normalised(typed[:LONGEST])
        number = self._groups.get(group) if group else None
        if not wanted or (group and number is None):
            return []
        found: dict[int, None] = {}
        for enough, places in self._tiers(wanted):
            fresh = [place for place in places if place not in found and number in (None, self._group_of[place])]
            found |= dict.fromkeys(self._ranked(wanted, fresh, limit - len(found)))
            if len(found) >= enough:
                break
        return [self._ids[place] for place in found]

    def _tiers(self, wanted: str) -> Iterator[tuple[int, Iterable[int]]]:
        """Each tier's terms, and with how many found in all the next one is not needed."""
        words = wanted.split()[:MOST_WORDS]
        beginnings = [_range(self._words, word) for word in words]
        yield MOST, _range(self._texts, wanted)
        yield FEW, self._with_all(beginnings)
        unknown = [self._like(word) if len(words) == 1 or not known else known for word, known in zip(words, beginnings, strict=True)]
        yield 1, self._with_all(unknown).union(*(self._with_all(other) for other in self._spaced_otherwise(words)))
        yield 0, self._with_most([self._like(word) for word in words[:MOST_GUESSED]])

    def _with_all(self, choices: Iterable[Iterable[int]]) -> set[int]:
        """The terms that have, for each choice of words, one of them."""
        return set.intersection(*(self._with_one(choice) for choice in choices))

    def _with_one(self, words: Iterable[int]) -> set[int]:
        return set().union(*(self._places[word] for word in words))

    def _with_most(self, choices: Iterable[Iterable[int]]) -> set[int]:
        """The terms that have the rarest of the words, and of the others as many as can be had together."""
        terms = sorted(filter(None, map(self._with_one, choices)), key=len)
        most: set[int] = terms[0] if terms else set()
        for more in terms[1:]:
            most = most & more or most
        return most

    def _words_like(self, word: str) -> frozenset[int]:
        """The words that this one may have been meant for: they begin as it does, hold it, or differ by a slip."""
        slips = 0 if len(word) < 4 else 1 if len(word) < 7 else 2
        like = set(_range(self._words, word))
        if len(word) >= SHORTEST_PART or not word.isascii():
            like.update(self._holding(word))
        if slips:
            near = [n for size in range(len(word) - slips, len(word) + slips + 1) for n in self._by_length.get(size, ())]
            like.update(self._near(word, near, [self._words[n] for n in near], slips))
            same = _range(self._words, word[0])
            like.update(self._near(word, same, [self._words[n][: len(word)] for n in same], slips))
        return frozenset(like)

    def _near(self, word: str, numbers, texts, slips):
        hits = process.extract(word, texts, scorer=OSA.distance, score_cutoff=slips, limit=None)
        return [numbers[place] for _text, _distance, place in hits]

    def _holding(self, part: str) -> Iterator[int]:
        at = self._joined.find(part)
        while at >= 0:
            number = bisect_right(self._starts, at) - 1
            yield number
            at = self._joined.find(part, self._starts[number] + len(self._words[number]))

    def _spaced_otherwise(self, words: list[str]) -> Iterator[list[range]]:
        """The words with two written as one, or one as two: tooth brush, toothbrush."""
        for place, (one, other) in enumerate(zip(words, words[1:], strict=False)):
            yield [_range(self._words, word) for word in [*words[:place], one + other, *words[place + 2 :]]]
        for place, word in enumerate(words):
            for cut in range(SHORTEST_PART, len(word) - SHORTEST_PART + 1):
                parts = [*words[:place], word[:cut], word[cut:], *words[place + 1 :]]
                ranges = [_range(self._words, part) for part in parts]
                if all(ranges) and self._words[ranges[place].start] == word[:cut]:
                    yield ranges

    def _ranked(self, wanted: str, places: list[int], limit: int) -> list[int]:
        ordered = sorted(places)
        best = process.extract(wanted, [self._texts[place] for place in ordered], scorer=fuzz.ratio, limit=limit)
        return [ordered[number] for _text, _likeness, number in best]


def _range(ordered: list[str], beginning: str) -> range:
    """The places of the texts that begin so."""
    low = bisect_left(ordered, beginning)
    return range(low, bisect_left(ordered, beginning + AFTER_ALL, low))


def _starts(words: list[str]) -> Iterator[int]:
    at = 0
    for word in words:
        yield at
        at += len(word) + 1
