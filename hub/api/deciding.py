"""A decision of people over HTTP: one transaction, and the live screens hear that there is something new."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from sqlalchemy import Connection

from hub.api.context import Context
from hub.store import reference


@contextmanager
def deciding(
    here: Context,
    topic: Literal[
        "space",
        "allocation",
        "delivery",
        "reference",
        "request",
        "consignment",
        "incident",
        "helpline",
        "round",
        "notice",
        "alert",
    ],
    **told: str | list[str],
) -> Iterator[Connection]:
    """A writing transaction; after its commit live screens look again. They are told what kind of thing, and `told`."""
    with here.write() as connection:
        yield connection
        reference.announce(connection, topic, told, here.now)
    here.services.live.notify()
