"""Places inside of sites, and our own labels for goods without a barcode."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, bindparam, delete, insert, select

from hub.store.schema import bin as table
from hub.store.schema import goods_code
from wire.sitedata import BinKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """A place inside of a site. How much fits in, where somebody said so: pallet places, cubic decimetres."""

    code: str
    kind: BinKind = "shelf"
    owner: str | None = None
    pallets: int | None = None
    volume_dm3: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GoodsCode:
    """Our own label for goods, and the ledger's key of the item that it stands for."""

    code: str
    item: str
    name: str = ""
    name_zh: str = ""
    unit: str = "piece"


def bins(connection: Connection, site: str) -> list[Bin]:
    """The bins of a site, by code."""
    columns = (table.c.code, table.c.kind, table.c.owner, table.c.pallets, table.c.volume_dm3)
    rows = connection.execute(select(*columns).where(table.c.site == site).order_by(table.c.code))
    return [Bin(**row) for row in rows.mappings()]


def put_bins(connection: Connection, site: str, rows: Iterable[Bin]) -> None:
    """Add bins to a site that exists, or replace those with the same code; others stay."""
    latest = {row.code: row for row in rows}
    if latest:
        this = (table.c.site == site, table.c.code == bindparam("_code"))
        connection.execute(delete(table).where(*this), [{"_code": code} for code in latest])
        connection.execute(insert(table), [{"site": site, **asdict(row)} for row in latest.values()])


def remove_bin(connection: Connection, site: str, code: str) -> bool:
    """Forget a bin; whether there was one. What stands there stays in the ledger."""
    done = connection.execute(delete(table).where(table.c.site == site, table.c.code == code))
    return done.rowcount > 0


def bin_owner(connection: Connection, site: str, code: str) -> str | None:
    """To whom all belongs that stands in a bin; None: nobody in particular."""
    return connection.execute(select(table.c.owner).where(table.c.site == site, table.c.code == code)).scalar()


def goods_codes(connection: Connection) -> list[GoodsCode]:
    """Our own labels for goods, by code."""
    rows = connection.execute(select(goods_code).order_by(goods_code.c.code))
    return [GoodsCode(**row) for row in rows.mappings()]


def put_goods_codes(connection: Connection, rows: Iterable[GoodsCode]) -> None:
    """Add labels for goods, or replace those with the same code; others stay."""
    latest = {row.code: row for row in rows}
    if latest:
        this = goods_code.c.code == bindparam("_code")
        connection.execute(delete(goods_code).where(this), [{"_code": code} for code in latest])
        connection.execute(insert(goods_code), [asdict(row) for row in latest.values()])
