"""What the worker clears away now and then; each housekeeper leaves a count in the audit trail."""

from __future__ import annotations

import logging
from collections.abc import Callable
from importlib import import_module

from sqlalchemy.orm import Session

from portal.audit.service import record
from portal.db import db, transaction
from portal.documents.store import store

log = logging.getLogger("portal.outbox")

HOUSEKEEPERS = [
    "portal.outbox.housekeeping:sweep_store",
    "portal.drafting.service:purge",
    "portal.drafting.uploads:expire",
    "portal.drafting.documents:drop_forgotten",
    "portal.drafting.copies:purge_templates",
    "portal.addressbook.service:purge",
    "portal.filing.archives:enqueue_due",
    "portal.filing.reconcile:repair_recent",
]
"""Functions without arguments, safe to repeat and to run on two servers at once; they say how much they cleared."""


def keep_house(beat: Callable[[], None] = lambda: None) -> None:
    """Call every housekeeper once; one that fails is logged and keeps none of the others from their work."""
    for name in HOUSEKEEPERS:
        beat()
        try:
            module, _, function = name.partition(":")
            if count := getattr(import_module(module), function)():
                log.info("%s cleared away %d", name, count)
        except Exception as error:
            db.session.rollback()
            log.warning("%s failed and is tried again in an hour: %s", name, error)


def sweep_store() -> int:
    """Clear away what interrupted uploads left in the document store a day ago or longer; raises StoreError."""
    removed = store().sweep()
    if removed:
        _note_sweep(removed)
    return removed


@transaction
def _note_sweep(session: Session, removed: int) -> None:
    record(session, "store-swept", uploads=removed)
