"""The numbers of views: "design.view", both counted from 1 (Hague Agreement, Administrative Instructions, 405)."""

from __future__ import annotations

import re
from collections.abc import Collection

from portal.web.texts import typed_number

FORM = re.compile(r"([1-9]\d{0,2})\.([1-9]\d{0,2})")
Number = tuple[int, int]


def parse(text: str) -> Number | None:
    """The number that was typed, with a point, a comma or a hyphen between its parts; None for anything else."""
    found = FORM.fullmatch(re.sub(r"[,٫-]", ".", typed_number(text).strip()))
    return (int(found[1]), int(found[2])) if found else None


def written(number: Number) -> str:
    """The number as it is kept and shown."""
    return f"{number[0]}.{number[1]}"


def order(position: str) -> Number:
    """What to sort by; documents without a number come first."""
    return parse(position) or (0, 0)


def following(position: str, steps: int) -> str:
    """The number so many views further on, of the same design; nothing follows what is no number."""
    number = parse(position)
    return written((number[0], number[1] + steps)) if number else ""


def next_free(taken: Collection[str], wanted: Number | None = None) -> str:
    """The wanted number, or the first free view after it of the same design; without one the next view of the last
    design."""
    known = {number for number in map(parse, taken) if number}
    design, view = wanted or max(known, default=(1, 0))
    if wanted is None:
        view += 1
    while (design, view) in known:
        view += 1
    return written((design, view))
