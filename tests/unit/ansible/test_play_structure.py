"""A play that goes on past a failed server leaves a tier half applied and says that it went well."""

from __future__ import annotations

import re

import pytest

from tests.unit.ansible.structure import ROOT, all_tasks, plays, read, words_in

PLAYS = [pytest.param(path, play, id=f"{path.stem}: {play.get('name')}") for path, play in plays()]
TASKS = [pytest.param(path, task, id=f"{path.relative_to(ROOT)}: {task.get('name')}") for path, task in all_tasks()]

# The order of issue and design: what is named first is needed by what follows.
ORDER = [
    "baseline", "firewall", "tls", "database", "balancer", "documents", "swift", "smtp", "signing", "portal", "proxy",
    "address", "acme", "backup",
]  # fmt: skip

# A word of a secret: the vault's own variables, and whatever variable of a role ends like one.
SECRET = re.compile(
    r"^(?!update_password$)"
    r"(?:vault_(?!tls_ca_certificate$|signing_roots$)"
    r"|\w*_(?:password|passwords|passphrase|secret|secret_key|ca_key|private_key)$)"
)


@pytest.mark.parametrize(("path", "play"), PLAYS)
def test_every_play_stops_at_the_first_failure(path, play):
    """Without it Ansible goes on, and the portal starts against a database that is not there."""
    assert play.get("any_errors_fatal") is True
    assert play.get("ignore_errors") is None
    assert play.get("max_fail_percentage") is None


@pytest.mark.parametrize(("path", "play"), PLAYS)
def test_every_play_says_what_it_is_for(path, play):
    """An operator reads these names while waiting."""
    assert re.match(r"[A-Z][a-z]+", play.get("name", ""))
    assert "gather_facts" in play


def test_apply_names_every_role_in_the_order_of_need():
    """A role that is missing here exists, is tested, and is on no server."""
    applied = [role for play in read(ROOT / "playbooks" / "apply.yml") for role in play.get("roles", [])]
    assert [role["role"] for role in applied] == ORDER
    assert [role["tags"] for role in applied] == [[name] for name in ORDER]


def test_apply_gathers_facts_once():
    """Gathering costs two seconds a server and play."""
    first, *others = read(ROOT / "playbooks" / "apply.yml")
    assert first["gather_facts"] is True
    assert [play["gather_facts"] for play in others] == [False] * len(others)


def test_the_outside_is_never_part_of_a_tier():
    """A real tier has no host `outside`; a play over `all` would give it the tier's secrets in rehearsals."""
    for path, play in plays():
        if path.stem != "rehearsal" and "all" in play["hosts"].split(":"):
            assert "!outside" in play["hosts"].split(":"), path


@pytest.mark.parametrize(("path", "task"), TASKS)
def test_no_failure_is_swallowed(path, task):
    """A failure that is ignored is found by an agent."""
    assert not task.get("ignore_errors")
    assert task.get("failed_when") not in (False, "false", "never")


@pytest.mark.parametrize(("path", "task"), TASKS)
def test_a_task_with_a_secret_is_not_logged(path, task):
    """The log of a run is sent around when something fails."""
    secrets = {word for word in words_in(task) if SECRET.search(word)}
    if secrets:
        assert task.get("no_log") is True, f"mentions {', '.join(sorted(secrets))}"


def test_no_value_depends_on_the_order_of_a_set():
    """Ansible's set filters answer in another order each run: a file made from one changes at every apply."""
    places = [
        *ROOT.glob("inventories/**/*.yml"),
        *ROOT.glob("roles/*/vars/*.yml"),
        *ROOT.glob("roles/*/templates/**/*"),
    ]
    unordered = re.compile(r"\| *(?:symmetric_)?(?:difference|intersect|union)\(")
    harmless = re.compile(r"\| *(?:length|sort)\b")
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in places
        if path.is_file()
        for line in path.read_text(encoding="utf-8").splitlines()
        if unordered.search(line) and not harmless.search(line)
    ]
    assert found == []
