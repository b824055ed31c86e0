"""Every proof is itself proved: one thing is broken, its test must fail; mended, it must pass again."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import date, timedelta
from pathlib import Path

import pytest

from kit import secrets
from kit.checklist.load import items_of, load_parts, load_waivers
from kit.checklist.model import Waiver
from kit.checklist.pytest_plugin import EvidenceBook
from kit.checklist.results import TestResult, read_file
from kit.checklist.rules import Outcome, State, stand_of
from kit.paths import ROOT, STATE
from kit.tier import get
from tests.acceptance import test_inf_02_servers as inf_02
from tests.drills.faults import FAULTS, Fault
from tests.support.servers import Server, Servers
from tests.support.signers import Rehearsed
from tests.support.tier_plugin import Looker


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_a_broken_thing_is_noticed_and_a_mended_one_passes(
    fault: Fault, servers: Servers, tier: str, tmp_path: Path
) -> None:
    """A check that cannot fail proves nothing, and everyone believes it."""
    every = servers.group(tier if fault.group == "tier" else fault.group)
    # where an address moves between servers, agents leave one that is broken alone
    moves = bool(servers.shared_address) and fault.group in ("proxy", "smtp")
    chosen = every if fault.everywhere or moves else every[:1]
    with ExitStack() as afterwards:
        if fault.clear_it:
            afterwards.callback(_do, chosen, fault.clear_it)
        try:
            _do(chosen, fault.break_it)
            broken = outcomes(fault.test, tier, tmp_path / "broken.jsonl")
        finally:
            _do(chosen, fault.mend_it)
        mended = outcomes(fault.test, tier, tmp_path / "mended.jsonl")
    failed = [one for one in broken if one.outcome is Outcome.FAILED]
    assert failed, f"{fault} did not notice: {fault.break_it}"
    assert any(fault.says in one.message for one in failed), f"{fault} failed for another reason: {failed[0].message}"
    assert {one.outcome for one in mended} == {Outcome.PASSED}, f"still failing: {[one.message for one in mended]}"


def test_inventory_with_a_server_too_few_or_doubled_is_noticed(
    servers: Servers, tier: str, evidence: EvidenceBook, look: Looker
) -> None:
    """INF-02 counts names and looks at machines: a name more for the same machine must not do for a second one."""
    count = inf_02.test_inventory_names_as_many_servers_as_the_tier_needs
    machines = inf_02.test_every_server_answers_and_is_a_machine_of_its_own
    first, *_ = servers.names(tier)
    with pytest.raises(AssertionError, match="servers; its inventory names"):
        count(servers.changed(tier, without=first), tier, evidence)
    with pytest.raises(AssertionError, match="servers; its inventory names"):
        count(servers.changed(tier, twin_of=first, name="twin"), tier, evidence)
    with pytest.raises(AssertionError, match="the same machine under several names"):
        machines(servers.changed(tier, twin_of=first, name="twin"), tier, look)
    count(servers, tier, evidence)
    machines(servers, tier, look)


@pytest.mark.tiers("demo", "production")  # those that the checklist asks it of
def test_another_tiers_signing_key_is_noticed(tier: str, tmp_path: Path) -> None:
    """INF-05 looks into the other tiers' vaults: one that holds this tier's key must be found."""
    proof = "test_inf_05_signing.py::test_no_other_tier_signs_with_this_key"
    held = secrets.read(get(tier, rehearsal=True))
    stranger = "production" if tier == "demo" else "demo"
    other = Rehearsed(stranger, place=STATE / "rehearsal-drill" / stranger)
    try:
        secrets.write(other, {name: held[name] for name in ("vault_signing_keystore", "vault_signing_passphrase")})
        (broken,) = outcomes(proof, tier, tmp_path / "broken.jsonl")
    finally:
        shutil.rmtree(other.state.parent, ignore_errors=True)
    assert broken.outcome is Outcome.FAILED
    assert f"this tier signs with the key of {stranger} (rehearsal)" in broken.message
    (mended,) = outcomes(proof, tier, tmp_path / "mended.jsonl")
    assert mended.outcome is Outcome.PASSED, mended.message


def test_capacity_is_waived_no_longer_than_the_waiver_says(tier: str, tmp_path: Path) -> None:
    """A waiver that outlives its day hides a server that will run full."""
    seen = [one.as_outcome() for one in outcomes("test_inf_01_capacity.py", tier, tmp_path / "capacity.jsonl")]
    items = items_of(load_parts(ROOT / "checklists"))
    capacity = next(item for item in items if item.id == "INF-01")
    waivers = load_waivers(get(tier, rehearsal=True).waivers_files, items)
    last = max(waiver.expires for waiver in waivers if waiver.item == "INF-01")

    def state(held: Sequence[Waiver], today: date) -> State:
        return stand_of(capacity, tier, seen, None, held, today).state

    assert state(waivers, last) is State.WAIVED
    assert state(waivers, last + timedelta(days=1)) is State.FAILED
    assert state([], last) is State.FAILED


def outcomes(test: str, tier: str, results: Path) -> list[TestResult]:
    """What one acceptance test says of the rehearsed tier, in a pytest of its own as `verify` runs it."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        f"tests/acceptance/{test}",
        "-p",
        "no:cacheprovider",
        "-q",
        "--rehearsal",
    ]
    done = subprocess.run(
        [*command, f"--tier={tier}", f"--results={results}"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    found = list(read_file(results).results.values())
    assert found, f"{test} did not run: {done.stdout[-1500:]}"
    return found


def _do(on: Sequence[Server], command: str) -> None:
    for server in on:
        code, text = server.attempt(command)
        assert code == 0, f"{command!r} on {server.name} ended with {code}: {text[-600:]}"
