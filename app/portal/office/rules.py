"""What is true of officers' decisions. No database, no Flask."""

from __future__ import annotations

ACCEPTED = "accepted"
RETURNED = "returned"
WAITING, REFUSED, REOPENED = "waiting", "refused", "reopened"
"""What becomes of a claimed reduction, besides that its proof is accepted."""
DEFECTS_LIMIT = 4000
"""How many characters an officer may write to the agent."""


class AlreadyDecided(RuntimeError):
    """Another officer decided first; `state` is what the filing or the reduction is in since."""

    def __init__(self, state: str) -> None:
        super().__init__(state)
        self.state = state


def check_defects(text: str) -> str:
    """The text as it is kept: line ends as one character, no space around; ValueError when empty or too long."""
    kept = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if not kept:
        raise ValueError("a filing is returned only with a text that says what to mend")
    if len(kept) > DEFECTS_LIMIT:
        raise ValueError(f"{len(kept)} characters are more than {DEFECTS_LIMIT}")
    return kept
