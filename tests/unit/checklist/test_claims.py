"""The shipped checklist against the shipped tests: every ID there, every claim kept, every waiver of something."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

from kit.checklist.load import items_of, load_parts, load_signoffs, load_waivers
from kit.checklist.marks import marked_tests
from kit.checklist.model import Item
from kit.checklist.rules import unkept_claims, unknown_ids, unknown_waived_tests
from kit.cli import VERBS
from kit.errors import KitError

ROOT = Path(__file__).resolve().parents[3]
# The office's checklist, as agreed: these IDs are permanent, whatever the data says.
IDS = (
    [f"PRJ-{n:02d}" for n in range(1, 7)]
    + [f"INF-{n:02d}" for n in range(1, 11)]
    + [f"OPS-{n:02d}" for n in range(1, 8)]
    + [f"PAY-{n:02d}" for n in range(1, 6)]
    + [f"REC-{n:02d}" for n in range(1, 6)]
)
SIGN_OFF_ALONE = {"PRJ-01", "REC-01", "REC-02", "REC-05"}
BOTH = {"PRJ-02", "PRJ-03", "PRJ-04", "PRJ-06", "OPS-04", "PAY-01", "PAY-05", "REC-03"}


@pytest.fixture(scope="module")
def items() -> tuple[Item, ...]:
    return items_of(load_parts(ROOT / "checklists"))


def test_the_checklist_has_every_item_of_the_office_once_and_in_order(items: tuple[Item, ...]) -> None:
    assert [item.id for item in items] == IDS


def test_each_item_asks_for_the_proof_that_was_agreed(items: tuple[Item, ...]) -> None:
    found = {item.id: item.proof.value for item in items}
    agreed = {i: "sign-off" if i in SIGN_OFF_ALONE else "both" if i in BOTH else "test" for i in IDS}
    assert found == agreed


def test_every_mark_names_an_item_of_the_checklist(items: tuple[Item, ...]) -> None:
    assert unknown_ids(marked_tests(ROOT / "tests"), items) == {}


def test_every_claim_of_the_checklist_is_kept_by_a_test(items: tuple[Item, ...]) -> None:
    assert unkept_claims(items, marked_tests(ROOT / "tests")) == []


def test_every_acceptance_test_is_marked_and_named_by_its_item(items: tuple[Item, ...]) -> None:
    """A test without a mark runs, fails, and shows in no item of the report."""
    named = {node for item in items for clause in item.clauses for node in clause.tests}
    for path in sorted((ROOT / "tests" / "acceptance").glob("test_*.py")):
        for name in re.findall(r"^def (test_\w+)", path.read_text(encoding="utf-8"), re.MULTILINE):
            assert f"tests/acceptance/{path.name}::{name}" in named, f"{path.name}::{name} is in no clause"


def test_every_automated_item_of_infrastructure_and_backup_has_a_test_for_each_clause_of_the_test_tier(
    items: tuple[Item, ...],
) -> None:
    for item in items:
        if item.id.startswith("INF") or item.id == "OPS-07":
            assert all(clause.tests for clause in item.clauses_on("test")), item.id


def test_shipped_sign_offs_and_waivers_are_of_known_items_and_tests(items: tuple[Item, ...]) -> None:
    waivers = load_waivers(sorted((ROOT / "inventories").glob("*/waivers.yml")), items)
    assert unknown_waived_tests(waivers, marked_tests(ROOT / "tests")) == []
    for path in sorted((ROOT / "inventories").glob("*/signoffs.yml")):
        assert [one.problem for one in load_signoffs(path, items, ROOT).values() if one.problem] == []


def test_an_unknown_key_in_a_waiver_is_refused_with_its_file(tmp_path: Path, items: tuple[Item, ...]) -> None:
    path = tmp_path / "waivers.yml"
    path.write_text(
        "waivers:\n  - {item: INF-01, reason: it has no such disk, approver: B, expire: 2030-01-01}\n", encoding="utf-8"
    )
    with pytest.raises(KitError) as refused:
        load_waivers([path], items)
    assert (refused.value.code, refused.value.where) == ("KIT-312", str(path))
    assert "expire" in refused.value.why


def test_a_waiver_of_an_unknown_item_is_refused(tmp_path: Path, items: tuple[Item, ...]) -> None:
    path = tmp_path / "waivers.yml"
    path.write_text(
        "waivers:\n  - {item: INF-99, reason: it has no such disk, approver: B, expires: 2030-01-01}\n",
        encoding="utf-8",
    )
    with pytest.raises(KitError) as refused:
        load_waivers([path], items)
    assert "INF-99" in refused.value.what


@pytest.mark.parametrize(("content", "problem"), [(b"as signed", None), (b"changed", "changed"), (None, "not there")])
def test_a_sign_offs_evidence_document_is_compared(
    tmp_path: Path, items: tuple[Item, ...], content: bytes | None, problem: str | None
) -> None:
    if content is not None:
        (tmp_path / "plan.pdf").write_bytes(content)
    hash_of_as_signed = hashlib.sha256(b"as signed").hexdigest()
    path = tmp_path / "signoffs.yml"
    path.write_text(
        "signoffs:\n  - {item: PRJ-01, by: A, role: Head, date: 2026-11-01, evidence: plan.pdf, "
        f"sha256: {hash_of_as_signed}}}\n",
        encoding="utf-8",
    )
    found = load_signoffs(path, items, tmp_path)["PRJ-01"].problem
    assert (found is None) if problem is None else (found is not None and problem in found.en)


def test_every_remedy_is_a_verb_that_the_kit_has(items: tuple[Item, ...]) -> None:
    """A command that does not exist is worse than none, on the night it is needed."""
    for item in items:
        if item.command and item.command.startswith("bin/kit "):
            assert item.command.split()[1] in VERBS, item.id
