"""Requests that goods change their owner: asked for, decided, and posted by the hub's desk.

A decision is checked and kept in one transaction of the writing side (BEGIN IMMEDIATE). The fact follows by the desk; a
transfer that is approved and that the ledger lacks (the hub died in between) is posted when it is up again, and until
then counts as given away here.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, func, insert, select, update

from hub.core.postings import GOOD
from hub.core.transfers import LIFE, Event, State
from hub.errors import HubError
from hub.store import decisions
from hub.store.queries.places import sites_of
from hub.store.queries.posted import posted
from hub.store.queries.standing import Key, claimed, stands
from hub.store.schema import account, balance, lot, transfer
from wire.messages import Transfer

TASK = "transfer:"
_NUMBERED = """
SELECT count(*) FROM (
  SELECT to_id, row_number() OVER (PARTITION BY unit ORDER BY at DESC, lane_id DESC, seq DESC) AS back FROM sighting
  WHERE voided = 0 AND unit IN (SELECT sighting.unit FROM sighting JOIN lot ON lot.id = sighting.lot_id
                                WHERE lot.item = ? AND lot.lot = ? AND lot.owner = ?)
) WHERE back = 1 AND to_id = (SELECT id FROM account WHERE code = ?)
"""
POSTED = posted(TASK, transfer.c.id)
_OF_KEY = (transfer.c.site, transfer.c.item, transfer.c.lot, transfer.c.giver)


class TransferError(HubError):
    """A transfer that cannot be asked for or decided like this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """So much of one lot in one account should change its owner."""

    id: str
    account: str
    item: str
    lot: str
    condition: str
    giver: str
    taker: str
    n: int
    note: str
    asked_for: str
    by: str
    now: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Free:
    """What may be given away in one account: what stands there, less what is spoken for."""

    stands: int
    numbered: int
    claimed: int
    pending: int
    expiry: int | None

    @property
    def n(self) -> int:
        """Pieces in bulk that nobody lays claim to."""
        return max(0, self.stands - self.numbered - self.claimed - self.pending)

    @property
    def sentence(self) -> str:
        parts = [f"{self.stands:,} stand there"]
        parts += [f"{self.numbered:,} of them have numbers of their own"] if self.numbered else []
        parts += [f"{self.claimed:,} are reserved and stand nowhere else"] if self.claimed else []
        parts += [f"{self.pending:,} are given away already"] if self.pending else []
        return ", ".join(parts)


def ask(connection: Connection, wanted: Wanted) -> None:
    """Keep a request. Raises TransferError for an id that is taken."""
    if find(connection, wanted.id) is not None:
        raise TransferError(f"There is a transfer {wanted.id} already; choose another id, or none.")
    row = {
        "id": wanted.id, "account": wanted.account, "site": sites_of(connection, {wanted.account})[wanted.account],
        "item": wanted.item, "lot": wanted.lot, "condition": wanted.condition, "giver": wanted.giver,
        "taker": wanted.taker, "n": wanted.n, "note": wanted.note, "state": State.ASKED.value, "asked_at": wanted.now,
        "asked_by": wanted.by, "asked_for": wanted.asked_for, "reason": "",
    }  # fmt: skip
    connection.execute(insert(transfer).values(row))
    detail = f"{wanted.n} of {wanted.item} lot {wanted.lot} in {wanted.account} from {wanted.giver} to {wanted.taker}"
    decisions.note(connection, wanted.by, "transfer-asked", wanted.id, detail, wanted.now)


def decide(connection: Connection, id_: str, event: Event, *, by: str, reason: str, now: int) -> None:
    """Approve, refuse or withdraw a request. Raises TransferError where it cannot be done (any more)."""
    row = find(connection, id_)
    after = None if row is None else LIFE.get((State(row.state), event))
    if row is None or after is None:
        state = "unknown" if row is None else f"{row.state} already"
        raise TransferError(f"The transfer {id_} is {state}: it cannot be changed.")
    if after is State.APPROVED:
        there = free(connection, row, now)
        if row.n > there.n:
            raise TransferError(
                f"{there.n:,} of {row.item} lot {row.lot or '-'} of {row.giver} can be given in {row.account}, not"
                f" {row.n:,}: {there.sentence}."
            )
    values = {"state": after.value, "decided_at": now, "decided_by": by, "reason": reason}
    connection.execute(update(transfer).where(transfer.c.id == id_).values(values))
    decisions.note(connection, by, f"transfer-{after.value}", id_, reason, now)


def find(connection: Connection, id_: str) -> Any:
    """A request's row; None for one that is unknown."""
    return connection.execute(select(transfer).where(transfer.c.id == id_)).one_or_none()


def free(connection: Connection, row: Any, now: int) -> Free:
    """What may be given away of the goods that a request names."""
    name = (row.item, row.lot, row.giver, row.condition)
    found = connection.execute(
        select(balance.c.quantity, lot.c.expiry)
        .join_from(lot, balance, balance.c.lot_id == lot.c.id)
        .join(account, account.c.id == balance.c.account_id)
        .where(lot.c.item == name[0], lot.c.lot == name[1], lot.c.owner == name[2], lot.c.condition == name[3])
        .where(account.c.code == row.account)
    ).one_or_none()
    numbered = connection.exec_driver_sql(_NUMBERED, (*name[:3], row.account)).scalar_one()
    pending = _pending(connection, row)
    return Free(
        stands=max(0, 0 if found is None else found.quantity),
        numbered=int(numbered),
        claimed=_claimed_here(connection, row, now, 0 if found is None else found.quantity),
        pending=pending,
        expiry=None if found is None else found.expiry,
    )


def unposted(connection: Connection) -> list[Transfer]:
    """Facts of approved transfers that the ledger lacks."""
    query = select(transfer).where(transfer.c.state == State.APPROVED.value, ~POSTED).order_by(transfer.c.decided_at)
    return [fact_of(connection, row) for row in connection.execute(query).all()]


def given_away(connection: Connection, key: Key) -> int:
    """What approved transfers give away of good goods at a site and the ledger does not know yet."""
    same = and_(*(column == value for column, value in zip(_OF_KEY, key, strict=True)), transfer.c.condition == GOOD)
    query = select(func.coalesce(func.sum(transfer.c.n), 0)).where(same, transfer.c.state == State.APPROVED.value)
    return int(connection.execute(query.where(~POSTED)).scalar_one())


def fact_of(connection: Connection, row: Any) -> Transfer:
    """The fact that an approved transfer is; the desk sets its time."""
    expiry = connection.execute(
        select(func.min(lot.c.expiry)).where(lot.c.item == row.item, lot.c.lot == row.lot, lot.c.owner == row.giver)
    ).scalar()
    return Transfer(
        at=0, up=0, id=row.id, where=row.account, item=row.item, lot=row.lot, condition=row.condition,
        giver=row.giver, taker=row.taker, n=row.n, expiry=expiry, by=row.decided_by,
    )  # fmt: skip


def _pending(connection: Connection, row: Any) -> int:
    """What other approved transfers give away of the same goods and the ledger does not know yet."""
    same = and_(*(transfer.c[name] == getattr(row, name) for name in ("account", "item", "lot", "condition", "giver")))
    query = select(func.coalesce(func.sum(transfer.c.n), 0)).where(same, transfer.c.state == State.APPROVED.value)
    return int(connection.execute(query.where(transfer.c.id != row.id, ~POSTED)).scalar_one())


def _claimed_here(connection: Connection, row: Any, now: int, quantity: int) -> int:
    """How much of what stands in this account reservations need, because the rest of the site does not cover them."""
    site = sites_of(connection, {row.account})[row.account]
    if site is None or row.condition != GOOD:
        return 0
    key = Key(site, row.item, row.lot, row.giver)
    claims = claimed(connection, key, now)
    elsewhere = max(0, stands(connection, key).n - max(0, quantity)) if claims else 0
    return max(0, claims - elsewhere)
