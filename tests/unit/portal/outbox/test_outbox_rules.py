"""How long a failed effect waits."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

from portal.outbox.rules import LEASE, wait_after


def test_the_waits_double_from_five_seconds_to_a_quarter_of_an_hour():
    seconds = [wait_after(attempts).total_seconds() for attempts in range(1, 10)]
    assert seconds == [5, 10, 20, 40, 80, 160, 320, 640, 900]
    assert all(first <= second for first, second in pairwise(seconds))


def test_a_row_that_failed_for_years_still_has_a_wait():
    assert wait_after(10**6) == timedelta(minutes=15)


def test_a_lease_outlasts_the_longest_effects_of_a_batch():
    """A lease that ends while its worker still sends would have the same mail sent by another."""
    from portal.notices.mail import TIMEOUT
    from portal.outbox.worker import BATCH

    assert timedelta(seconds=TIMEOUT * BATCH) < LEASE
