"""Decisions about requests, consignments and parcels: one transaction each, with all that follows from them."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Literal

from sqlalchemy import Connection

from hub.api.context import Context
from hub.api.deciding import deciding
from hub.api.faults import ApiError
from hub.consequences import follow_up, new_codes
from hub.core.viewer import Viewer
from hub.store import decisions, lives, relief
from hub.store.queries.relief import sees
from hub.store.relief import Found, Kind
from wire.messages import AnyItem

_FIND = {"request": relief.request, "consignment": relief.consignment, "parcel": relief.parcel}


@contextmanager
def relieving(here: Context, topic: Literal["request", "consignment"]) -> Iterator[tuple[Connection, lives.Touched]]:
    """A writing transaction; what was touched in it is restated at its end, and codes and notices follow."""
    with deciding(here, topic) as connection:
        touched = lives.Touched()
        yield connection, touched
        new_codes(connection, here.services.vault, sorted(touched.parcels), here.now)
        follow_up(connection, here.services.vault, lives.restate(connection, touched, here.now), here.now)


def found(connection: Connection, viewer: Viewer, kind: Kind, id_: str) -> Found:
    """One that the viewer sees. Raises ApiError."""
    row = _FIND[kind](connection, id_)
    if row is None or not sees(connection, viewer, kind, row):
        raise _none(kind, id_)
    return row


def _none(kind: Kind, id_: str) -> ApiError:
    sentence, hint = f"There is no {kind} {id_}.", f"GET /api/v1/{kind}s lists them."
    if kind == "request":
        return ApiError(404, "no-request", sentence, hint=hint)
    if kind == "consignment":
        return ApiError(404, "no-consignment", sentence, hint=hint)
    return ApiError(404, "no-parcel", sentence, hint=hint)


def post(
    here: Context, facts: Callable[[Connection], Sequence[AnyItem]], *, by: str, action: str, what: str, detail: str
) -> None:
    """Say as facts of the hub what somebody decided, note it, and follow what it means. Raises ApiError, DeskError.

    `facts` checks whether it may be decided, when all that the hub said before is followed, and by one thread at a
    time: so what two people decide at the same moment is said once, and the other one is refused.
    """

    def due() -> Sequence[AnyItem]:
        with here.services.database.read() as connection:
            return facts(connection)

    def due_now() -> Sequence[AnyItem]:
        here.services.follow()
        return due()

    due()  # what is refused in any case does not wait for the desk
    desk = here.services.desk
    if desk is None:
        raise ApiError(409, "no-desk", "This hub posts no facts of its own.", hint="Ask who runs it.")
    desk.post_due(due_now)
    with here.write() as connection:
        decisions.note(connection, by, action, what, detail, here.now)
    here.services.follow()
    here.services.live.notify()
