"""The search of terms over a list of 80,000: what each search costs, and what each process pays for it once.

The list is made up (tests/support/terms.py) and imported into SQLite; a search is the service's own call, with the
database's part. Asked are in equal parts: the beginning of a word, a whole term, two of its words, a word with a slip,
two words with one slip each, a word with a slip within its class, common words, and letters that mean nothing.
Goal: p95 at most 50 ms.

All times are processor time: SQLite works in the same process, and what else the machine does falls on nobody.

    python tests/bench/bench_terms.py [--terms 80000] [--each 200]
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "app")]

from tests.bench.measures import Row, portal, tell  # noqa: E402
from tests.support.terms import HEADS, mistyped, terms  # noqa: E402

GOAL = 50


def questions(listed: list[tuple[int, str]], each: int) -> dict[str, list[tuple[str, str]]]:
    """What is asked, with the class it is restricted to, by kind."""
    chance = random.Random(2)

    def some(ask: Callable[[int, str], tuple[str, str]]) -> list[tuple[str, str]]:
        return [ask(*chance.choice(listed)) for _ in range(each)]

    def words(term: str, count: int) -> list[str]:
        known = term.replace(",", "").split()
        return chance.sample(known, min(count, len(known)))

    def longest(term: str) -> str:
        return max(term.split(), key=len)

    return {
        "beginning of a word": some(lambda number, term: (term[: chance.randint(2, 6)], "")),
        "whole term": some(lambda number, term: (term, "")),
        "two words": some(lambda number, term: (" ".join(words(term, 2)), "")),
        "a word with a slip": some(lambda number, term: (mistyped(longest(term), chance), "")),
        "two words with slips": some(
            lambda number, term: (" ".join(mistyped(word, chance) for word in words(term, 2)), "")
        ),
        "a slip, in its class": some(lambda number, term: (mistyped(longest(term), chance), str(number))),
        "common words": some(lambda number, term: (f"{chance.choice(HEADS)} for", "")),
        "nonsense": some(lambda number, term: ("".join(chance.choices("abcdefghiklmnoprstu ", k=18)), "")),
    }


def memory_mb(listed: list[tuple[int, str]]) -> int:
    """What an index of these terms holds, in MB (10^6 bytes), as Python's own allocator counts it."""
    from portal.classification.rules import normalised
    from portal.classification.search import Line, TermIndex

    tracemalloc.start()
    index = TermIndex(Line(place, str(number), normalised(term)) for place, (number, term) in enumerate(listed))
    held = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert len(index) == len(listed)
    return round(held / 1e6)


def p95(times: list[float]) -> float:
    return round(statistics.quantiles(times, n=20)[-1], 1)


def measure(count: int, each: int) -> list[Row]:
    """Import, search, look terms up; raises when a search does not find what it must."""
    from portal.classification import importing, reading, service
    from portal.classification.rules import Scheme, normalised
    from portal.context import profile

    listed = list(terms(count))
    data = "\n".join(["class\tterm", *(f"{number}\t{term}" for number, term in listed)]).encode()
    with portal():
        language = profile().office.languages[0]
        begun = time.process_time()
        found = reading.read(data, Scheme.NICE)
        origin = importing.Origin.of("terms.tsv", data)
        importing.import_edition(Scheme.NICE, language, "made up", found.taken, origin)
        imported = time.process_time() - begun
        begun = time.process_time()
        service.search(Scheme.NICE, language, listed[0][1])
        first = time.process_time() - begun
        times: dict[str, list[float]] = {}
        for kind, asked in questions(listed, each).items():
            for typed, group in asked:
                begun = time.process_time()
                answer = service.search(Scheme.NICE, language, typed, group)
                times.setdefault(kind, []).append((time.process_time() - begun) * 1000)
                if kind == "whole term" and normalised(answer.rows[0].text) != normalised(typed):
                    raise AssertionError(f"{typed!r} is not the first answer to itself")
        looked_up = []
        for place in range(each):
            number, some = listed[place][0], [term for _number, term in listed[place : place + 20]]
            begun = time.process_time()
            service.free_terms(number, some, language)
            looked_up.append((time.process_time() - begun) * 1000)
    all_times = [one for some in times.values() for one in some]
    rows: list[Row] = [
        {"what": f"p95: {kind}", "value": p95(some), "unit": "ms"} for kind, some in sorted(times.items())
    ]
    worst = p95(all_times)
    return [
        {"what": f"import of {count} terms", "value": round(imported, 1), "unit": "s"},
        {"what": "first search of a process: the index", "value": round(first, 2), "unit": "s"},
        {"what": "memory of the index", "value": memory_mb(listed), "unit": "MB"},
        *rows,
        {"what": "p95: 20 terms looked up", "value": p95(looked_up), "unit": "ms"},
        {"what": "p95 of all searches", "value": worst, "unit": "ms", "goal": f"≤ {GOAL}", "ok": worst <= GOAL},
    ]


def main() -> None:
    """Measure, and print what `bin/kit bench` reads as the last line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--terms", type=int, default=80_000)
    parser.add_argument("--each", type=int, default=200)
    given = parser.parse_args()
    tell(measure(given.terms, given.each))


if __name__ == "__main__":
    main()
