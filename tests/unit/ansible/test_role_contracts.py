"""A role is a contract: what it takes is declared, why is written down, and it is proved on a container."""

from __future__ import annotations

import re

import pytest

from kit import roles_readme
from tests.unit.ansible.structure import ROLE_NAMES, ROLES, ROOT, read, task_files, tasks_of

EVERY_ROLE = pytest.mark.parametrize("role", ROLES, ids=ROLE_NAMES)
PACKAGES = ROOT / "inventories" / "common" / "group_vars" / "all" / "packages.yml"


def defaults(role):
    path = role / "defaults" / "main.yml"
    return (read(path) or {}) if path.is_file() else {}


def options(role):
    specs = read(role / "meta" / "argument_specs.yml")["argument_specs"]
    return {name: option for spec in specs.values() for name, option in spec.get("options", {}).items()}


def test_the_roles_are_those_of_the_design():
    """A role that is forgotten is noticed at the acceptance."""
    expected = "backup baseline database documents firewall outside portal proxy signing smtp swift tls"
    assert expected.split() == ROLE_NAMES


@EVERY_ROLE
def test_every_default_is_declared_and_every_declaration_has_a_value(role):
    """An undeclared variable is never checked; a declared one without default or `required` fails half-way."""
    declared = options(role)
    assert set(defaults(role)) <= set(declared)
    for name, option in declared.items():
        assert option.get("required") or "default" in option or name in defaults(role) or "_addresses" in name, name


@EVERY_ROLE
def test_a_declared_default_is_the_one_in_force(role):
    """The README says the one, the server gets the other."""
    given = defaults(role)
    for name, option in options(role).items():
        if "default" in option and name in given:
            assert option["default"] == given[name], name


@EVERY_ROLE
def test_variables_begin_with_the_roles_name(role):
    """Two roles with one variable overwrite each other."""
    for name in [*defaults(role), *options(role)]:
        assert name.startswith(f"{role.name}_"), name
    internal = role / "vars" / "main.yml"
    for name in read(internal) or {} if internal.is_file() else {}:
        assert name.startswith(f"__{role.name}_"), name


@EVERY_ROLE
def test_registered_names_are_the_roles_own(role):
    """A registered name without the role's prefix survives into the next role."""
    for path in sorted(role.glob("tasks/*.yml")):
        for task in tasks_of(read(path)):
            names = [task["register"]] if "register" in task else []
            names += [n for n in task.get("ansible.builtin.set_fact", {}) if n != "cacheable"]
            for name in names:
                assert name.startswith((f"__{role.name}_", f"{role.name}_")), f"{path.name}: {name}"


@EVERY_ROLE
def test_every_default_says_why(role):
    """Whoever changes a default must know what it was for."""
    path = role / "defaults" / "main.yml"
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    commented = False
    for line in lines:
        if line.startswith("#"):
            commented = True
        elif re.match(r"[a-z_]+:", line):
            assert commented, line
        elif not line.strip():
            commented = False


@EVERY_ROLE
def test_main_is_a_table_of_contents(role):
    """Whoever looks for something finds it by the names of the files."""
    for task in read(role / "tasks" / "main.yml"):
        assert {"ansible.builtin.import_tasks", "ansible.builtin.include_tasks", "ansible.builtin.meta"} & set(task), (
            task
        )


@pytest.mark.parametrize("path", list(task_files()), ids=lambda path: str(path.relative_to(ROOT)))
def test_modules_have_their_full_names_and_tasks_are_sentences(path):
    """`copy` may be another collection's; a task without a name is a riddle in the log."""
    known = {
        "name",
        "when",
        "loop",
        "loop_control",
        "register",
        "notify",
        "vars",
        "become",
        "become_user",
        "tags",
        "args",
    }
    known |= {"changed_when", "failed_when", "check_mode", "diff", "delegate_to", "run_once", "no_log", "environment"}
    known |= {
        "until",
        "retries",
        "delay",
        "block",
        "rescue",
        "always",
        "listen",
        "delegate_facts",
        "async",
        "poll",
        "throttle",
    }
    for task in tasks_of(read(path) or []):
        assert re.match(r"[A-Z]", task.get("name", "")), task
        modules = set(task) - known
        assert len(modules) == 1, modules
        module = modules.pop()
        own = path.parents[1] / "library" / f"{module}.py"
        assert module.count(".") == 2 or own.is_file(), task["name"]


@EVERY_ROLE
def test_every_role_has_a_scenario_that_verifies(role):
    """A role without a scenario is tried out on a tier."""
    scenario = role / "molecule" / "default"
    for name in ("molecule.yml", "converge.yml", "verify.yml"):
        assert read(scenario / name), f"{role.name} has no molecule/default/{name}"
    for path in scenario.glob("*.yml"):
        content = read(path)
        for entry in content if isinstance(content, list) else []:
            tasks = [entry] if "hosts" not in entry else [*entry.get("tasks", []), *entry.get("post_tasks", [])]
            assert "hosts" not in entry or entry.get("any_errors_fatal") is True, f"{path.name}: {entry['name']}"
            for task in tasks_of(tasks):
                assert not task.get("ignore_errors"), task["name"]
                assert task.get("failed_when") is not False, task["name"]


@EVERY_ROLE
def test_the_readme_is_current(role):
    """A stale README is worse than none. Mend it: python -m kit.roles_readme."""
    path = role / "README.md"
    assert path.is_file()
    assert path.read_text(encoding="utf-8") == roles_readme.render(role)


@EVERY_ROLE
def test_packages_are_installed_in_one_transaction(role):
    """Each transaction of its own costs ten seconds a server; the common table must name what the role installs."""
    own = defaults(role).get(f"{role.name}_packages", [])
    table = read(PACKAGES)["baseline_packages_by_group"]
    if isinstance(own, dict):  # by engine, and the table says the same by engine
        assert table[role.name] == f"{{{{ tier_{role.name}_packages[{role.name}_engine] }}}}"
        assert own == read(PACKAGES)[f"tier_{role.name}_packages"]
        return
    if role.name not in ("baseline", "outside"):
        assert set(own) <= {package for group in (role.name, "all") for package in table.get(group, [])}
