"""Letting devices in and out: names, kinds, and the hashed passwords that the broker checks.

The database is the truth for credentials, so a backup holds them; the broker's files are written from it.
"""

import base64

from sqlalchemy import Connection, insert, select, update

from hub.errors import HubError
from hub.store.schema import device


class DeviceError(HubError):
    """A device cannot be added or removed as asked."""


def admit(connection: Connection, name: str, kind: str, hashed: str, *, now: int, renew: bool = False) -> None:
    """Let a device in. One that is in already needs `renew`, which makes its old password worthless."""
    known = connection.execute(
        select(device.c.id, device.c.password, device.c.removed_at).where(device.c.name == name)
    ).one_or_none()
    if known is None:
        if renew:
            raise DeviceError(f"There is no device {name!r} whose password could be renewed; add it.")
        connection.execute(insert(device).values(name=name, kind=kind, password=hashed, created_at=now))
        return
    if known.password is not None and known.removed_at is None and not renew:
        raise DeviceError(f"There is a device {name!r} already; its password can be renewed (device add --renew).")
    connection.execute(
        update(device).where(device.c.id == known.id).values(kind=kind, password=hashed, removed_at=None)
    )


def admit_certified(connection: Connection, name: str, kind: str, *, now: int) -> int:
    """Let a device in that has a certificate instead of a password; its id. A password it had is worthless then."""
    known = connection.execute(select(device.c.id).where(device.c.name == name)).scalar()
    if known is None:
        done = connection.execute(insert(device).values(name=name, kind=kind, created_at=now))
        assert done.inserted_primary_key is not None  # noqa: S101 (the table has one)
        return int(done.inserted_primary_key[0])
    connection.execute(update(device).where(device.c.id == known).values(kind=kind, password=None, removed_at=None))
    return int(known)


def id_of(connection: Connection, name: str) -> int | None:
    """A device's id, None for one that is not known."""
    return connection.execute(select(device.c.id).where(device.c.name == name)).scalar()


def is_in(connection: Connection, name: str) -> bool:
    """Whether a device is known and was not removed."""
    found = select(device.c.id).where(device.c.name == name, device.c.removed_at.is_(None))
    return connection.execute(found).scalar() is not None


def kind_of(connection: Connection, name: str) -> str | None:
    """The kind of a device, None for one that is not known."""
    return connection.execute(select(device.c.kind).where(device.c.name == name)).scalar()


def place(connection: Connection, name: str, site: str | None) -> None:
    """Say where a device stands; None: nowhere. Raises DeviceError for a name that is none."""
    done = connection.execute(
        update(device).where(device.c.name == name, device.c.removed_at.is_(None)).values(site=site)
    )
    if done.rowcount == 0:
        raise DeviceError(f"There is no device {name!r}.")


def site_of(connection: Connection, name: str) -> str | None:
    """Where a device stands; None: nowhere, or it is not let in."""
    query = select(device.c.site).where(device.c.name == name, device.c.removed_at.is_(None))
    return connection.execute(query).scalar()


def sites_by_name(connection: Connection) -> dict[str, str]:
    """Where devices stand, those that stand somewhere."""
    rows = connection.execute(
        select(device.c.name, device.c.site).where(device.c.site.is_not(None), device.c.removed_at.is_(None))
    )
    return dict(map(tuple, rows))


def password_of(connection: Connection, name: str) -> str | None:
    """A device's hashed password; None: it has none, or is not let in."""
    query = select(device.c.password).where(device.c.name == name, device.c.removed_at.is_(None))
    return connection.execute(query).scalar()


def seal_with(connection: Connection, name: str, key: bytes | None) -> None:
    """Seal from now on what is for a device alone for this public key (DER)."""
    text = None if key is None else base64.b64encode(key).decode()
    connection.execute(update(device).where(device.c.name == name).values(seal=text))


def seal_of(connection: Connection, name: str) -> bytes | None:
    """The public key (DER) that a device last proved to hold the secret of."""
    text = connection.execute(select(device.c.seal).where(device.c.name == name)).scalar()
    return None if text is None else base64.b64decode(text)


def remove(connection: Connection, name: str, *, now: int) -> None:
    """Let a device in no longer; what it delivered stays. Raises DeviceError for a name that is none."""
    done = connection.execute(
        update(device).where(device.c.name == name, device.c.removed_at.is_(None)).values(password=None, removed_at=now)
    )
    if done.rowcount == 0:
        raise DeviceError(f"There is no device {name!r}.")


def credentials(connection: Connection) -> dict[str, str]:
    """Who may connect: name -> hashed password."""
    rows = connection.execute(
        select(device.c.name, device.c.password).where(device.c.password.is_not(None), device.c.removed_at.is_(None))
    )
    return {row.name: row.password for row in rows}
