"""Photos that prove a delivery: whose they are, and which are kept no longer.

A photo is of the parcels whose outcome on a round, or whose hand-over in the ledger, carries its digest; whatever
device or person took it. It goes with the first of the recipients whom it shows something of; one that proves nothing
to anybody who is kept goes after the same time as recipients do.
"""

from typing import Final, NamedTuple

from sqlalchemy import Connection

from hub.store.relief import marks

_PROVEN: Final = (
    "SELECT parcel, photo FROM round_outcome WHERE photo IS NOT NULL UNION"
    " SELECT about, json_extract(proof, '$.photo') FROM life_event"
    " WHERE kind = 'parcel' AND json_extract(proof, '$.photo') IS NOT NULL"
)
_OF: Final = (
    "SELECT DISTINCT consignment.organisation, parcel.recipient FROM parcel"
    f" JOIN ({_PROVEN}) AS proven ON proven.parcel = parcel.id AND proven.photo = ?"
    " JOIN consignment ON consignment.seq = parcel.consignment ORDER BY 1, 2"
)
_SHOWING: Final = (
    "SELECT photo FROM round_outcome WHERE photo IS NOT NULL AND parcel IN (SELECT id FROM parcel WHERE recipient = ?1)"
    " UNION SELECT json_extract(proof, '$.photo') FROM life_event WHERE kind = 'parcel' AND proof IS NOT NULL"
    " AND about IN (SELECT id FROM parcel WHERE recipient = ?1) AND json_extract(proof, '$.photo') IS NOT NULL"
)
_NEEDED: Final = (
    f"SELECT proven.photo FROM ({_PROVEN}) AS proven JOIN parcel ON parcel.id = proven.parcel"
    " JOIN recipient ON recipient.id = parcel.recipient WHERE recipient.erased_at IS NULL"
)


class Whose(NamedTuple):
    """Whose parcel a photo proves: which organisation brought it, and to whom (an id; None: nobody by name)."""

    organisation: str
    recipient: str | None


def whose(connection: Connection, digest: str) -> list[Whose]:
    """Of whom a photo is; of nobody until the hub has heard what it proves."""
    return [Whose(*row) for row in connection.exec_driver_sql(_OF, (digest,))]


def made_by(connection: Connection, digest: str) -> str | None:
    """Who sent it; None for one that is not kept."""
    return connection.exec_driver_sql("SELECT made_by FROM photo WHERE digest = ?", (digest,)).scalar()


def showing(connection: Connection, recipient: str) -> list[str]:
    """The photos that prove what was brought to a recipient, by name."""
    return list(connection.exec_driver_sql(_SHOWING, (recipient,)).scalars())


def needless(connection: Connection, before: int, most: int) -> list[str]:
    """Photos from before a time (Unix ms) that prove nothing to anybody who is kept; so many at most."""
    query = f"SELECT digest FROM photo WHERE made_at < ? AND digest NOT IN ({_NEEDED}) LIMIT ?"
    if connection.exec_driver_sql("SELECT 1 FROM photo WHERE made_at < ? LIMIT 1", (before,)).first() is None:
        return []
    return list(connection.exec_driver_sql(query, (before, most)).scalars())


def forget(connection: Connection, digests: list[str]) -> None:
    """They are kept no more; their files go with them (hub.photos)."""
    connection.exec_driver_sql(f"DELETE FROM photo WHERE digest IN ({marks(digests)})", tuple(digests))
