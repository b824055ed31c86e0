"""Applications of every right, made up by hypothesis: whatever people may type, in any script."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from hypothesis import strategies as st

from portal.drafting.application import (
    Application,
    ClassTerms,
    Deposit,
    Design,
    Earlier,
    Exhibition,
    Invention,
    Mark,
    Party,
    PriorityClaim,
)
from portal.profile.model import Right
from portal.web.texts import DIRECTION_CHANGERS, clean
from tests.support.applications import DRAWING, PICTURE, POWER, VIEWS

SERVICES = {
    Right.TRADEMARK: "trademark-national",
    Right.DESIGN: "design-national",
    Right.PATENT: "patent-national",
    Right.UTILITY_MODEL: "utility-model",
}
INTERNATIONAL = {Right.TRADEMARK: "madrid", Right.DESIGN: "hague", Right.PATENT: "pct", Right.UTILITY_MODEL: "pct"}
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)
UNTYPED = "".join(DIRECTION_CHANGERS) + "\ufffe\uffff"
TYPED = st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"], exclude_characters=UNTYPED)
AWKWARD = st.sampled_from("\u0301\u0308\u0338\u00a0\u200d\u200f&<>\"' ;,:é日ﷺ😀")


def texts(*, lines: bool = False, most: int = 40) -> st.SearchStrategy[str]:
    """A text that a page of a draft keeps as it is and finds nothing wrong in."""
    alphabet = TYPED | AWKWARD | st.just("\n") if lines else TYPED | AWKWARD
    return st.text(alphabet, min_size=1, max_size=most).map(lambda one: clean(one) or "x")


def terms(most: int = 3) -> st.SearchStrategy[tuple[str, ...]]:
    """Items of a list with one on each line."""
    return st.lists(texts().map(lambda one: one.strip() or "x"), min_size=1, max_size=most).map(tuple)


def maybe(strategy: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.just("") | strategy


DAYS = st.dates(date(1883, 1, 1), date(2026, 11, 20))
COUNTRIES = st.sampled_from(["KE", "FR", "CN", "ET", "MA"])
OFFICES = st.sampled_from(["FR", "EP", "EA", "EM", "OA", "JP"])
PARTIES = st.builds(
    Party,
    kind=st.sampled_from(["natural", "legal"]),
    name=texts(),
    street=texts(),
    city=texts(),
    postcode=maybe(texts(most=10)),
    country=COUNTRIES,
    email=maybe(st.just("someone@example.org")),
    phone=maybe(texts(most=20)),
)
CREATORS = PARTIES.map(lambda party: replace(party, kind="natural"))
CLAIMS = st.builds(
    PriorityClaim,
    office=OFFICES,
    number=texts(),
    date=DAYS,
    das=maybe(st.from_regex(r"[A-Za-z0-9]{4}", fullmatch=True) | texts(most=10)),
    restoration=maybe(texts(lines=True)),
)
EXHIBITIONS = st.builds(Exhibition, name=texts(), place=texts(), country=COUNTRIES, date=DAYS)
VIENNA = st.from_regex(r"[1-9]\d?\.[1-9]\d?(\.[1-9]\d?)?", fullmatch=True).filter(str.isascii)


@st.composite
def marks(draw: st.DrawFn) -> Mark:
    """A mark of any kind, with what its kind may have."""
    kind = draw(st.sampled_from(["word", "figurative", "three-dimensional", "sound", "colour"]))
    text = draw(texts()) if kind == "word" else draw(maybe(texts()))
    return Mark(
        kind=kind,
        text=text if kind in ("word", "figurative", "three-dimensional") else "",
        description=draw(maybe(texts(lines=True))),
        colours=draw(maybe(texts())),
        use=draw(st.sampled_from(["individual", "collective", "certification"])),
        vienna=tuple(draw(st.lists(VIENNA, max_size=3, unique=True))) if kind not in ("word", "sound") else (),
    )


@st.composite
def goods(draw: st.DrawFn) -> tuple[ClassTerms, ...]:
    """Goods and services in classes of the Nice Classification, in their order."""
    numbers = draw(st.lists(st.integers(1, 45), min_size=1, max_size=4, unique=True))
    return tuple(ClassTerms(number, draw(terms())) for number in sorted(numbers))


INVENTIONS = st.builds(
    Invention,
    title=texts(),
    abstract=texts(lines=True, most=120),
    claims=st.integers(1, 9999),
    drawings=st.integers(0, 9999),
    symbols=st.lists(st.sampled_from(["A61K", "A61K 31/00", "B65D85/808", "A47G 19/22"]), unique=True).map(tuple),
    deposits=st.lists(st.builds(Deposit, authority=texts(), number=texts(), date=DAYS), max_size=3).map(tuple),
    sequences=st.booleans(),
)


@st.composite
def designs(draw: st.DrawFn) -> tuple[Design, ...]:
    """Designs numbered from 1."""
    count = draw(st.integers(1, 4))
    classes = st.sampled_from(["06-01", "26-05", "32-00"])
    return tuple(Design(n, draw(texts()), draw(classes), draw(maybe(texts(lines=True)))) for n in range(1, count + 1))


@st.composite
def applications(draw: st.DrawFn) -> Application:
    """A complete application for any of the rights."""
    right = draw(st.sampled_from(list(SERVICES)))
    agent = draw(st.none() | PARTIES)
    is_design = right is Right.DESIGN
    of_patent = right in (Right.PATENT, Right.UTILITY_MODEL)
    kinds = st.sampled_from(["divisional", INTERNATIONAL[right]])
    invention = draw(INVENTIONS) if of_patent else None
    if invention and right is Right.UTILITY_MODEL:
        invention = replace(invention, deposits=())
    attached = {Right.TRADEMARK: (PICTURE,), Right.DESIGN: VIEWS}.get(right, (DRAWING,))
    return Application(
        service=SERVICES[right],
        right=right,
        language=draw(st.sampled_from(["en", "fr"])),
        reference=draw(maybe(texts())),
        applicants=tuple(draw(st.lists(PARTIES, min_size=1, max_size=3))),
        representative=agent,
        documents=tuple(draw(st.lists(st.sampled_from((*attached, POWER)), max_size=3))),
        discount=None,
        authority=draw(maybe(texts())) if agent else "",
        creators=tuple(draw(st.lists(CREATORS, min_size=1, max_size=3))) if is_design or of_patent else (),
        mark=draw(marks()) if right is Right.TRADEMARK else None,
        goods=draw(goods()) if right is Right.TRADEMARK else (),
        invention=invention,
        designs=draw(designs()) if is_design else (),
        deferment=draw(st.integers(0, 30)) if is_design else 0,
        priorities=tuple(draw(st.lists(CLAIMS, max_size=3))),
        exhibitions=tuple(draw(st.lists(EXHIBITIONS, max_size=2))) if right is not Right.UTILITY_MODEL else (),
        earlier=tuple(draw(st.lists(st.builds(Earlier, kind=kinds, number=texts(), date=DAYS), max_size=3))),
    )
