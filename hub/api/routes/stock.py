"""Stock and balances, traces, the journal."""

from datetime import date
from typing import Annotated, Literal

import msgspec
from fastapi import APIRouter, Depends, Query, Response

from hub.api.context import Here
from hub.api.door import Viewing
from hub.api.models.shared import LISTED, Cursor, Limit, SearchText, Short
from hub.api.models.stock import BalancePage, EventModel, JournalPage, StockPage, TraceModel
from hub.core.access import API
from hub.core.days import as_day
from hub.core.instant import rfc3339
from hub.store.queries import journal, stock, trace
from hub.store.queries.facts import Fact
from hub.store.queries.paging import Page
from hub.store.queries.stock import BalanceRow, StockFilter, StockRow
from hub.store.queries.walks import First

router = APIRouter(prefix=API, tags=["stock"])

Code = Annotated[str, Query(min_length=1, max_length=4096, description="A code as the scanner reads it.")]


async def _filter(
    site: Short = None,
    item: Short = None,
    lot: Short = None,
    owner: Short = None,
    account: Short = None,
    condition: Literal["good", "quarantined", "damaged"] | None = None,
    text: SearchText = None,
    until: Annotated[date | None, Query(description="What expires on that day or before.")] = None,
    first: Annotated[First, Query(description="`expiry`: what expires first, and last what never does.")] = "any",
) -> StockFilter:
    last = None if until is None else as_day(until)
    return StockFilter(
        site=site, item=item, lot=lot, owner=owner, account=account, condition=condition, text=text, until=last,
        first=first,
    )  # fmt: skip


Wanted = Annotated[StockFilter, Depends(_filter)]


@router.get("/stock", responses=LISTED, response_model=StockPage)
def the_stock(here: Here, viewer: Viewing, wanted: Wanted, limit: Limit = 100, cursor: Cursor = None) -> Page[StockRow]:
    """What stands where, with the names of items. A site includes the units that stand there, nested ones too.

    Virtual accounts appear only where `account` names one; empty balances never.
    """
    pager = here.pager("stock", *wanted.parts)
    with here.services.database.read() as connection:
        return stock.stock(connection, pager, wanted, viewer=viewer, limit=limit, cursor=cursor)


@router.get("/balances", responses=LISTED, response_model=BalancePage)
def the_balances(
    here: Here, viewer: Viewing, wanted: Wanted, limit: Limit = 100, cursor: Cursor = None
) -> Page[BalanceRow]:
    """The ledger's balances, of all accounts: places, units, goods on the way, and virtual ones."""
    pager = here.pager("balances", *wanted.parts)
    with here.services.database.read() as connection:
        return stock.balances(connection, pager, wanted, viewer=viewer, limit=limit, cursor=cursor)


@router.get("/trace", responses=LISTED)
def the_trace(here: Here, viewer: Viewing, code: Code, limit: Limit = 100, cursor: Cursor = None) -> TraceModel:
    """All that happened to a unit (SSCC, or GTIN with serial number), a lot, or an item; newest first.

    Takes the raw text of a label with FNC1 as GS (%1D), with or without a symbology identifier, or as people copy it,
    with brackets.
    """
    pager = here.pager("trace", code)
    with here.services.database.read() as connection:
        found = trace.trace(connection, pager, code, viewer=viewer, limit=limit, cursor=cursor)
    events = [EventModel.model_validate(row) for row in found.events]
    return TraceModel.model_validate({
        "code": found.code, "what": found.what, "now": found.now, "events": events, "holders": found.holders,
        "next": found.next,
    })  # fmt: skip


@router.get("/journal", responses=LISTED, response_model=JournalPage)
def the_journal(
    here: Here,
    viewer: Viewing,
    device: Short = None,
    lane: Literal["facts", "telemetry"] | None = None,
    code: Annotated[str | None, Query(min_length=1, max_length=4096)] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """Items as they came, oldest first; with `code`, the facts about one thing, newest first.

    `cursor` takes `next` of the answer before. Items in quarantine are not here.
    """
    pager = here.pager("journal", device, lane, code)
    with here.services.database.read() as connection:
        if code is not None:
            found = trace.facts_of(connection, pager, code, viewer=viewer, limit=limit, cursor=cursor)
            of_device = [fact for fact in found.rows if device in (None, fact.source.device)]
            found = Page(of_device, found.next)
        else:
            found = journal.entries(
                connection, pager, viewer=viewer, device=device, lane_name=lane, limit=limit, cursor=cursor
            )
        rows = [_entry(fact) for fact in found.rows]
    return Response(msgspec.json.encode({"rows": rows, "next": found.next}), media_type="application/json")


def _entry(fact: Fact) -> dict[str, object]:
    """A row of JournalModel. The item goes out byte by byte as it came: nothing that a device sends can break it."""
    earliest = fact.when.earliest
    return {
        "id": fact.id, "device": fact.source.device, "stream": fact.source.stream, "lane": fact.source.lane,
        "seq": fact.seq, "at": rfc3339(fact.at), "earliest": None if earliest is None else rfc3339(earliest),
        "latest": rfc3339(fact.when.latest), "received_at": rfc3339(fact.received_at),
        "estimated": fact.estimated, "kind": fact.kind, "item": msgspec.Raw(fact.data),
    }  # fmt: skip
