"""What does not fit, what is missing, what could not be understood."""

from typing import Annotated, Final, Literal

from fastapi import APIRouter, Path, Response

from hub.api.context import Here
from hub.api.door import Viewing
from hub.api.faults import ApiError
from hub.api.models.devices import GapPage, QuarantinePage
from hub.api.models.discrepancies import DiscrepancyPage, of_settled
from hub.api.models.shared import LISTED, Cursor, Limit, SearchText, Short, errors
from hub.core.access import API
from hub.core.discrepancies import Kind, Order
from hub.store import settlements
from hub.store.queries import devices, discrepancies, quarantine
from hub.store.queries.devices import GapRow
from hub.store.queries.discrepancies import Sought, TooManyError
from hub.store.queries.paging import Page
from hub.store.queries.quarantine import QuarantineFilter
from wire.errors import Reason

router = APIRouter(prefix=API, tags=["trouble"])

BYTES: Final = "application/octet-stream"


@router.get("/quarantine", responses=LISTED)
def the_quarantine(
    here: Here,
    viewer: Viewing,
    device: Short = None,
    reason: Reason | None = None,
    text: SearchText = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> QuarantinePage:
    """What could not be understood, newest first, with its bytes and the reason; and how much there is of each."""
    pager = here.pager("quarantine", device, reason, text)
    wanted = QuarantineFilter(device=device, reason=reason, text=text)
    with here.services.database.read() as connection:
        page = quarantine.rows(connection, pager, wanted, viewer=viewer, limit=limit, cursor=cursor)
        counts = quarantine.reasons(connection, viewer)
    return QuarantinePage.model_validate({"rows": page.rows, "next": page.next, "counts": counts})


@router.get(
    "/quarantine/{id_}/bytes",
    responses={
        **errors(401, 403, 404, 422, 503),
        200: {"content": {BYTES: {"schema": {"type": "string", "format": "binary"}}}},
    },
    response_class=Response,
)
def the_bytes(here: Here, viewer: Viewing, id_: Annotated[int, Path(ge=1, le=2**63 - 1)]) -> Response:
    """The bytes as they came, as a file that no browser opens by itself."""
    with here.services.database.read() as connection:
        found = quarantine.one(connection, viewer, id_)
    if found is None:
        raise ApiError(404, "no-quarantine", f"There is nothing {id_} in quarantine.", hint="GET /api/v1/quarantine.")
    headers = {"Content-Disposition": f'attachment; filename="quarantine-{id_}.bin"'}
    return Response(found, media_type=BYTES, headers=headers)


@router.get("/discrepancies", responses=LISTED)
def the_discrepancies(
    here: Here,
    viewer: Viewing,
    state: Literal["open", "settled"] = "open",
    kind: Kind | None = None,
    text: SearchText = None,
    order: Order | None = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> DiscrepancyPage:
    """What does not add up; each says whom it waits for. `settled`: what people decided, the latest first.

    Open ones come by kind, or in an `order`: up to 20,000 of them.
    """
    if state == "settled" and order is not None:
        raise ApiError(422, "no-order", "What was settled is listed by when it was.", hint="Leave `order` out.")
    pager = here.pager("discrepancies", state, kind, text, order, viewer.owner_filter, viewer.site_filter)
    sought = Sought(kind=kind, text=text, order=order)
    with here.services.database.read() as connection:
        if state == "settled":
            done = settlements.settlements(connection, pager, viewer, limit=limit, cursor=cursor, kind=kind, text=text)
            return DiscrepancyPage.model_validate({"rows": [of_settled(row) for row in done.rows], "next": done.next})
        try:
            found = discrepancies.discrepancies(
                connection, pager, viewer=viewer, now=here.now, limit=limit, cursor=cursor, sought=sought
            )
        except TooManyError as error:
            hint = "Choose a kind, look for words, or leave `order` out."
            raise ApiError(422, "too-many-to-order", f"The list cannot be ordered: {error}.", hint=hint) from error
    return DiscrepancyPage.model_validate({"rows": found.rows, "next": found.next})


@router.get("/gaps", responses=LISTED, response_model=GapPage)
def the_gaps(
    here: Here, lane: Literal["facts", "telemetry"] | None = None, limit: Limit = 100, cursor: Cursor = None
) -> Page[GapRow]:
    """Sequences that devices declared as missing and that nobody has sent since."""
    pager = here.pager("gaps", lane)
    with here.services.database.read() as connection:
        return devices.gaps(connection, pager, lane_name=lane, limit=limit, cursor=cursor)
