"""Requests, consignments and parcels, and what happened to them.

What people ask for and decide is kept here for ever; where parcels, consignments and requests are (`state`, `odd`,
`placed`, `at` ...) follows from facts and is written by hub/follower.py alone. Days are yyyymmdd, times Unix
milliseconds. No name, address or number of a person stands in any of these tables.
"""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, Text, UniqueConstraint

from hub.store.schema.base import KEY, table

request = table(
    "request",
    Column("seq", KEY, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("organisation", Text, nullable=False),
    Column("incident", Text),
    Column("line", Text),
    Column("call", Text),
    Column("recipient", Text),
    Column("way", Text, nullable=False),
    Column("site", Text),
    Column("priority", Integer, nullable=False),
    Column("groups", Text, nullable=False),
    Column("needed_by", Integer, nullable=False),
    Column("note", Text, nullable=False),
    Column("decided", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("odd", Integer, nullable=False, server_default="0"),
    Column("split_of", Text),
    Column("made_at", KEY, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("changed_at", KEY, nullable=False),
    CheckConstraint("length(id) = 16"),
    CheckConstraint("way in ('station', 'door', 'vehicle', 'direct')"),
    CheckConstraint("way <> 'station' or site is not null"),
    CheckConstraint("priority between 1 and 3"),
    CheckConstraint("json_valid(groups)"),
    CheckConstraint("decided in ('draft', 'asked', 'approved', 'refused', 'cancelled')"),
    CheckConstraint(
        "state in ('draft', 'asked', 'approved', 'allocated', 'under-way', 'ready', 'fulfilled', 'refused',"
        " 'cancelled', 'returned')"
    ),
    Index("request_by_organisation", "organisation", "seq"),
    Index("request_by_state", "state", "seq"),
    Index("request_by_recipient", "recipient"),
    Index("request_by_incident", "incident", "seq"),
    Index("request_by_line", "line", "seq"),
)
"""What somebody asks for: one household, or one organisation's site. `decided` is what people last decided, `state`
what that and its goods make of it."""

request_line = table(
    "request_line",
    Column("request", KEY, ForeignKey("request.seq"), primary_key=True, autoincrement=False),
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("item", Text, nullable=False),
    Column("n", KEY, nullable=False),
    Column("need", Text),
    CheckConstraint("line > 0"),
    CheckConstraint("n > 0"),
    Index("request_line_by_need", "need"),
    clustered=True,
)
"""n base units of an item; `need` is the id of the need that stands for it once the request is approved."""

consignment = table(
    "consignment",
    Column("seq", KEY, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("organisation", Text, nullable=False),
    Column("way", Text, nullable=False),
    Column("from_site", Text),
    Column("to_site", Text),
    Column("vehicle", Text),
    Column("due", Integer),
    Column("note", Text, nullable=False),
    Column("decided", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("odd", Integer, nullable=False, server_default="0"),
    Column("back_of", Text),
    Column("made_at", KEY, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("changed_at", KEY, nullable=False),
    CheckConstraint("length(id) = 10 and id like 'C-%'"),
    CheckConstraint("way in ('station', 'door', 'vehicle', 'direct')"),
    CheckConstraint("way <> 'station' or to_site is not null"),
    CheckConstraint("decided in ('planned', 'closed', 'cancelled', 'returning')"),
    CheckConstraint(
        "state in ('planned', 'picking', 'packed', 'in-transit', 'arrived', 'received', 'discrepant', 'closed',"
        " 'cancelled', 'returning', 'returned', 'lost')"
    ),
    Index("consignment_by_organisation", "organisation", "seq"),
    Index("consignment_by_state", "state", "seq"),
    Index("consignment_by_source", "from_site", "seq"),
    Index("consignment_by_place", "to_site", "seq"),
)
"""Goods that go together: from one site (null: from a supplier) to one place (null: to people's doors). `back_of` is
the consignment whose parcels it brings back."""

consignment_pick = table(
    "consignment_pick",
    Column("consignment", KEY, ForeignKey("consignment.seq"), primary_key=True, autoincrement=False),
    Column("pick", Text, primary_key=True),
    Index("consignment_pick_by_pick", "pick"),
    clustered=True,
)

consignment_unit = table(
    "consignment_unit",
    Column("consignment", KEY, ForeignKey("consignment.seq"), primary_key=True, autoincrement=False),
    Column("unit", Text, primary_key=True),
    Index("consignment_unit_by_unit", "unit"),
    clustered=True,
)
"""Handling units (`sscc:...`) that facts name as part of a consignment. Its parcels name it themselves."""

parcel = table(
    "parcel",
    Column("seq", KEY, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("request", KEY, ForeignKey("request.seq"), nullable=False),
    Column("consignment", KEY, ForeignKey("consignment.seq"), nullable=False),
    Column("back", KEY, ForeignKey("consignment.seq")),
    Column("recipient", Text),
    Column("way", Text, nullable=False),
    Column("station", Text),
    Column("number", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("odd", Integer, nullable=False, server_default="0"),
    Column("past", Integer, nullable=False, server_default="0"),
    Column("placed", Text, nullable=False, server_default=""),
    Column("at", KEY),
    Column("waiting_since", KEY),
    Column("until", Integer),
    Column("given_at", KEY),
    Column("proof", Text),
    Column("made_at", KEY, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("changed_at", KEY, nullable=False),
    CheckConstraint("length(id) between 8 and 47"),
    CheckConstraint("way in ('station', 'door', 'vehicle', 'direct')"),
    CheckConstraint("way <> 'station' or station is not null"),
    CheckConstraint("number between 0 and 999"),
    CheckConstraint("past in (0, 1)"),
    CheckConstraint(
        "state in ('planned', 'packed', 'under-way', 'arrived', 'waiting', 'out', 'handed-over', 'refused', 'due-back',"
        " 'returning', 'returned', 'lost', 'damaged', 'cancelled')"
    ),
    Index("parcel_by_request", "request"),
    Index("parcel_by_consignment", "consignment"),
    Index("parcel_by_way_back", "back"),
    Index("parcel_by_station", "station", "state", "number"),
    Index("parcel_by_recipient", "recipient"),
    Index("parcel_by_state", "state", "seq"),
)
"""What one recipient gets; a handling unit `parcel:<id>`. `station` is the site where it is handed out (null: nowhere
of ours); `placed` the account where it was last, since `at`; `waiting_since` when it was put on a shelf there, `until`
the last day (yyyymmdd) on which it can be collected; `proof` what the hand-over said (JSON); `back` the consignment
that brings it back. `past`: its request was asked for again after it came back."""

parcel_line = table(
    "parcel_line",
    Column("parcel", KEY, ForeignKey("parcel.seq"), primary_key=True, autoincrement=False),
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("item", Text, nullable=False),
    Column("lot", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("n", KEY, nullable=False),
    CheckConstraint("line > 0"),
    CheckConstraint("n > 0"),
    clustered=True,
)
"""What is to go into a parcel, by the reservations that were taken for it: n whole units of a lot."""

unwrapped = table(
    "unwrapped",
    Column("lane_id", KEY, primary_key=True, autoincrement=False),
    Column("seq", KEY, primary_key=True, autoincrement=False),
    clustered=True,
)
"""Facts that came wrapped, were interpreted after that, and that the follower has not seen since."""

life_event = table(
    "life_event",
    Column("seq", KEY, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("at", KEY, nullable=False),
    Column("lane_id", KEY),
    Column("fact_seq", KEY),
    Column("event", Text, nullable=False),
    Column("action", Text, nullable=False, server_default=""),
    Column("source", Text, nullable=False, server_default=""),
    Column("target", Text, nullable=False, server_default=""),
    Column("content", KEY, nullable=False, server_default="0"),
    Column("goods", Text, nullable=False, server_default="[]"),
    Column("who", Text, nullable=False, server_default=""),
    Column("device", Text, nullable=False, server_default=""),
    Column("proof", Text),
    Column("detail", Text, nullable=False, server_default=""),
    Column("state", Text, nullable=False, server_default=""),
    Column("odd", Integer, nullable=False, server_default="0"),
    Column("voided", Integer, nullable=False, server_default="0"),
    Column("noted_at", KEY, nullable=False),
    UniqueConstraint("kind", "about", "lane_id", "fact_seq"),
    CheckConstraint("kind in ('request', 'consignment', 'parcel')"),
    CheckConstraint("(lane_id is null) = (fact_seq is null)"),
    CheckConstraint("odd in (0, 1) and voided in (0, 1)"),
    Index("life_event_by_thing", "kind", "about", "at"),
    Index("life_event_by_fact", "lane_id", "fact_seq"),
)
"""What happened to a request, consignment or parcel (`about`, its id): decisions, and facts as the follower read them
from the journal (`lane_id`, `fact_seq`; their `at` is the corrected time, `noted_at` when the hub knew). `source` and
`target` are codes of accounts, `content` so many pieces went into a parcel (below zero: came out of it), `goods` which
(JSON, [[item, lot], ...]). `state` is where the thing was after it, by the story as it is known now."""
