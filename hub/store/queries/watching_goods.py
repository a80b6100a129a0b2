"""What is wrong with goods: too few of them, about to expire, kept too warm, late on their way, or not adding up."""

from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import Final

from sqlalchemy import Connection, func, select

from hub.core.alerts import KNOW, NOW, SOON, Kind, Reading, Rules
from hub.core.days import later
from hub.core.discrepancies import Kind as Difference
from hub.core.viewer import Role, Viewer
from hub.store.queries import discrepancies
from hub.store.queries.differing_relief import late
from hub.store.queries.goods import local_day
from hub.store.queries.paging import Pager
from hub.store.queries.places import standing
from hub.store.schema import balance, lot

SOON_DAYS: Final = 7
"""Within so many days of its last one a lot needs somebody before long; past it, now."""
LATE_DAYS: Final = 3
MANY: Final = 10
_ELSEWHERE: Final = frozenset({Difference.LOST_FACTS, Difference.OVERDUE})
"""What is an alert of its own kind."""
_EVERYTHING: Final = Viewer(name="hub", role=Role.AUDITOR)
_WARM: Final = (
    "SELECT bin.site, account.code, lot.item, lot.owner, item.temperature, sum(balance.quantity) AS n FROM item"
    " CROSS JOIN lot ON lot.item = 'gtin:' || item.gtin CROSS JOIN balance ON balance.lot_id = lot.id"
    " CROSS JOIN account ON account.id = balance.account_id"
    " JOIN bin ON account.code = 'place:' || bin.site || '/' || bin.code"
    " WHERE item.temperature <> 'ambient' AND bin.kind <> 'cool' GROUP BY 1, 2, 3, 4 HAVING n > 0"
    " ORDER BY 1, 2, 3, 4 LIMIT ?"
)


def low(connection: Connection, rules: Rules, _now: int, _most: int) -> Iterator[Reading]:
    """Sites that have less of an item than somebody said they should, whoever owns it or of one owner."""
    least = rules.stock
    if not least:
        return
    here = standing()
    query = (
        select(here.c.site, lot.c.item, lot.c.owner, func.sum(balance.c.quantity).label("n"))
        .join_from(lot, balance, balance.c.lot_id == lot.c.id)
        .join(here, here.c.id == balance.c.account_id)
        .where(lot.c.condition == "good", lot.c.item.in_(sorted({one.item for one in least})))
        .group_by(here.c.site, lot.c.item, lot.c.owner)
    )
    have: Counter[tuple[str, str, str | None]] = Counter()
    for row in connection.execute(query):
        have[row.site, row.item, row.owner] += int(row.n)
        have[row.site, row.item, None] += int(row.n)
    for one in least:
        n = have[one.site, one.item, one.owner or None]
        if n >= one.enough:
            continue
        yield Reading(
            kind=Kind.LOW_STOCK, about=(one.site, one.item, one.owner), fires=n < one.least,
            severity=NOW if n <= 0 else SOON, code="below-least",
            values={"site": one.site, "item": one.item, "n": n, "least": one.least, "enough": one.enough},
            site=one.site, owner=one.owner or None,
        )  # fmt: skip


def ending(connection: Connection, rules: Rules, now: int, most: int) -> Iterator[Reading]:
    """Lots in stock that expire before long, or have; by the day of the site where they stand."""
    rule, days = rules.of(Kind.EXPIRING_LOT), dict[str, int]()
    last = later(local_day(connection, "", now), rule.clear_at + 1)
    here = standing()
    n = func.sum(balance.c.quantity).label("n")
    by = (lot.c.expiry, here.c.site, lot.c.item, lot.c.lot, lot.c.owner)
    query = (
        select(*by, n)
        .join_from(lot, balance, balance.c.lot_id == lot.c.id)
        .join(here, here.c.id == balance.c.account_id)
        .where(lot.c.condition == "good", lot.c.expiry < last, balance.c.quantity != 0)
        .group_by(*by)
        .having(n > 0)
        .order_by(*by)
        .limit(most)
    )
    for row in connection.execute(query).all():
        if row.site not in days:
            days[row.site] = local_day(connection, row.site, now)
        today = days[row.site]
        if row.expiry >= later(today, rule.clear_at):
            continue
        yield Reading(
            kind=Kind.EXPIRING_LOT, about=(row.site, row.item, row.lot, row.owner),
            fires=row.expiry <= later(today, rule.raise_at),
            severity=NOW if row.expiry < today else SOON if row.expiry <= later(today, SOON_DAYS) else KNOW,
            code="expired" if row.expiry < today else "expires",
            values={"item": row.item, "lot": row.lot, "owner": row.owner, "expiry": row.expiry, "n": int(row.n)},
            site=row.site, owner=row.owner,
        )  # fmt: skip


def warm(connection: Connection, rules: Rules, _now: int, most: int) -> Iterator[Reading]:
    """Goods that the catalogue says have to be kept cool, in bins of which somebody said that they are not cool."""
    rule = rules.of(Kind.TEMPERATURE)
    for row in connection.exec_driver_sql(_WARM, (most,)).all():
        if (fires := rule.judge(row.n)) is None:
            continue
        yield Reading(
            kind=Kind.TEMPERATURE, about=(row.code, row.item, row.owner), fires=fires, severity=NOW, code="kept-warm",
            values={"item": row.item, "account": row.code, "class": row.temperature, "n": int(row.n)},
            site=row.site, owner=row.owner,
        )  # fmt: skip


def overdue(connection: Connection, rules: Rules, now: int, most: int) -> Iterator[Reading]:
    """Consignments that have not arrived though their day is over."""
    rule = rules.of(Kind.LATE_CONSIGNMENT)
    for row, site, today in islice(late(connection, now), most):
        days = 0
        while days < max(LATE_DAYS, rule.raise_at) and later(row.due, days) < today:
            days += 1
        if (fires := rule.judge(days)) is None:
            continue
        yield Reading(
            kind=Kind.LATE_CONSIGNMENT, about=(row.id,), fires=fires, severity=NOW if days >= LATE_DAYS else SOON,
            code="past-its-day", values={"consignment": row.id, "due": row.due, "state": row.state},
            site=site or None, owner=row.organisation,
        )  # fmt: skip


def differing(connection: Connection, rules: Rules, now: int, most: int) -> Iterator[Reading]:
    """What does not add up: so many of one kind, at one site, of one owner's goods."""
    rule = rules.of(Kind.DISCREPANCY)
    found: Counter[tuple[str, str | None, str | None]] = Counter()
    for kind in Difference:
        if kind in _ELSEWHERE:
            continue
        page = discrepancies.discrepancies(
            connection,
            Pager("watching"),
            viewer=_EVERYTHING,
            now=now,
            limit=most,
            cursor=None,
            sought=discrepancies.Sought(kind=kind),
        )
        found.update((row.kind.value, row.site, row.owner) for row in page.rows)
    for (what, site, owner), n in sorted(found.items(), key=lambda one: [part or "" for part in one[0]])[:most]:
        if (fires := rule.judge(n)) is None:
            continue
        yield Reading(
            kind=Kind.DISCREPANCY, about=(what, site or "", "-" if owner is None else owner), fires=fires,
            severity=NOW if n >= MANY else SOON, code="open-discrepancies", values={"what": what, "n": n},
            site=site, owner=owner,
        )  # fmt: skip
