"""Running a playbook: live progress, a log, and what became of every host."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

from kit import output, strategy
from kit.errors import Exit, KitError
from kit.paths import LOGS, PLAYBOOKS, ROOT, STATE, VENV, private_directory
from kit.tier import Tier

SLOW_SECONDS = 5.0
# What a role refuses says so itself (docs/operators.md lists the codes); these were tried, and did not hold.
_REFUSAL = re.compile(r"(?P<code>KIT-\d{3}) (?P<words>.+)", re.DOTALL)
_CHECKED = {"KIT-067"}
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


@dataclass
class HostResult:
    """What happened on one host: numbers of tasks."""

    ok: int = 0
    changed: int = 0
    failed: int = 0
    unreachable: int = 0


@dataclass
class PlaybookResult:
    """How a playbook ended. `failures` are (host, task, message) of what stopped it."""

    playbook: str
    hosts: dict[str, HostResult]
    seconds: float
    log: Path
    command_line: str
    status: str
    failures: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def changed(self) -> int:
        """Return the number of changed tasks on all hosts."""
        return sum(host.changed for host in self.hosts.values())

    @property
    def ok(self) -> bool:
        """Say whether every host did everything."""
        return self.status == "successful" and not any(h.failed or h.unreachable for h in self.hosts.values())

    def as_dict(self) -> dict[str, Any]:
        """Return the result as a part of a JSON document."""
        return {
            "playbook": self.playbook,
            "status": self.status,
            "hosts": {name: asdict(host) for name, host in sorted(self.hosts.items())},
            "changed": self.changed,
            "seconds": round(self.seconds, 1),
            "log": str(self.log),
            "command": self.command_line,
            "failures": [{"host": h, "task": t, "message": m} for h, t, m in self.failures],
        }

    def require_success(self) -> PlaybookResult:
        """Return self, or raise what an operator must know about the failure."""
        if self.ok:
            return self
        host, task, message = self.failures[0] if self.failures else ("", "", "see the log")
        unreachable = sorted(name for name, result in self.hosts.items() if result.unreachable)
        if unreachable:
            raise KitError(
                "KIT-202",
                f"Not reachable by SSH: {', '.join(unreachable)}.",
                where=f"{self.playbook}: {task}",
                why=message,
                fix="see that the server runs and that its address in the inventory is right; for a rehearsal,\n"
                "bin/kit up makes stopped containers run again",
                exit_code=Exit.UNREACHABLE,
            )
        if refusal := _REFUSAL.match(message):
            raise KitError(
                refusal["code"],
                refusal["words"].strip(),
                where=f"{host}, {self.playbook}: {task}",
                fix=f"the whole story is in {self.log}",
                exit_code=Exit.CHECKS_FAILED if refusal["code"] in _CHECKED else Exit.REFUSED,
            )
        raise KitError(
            "KIT-201",
            f"The playbook {self.playbook} did not end well" + (f" on {host}." if host else "."),
            where=f"task: {task}" if task else str(self.log),
            why=message,
            fix=f"the whole story is in {self.log}; mend the cause, then run the same command again: what is\n"
            "done stays done",
            exit_code=Exit.INTERNAL if self.hosts else Exit.USAGE,
        )


def command_arguments(
    tier: Tier,
    playbook: str,
    *,
    extra_vars: Mapping[str, str] | None = None,
    limit: str = "",
    tags: str = "",
    check: bool = False,
) -> list[str]:
    """Return the arguments of ansible-playbook for this run, the playbook's file last."""
    arguments: list[str] = []
    for source in tier.inventories:
        arguments += ["-i", _short(source)]
    for name, value in sorted((extra_vars or {}).items()):
        arguments += ["-e", f"{name}={shlex.quote(value)}"]
    if limit:
        arguments += ["--limit", limit]
    if tags:
        arguments += ["--tags", tags]
    if check:
        arguments += ["--check", "--diff"]
    return [*arguments, _short(PLAYBOOKS / f"{playbook}.yml")]


def run_playbook(
    tier: Tier,
    playbook: str,
    *,
    extra_vars: Mapping[str, str] | None = None,
    limit: str = "",
    tags: str = "",
    check: bool = False,
    on_event: Callable[[dict[str, Any]], None] | None = None,
) -> PlaybookResult:
    """Run `playbooks/<playbook>.yml` on a tier with live progress, and return what became of every host.

    It does not raise for a failed host (see `PlaybookResult.require_success`). Raises KIT-200 when there is
    no such playbook. The exact command line is shown and can be typed by hand.
    """
    import ansible_runner

    if not (PLAYBOOKS / f"{playbook}.yml").is_file():
        raise KitError(
            "KIT-200", f"There is no playbook for {playbook}.", where=str(PLAYBOOKS / f"{playbook}.yml"),
            fix="this clone is incomplete: git status", exit_code=Exit.INTERNAL,
        )  # fmt: skip
    arguments = command_arguments(tier, playbook, extra_vars=extra_vars, limit=limit, tags=tags, check=check)
    environment = {**tier.ansible_environment(), **strategy.environment(tier)}
    command_line = shlex.join([".venv/bin/ansible-playbook", *arguments])
    prefix = " ".join(f"{name}={shlex.quote(_short(Path(value)))}" for name, value in environment.items())
    output.say(f"  $ {prefix} {command_line}", style="dim")
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    log = private_directory(LOGS) / f"{stamp}-{tier.name}-{playbook}.log"
    _sweep(STATE / "ansible" / "runs")
    private = private_directory(STATE / "ansible" / "runs" / f"{stamp}-{os.getpid()}-{playbook}")
    begun = time.monotonic()
    with os.fdopen(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as kept:
        kept.write(f"$ {prefix} {command_line}\n\n")
        watch = Watch(on_event, kept, show_changes=check)
        try:
            runner = ansible_runner.run(
                private_data_dir=str(private),
                project_dir=str(ROOT),
                playbook=arguments[-1],
                # ansible-runner reads the arguments with shlex, as a shell would.
                cmdline=shlex.join(arguments[:-1]),
                envvars={**environment, "PATH": f"{_tied(private)}:{VENV / 'bin'}:{os.environ.get('PATH', '')}"},
                event_handler=watch.event,
                quiet=True,
                suppress_env_files=True,
                settings={"suppress_ansible_output": True},
            )
        finally:
            shutil.rmtree(private, ignore_errors=True)
    status = str(runner.status)
    if status != "successful" and not watch.failures:
        watch.failures.append(("", "", _reason(log.read_text(errors="replace"))))
    return PlaybookResult(
        playbook, _hosts(watch.stats), time.monotonic() - begun, log, command_line, status, watch.failures
    )


def show_end(tier: Tier, result: PlaybookResult, next_command: str) -> None:
    """Print how a run ended: hosts, duration, log, and what to type next."""
    rows = [
        [name, str(host.ok), str(host.changed), str(host.failed + host.unreachable)]
        for name, host in sorted(result.hosts.items())
    ]
    output.table("", ["host", "ok", "changed", "failed"], rows)
    output.say(f"{result.playbook} of {tier.title}: {output.duration(result.seconds)}")
    output.say(f"log   {_short(result.log)}")
    if next_command:
        output.say(f"next  {next_command}")


class Watch:
    """Turns Ansible's events into lines of progress, and remembers what failed."""

    def __init__(self, also: Callable[[dict[str, Any]], None] | None, log: TextIO, *, show_changes: bool) -> None:
        self._log = log
        self.failures: list[tuple[str, str, str]] = []
        self.stats: dict[str, dict[str, int]] = {}
        self._also = also
        self._show_changes = show_changes
        self._play = ""
        self._place = ""
        self._task = ""
        self._task_began = time.monotonic()

    def event(self, event: dict[str, Any]) -> bool:
        """Take one event of ansible-runner. Return False: nothing of it needs to be stored."""
        data = event.get("event_data") or {}
        kind = event.get("event", "")
        if event.get("stdout"):
            self._log.write(f"{_COLOUR.sub('', event['stdout'])}\n")
            self._log.flush()
        if kind in {"playbook_on_play_start", "playbook_on_task_start", "playbook_on_stats"}:
            self._slow_task()
        if kind == "playbook_on_play_start":
            self._play = str(data.get("play") or data.get("name"))
            self._place = ""
        elif kind == "playbook_on_task_start":
            self._task = str(data.get("task", ""))
            if self._play:  # told with its first task: plays that have nothing to do are not worth a line
                output.progress(self._play)
                self._play = ""
            role = str(data.get("role") or "")
            if role != self._place:
                self._place = role
                if role:
                    output.progress(f"  {role}")
        elif kind == "playbook_on_stats":
            self.stats = {name: value for name, value in data.items() if isinstance(value, dict)}
        elif kind == "runner_on_unreachable" or (kind == "runner_on_failed" and not data.get("ignore_errors")):
            self._failed(data)
        elif self._show_changes and kind in {"runner_on_ok", "runner_item_on_ok"} and _changed(data):
            output.say(str(event.get("stdout", "")))
        if self._also:
            self._also(event)
        return False

    def _slow_task(self) -> None:
        taken = time.monotonic() - self._task_began
        if self._task and taken >= SLOW_SECONDS:
            output.progress(f"    {self._task}: {output.duration(taken)}")
        self._task_began = time.monotonic()

    def _failed(self, data: dict[str, Any]) -> None:
        result = data.get("res") or {}
        items = [item for item in result.get("results") or [] if isinstance(item, dict) and item.get("failed")]
        if items:  # the loop itself only says that "one or more items failed"
            result = items[0]
        message = str(result.get("msg") or result.get("stderr") or result.get("censored") or result)
        detail = [line for line in str(result.get("stderr") or result.get("stdout") or "").splitlines() if line.strip()]
        if detail and detail[-1] not in message:
            message = "\n".join([message, *detail[-6:]])
        host = str(data.get("host", ""))
        task = str(data.get("task", self._task))
        role = str(data.get("role") or "")
        self.failures.append((host, f"{role}: {task}" if role else task, message[:2000]))
        output.say(f"  failed on {host}: {task}", style="red")


def _sweep(runs: Path) -> None:
    """Remove what runs that were killed have left; a directory's name holds the process that made it."""
    for left in runs.glob("*-*-*"):
        if not Path("/proc", left.name.split("-")[1]).exists():
            shutil.rmtree(left, ignore_errors=True)


def _tied(folder: Path) -> Path:
    """Return a directory for PATH whose ansible-playbook ends with this process.

    Were the kit killed, its playbook would go on beside the next run, for the lock is free again.
    """
    command = folder / "ansible-playbook"
    program = shlex.quote(str(VENV / "bin" / "ansible-playbook"))
    command.write_text(f'#!/bin/sh\nexec setpriv --pdeathsig TERM {program} "$@"\n')
    command.chmod(0o700)
    return folder


def _changed(data: dict[str, Any]) -> bool:
    return bool((data.get("res") or {}).get("changed"))


def _hosts(stats: dict[str, dict[str, int]]) -> dict[str, HostResult]:
    hosts: dict[str, HostResult] = {}
    for name, place in (("ok", "ok"), ("changed", "changed"), ("failures", "failed"), ("dark", "unreachable")):
        for host, count in stats.get(name, {}).items():
            setattr(hosts.setdefault(host, HostResult()), place, count)
    return hosts


def _reason(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    marked = [line for line in lines if "ERROR" in line or "fatal" in line.lower()]
    return "\n".join((marked or lines)[-6:]) or "ansible-playbook said nothing"


def _short(path: Path) -> str:
    """Return a path as seen from the clone where it lies inside."""
    return str(path.relative_to(ROOT)) if path.is_absolute() and path.is_relative_to(ROOT) else str(path)
