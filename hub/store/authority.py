"""The authority's key and certificate, and every certificate that it gave to a device."""

from dataclasses import dataclass

from sqlalchemy import Connection, func, insert, select, update

from hub.store.schema import authority, certificate, device


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Whose certificate it is, and whether it still counts; times in Unix ms."""

    device: str
    kind: str
    not_after: int
    revoked: bool


def kept(connection: Connection) -> tuple[str, str] | None:
    """The authority's key and certificate (PEM), None before there is one."""
    row = connection.execute(select(authority.c.key, authority.c.certificate)).one_or_none()
    return None if row is None else (row.key, row.certificate)


def keep(connection: Connection, key: str, shown: str) -> None:
    """Keep a new authority. There is one at most."""
    connection.execute(insert(authority).values(id=1, key=key, certificate=shown))


def issued(
    connection: Connection, device_id: int, *, serial: str, fingerprint: str, not_before: int, not_after: int, now: int
) -> None:
    """Note a certificate before anyone has it."""
    connection.execute(
        insert(certificate).values(
            serial=serial,
            device_id=device_id,
            fingerprint=fingerprint,
            not_before=not_before,
            not_after=not_after,
            issued_at=now,
        )
    )


def take_back(connection: Connection, name: str, *, now: int) -> int:
    """Let no certificate of a device count any longer; how many did."""
    owner = select(device.c.id).where(device.c.name == name).scalar_subquery()
    done = connection.execute(
        update(certificate)
        .where(certificate.c.device_id == owner, certificate.c.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    return done.rowcount


def taken_back(connection: Connection) -> list[str]:
    """The serials of all certificates that were taken back."""
    return list(connection.execute(select(certificate.c.serial).where(certificate.c.revoked_at.is_not(None))).scalars())


def certified(connection: Connection, *, now: int) -> dict[str, frozenset[str]]:
    """Who may connect by certificate: name -> serials that count at this time."""
    rows = connection.execute(
        select(device.c.name, certificate.c.serial)
        .join_from(certificate, device)
        .where(certificate.c.revoked_at.is_(None), certificate.c.not_after > now, device.c.removed_at.is_(None))
    )
    found: dict[str, set[str]] = {}
    for name, serial in rows:
        found.setdefault(name, set()).add(serial)
    return {name: frozenset(serials) for name, serials in found.items()}


def ends(connection: Connection) -> dict[int, int]:
    """When the newest certificate of each device ends that was not taken back, by the device's id."""
    rows = connection.execute(
        select(certificate.c.device_id, func.max(certificate.c.not_after).label("ends"))
        .where(certificate.c.revoked_at.is_(None))
        .group_by(certificate.c.device_id)
    )
    return {row.device_id: row.ends for row in rows}


def holder(connection: Connection, fingerprint: str) -> Holder | None:
    """Whose certificate has this fingerprint (SHA-256 of the DER, hexadecimal); None: it is none of ours."""
    row = connection.execute(
        select(device.c.name, device.c.kind, device.c.removed_at, certificate.c.not_after, certificate.c.revoked_at)
        .join_from(certificate, device)
        .where(certificate.c.fingerprint == fingerprint)
    ).one_or_none()
    if row is None:
        return None
    revoked = row.revoked_at is not None or row.removed_at is not None
    return Holder(device=row.name, kind=row.kind, not_after=row.not_after, revoked=revoked)


def issued_since(connection: Connection, name: str, since: int) -> int:
    """How many certificates a device was given since a time."""
    rows = connection.execute(
        select(certificate.c.serial)
        .join_from(certificate, device)
        .where(device.c.name == name, certificate.c.issued_at >= since)
    )
    return len(rows.all())
