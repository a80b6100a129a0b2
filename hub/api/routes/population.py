"""Settlements, and the rates by which the needs of their people are estimated."""

from typing import Any

from fastapi import APIRouter

from hub.api.context import Here
from hub.api.deciding import deciding
from hub.api.door import Whoever, named
from hub.api.faults import ApiError
from hub.api.models import population as models
from hub.api.models.incidents import SettlementModel
from hub.api.models.shared import LISTED, SIGNED_IN, Cursor, Done, Limit, SearchText, errors
from hub.core.access import API
from hub.core.estimates import Rate, Rates
from hub.store import localities as store
from hub.store import rates
from hub.store.decisions import note
from hub.store.localities import Locality

router = APIRouter(prefix=API, tags=["incidents"])

CHANGED = errors(401, 403, 409, 413, 422, 503)


@router.get("/settlements", responses=LISTED)
def the_settlements(
    here: Here, text: SearchText = None, limit: Limit = 100, cursor: Cursor = None
) -> models.Settlements:
    """Settlements: where people live, and how many; the largest first."""
    pager = here.pager("settlements", text)
    with here.services.database.read() as connection:
        found = store.page(connection, pager, text=text, limit=limit, cursor=cursor)
    return models.Settlements(settlements=[settlement(one) for one in found.rows], next=found.next)


@router.put("/settlements", responses=CHANGED)
def put_settlements(here: Here, who: Whoever, sent: models.SettlementList | list[models.SettlementInput]) -> Done:
    """Add settlements, or replace those with the same id; others stay."""
    given = sent if isinstance(sent, list) else sent.settlements
    rows = [
        Locality(
            lat_e7=round(one.lat * 1e7), lon_e7=round(one.lon * 1e7), **one.model_dump(exclude={"lat", "lon"})
        )
        for one in given
    ]  # fmt: skip
    with deciding(here, "reference", what="settlements") as connection:
        store.put(connection, rows)
        note(connection, named(who), "settlements-entered", "settlements", " ".join(one.id for one in rows), here.now)
    return Done(count=len(rows))


@router.get("/rates", responses=SIGNED_IN)
def the_rates(here: Here) -> models.RatesModel:
    """How much people are reckoned to need; until somebody enters rates, those that a hub starts with."""
    with here.services.database.read() as connection:
        return _told(rates.rates(connection))


@router.put("/rates", responses=CHANGED)
def put_rates(here: Here, who: Whoever, sent: models.RatesInput) -> models.RatesModel:
    """Replace all rates."""
    new = Rates(
        rates=tuple(
            Rate(**{**one.model_dump(), "item": one.item or "", "kinds": tuple(one.kinds)}) for one in sent.rates
        ),
        household_tenths=sent.household_tenths, shares=sent.shares, days=sent.days,
    )  # fmt: skip
    with deciding(here, "reference", what="rates") as connection:
        unknown = rates.unknown(connection, {rate.item for rate in new.rates})
        if unknown:
            hint = "Enter it first, or leave the item out; GET /api/v1/items and /api/v1/goods-codes list all."
            raise ApiError(422, "no-item", f"There is no item {unknown[0]}.", hint=hint)
        rates.put(connection, new)
        note(connection, named(who), "rates-entered", "rates", " ".join(rate.key for rate in new.rates), here.now)
    return _told(new)


def settlement(one: Locality) -> SettlementModel:
    """A settlement as it is told."""
    said: dict[str, Any] = {name: getattr(one, name) for name in Locality.__slots__}
    return SettlementModel.model_validate(said | {"lat": one.lat_e7 / 1e7, "lon": one.lon_e7 / 1e7})


def _told(found: Rates) -> models.RatesModel:
    rows = [
        {**{name: getattr(rate, name) for name in rate.__struct_fields__}, "item": rate.item or None}
        for rate in found.rates
    ]
    return models.RatesModel.model_validate(
        {"rates": rows, "household_tenths": found.household_tenths, "shares": dict(found.shares), "days": found.days}
    )
