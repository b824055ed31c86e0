"""The index behind the search of terms: any script, and what was meant where it was mistyped. It knows no database.

A list has 80,000 terms and a third as many distinct words: a typed word is compared with those, and the terms follow
from them. The answer comes in tiers, and a later tier only fills up what those before it found: terms that begin as
typed, the term itself first; terms that have all the words; terms that have words like them; terms that have some.
Within a tier the terms most like what was typed come first.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

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
"""How many words are guessed at: each guess is a comparison with thousands of words."""
SHORTEST_PART = 3
AFTER_ALL = "\U0010ffff"

Words = Collection[int]
"""Words of the list by their number: those that one typed word can stand for."""


@dataclass(frozen=True)
class Line:
    """One term of a list: `id` is its row's, `group` the class by which a search can be restricted.

    `words` is its text as `rules.normalised` makes it.
    """

    id: int
    group: str
    words: str


class TermIndex:
    """The terms of one edition. 80,000 take 13 to 20 MB of memory, and half a second to put in order."""

    def __init__(self, lines: Iterable[Line]) -> None:
        ordered = sorted(lines, key=lambda line: line.words)
        self._ids = array("q", (line.id for line in ordered))
        self._texts = [line.words for line in ordered]
        self._groups = {group: number for number, group in enumerate(dict.fromkeys(line.group for line in ordered))}
        self._group_of = array("I", (self._groups[line.group] for line in ordered))
        places: dict[str, array[int]] = {}
        for place, text in enumerate(self._texts):
            for word in set(text.split()):
                places.setdefault(word, array("I")).append(place)
        self._words = sorted(places)
        self._places = [places[word] for word in self._words]
        self._of_length: dict[int, array[int]] = {}
        for number, word in enumerate(self._words):
            self._of_length.setdefault(len(word), array("I")).append(number)
        self._joined = "\n".join(self._words)
        self._starts = array("I", _starts(self._words))
        self._like = lru_cache(maxsize=64)(self._words_like)

    def __len__(self) -> int:
        return len(self._ids)

    def search(self, typed: str, group: str = "") -> list[int]:
        """The rows of the terms that are meant, best first, at most MOST; of one class, where `group` names it."""
        wanted = normalised(typed[:LONGEST])
        number = self._groups.get(group)
        if not wanted or (group and number is None):
            return []
        found: dict[int, None] = {}
        for enough, places in self._tiers(wanted):
            fresh = [place for place in places if place not in found and number in (None, self._group_of[place])]
            found |= dict.fromkeys(self._ranked(wanted, fresh, MOST - len(found)))
            if len(found) >= enough:
                break
        return [self._ids[place] for place in found]

    def _tiers(self, wanted: str) -> Iterator[tuple[int, Iterable[int]]]:
        """Each tier's terms, and with how many found in all the next one is not asked for."""
        words = wanted.split()[:MOST_WORDS]
        known: list[Words] = [_beginning_with(word, self._words) for word in words]
        is_short = len(words) <= MOST_GUESSED
        yield MOST, _beginning_with(wanted, self._texts)
        yield FEW if is_short else 1, self._having_all(known)
        if is_short:
            yield FEW, set().union(*(self._having_all(choices) for choices in self._spaced_otherwise(words)))
        yield 1, self._having_all(self._guessed(words, known))
        yield 1, self._having_most([self._like(word) for word in words[:MOST_GUESSED]])

    def _having_all(self, choices: Iterable[Words]) -> set[int]:
        """The terms that have, of each choice of words, one."""
        return set.intersection(*(self._having_one(choice) for choice in choices))

    def _having_one(self, choice: Words) -> set[int]:
        return set().union(*(self._places[word] for word in choice))

    def _having_most(self, choices: Iterable[Words]) -> set[int]:
        """The terms that have the rarest of the words, and as many of the others as can be had with it."""
        terms = sorted(filter(None, map(self._having_one, choices)), key=len)
        most: set[int] = terms[0] if terms else set()
        for more in terms[1:]:
            most = most & more or most
        return most

    def _guessed(self, words: Sequence[str], known: Sequence[Words]) -> list[Words]:
        """What each word can stand for, when those that no term has were mistyped; a single word always may be."""
        guesses, choices = MOST_GUESSED, []
        for word, same in zip(words, known, strict=True):
            is_guessed = guesses > 0 and (not same or len(words) == 1)
            guesses -= is_guessed
            choices.append(self._like(word) if is_guessed else same)
        return choices

    def _words_like(self, word: str) -> Words:
        """The words that this one can stand for: they begin with it, hold it, or differ from it by a slip or two."""
        same = _beginning_with(word, self._words)
        like = set(same)
        if len(word) >= SHORTEST_PART or not word.isascii():
            like.update(self._holding(word))
        if slips := _slips(len(word)):
            lengths = range(len(word) - slips, len(word) + slips + 1)
            near = [number for length in lengths for number in self._of_length.get(length, ())]
            like.update(_near(word, near, [self._words[number] for number in near], slips))
            longer = _beginning_with(word[0], self._words)
            for length in (len(word), len(word) + 1):  # the word's beginning, when a letter is wrong or is missing
                like.update(_near(word, longer, [self._words[number][:length] for number in longer], slips))
        return array("I", like)

    def _holding(self, part: str) -> Iterator[int]:
        """The words that hold this part: the only way into scripts that put no space between words."""
        at = self._joined.find(part)
        while at >= 0:
            number = bisect_right(self._starts, at) - 1
            yield number
            at = self._joined.find(part, self._starts[number] + len(self._words[number]))

    def _spaced_otherwise(self, words: list[str]) -> Iterator[list[Words]]:
        """The words with two written as one, or one as two: tooth brush, toothbrush."""
        for place, pair in enumerate(pairwise(words)):
            yield self._respelled(words, place, 2, ["".join(pair)])
        for place, word in enumerate(words):
            for cut in range(SHORTEST_PART, len(word) - SHORTEST_PART + 1):
                choices = self._respelled(words, place, 1, [word[:cut], word[cut:]])
                first = choices[place]
                if first and choices[place + 1] and self._words[min(first)] == word[:cut]:
                    yield choices

    def _respelled(self, words: list[str], place: int, instead_of: int, parts: list[str]) -> list[Words]:
        """What the words can stand for with some of them, from a place on, written otherwise."""
        return [_beginning_with(word, self._words) for word in (*words[:place], *parts, *words[place + instead_of :])]

    def _ranked(self, wanted: str, places: list[int], most: int) -> list[int]:
        """These terms with the most alike first; of equals, the one that is first in the alphabet."""
        ordered = sorted(places)
        best = process.extract(wanted, [self._texts[place] for place in ordered], scorer=fuzz.ratio, limit=most)
        return [ordered[number] for _text, _likeness, number in best]


def _beginning_with(beginning: str, ordered: list[str]) -> range:
    """The places of the texts that begin so, in an ordered list."""
    low = bisect_left(ordered, beginning)
    return range(low, bisect_left(ordered, beginning + AFTER_ALL, low))


def _slips(length: int) -> int:
    """How many wrong, missing, superfluous or exchanged letters are forgiven in a word of this length."""
    return 0 if length < 4 else 1 if length < 7 else 2


def _near(word: str, numbers: Sequence[int], texts: list[str], slips: int) -> Iterator[int]:
    """Those of the words whose text differs by at most so many slips."""
    hits = process.extract(word, texts, scorer=OSA.distance, score_cutoff=slips, limit=None)
    return (numbers[place] for _text, _distance, place in hits)


def _starts(words: list[str]) -> Iterator[int]:
    """Where each word begins when they stand joined, one on each line."""
    at = 0
    for word in words:
        yield at
        at += len(word) + 1
