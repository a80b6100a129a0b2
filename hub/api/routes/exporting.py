"""The lists that can be had as files for spreadsheets. Another list needs a line here and one in hub/core/access.py."""

from typing import Final

from fastapi import APIRouter

from hub.api.listing import Listing, export
from hub.api.routes import (
    alerts,
    calls,
    consignments,
    deliveries,
    devices,
    direct,
    flows,
    incidents,
    needs,
    notices,
    parcels,
    people,
    population,
    recipients,
    reports,
    requests,
    reservations,
    rounds,
    settling,
    space,
    stock,
    tokens,
    transfers,
    trips,
    trouble,
)
from hub.core.access import API, EXPORTED

router = APIRouter(prefix=API, tags=["exporting"])

LISTINGS: Final[dict[str, Listing]] = {
    "stock": Listing(
        router=stock.router,
        columns="site account gtin item name name_zh lot expiry owner condition quantity",
    ),
    "requests": Listing(
        router=requests.router,
        columns="id state organisation+ incident way site+ priority groups needed_by lines.line lines.item+ lines.n"
        " lines.kept note made_at made_by changed_at split_of",
        each="lines",
    ),
    "consignments": Listing(
        router=consignments.router,
        columns="id state organisation+ way from_site+ to_site+ vehicle due parcels picks units note made_at made_by"
        " changed_at back_of",
    ),
    "parcels": Listing(
        router=parcels.router,
        columns="id state request consignment way station+ until waiting_since given_at proof.way proof.checked"
        " lines.item+ lines.lot lines.owner+ lines.n placed made_at changed_at back",
        each="lines",
    ),
    "deliveries": Listing(
        router=deliveries.router,
        columns="id state owner+ site+ expected lines.line lines.item+ lines.lot lines.n lines.received units"
        " units_came even note announced_at announced_by",
        each="lines",
    ),
    "transfers": Listing(
        router=transfers.router,
        columns="id state giver+ taker+ site+ account item+ lot condition n note asked_at asked_by asked_for decided_at"
        " decided_by reason posted",
    ),
    "incidents": Listing(
        router=incidents.router,
        columns="id name name_zh kind severity exercise state alerted_at expires_at made_at made_by state_at state_by",
    ),
    "settlements": Listing(
        router=population.router,
        columns="id name name_zh lat lon population households elderly disabled pregnant infant chronic",
    ),
    "alerts": Listing(
        router=alerts.router,
        columns="id kind severity state site+ owner+ detail assigned raised_at changed_at cleared_at",
    ),
    "discrepancies": Listing(
        router=trouble.router,
        columns="key kind site+ account item+ lot owner+ condition quantity detail waiting since settlement.decision"
        " settlement.reason settlement.at settlement.by",
    ),
    "unsettled": Listing(
        router=settling.router,
        columns="at device seq by said task item+ lot condition source to quantity",
    ),
    "counts": Listing(
        router=settling.router,
        columns="at by device seq task round account item+ lot owner+ condition counted difference warned voided",
    ),
    "needs": Listing(
        router=needs.router,
        columns="id state organisation+ destination item+ n covered open needed_by shelf_days substitutes note asked_at"
        " asked_by",
    ),
    "consents": Listing(
        router=needs.router,
        columns="id owner+ taker+ item+ until given_at given_by ended_at ended_by",
    ),
    "reservations": Listing(
        router=reservations.router,
        columns="id state need organisation+ site+ item+ lot owner+ n pieces substitute pick picked made_at made_by"
        " expires_at",
    ),
    "picks": Listing(
        router=reservations.router,
        columns="id state site+ organisation+ destination lines.line lines.bin lines.item+ lines.lot lines.owner+"
        " lines.expiry lines.n lines.picked made_at made_by ended_at ended_by",
        each="lines",
    ),
    "bookings": Listing(
        router=space.router,
        columns="id state organisation+ site+ temperature measure amount first_day last_day note asked_at asked_by"
        " decided_at decided_by reason",
    ),
    "rounds": Listing(
        router=rounds.router,
        columns="id state site+ courier parcels given made_at made_by ended_at",
    ),
    "trips": Listing(
        router=trips.router,
        columns="consignment state vehicle organisation+ from_site+ to_site+ due parcels aboard handed back departed_at"
        " arrived_at",
    ),
    "direct-shipments": Listing(
        router=direct.router,
        columns="consignment state organisation+ supplier due made_at made_by sent_at sent_by",
    ),
    "notices": Listing(
        router=notices.router,
        columns="id kind about channel language state why tries queued_at due_at ended_at asked_by",
    ),
    "calls": Listing(
        router=calls.router,
        columns="id line line_name organisation+ kind at by about after due done_at done_by",
    ),
    "users": Listing(
        router=people.router,
        columns="name shown role organisation+ site+ active created_at signs_in badge",
    ),
    "holdings": Listing(
        router=reports.router,
        columns="site+ item+ owner+ condition lots quantity expiry",
    ),
    "movements": Listing(
        router=reports.router,
        columns="at item+ lot owner+ condition quantity source source_site+ to to_site+ unit counted device seq",
    ),
    "hand-overs": Listing(
        router=reports.router,
        columns="consignment parcel request organisation+ way station+ given_at proof checked photo item+ lot owner+ n",
    ),
    "fulfilment": Listing(
        router=reports.router,
        columns="month organisation+ item+ requests parcels n hours",
    ),
    "personal-views": Listing(
        router=recipients.router,
        columns="at who recipient why",
    ),
    "audit-log": Listing(
        router=tokens.router,
        columns="id at who action what detail",
    ),
    "devices": Listing(
        router=devices.router,
        columns="name kind site+ online presence_at last_seen last_fact_at last_position_at version pending_facts"
        " pending_telemetry lost quarantined others clock_error_ms battery_pct disk_free_bytes outbox_bytes health_at"
        " note access certificate_until",
    ),
    "flows": Listing(
        router=flows.router,
        columns="at stock came went causes.cause causes.came causes.went",
        each="causes",
    ),
}

for _name, _listing in LISTINGS.items():
    export(router, _name, EXPORTED[_name], _listing)
