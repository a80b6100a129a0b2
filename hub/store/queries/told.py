"""What devices should be told, made from the tables: the records of everybody, of a site and of a device."""

from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256
from typing import Final, TypeAlias

from sqlalchemy import Connection, or_, select

from hub.core.viewer import Role
from hub.store import bins, deliveries, lots, reference, schema, shelf_counts, sscc
from hub.store.picks import open_picks
from hub.store.queries.places import standing
from hub.store.sitedata import Told
from wire.sitedata import (
    Article,
    Badge,
    Bin,
    Body,
    CountNote,
    Delivery,
    GoodsCode,
    Kind,
    Line,
    LotNote,
    Org,
    SiteNote,
    SsccRange,
    Standing,
    encode_body,
    goods_of,
    lot_key,
    standing_key,
)

Records: TypeAlias = dict[str, Told]
Seal: TypeAlias = Callable[[bytes, str, str], str]
"""(public key as DER, digest of a badge, verifier of its PIN) -> what only the holder of the key can open, base64."""

MOST_STANDING: Final = 20_000
"""Rows of standing stock that a site's devices are told; those that expire first go first."""
MOST_DELIVERIES: Final = 500
MOST_COUNTS: Final = 200
MOST_BADGES: Final = 2_000
ANYWHERE: Final = (Role.OPERATOR, Role.CLERK, Role.SUPERVISOR)
"""Who works at every site, unless one is named."""


def catalogue(connection: Connection) -> Records:
    """What every GTIN stands for."""
    part, item = schema.kit_part.c, schema.item.c
    kits: dict[str, list[tuple[str, int]]] = {}
    for kit, gtin, n in connection.execute(select(part.kit, part.gtin, part.n).order_by(part.kit, part.gtin)):
        kits.setdefault(kit, []).append((gtin, n))
    query = select(
        item.gtin, item.name, item.name_zh, item.unit, item.contains_gtin, item.contains_n,
        item.serial, item.temperature, item.shelf_days,
    )  # fmt: skip
    found: Records = {}
    for gtin, name, name_zh, unit, inner, n, serial, temperature, shelf_days in connection.execute(query):
        article = Article(
            gtin=gtin, name=name, name_zh=name_zh, unit=unit, contains=None if inner is None else (inner, n),
            kit=tuple(kits.get(gtin, ())), serial=bool(serial), temperature=temperature, shelf_days=shelf_days,
        )  # fmt: skip
        found[gtin] = _told(article)
    return found


def for_everybody(connection: Connection) -> Mapping[Kind, Records]:
    """What devices of all sites are told, beside the catalogue."""
    codes = bins.goods_codes(connection)
    organisations = reference.organisations(connection)
    return {
        Kind.CODE: {
            one.code: _told(GoodsCode(code=one.code, item=one.item, name=one.name, name_zh=one.name_zh, unit=one.unit))
            for one in codes
        },
        Kind.LOT: _lots(connection),
        Kind.ORGANISATION: {one.id: _told(Org(id=one.id, name=one.name, name_zh=one.name_zh)) for one in organisations},
    }


def for_site(connection: Connection, site: reference.Site) -> Mapping[Kind, Records]:
    """What the devices of a site are told, beside its standing stock."""
    note = SiteNote(
        id=site.id, name=site.name, name_zh=site.name_zh, zone=site.zone,
        rule_owner=site.rule_owner, date_warn_days=site.warn_days,
    )  # fmt: skip
    return {
        Kind.SITE: {site.id: _told(note)},
        Kind.BIN: {
            one.code: _told(Bin(code=one.code, kind=one.kind, owner=one.owner))
            for one in bins.bins(connection, site.id)
        },
        Kind.DELIVERY: {
            one.id: _told(_delivery(one)) for one in deliveries.open_at(connection, site.id, MOST_DELIVERIES)
        },
        Kind.PICK: {one.id: _told(one) for one in open_picks(connection, site.id)},
        Kind.COUNT: {
            one.id: _told(CountNote(id=one.id, shelf=one.shelf, at=one.made_at))
            for one in shelf_counts.open_at(connection, site.id, MOST_COUNTS)
        },
    }


def stock(connection: Connection, site: str) -> Records:
    """What stands at a site, in units too: what is in a unit stands where the unit does."""
    here = standing(site)
    account, lot, balance = schema.account.c, schema.lot.c, schema.balance.c
    query = (
        select(account.code, lot.item, lot.lot, lot.owner, lot.condition, lot.expiry, balance.quantity)
        .join_from(here, schema.balance, balance.account_id == here.c.id)
        .join(schema.account, account.id == balance.account_id)
        .join(schema.lot, lot.id == balance.lot_id)
        .where(balance.quantity > 0)
        .order_by(lot.expiry.is_(None), lot.expiry, lot.item, lot.lot, account.code)
        .limit(MOST_STANDING)
    )
    rows = connection.execute(query).all()
    places = _places(connection, {code for code, *_ in rows if code.startswith("unit:")})
    found: dict[str, Standing] = {}
    for code, item, number, owner, condition, expiry, n in rows:
        where = places.get(code, code).removeprefix("place:").partition("/")[2]
        key = standing_key(where, goods_of(item), number, owner, condition)
        before = found.get(key)
        found[key] = Standing(
            bin=where, gtin=goods_of(item), lot=number, owner=owner, condition=condition, expiry=expiry,
            n=n + (0 if before is None else before.n),
        )  # fmt: skip
    return {key: _told(one) for key, one in found.items()}


def badges(connection: Connection, site: str, key: bytes | None, seal: Seal | None, held: Records) -> Records:
    """The badges of who works at a site, their PINs sealed for the holder of one public key (DER).

    What `held` tells already of the same badge, PIN and key is not sealed anew.
    """
    user = schema.user.c
    query = select(user.badge, user.name, user.role, user.pin).where(user.badge.is_not(None))
    query = query.where(user.disabled_at.is_(None))
    query = query.where(or_(user.site == site, user.site.is_(None) & user.role.in_(ANYWHERE)))
    found: Records = {}
    for digest, name, role, pin in connection.execute(query.order_by(user.id).limit(MOST_BADGES)):
        made_of = b"\0".join((name.encode(), role.encode(), (pin or "").encode(), key or b""))
        source = sha256(made_of).hexdigest()
        before = held.get(digest)
        if before is not None and before.source == source:
            found[digest] = before
            continue
        sealed = "" if key is None or seal is None or not pin else seal(key, digest, pin)
        found[digest] = Told(encode_body(Badge(name=name, role=role, sealed=sealed)), source)
    return found


def numbers(connection: Connection, device: str) -> Records:
    """The range of numbers that a device was given last."""
    found = sscc.newest(connection, device)
    if found is None:
        return {}
    return {device: _told(SsccRange(prefix=found.prefix, first=found.first, last=found.last))}


def _lots(connection: Connection) -> Records:
    """Lots that are not to be used, and dates that labels do not say: a lot that was released needs no note."""
    return {
        lot_key(goods_of(note.item), note.lot): _told(
            LotNote(
                gtin=goods_of(note.item),
                lot=note.lot,
                expiry=note.expiry,
                state=note.state,
                reason=note.reason,
            )
        )
        for note in lots.notes(connection)
        if note.state != "ok" or note.expiry is not None
    }


def _delivery(found: deliveries.Delivery) -> Delivery:
    lines = tuple(Line(gtin=goods_of(line.item), n=line.n, lot=line.lot) for line in found.lines)
    return Delivery(id=found.id, owner=found.owner, expected=found.expected, lines=lines, units=tuple(found.units))


def _places(connection: Connection, codes: Iterable[str]) -> dict[str, str]:
    """The place that each unit stands in, the units around it followed."""
    account, unit = schema.account.c, schema.unit.c
    around: dict[str, str] = {}
    todo = set(codes)
    while todo:
        some = sorted(todo)[:500]
        names = [code.removeprefix("unit:") for code in some]
        query = select(unit.code, account.code).join_from(schema.unit, schema.account, account.id == unit.account_id)
        found = {f"unit:{name}": at for name, at in connection.execute(query.where(unit.code.in_(names)))}
        around |= found
        todo -= set(some)
        todo |= {at for at in found.values() if at.startswith("unit:") and at not in around}
    return {code: _outermost(code, around) for code in codes}


def _outermost(code: str, around: Mapping[str, str]) -> str:
    seen = set()
    while code in around and code not in seen:
        seen.add(code)
        code = around[code]
    return code


def _told(body: Body) -> Told:
    return Told(encode_body(body))
