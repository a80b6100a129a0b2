"""The ledger's invariants, checked on a live database. Each check reads; none repairs."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Final

import msgspec
from sqlalchemy import Connection

from hub.core.commands import LIFE, State
from hub.store.audit_custody import ON_THE_WAY
from hub.store.audit_promises import PROMISES
from hub.store.database import Database
from hub.store.queries.facts import FactReader
from wire.messages import AnyItem, Correct, Count, Kit, OutcomeState, Scan, Transfer


@dataclass(frozen=True, slots=True)
class Finding:
    """One broken invariant: which check, and what was found, in a sentence."""

    check: str
    sentence: str


_SUMS = """
SELECT lot.item, lot.lot, lot.owner, sum(quantity) FROM balance JOIN lot ON lot.id = balance.lot_id
GROUP BY lot_id HAVING sum(quantity) <> 0 LIMIT 20
"""
_EFFECTS = """
WITH told AS (
  SELECT unit, at, lane_id, sighting.seq, source_id, to_id, count(grade) OVER sooner AS turn, grade,
         row_number() OVER later AS back, row_number() OVER sooner AS nth,
         first_value(sighting.lot_id) OVER fuller AS best
  FROM sighting LEFT JOIN lot ON lot.id = sighting.lot_id WHERE voided = 0
  WINDOW sooner AS (PARTITION BY unit ORDER BY at, lane_id, sighting.seq),
         later AS (PARTITION BY unit ORDER BY at DESC, lane_id DESC, sighting.seq DESC),
         fuller AS (PARTITION BY unit ORDER BY sighting.lot_id IS NULL, (lot.lot <> '') * 2 + (lot.owner <> '') DESC,
                    at, lane_id, sighting.seq)
), fit AS (
  SELECT *, coalesce(max(grade) OVER (PARTITION BY unit, turn), 'good') AS is_now FROM told WHERE best IS NOT NULL
), step AS (
  SELECT *, lag(is_now) OVER (PARTITION BY unit ORDER BY at, lane_id, seq) AS was FROM fit
), part(account_id, best, condition, quantity) AS (
  SELECT source_id, best, is_now, -1 FROM step WHERE nth = 1
  UNION ALL SELECT to_id, best, is_now, 1 FROM step WHERE back = 1
  UNION ALL SELECT (SELECT id FROM account WHERE code = 'virtual:regraded'), best, was, 1 FROM step WHERE was <> is_now
  UNION ALL SELECT (SELECT id FROM account WHERE code = 'virtual:regraded'), best, is_now, -1 FROM step
    WHERE was <> is_now
), effect(account_id, lot_id, quantity) AS (
  SELECT source_id, lot_id, -quantity FROM move WHERE voided = 0 AND source_id <> to_id
  UNION ALL SELECT to_id, lot_id, quantity FROM move WHERE voided = 0 AND source_id <> to_id
  UNION ALL SELECT account_id, best, quantity FROM part WHERE condition = 'good'
  UNION ALL SELECT account_id, kin.id, part.quantity FROM part JOIN lot ON lot.id = part.best
    JOIN lot AS kin ON kin.item = lot.item AND kin.lot = lot.lot AND kin.owner = lot.owner
      AND kin.condition = part.condition WHERE part.condition <> 'good'
  UNION ALL SELECT account_id, lot_id, adjustment FROM tally WHERE voided = 0
  UNION ALL SELECT (SELECT id FROM account WHERE code = 'virtual:adjustment'), lot_id, -adjustment
    FROM tally WHERE voided = 0 AND adjustment <> 0
  UNION ALL SELECT account_id, lot_id, -quantity FROM balance
)
SELECT account.code, lot.item, lot.lot, sum(effect.quantity) FROM effect
JOIN account ON account.id = account_id JOIN lot ON lot.id = lot_id
GROUP BY account_id, lot_id HAVING sum(effect.quantity) <> 0 LIMIT 20
"""
_HOLDINGS = """
SELECT account.code, owner, sum(quantity) FROM (
  SELECT account_id, owner, quantity FROM balance JOIN lot ON lot.id = lot_id
  UNION ALL SELECT account_id, owner, -quantity FROM holding
) JOIN account ON account.id = account_id GROUP BY account_id, owner HAVING sum(quantity) <> 0 LIMIT 20
"""
_UNITS = """
SELECT coalesce(unit.code, last.unit) FROM
  (SELECT unit, to_id, row_number() OVER (PARTITION BY unit ORDER BY at DESC, lane_id DESC, seq DESC) AS back
   FROM sighting WHERE voided = 0 AND (unit LIKE 'sscc:%' OR unit LIKE 'parcel:%')) AS last
LEFT JOIN unit ON unit.code = last.unit
WHERE last.back = 1 AND (unit.account_id IS NULL OR unit.account_id <> last.to_id)
UNION SELECT unit.code FROM unit
WHERE NOT EXISTS (SELECT 1 FROM sighting WHERE sighting.unit = unit.code AND voided = 0) LIMIT 20
"""
_TWICE = """
SELECT lane_id, seq, sum(times) FROM (
  SELECT lane_id, seq, count(DISTINCT at) AS times FROM (
    SELECT lane_id, seq, at FROM move UNION ALL SELECT lane_id, seq, at FROM sighting) GROUP BY lane_id, seq
  UNION ALL SELECT lane_id, seq, count(*) - 1 FROM sighting GROUP BY lane_id, seq, unit HAVING count(*) > 1
  UNION ALL SELECT lane_id, seq, 1 FROM tally UNION ALL SELECT lane_id, seq, 1 FROM void
  UNION ALL SELECT lane_id, seq, 1 FROM settle
  UNION ALL SELECT lane_id, seq, 1 FROM outcome UNION ALL SELECT lane_id, seq, 1 FROM report
  UNION ALL SELECT lane_id, seq, 1 FROM quarantine WHERE lane_id IS NOT NULL
) GROUP BY lane_id, seq HAVING sum(times) > 1 LIMIT 20
"""
_VOIDED = """
SELECT lane_id, seq FROM (
  SELECT lane_id, seq, voided FROM move UNION ALL SELECT lane_id, seq, voided FROM sighting
  UNION ALL SELECT lane_id, seq, voided FROM tally UNION ALL SELECT lane_id, seq, voided FROM settle
  UNION ALL SELECT lane_id, seq, voided FROM task_fact
) AS fact
WHERE voided <> EXISTS (SELECT 1 FROM void WHERE target_lane = fact.lane_id AND target_seq = fact.seq) LIMIT 20
"""
_UNAPPROVED = """
SELECT move.lane_id, move.seq, lot.item, lot.owner FROM account
JOIN move ON account.id IN (move.source_id, move.to_id) JOIN lot ON lot.id = move.lot_id
LEFT JOIN task_fact ON task_fact.task >= 'transfer:' AND task_fact.task < 'transfer;'
  AND task_fact.lane_id = move.lane_id AND task_fact.seq = move.seq AND task_fact.lot_id = move.lot_id
LEFT JOIN transfer ON transfer.id = substr(task_fact.task, 10) AND transfer.state = 'approved'
  AND transfer.item = lot.item AND transfer.lot = lot.lot AND transfer.condition = lot.condition
  AND transfer.n = move.quantity
  AND lot.owner = CASE WHEN move.to_id = account.id THEN transfer.giver ELSE transfer.taker END
WHERE account.code = 'virtual:transferred' AND transfer.id IS NULL LIMIT 20
"""
_UNSETTLED = """
SELECT fact.lane_id, fact.seq, lot.item, lot.owner, said.owner FROM (
  SELECT target_lane, target_seq, owner,
         row_number() OVER (PARTITION BY target_lane, target_seq
                            ORDER BY voided, at DESC, lane_id DESC, seq DESC) AS nth, voided FROM settle
) AS said
JOIN (
  SELECT lane_id, seq, lot_id FROM move UNION ALL SELECT lane_id, seq, lot_id FROM sighting
  UNION ALL SELECT lane_id, seq, lot_id FROM tally
) AS fact ON fact.lane_id = said.target_lane AND fact.seq = said.target_seq
JOIN lot ON lot.id = fact.lot_id
WHERE nth = 1 AND lot.owner <> said.owner AND (voided = 0 AND lot.owner = '' OR EXISTS (
  SELECT 1 FROM settle AS other WHERE other.target_lane = said.target_lane AND other.target_seq = said.target_seq
  AND other.owner = lot.owner))
"""
_KITS = """
WITH part AS (
  SELECT move.lane_id, move.seq, lot.owner, move.to_id = account.id AS gone FROM account
  JOIN move ON account.id IN (move.source_id, move.to_id) JOIN lot ON lot.id = move.lot_id
  WHERE account.code = 'virtual:kitted'
  UNION ALL SELECT sighting.lane_id, sighting.seq, lot.owner, sighting.to_id = account.id FROM account
  JOIN sighting ON account.id IN (sighting.source_id, sighting.to_id) JOIN lot ON lot.id = sighting.lot_id
  WHERE account.code = 'virtual:kitted'
)
SELECT DISTINCT come.lane_id, come.seq, come.owner FROM part AS come WHERE NOT come.gone AND come.owner <> ''
AND EXISTS (SELECT 1 FROM part AS other WHERE other.lane_id = come.lane_id AND other.seq = come.seq AND other.gone
            AND other.owner <> come.owner)
AND NOT EXISTS (SELECT 1 FROM settle WHERE target_lane = come.lane_id AND target_seq = come.seq) LIMIT 20
"""


def audit(database: Database) -> list[Finding]:
    """Check every invariant. An empty list means that all of them hold."""
    with database.read() as connection:
        checks = (CHECKS | PROMISES | ON_THE_WAY).items()
        return [Finding(name, sentence) for name, check in checks for sentence in check(connection)]


def _zero_sums(connection: Connection) -> Iterator[str]:
    for item, lot, owner, total in connection.exec_driver_sql(_SUMS):
        yield f"all accounts of {item} lot {lot or '-'} of {owner or 'nobody'} sum to {total}, not to zero"


def _balances(connection: Connection) -> Iterator[str]:
    for account, item, lot, off in connection.exec_driver_sql(_EFFECTS):
        yield f"the balance of {item} lot {lot or '-'} in {account} is {-off:+} off from what the facts say"


def _holdings(connection: Connection) -> Iterator[str]:
    for account, owner, off in connection.exec_driver_sql(_HOLDINGS):
        yield f"what {account} holds of {owner or 'nobody'} is {off:+} off from its balances"


def _units(connection: Connection) -> Iterator[str]:
    for (code,) in connection.exec_driver_sql(_UNITS):
        yield f"{code} does not stand where its latest fact says"


def _applied_once(connection: Connection) -> Iterator[str]:
    for lane, seq, times in connection.exec_driver_sql(_TWICE):
        yield f"lane {lane} sequence {seq} was applied {times} times"
    query = "SELECT id, device_id, stream, lane, through, last FROM lane"
    for lane, _, stream, name, through, _last in connection.exec_driver_sql(query).all():
        held = list(_ranges(connection, lane))
        gaps = connection.exec_driver_sql("SELECT first, last FROM gap WHERE lane_id = ?", (lane,)).all()
        spans = sorted([*held, *((row[0], row[1]) for row in gaps)])
        at = 0
        for first, last in spans:
            if first != at + 1:
                yield f"stream {stream} {name}: sequence {at + 1} to {first} is covered twice or not at all"
            at = max(at, last)
        if at != through:
            yield f"stream {stream} {name}: journal and gaps reach {at}, the lane says {through}"


def _ranges(connection: Connection, lane: int) -> Iterator[tuple[int, int]]:
    query = "SELECT after, last, applied FROM journal WHERE lane_id = ?"
    for after, last, applied in connection.exec_driver_sql(query, (lane,)):
        if applied is None:
            yield after + 1, last
        else:
            yield from msgspec.json.decode(applied, type=list[tuple[int, int]])


def _undone(connection: Connection) -> Iterator[str]:
    for lane, seq in connection.exec_driver_sql(_VOIDED):
        yield f"lane {lane} sequence {seq} is marked as undone and is not, or is undone and not marked"


def _owners(connection: Connection) -> Iterator[str]:
    """That goods stand under the owner that their facts name is what a rebuild checks: it reads the facts."""
    for lane, seq, item, owner in connection.exec_driver_sql(_UNAPPROVED):
        yield f"lane {lane} sequence {seq} transfers {item} of {owner or 'nobody'}, and nobody approved that"
    reader = FactReader(connection)
    for lane, seq, item, owner, settled in connection.exec_driver_sql(_UNSETTLED).all():
        fact = reader.find(lane, seq)
        if fact is None or owner not in _named(fact.item):
            stands = f"it stands under {owner or 'nobody'}"
            yield f"lane {lane} sequence {seq}: the owner of {item} was settled as {settled}, and {stands}"
    for lane, seq, owner in connection.exec_driver_sql(_KITS):
        yield f"lane {lane} sequence {seq} makes goods of {owner} out of those of others"


def _named(item: AnyItem | None) -> set[str]:
    """The owners that a fact names itself."""
    if isinstance(item, Kit):
        return {part.owner for part in (item.made, *item.used) if part.owner}
    if isinstance(item, Transfer):
        return {item.giver, item.taker}
    return {item.owner} if isinstance(item, Scan | Count | Correct) and item.owner else set()


def _answered(connection: Connection) -> Iterator[str]:
    """What a device said of a command once makes its state, for every command that it speaks of."""
    query = (
        "SELECT command.id, command.state, outcome.state FROM command"
        " JOIN outcome ON outcome.command = command.id AND outcome.device_id = command.device_id"
        " ORDER BY command.id"
    )
    for id_, rows in groupby(connection.exec_driver_sql(query), key=itemgetter(0)):
        said = list(rows)
        told = State.WAITING
        for row in said:
            told = LIFE[told, OutcomeState(row[2])]
        if told != said[0][1]:
            yield f"the command {id_} is shown as {said[0][1]}, but its device said {told}"
    query = (
        "SELECT id, state FROM command WHERE state <> 'waiting' AND NOT EXISTS (SELECT 1 FROM outcome"
        " WHERE outcome.command = command.id AND outcome.device_id = command.device_id) LIMIT 20"
    )
    for id_, state in connection.exec_driver_sql(query):
        yield f"the command {id_} is shown as {state}, but its device said nothing of it"


CHECKS: Final[dict[str, Callable[[Connection], Iterator[str]]]] = {
    "every lot sums to zero": _zero_sums,
    "balances follow from the facts": _balances,
    "sums by owner follow from balances": _holdings,
    "a handling unit is in one place": _units,
    "applied once": _applied_once,
    "undo is applied": _undone,
    "the owner changes only by an approved transfer or by settling": _owners,
    "commands stand as their devices said": _answered,
}
