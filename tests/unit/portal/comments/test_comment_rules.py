"""For how long a comment is its author's alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from portal.comments.rules import can_change, is_hidden

WRITTEN = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
QUARTER = timedelta(minutes=15)


def comment(withdrawn: datetime | None = None):
    return SimpleNamespace(author_id=1, written_at=WRITTEN, withdrawn_at=withdrawn)


@pytest.mark.parametrize(
    ("after", "changeable"),
    [(timedelta(0), True), (QUARTER, True), (QUARTER + timedelta(microseconds=1), False), (timedelta(days=1), False)],
)
def test_an_author_can_change_it_for_a_quarter_of_an_hour(after, changeable):
    assert can_change(comment(), 1, WRITTEN + after) is changeable
    assert can_change(comment(), 2, WRITTEN + after) is False


@pytest.mark.parametrize(
    ("after", "hidden"), [(QUARTER, True), (QUARTER + timedelta(microseconds=1), False), (timedelta(days=1), False)]
)
def test_only_an_early_withdrawal_leaves_no_trace(after, hidden):
    """Later others may have read it, and acted on it."""
    assert is_hidden(comment(WRITTEN + after)) is hidden
    assert is_hidden(comment()) is False


def test_what_was_withdrawn_cannot_be_changed():
    assert can_change(comment(WRITTEN), 1, WRITTEN) is False
