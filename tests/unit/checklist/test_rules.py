"""Where an item stands: never passed by absence, never passed beside a failure."""

from __future__ import annotations

from datetime import date

import pytest

from kit.checklist.model import Clause, Item, Proof, SignOff, Waiver, Words
from kit.checklist.rules import (
    CheckedSignOff,
    Outcome,
    Stand,
    State,
    TestOutcome,
    fails_the_run,
    nodes_of_other_tiers,
    stand_of,
    unkept_claims,
    unknown_ids,
    unknown_waived_tests,
)

TODAY = date(2026, 11, 22)
A, B = "tests/acceptance/test_x.py::test_a", "tests/acceptance/test_x.py::test_b"
TEXT = Words(en="It holds", fr="Cela tient")


def item(*clauses: Clause, proof: Proof = Proof.TEST, **more: object) -> Item:
    return Item(id="INF-04", title=TEXT, proof=proof, remedy=TEXT, clauses=clauses, **more)


def clause(*tests: str, **more: object) -> Clause:
    return Clause(observe=TEXT, tests=tests, **more)


def ran(node: str, outcome: Outcome = Outcome.PASSED, *items: str) -> TestOutcome:
    return TestOutcome(node, items or ("INF-04",), outcome)


def waiver(*tests: str, expires: date = date(2026, 12, 31)) -> Waiver:
    return Waiver(
        item="INF-04", reason="The container has no such disk", approver="Board", expires=expires, tests=tests
    )


def stand(one: Item, *outcomes: TestOutcome, signoff: CheckedSignOff | None = None, waivers: tuple = ()) -> Stand:
    return stand_of(one, "test", outcomes, signoff, waivers, TODAY)


CHANGED = Words(en="The document was changed.", fr="La pièce a été modifiée.")


def signed(problem: Words | None = None) -> CheckedSignOff:
    return CheckedSignOff(
        SignOff(item="INF-04", by="A", role="Head of IT", date=TODAY, evidence="docs/a.pdf", sha256="0" * 64), problem
    )


def test_an_item_with_all_clauses_observed_is_passed() -> None:
    one = stand(item(clause(A), clause(B)), ran(A), ran(B))
    assert (one.state, fails_the_run([one])) == (State.PASSED, False)


def test_one_failed_test_among_passed_ones_fails_the_item() -> None:
    one = stand(item(clause(A), clause(B)), ran(A), ran(B, Outcome.FAILED))
    assert (one.state, fails_the_run([one])) == (State.FAILED, True)


def test_one_failed_parameter_of_a_test_fails_the_item() -> None:
    assert stand(item(clause(A)), ran(A), ran(A, Outcome.FAILED), ran(A)).state is State.FAILED


def test_a_clause_without_a_test_keeps_the_item_from_passed_and_does_not_fail_the_run() -> None:
    one = stand(item(clause(A), clause()), ran(A))
    assert (one.state, fails_the_run([one])) == (State.NOT_RUN, False)


def test_a_test_that_exists_and_did_not_run_fails_the_run() -> None:
    one = stand(item(clause(A), clause(B)), ran(A))
    assert (one.state, fails_the_run([one])) == (State.NOT_RUN, True)


@pytest.mark.parametrize("outcome", [Outcome.SKIPPED, Outcome.NOT_FINISHED])
def test_a_skipped_or_unfinished_test_is_not_run_and_fails_the_run(outcome: Outcome) -> None:
    one = stand(item(clause(A)), ran(A, outcome))
    assert (one.state, fails_the_run([one])) == (State.NOT_RUN, True)


def test_another_items_outcome_proves_nothing_here() -> None:
    assert stand(item(clause(A)), ran(A, Outcome.PASSED, "INF-05")).state is State.NOT_RUN


def test_a_marked_test_that_no_clause_names_counts_against_the_item() -> None:
    assert stand(item(clause(A)), ran(A), ran(B, Outcome.FAILED)).state is State.FAILED


def test_a_clause_of_another_tier_is_not_asked_here() -> None:
    assert stand(item(clause(A), clause(tiers=("production",))), ran(A)).state is State.PASSED


def test_an_item_of_another_tier_is_not_applicable() -> None:
    assert stand(item(clause(A), tiers=("production",))).state is State.NOT_APPLICABLE


def test_tests_of_other_tiers_are_told_apart() -> None:
    checklist = [item(clause(A, tiers=("production",)), clause(B)), item(clause(B, tiers=("demo",)))]
    assert nodes_of_other_tiers(checklist, "test") == {A}


def test_a_waiver_covers_a_failure_and_both_are_shown() -> None:
    one = stand(item(clause(A), clause(B)), ran(A, Outcome.FAILED), ran(B), waivers=(waiver(),))
    assert one.state is State.WAIVED
    assert [(c.state, c.observed_state) for c in one.clauses] == [
        (State.WAIVED, State.FAILED),
        (State.PASSED, State.PASSED),
    ]
    assert not fails_the_run([one])


def test_a_waiver_covers_a_clause_that_no_test_observed() -> None:
    assert stand(item(clause(A), clause()), ran(A), waivers=(waiver(),)).state is State.WAIVED


def test_a_waiver_of_one_test_leaves_another_failed() -> None:
    one = stand(item(clause(A), clause(B)), ran(A, Outcome.FAILED), ran(B, Outcome.FAILED), waivers=(waiver("test_a"),))
    assert one.state is State.FAILED


def test_a_waiver_holds_on_its_last_day_and_fails_the_item_on_the_next() -> None:
    failed = (ran(A, Outcome.FAILED),)
    assert stand(item(clause(A)), *failed, waivers=(waiver(expires=TODAY),)).state is State.WAIVED
    late = stand(item(clause(A)), *failed, waivers=(waiver(expires=date(2026, 11, 21)),))
    assert (late.state, fails_the_run([late])) == (State.FAILED, True)


def test_an_expired_waiver_fails_even_an_item_whose_tests_pass() -> None:
    late = stand(item(clause(A)), ran(A), waivers=(waiver(expires=date(2026, 11, 21)),))
    assert late.state is State.FAILED
    assert "2026-11-21" in late.notes[0].en


def test_a_passed_item_stays_passed_beside_a_waiver_and_says_that_nothing_needs_it() -> None:
    one = stand(item(clause(A)), ran(A), waivers=(waiver(),))
    assert one.state is State.PASSED
    assert "nothing needs it" in one.notes[0].en


def test_an_item_of_both_proofs_needs_its_sign_off_besides_passed_tests() -> None:
    both = item(clause(A), proof=Proof.BOTH)
    assert stand(both, ran(A)).state is State.NEEDS_SIGN_OFF
    assert stand(both, ran(A), signoff=signed()).state is State.PASSED
    assert stand(both, ran(A, Outcome.FAILED), signoff=signed()).state is State.FAILED
    assert stand(both, signoff=signed()).state is State.NOT_RUN


def test_a_waived_item_of_both_proofs_still_needs_its_sign_off() -> None:
    both = item(clause(A), proof=Proof.BOTH)
    assert stand(both, ran(A, Outcome.FAILED), waivers=(waiver(),)).state is State.NEEDS_SIGN_OFF
    assert stand(both, ran(A, Outcome.FAILED), waivers=(waiver(),), signoff=signed()).state is State.WAIVED


def test_a_sign_off_is_worth_its_evidence_document() -> None:
    paper = item(proof=Proof.SIGN_OFF)
    assert stand(paper).state is State.NEEDS_SIGN_OFF
    assert stand(paper, signoff=signed()).state is State.SIGNED_OFF
    assert stand(paper, signoff=signed(CHANGED)).state is State.FAILED
    both = item(clause(A), proof=Proof.BOTH)
    assert stand(both, ran(A), signoff=signed(CHANGED)).state is State.FAILED


def test_a_waiver_does_not_stand_for_a_sign_off() -> None:
    assert stand(item(proof=Proof.SIGN_OFF), waivers=(waiver(),)).state is State.NEEDS_SIGN_OFF


def test_marks_with_an_unknown_id_are_found() -> None:
    assert unknown_ids({A: ("INF-04", "INF-99"), B: ("INF-04",)}, [item(clause(A))]) == {A: ("INF-99",)}


def test_claims_that_no_test_keeps_are_found() -> None:
    checklist = [item(clause(A, B))]
    assert unkept_claims(checklist, {A + "[x]": ("INF-04",), B: ("INF-04",)}) == []
    assert "does not exist" in unkept_claims(checklist, {A: ("INF-04",)})[0]
    assert "not marked" in unkept_claims(checklist, {A: ("INF-04",), B: ("INF-05",)})[0]


def test_a_waiver_that_names_a_test_of_another_item_is_found() -> None:
    marked = {A: ("INF-04",), B: ("INF-05",)}
    assert unknown_waived_tests([waiver("test_a")], marked) == []
    assert len(unknown_waived_tests([waiver("test_b"), waiver("test_c")], marked)) == 2
