"""One run a tier, and what is told about a run."""

from __future__ import annotations

import io
import json

import pytest

from kit import lock
from kit.errors import KitError
from kit.playbook import HostResult, PlaybookResult, Watch
from kit.tier import Tier, hosts_of


@pytest.fixture
def locks(monkeypatch, tmp_path):
    monkeypatch.setattr(lock, "LOCKS", tmp_path)
    return tmp_path


def test_a_second_run_is_refused_with_who_since_when_and_what_for(locks):
    """Two runs at once leave a server between two states."""
    tier = Tier("test", True)
    with lock.hold(tier, "apply"), pytest.raises(KitError) as refused, lock.hold(tier, "verify"):
        pass
    assert refused.value.exit_code == 5
    assert "for: apply" in refused.value.why
    assert "since 20" in refused.value.why


def test_a_rehearsal_does_not_hold_the_real_tier(locks):
    """Production must be mendable while someone rehearses."""
    with lock.hold(Tier("test", True), "up"), lock.hold(Tier("test"), "apply"):
        assert len(list(locks.glob("*.lock"))) == 2


def test_the_lock_is_free_after_a_failure(locks):
    """A stale lock would need a person to remove it."""
    tier = Tier("test", True)
    with pytest.raises(RuntimeError), lock.hold(tier, "apply"):
        raise RuntimeError
    with lock.hold(tier, "apply"):
        pass


def test_a_half_written_holder_is_still_told():
    """The holder writes its name just after it has the lock."""
    assert "another run" in lock.holder_text("")
    assert "another run" in lock.holder_text('{"who": "a"')


def result(tmp_path, **hosts: HostResult) -> PlaybookResult:
    return PlaybookResult("apply", hosts, 1.0, tmp_path / "log", "ansible-playbook", "failed", [("a", "r: t", "why")])


def test_an_unreachable_host_ends_with_4_and_a_failed_task_does_not(tmp_path):
    """Scripts tell a dead server from a refused setting by the code."""
    with pytest.raises(KitError) as unreachable:
        result(tmp_path, a=HostResult(unreachable=1)).require_success()
    with pytest.raises(KitError) as failed:
        result(tmp_path, a=HostResult(failed=1)).require_success()
    assert unreachable.value.exit_code == 4
    assert failed.value.exit_code == 1
    assert failed.value.why == "why"


def test_a_failed_loop_tells_the_item_that_failed():
    """ "One or more items failed" sends the operator into a log of thousands of lines."""
    watch = Watch(None, io.StringIO(), show_changes=False)
    results = [{"failed": False}, {"failed": True, "msg": "no such unit", "stderr": ""}]
    event = {"res": {"msg": "One or more items failed", "results": results}, "host": "a", "task": "Reload"}
    watch.event({"event": "runner_on_failed", "event_data": event})
    assert watch.failures == [("a", "Reload", "no such unit")]


def test_a_tolerated_failure_is_not_told_as_one():
    """A task that may fail is not why a run stopped."""
    watch = Watch(None, io.StringIO(), show_changes=False)
    watch.event({"event": "runner_on_failed", "event_data": {"ignore_errors": True, "res": {}, "host": "a"}})
    assert watch.failures == []


def test_hosts_are_read_in_the_order_of_the_inventory(tmp_path):
    """The order decides the addresses of a rehearsal."""
    path = tmp_path / "hosts.yml"
    groups = {"web": {"hosts": {"b1": None, "a1": None}}, "data": {"hosts": {"a1": None, "c1": None}}}
    path.write_text(json.dumps({"all": {"vars": {"hosts": "no"}, "children": groups}}))
    assert hosts_of(path) == ["b1", "a1", "c1"]


def test_a_broken_inventory_is_told_with_its_line(tmp_path):
    """A missing colon far down a file is not found by its error alone."""
    path = tmp_path / "hosts.yml"
    path.write_text("all:\n  hosts:\n   a: [\n")
    with pytest.raises(KitError) as refused:
        hosts_of(path)
    assert f"{path}:4" in refused.value.where
