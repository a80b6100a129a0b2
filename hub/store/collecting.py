"""The rows of collection codes, claims and shelf counts. What they mean: hub.collecting, hub.claims."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Row

from hub.core.postings import Sighted, post
from wire.messages import AnyItem, Scan

RECIPIENT: Final = 0
"""The place of the recipient among those who have a code; proxies are numbered from 1."""
AT_ONCE: Final = 500
CODE_LOCKED: Final = "code-locked"
"""What a device warns of when it saw the last wrong code that a parcel bears."""
_UNIT: Final = "parcel:"


class How(NamedTuple):
    """How a parcel is collected; see the table `collecting`."""

    parcel: str
    station: str
    mark: int
    round: int
    made_at: int
    tries: int
    locked_at: int | None
    ended_at: int | None

    @property
    def locked(self) -> bool:
        """Whether nobody can open it before its codes are made anew."""
        return self.locked_at is not None and self.locked_at >= self.made_at


class Code(NamedTuple):
    """A code as it is kept: sealed, as its verifier is, which may have yet to be made."""

    parcel: str
    proxy: int
    sealed: bytes
    fits: str
    verifier: bytes | None
    made_at: int


_HOW: Final = "parcel, station, mark, round, made_at, tries, locked_at, ended_at"
_CODE: Final = "parcel, proxy, sealed, fits, verifier, made_at"


def how(connection: Connection, parcel: str) -> How | None:
    """How one parcel is collected, None where no code was ever made for it."""
    row = connection.exec_driver_sql(f"SELECT {_HOW} FROM collecting WHERE parcel = ?", (parcel,)).first()
    return None if row is None else How(*row)


def how_all(connection: Connection, parcels: Collection[str]) -> dict[str, How]:
    """How these parcels are collected."""
    query = f"SELECT {_HOW} FROM collecting WHERE parcel IN "
    return {row[0]: How._make(row) for row in _in_slices(connection, query, parcels)}


def codes(connection: Connection, parcels: Collection[str]) -> dict[str, list[Code]]:
    """The codes that open these parcels, the recipient's first."""
    found: dict[str, list[Code]] = {}
    for row in _in_slices(connection, f"SELECT {_CODE} FROM collection_code WHERE parcel IN ", parcels):
        found.setdefault(row[0], []).append(Code._make(row))
    for some in found.values():
        some.sort(key=lambda one: one.proxy)
    return found


def fitting(connection: Connection, fits: str) -> str | None:
    """The parcel that a code opens, by what it fits (vault.index)."""
    return connection.exec_driver_sql("SELECT parcel FROM collection_code WHERE fits = ?", (fits,)).scalar()


def mark_of(connection: Connection, station: str) -> int | None:
    """How the codes of a station begin; for the device of a vehicle: as those of the site that it belongs to."""
    query = (
        "SELECT mark FROM site WHERE id = ?1 OR id = (SELECT site FROM device WHERE name = ?1)"
        " ORDER BY id = ?1 DESC LIMIT 1"
    )
    return connection.exec_driver_sql(query, (station,)).scalar()


def proxies_of(connection: Connection, recipient: str | None) -> list[tuple[int, str, str]]:
    """Who may fetch for a recipient: number, masked name, last digits of the telephone."""
    query = (
        "SELECT n, proxy.shown, proxy.last4 FROM recipient_proxy AS proxy"
        " JOIN recipient ON recipient.seq = proxy.recipient"
        " WHERE recipient.id = ? AND proxy.ended_at IS NULL ORDER BY n"
    )
    return [(row[0], row[1], row[2]) for row in connection.exec_driver_sql(query, (recipient,))]


def collected_by(connection: Connection, recipient: str) -> list[str]:
    """The parcels that a recipient collects with a code."""
    query = (
        "SELECT parcel.id FROM parcel JOIN collecting ON collecting.parcel = parcel.id"
        " WHERE parcel.recipient = ? AND collecting.ended_at IS NULL ORDER BY parcel.seq"
    )
    return list(connection.exec_driver_sql(query, (recipient,)).scalars())


def station_names(connection: Connection, station: str | None) -> dict[str, str]:
    """What notices call a station."""
    row = connection.exec_driver_sql("SELECT name, name_zh FROM site WHERE id = ?", (station,)).first()
    return {} if row is None else {"station": row[0], "station_zh": row[1]}


def put(connection: Connection, parcel: str, station: str, mark: int, now: int) -> None:
    """Begin, or begin anew at another station or with new codes: no tries yet, and no code."""
    connection.exec_driver_sql("DELETE FROM collection_code WHERE parcel = ? AND proxy = 0", (parcel,))
    connection.exec_driver_sql(
        "INSERT INTO collecting (parcel, station, mark, round, made_at) VALUES (?, ?, ?, 1, ?)"
        " ON CONFLICT (parcel) DO UPDATE SET station = excluded.station, mark = excluded.mark, round = round + 1,"
        " made_at = max(excluded.made_at, collecting.made_at + 1, coalesce(collecting.locked_at, 0) + 1),"
        " tries = 0, locked_at = NULL, ended_at = NULL",
        (parcel, station, mark, now),
    )


def put_code(connection: Connection, code: Code) -> bool:
    """Keep a code; False where somebody else's at the same station is the same."""
    done = connection.exec_driver_sql(
        f"INSERT INTO collection_code ({_CODE}) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (fits) DO NOTHING", tuple(code)
    )
    return done.rowcount == 1


def drop_codes(connection: Connection, parcel: str, proxies: Iterable[int]) -> int:
    """Forget codes; how many there were."""
    query = "DELETE FROM collection_code WHERE parcel = ? AND proxy = ?"
    return sum(connection.exec_driver_sql(query, (parcel, proxy)).rowcount for proxy in proxies)


def end(connection: Connection, parcels: Sequence[str], now: int) -> None:
    """Nothing is collected any more: the codes go."""
    for parcel in parcels:
        connection.exec_driver_sql("DELETE FROM collection_code WHERE parcel = ?", (parcel,))
        connection.exec_driver_sql(
            "UPDATE collecting SET ended_at = ? WHERE parcel = ? AND ended_at IS NULL", (now, parcel)
        )


def add_try(connection: Connection, parcel: str, *, most: int, now: int) -> int:
    """One more wrong code; how many that makes. With the last one the parcel is locked."""
    connection.exec_driver_sql(
        "UPDATE collecting SET tries = tries + 1,"
        " locked_at = CASE WHEN tries + 1 >= ? THEN max(?, made_at) ELSE locked_at END WHERE parcel = ?",
        (most, now, parcel),
    )
    return int(connection.exec_driver_sql("SELECT tries FROM collecting WHERE parcel = ?", (parcel,)).scalar_one())


def lock(connection: Connection, parcel: str, at: int) -> None:
    """A device locked it at that time. What was said before the codes were made anew locks nothing."""
    connection.exec_driver_sql(
        "UPDATE collecting SET locked_at = max(coalesce(locked_at, 0), ?) WHERE parcel = ?", (at, parcel)
    )


def note_locks(connection: Connection, told: Iterable[tuple[AnyItem, int]]) -> None:
    """What facts say, with their corrected times, of parcels that were locked at a device by too many wrong codes."""
    for fact, at in told:
        if isinstance(fact, Scan) and CODE_LOCKED in fact.warned:
            for posting in post(fact):
                if isinstance(posting, Sighted) and posting.unit.startswith(_UNIT):
                    lock(connection, posting.unit.removeprefix(_UNIT), at)


def bare(connection: Connection, most: int) -> list[Code]:
    """Codes without a verifier that some device is going to need: of parcels that are packed or on their way."""
    query = (
        f"SELECT {', '.join('code.' + name for name in _CODE.split(', '))} FROM collection_code AS code"
        " JOIN parcel ON parcel.id = code.parcel JOIN collecting ON collecting.parcel = code.parcel"
        " WHERE code.verifier IS NULL AND parcel.state <> 'planned' AND EXISTS (SELECT 1 FROM device"
        " WHERE device.seal IS NOT NULL AND collecting.station IN (device.site, device.name)) LIMIT ?"
    )
    return [Code(*row) for row in connection.exec_driver_sql(query, (most,))]


def put_verifiers(connection: Connection, made: Mapping[str, bytes]) -> int:
    """Keep verifiers (sealed) by what their codes fit; those of codes that are gone meanwhile are not kept."""
    query = "UPDATE collection_code SET verifier = ? WHERE fits = ?"
    return sum(connection.exec_driver_sql(query, (sealed, fits)).rowcount for fits, sealed in made.items())


def _in_slices(connection: Connection, query: str, keys: Collection[str]) -> "Iterable[Row[Any]]":
    wanted = sorted(set(keys))
    for at in range(0, len(wanted), AT_ONCE):
        some = tuple(wanted[at : at + AT_ONCE])
        yield from connection.exec_driver_sql(f"{query}({', '.join('?' * len(some))})", some)
