"""When a failed effect is tried again, and for how long a worker may hold one."""

from __future__ import annotations

from datetime import timedelta

LEASE = timedelta(minutes=5)
"""A worker that died lets go of its rows after this time; an effect has to be over well before."""

FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(minutes=15)


def wait_after(attempts: int) -> timedelta:
    """How long to wait after so many failed attempts: twice as long each time, up to a quarter of an hour.

    Nothing is ever given up: a receipt that waits for its key, or a mail for its server, goes out when they are back.
    """
    doubled: timedelta = FIRST_WAIT * (1 << min(attempts - 1, 20))
    return min(LONGEST_WAIT, doubled)
