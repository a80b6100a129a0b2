"""Giving a device to another ledger: a person's decision, made while the agent stands still."""

import os

from edge.clock import Clock
from edge.config import Settings
from edge.store.errors import OutboxError
from edge.store.knowledge import NAME as KNOWN
from edge.store.knowledge import remove
from edge.store.outbox import Outbox


def rebind(settings: Settings) -> str:
    """Forget the ledger, and what its hub told of a site; a sentence for the person.

    Raises OutboxError, also while an agent has the outbox open.
    """
    if not settings.outbox.exists():
        raise OutboxError(f"there is no outbox at {settings.outbox} yet: nothing to rebind")
    outbox = Outbox.open(
        settings.outbox,
        device=settings.device.name,
        now_ms=Clock().now_ms(),
        stream_factory=lambda: os.urandom(8).hex(),
    )
    try:
        before = outbox.ledger
        outbox.rebind(None)
        remove(settings.device.data / KNOWN)
        kept = outbox.stats().kept_facts
    finally:
        outbox.close()
    whose = f"was bound to ledger {before}" if before else "was bound to no ledger"
    return f"{settings.device.name} {whose}; now {kept} facts go to the next hub that answers. Start the agent."
