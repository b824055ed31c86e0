"""The one way in which the kit tells an operator that something stopped it."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """What the shell sees when the kit ends; stable, scripts rely on it."""

    DONE = 0
    INTERNAL = 1
    USAGE = 2
    CHECKS_FAILED = 3
    UNREACHABLE = 4
    LOCKED = 5
    REFUSED = 6


class KitError(Exception):
    """Something an operator can act on: what happened, where, why, and the command that mends it.

    `code` is stable (`KIT-012`): the docs and support requests use it.
    """

    def __init__(
        self, code: str, what: str, *, where: str = "", why: str = "", fix: str = "", exit_code: int = Exit.USAGE
    ) -> None:
        super().__init__(what)
        self.code = code
        self.what = what
        self.where = where
        self.why = why
        self.fix = fix
        self.exit_code = int(exit_code)

    def as_dict(self) -> dict[str, str | int]:
        """Return the error as the `error` member of a JSON document."""
        return {
            "code": self.code,
            "what": self.what,
            "where": self.where,
            "why": self.why,
            "fix": self.fix,
            "exit_code": self.exit_code,
        }

    def as_text(self) -> str:
        """Return the error as lines for a terminal; empty parts are left out."""
        lines = [f"{self.code}  {self.what}"]
        for label, text in (("where", self.where), ("why", self.why), ("fix", self.fix)):
            if text:
                first, *rest = text.strip().splitlines()
                lines.append(f"  {label:<6}{first}")
                lines.extend(f"        {line}" for line in rest)
        return "\n".join(lines)
