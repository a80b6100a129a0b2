"""Where accounts are: a place is at its site, a handling unit at the site of what it stands in."""

from collections.abc import Collection

from sqlalchemy import CTE, Connection, literal, select

from hub.store.schema import account, unit

DEEPEST = 20
"""Units inside units are followed this far: parcel in carton on pallet in container is four."""


def standing(site: str | None = None) -> CTE:
    """The accounts that stand at a site (or at any): columns `id` and `site`; nested units included.

    UNION, not UNION ALL: two units that contain each other end the walk instead of turning it for ever.
    """
    roots = select(account.c.id, account.c.site).where(account.c.kind == "place")
    roots = roots.where(account.c.site.is_not(None) if site is None else account.c.site == site)
    here = roots.cte(recursive=True)
    inside = account.alias("inside")
    nested = (
        select(inside.c.id, here.c.site)
        .select_from(here)
        .join(unit, unit.c.account_id == here.c.id)
        .join(inside, inside.c.code == literal("unit:").concat(unit.c.code))
    )
    return here.union(nested)


def sites_of(connection: Connection, codes: Collection[str]) -> dict[str, str | None]:
    """The site of each account code; None for one that is virtual, in transit, unknown or nowhere."""
    found: dict[str, str | None] = {}
    waiting = {code: code for code in codes}
    for _ in range(DEEPEST):
        if not waiting:
            break
        sites = _sites(connection, set(waiting.values()))
        found |= {code: sites[at] for code, at in waiting.items() if at in sites}
        parents = _parents(connection, {at for at in waiting.values() if at.startswith("unit:")})
        waiting = {code: parents[at] for code, at in waiting.items() if at in parents}
    return {code: found.get(code) for code in codes}


def _sites(connection: Connection, codes: Collection[str]) -> dict[str, str | None]:
    rows = connection.execute(
        select(account.c.code, account.c.site).where(account.c.code.in_(sorted(codes)), account.c.site.is_not(None))
    )
    return {row.code: row.site for row in rows}


def _parents(connection: Connection, codes: Collection[str]) -> dict[str, str]:
    if not codes:
        return {}
    names = sorted(code.removeprefix("unit:") for code in codes)
    rows = connection.execute(
        select(unit.c.code, account.c.code)
        .join_from(unit, account, account.c.id == unit.c.account_id)
        .where(unit.c.code.in_(names))
    )
    return {f"unit:{name}": at for name, at in rows}


def chains(connection: Connection, codes: Collection[str]) -> dict[str, list[str]]:
    """Of each account what it stands in, from itself outwards: a place for itself, a carton, its pallet, the vehicle.

    Ends where nobody said where a unit is, where units contain each other, or at the deepest.
    """
    found = {code: [code] for code in codes}
    for _ in range(DEEPEST):
        ends = {chain[-1] for chain in found.values() if chain[-1].startswith("unit:")}
        parents = _parents(connection, ends)
        growing = [chain for chain in found.values() if parents.get(chain[-1], chain[0]) not in chain]
        if not growing:
            break
        for chain in growing:
            chain.append(parents[chain[-1]])
    return found
