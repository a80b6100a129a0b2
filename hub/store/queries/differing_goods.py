"""Goods that do not add up: sums below zero, goods without a place or an owner, counts that differ from the facts."""

from collections.abc import Sequence
from typing import Any, TypeAlias

from sqlalchemy import Select, exists, func, literal_column, select, tuple_

from hub.core.discrepancies import Kind
from hub.store.queries.differing import Found, Reading, Told
from hub.store.queries.paging import Key
from hub.store.queries.places import sites_of, standing
from hub.store.schema import account, balance, lot, tally
from wire.actions import UNKNOWN

BELOW_ZERO = balance.c.quantity < literal_column("0")
"""Written out, not bound: only so does SQLite see that the partial index serves."""

Query: TypeAlias = Select[*tuple[Any, ...]]
_LOT = (lot.c.item, lot.c.lot, lot.c.owner, lot.c.condition)


def negative() -> Query:
    """Balances below zero, but for virtual accounts."""
    return (
        select(balance.c.account_id, balance.c.lot_id, balance.c.quantity, account.c.code, *_LOT)
        .join_from(balance, account, account.c.id == balance.c.account_id)
        .join(lot, lot.c.id == balance.c.lot_id)
        .where(BELOW_ZERO, account.c.kind != "virtual")
    )


def negatives(reading: Reading, after: Key | None, limit: int) -> Sequence[Found]:
    query = negative().order_by(balance.c.account_id, balance.c.lot_id).limit(limit)
    if after is not None:
        query = query.where(tuple_(balance.c.account_id, balance.c.lot_id) > tuple_(*after))
    rows = reading.connection.execute(query).all()
    sites = sites_of(reading.connection, {row.code for row in rows})
    return [
        (
            (row.account_id, row.lot_id),
            reading.row(
                Kind.NEGATIVE,
                Told(
                    about=(row.code, row.item, row.lot, row.owner, row.condition), code="more-out-than-in",
                    values={"n": -row.quantity}, story=(row.quantity,),
                ),
                site=sites[row.code], account=row.code, item=row.item, lot=row.lot, owner=row.owner,
                condition=row.condition, quantity=row.quantity,
            ),
        )
        for row in rows
    ]  # fmt: skip


def unknown() -> Query:
    """What went to nowhere, or came from there."""
    return (
        select(balance.c.lot_id, balance.c.quantity, *_LOT)
        .join_from(balance, account, account.c.id == balance.c.account_id)
        .join(lot, lot.c.id == balance.c.lot_id)
        .where(account.c.code == UNKNOWN, balance.c.quantity != 0)
    )


def placeless(reading: Reading, after: Key | None, limit: int) -> Sequence[Found]:
    query = unknown().order_by(balance.c.lot_id).limit(limit)
    if after is not None:
        query = query.where(balance.c.lot_id > after[0])
    return [
        (
            (row.lot_id,),
            reading.row(
                Kind.UNKNOWN_PLACE,
                Told(
                    about=(row.item, row.lot, row.owner, row.condition),
                    code="went-nowhere" if row.quantity > 0 else "came-from-nowhere",
                    values={"n": abs(row.quantity)}, story=(row.quantity,),
                ),
                site=None, account=UNKNOWN, item=row.item, lot=row.lot, owner=row.owner, condition=row.condition,
                quantity=row.quantity,
            ),
        )
        for row in reading.connection.execute(query)
    ]  # fmt: skip


def differing() -> Query:
    """The last count of each lot in each account, where it changed the balance."""
    later = tally.alias("later")
    superseded = exists().where(
        later.c.account_id == tally.c.account_id, later.c.lot_id == tally.c.lot_id, later.c.voided == 0,
        tuple_(later.c.at, later.c.lane_id, later.c.seq) > tuple_(tally.c.at, tally.c.lane_id, tally.c.seq),
    )  # fmt: skip
    return (
        select(tally, account.c.code, *_LOT)
        .join_from(tally, account, account.c.id == tally.c.account_id)
        .join(lot, lot.c.id == tally.c.lot_id)
        .where(tally.c.voided == 0, tally.c.adjustment != 0, ~superseded)
    )


def counted(reading: Reading, after: Key | None, limit: int) -> Sequence[Found]:
    query = differing().order_by(tally.c.account_id, tally.c.lot_id).limit(limit)
    if after is not None:
        query = query.where(tuple_(tally.c.account_id, tally.c.lot_id) > tuple_(*after))
    rows = reading.connection.execute(query).all()
    sites = sites_of(reading.connection, {row.code for row in rows})
    return [
        (
            (row.account_id, row.lot_id),
            reading.row(
                Kind.COUNT_DIFFERENCE,
                Told(
                    about=(row.code, row.item, row.lot, row.owner, row.condition), code="counted",
                    values={"counted": row.quantity, "expected": row.quantity - row.adjustment},
                    story=(row.lane_id, row.seq, row.quantity, row.adjustment),
                ),
                site=sites[row.code], account=row.code, item=row.item, lot=row.lot, owner=row.owner,
                condition=row.condition, quantity=row.adjustment, since=row.at,
            ),
        )
        for row in rows
    ]  # fmt: skip


def ownerless() -> Query:
    """What stands at each site of goods whose owner is to be settled."""
    here = standing()
    return (
        select(here.c.site, *_LOT, func.sum(balance.c.quantity).label("n"))
        .join_from(lot, balance, balance.c.lot_id == lot.c.id)
        .join(here, here.c.id == balance.c.account_id)
        .where(lot.c.owner == "", balance.c.quantity != 0)
        .group_by(here.c.site, *_LOT)
    )


def unsettled(reading: Reading, after: Key | None, limit: int) -> Sequence[Found]:
    key = (lot.c.item, lot.c.lot, lot.c.condition)
    query = ownerless()
    site = query.selected_columns["site"]
    query = query.order_by(site, *key).limit(limit)
    if after is not None:
        query = query.where(tuple_(site, *key) > tuple_(*after))
    return [
        (
            (row.site, row.item, row.lot, row.condition),
            reading.row(
                Kind.OWNER_UNSETTLED,
                Told(
                    about=(row.site, row.item, row.lot, row.condition), code="owner-unknown",
                    values={"n": int(row.n)}, story=(int(row.n),),
                ),
                site=row.site, item=row.item, lot=row.lot, owner="", condition=row.condition, quantity=int(row.n),
            ),
        )
        for row in reading.connection.execute(query)
    ]  # fmt: skip
