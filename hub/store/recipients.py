"""Recipients: kept, found, opened and erased. Who opens one notes it (`note_view`) in the same transaction.

`shown` is for everybody who may know that there is a recipient; `find` is for those whose work needs the rest.
"""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

import msgspec
from sqlalchemy import Connection, Row

from hub.core.masking import last_digits, masked
from hub.errors import HubError
from hub.store import finding
from hub.vault import KEY_BYTES, Vault
from wire.collecting import PROXIES

Language: TypeAlias = Literal["en", "zh"]
Group: TypeAlias = Literal["elderly", "disabled", "pregnant", "infant", "chronic"]

KEY_FOR: Final = "recipient-key"
DATA_FOR: Final = "recipient"
PROXY_FOR: Final = "recipient-proxy"
MOST_PROXIES: Final = PROXIES
"""Each has a code of his own, and devices keep so many of a parcel."""
ASKED_AT_ONCE: Final = 500
_PROXIES: Final = "SELECT * FROM recipient_proxy WHERE recipient = ? AND ended_at IS NULL ORDER BY n"


class RecipientError(HubError):
    """A recipient cannot be kept or changed as asked."""


class Personal(msgspec.Struct, frozen=True, kw_only=True):
    """Who somebody is. `phone` '' where there is none; `note` is how to find or speak with them."""

    name: str
    phone: str = ""
    address: str = ""
    language: Language = "zh"
    note: str = ""
    groups: tuple[Group, ...] = ()


class Opened(Personal, frozen=True, kw_only=True):
    """A recipient with all that is known; not for logs, facts, or other people's screens."""

    id: str
    shown: str
    last4: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A recipient as everybody may see it: masked name and last four digits, both '' once erased."""

    shown: str
    last4: str


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who may fetch for a recipient."""

    name: str
    phone: str = ""


class Proxy(Named, frozen=True, kw_only=True):
    """A proxy with the number that facts and codes know them by (from 1)."""

    n: int
    shown: str
    last4: str


def find(connection: Connection, vault: Vault, id_: str) -> Opened | None:
    """A recipient, opened; None where there is none, or where it was erased. Raises VaultError."""
    row = row_of(connection, id_)
    if row is None or row.key is None:
        return None
    plain = own_vault(vault, row).open(DATA_FOR, row.id, row.sealed)
    known = msgspec.json.decode(plain, type=Personal)
    return Opened(id=row.id, shown=row.shown, last4=row.last4, **msgspec.structs.asdict(known))


def shown(connection: Connection, ids: Collection[str]) -> dict[str, Shown]:
    """The masked names of recipients, by their ids; unknown ids are left out. Needs no vault."""
    found: dict[str, Shown] = {}
    wanted = sorted(set(ids))
    for at in range(0, len(wanted), ASKED_AT_ONCE):
        some = tuple(wanted[at : at + ASKED_AT_ONCE])
        query = f"SELECT id, shown, last4 FROM recipient WHERE id IN ({', '.join('?' * len(some))})"
        for row in connection.exec_driver_sql(query, some):
            found[row[0]] = Shown(shown=row[1], last4=row[2])
    return found


def note_view(connection: Connection, who: str, id_: str, why: str, now: int) -> None:
    """Note that somebody saw a recipient's data, and what for: a few words of ours, never the data itself."""
    connection.exec_driver_sql(
        "INSERT INTO personal_view (at, who, recipient, why) VALUES (?, ?, ?, ?)", (now, who, id_, why[:200])
    )


def make(connection: Connection, vault: Vault, personal: Personal, *, line: int | None, by: str, now: int) -> str:
    """Keep a new recipient, of a line (its `seq`) or none; the id that it gets."""
    id_ = secrets.token_hex(8)
    key = secrets.token_bytes(KEY_BYTES)
    values = (
        id_, line, masked(personal.name), last_digits(personal.phone), vault.seal(KEY_FOR, id_, key),
        Vault(key).seal(DATA_FOR, id_, msgspec.json.encode(personal)), now, by, now,
    )  # fmt: skip
    made = connection.exec_driver_sql(
        "INSERT INTO recipient (id, line, shown, last4, key, sealed, made_at, made_by, touched_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING seq",
        values,
    ).scalar_one()
    finding.index(connection, vault, int(made), personal.name, [personal.phone])
    return id_


def change(connection: Connection, vault: Vault, id_: str, personal: Personal, *, now: int) -> None:
    """Replace what is known of a recipient. Raises RecipientError, VaultError."""
    row = kept(connection, id_)
    sealed = own_vault(vault, row).seal(DATA_FOR, id_, msgspec.json.encode(personal))
    connection.exec_driver_sql(
        "UPDATE recipient SET sealed = ?, shown = ?, last4 = ?, touched_at = ? WHERE seq = ?",
        (sealed, masked(personal.name), last_digits(personal.phone), now, row.seq),
    )
    _index(connection, vault, row, personal)


def proxies(connection: Connection, vault: Vault, id_: str) -> list[Proxy]:
    """Who may fetch for a recipient, opened. Raises RecipientError, VaultError."""
    row = kept(connection, id_)
    own = own_vault(vault, row)
    rows = connection.exec_driver_sql(_PROXIES, (row.seq,))
    return [_proxy(own, id_, each) for each in rows]


def add_proxy(connection: Connection, vault: Vault, id_: str, proxy: Named, *, by: str, now: int) -> Proxy:
    """Let somebody fetch for a recipient. Raises RecipientError for one too many, VaultError."""
    row = kept(connection, id_)
    if len(connection.exec_driver_sql(_PROXIES, (row.seq,)).all()) >= MOST_PROXIES:
        raise RecipientError(f"There are {MOST_PROXIES} people who may fetch for this recipient: take one away first.")
    query = "SELECT 1 + coalesce(max(n), 0) FROM recipient_proxy WHERE recipient = ?"
    n = int(connection.exec_driver_sql(query, (row.seq,)).scalar_one())
    made = Proxy(n=n, name=proxy.name, phone=proxy.phone, shown=masked(proxy.name), last4=last_digits(proxy.phone))
    plain = msgspec.json.encode(Named(name=proxy.name, phone=proxy.phone))
    sealed = own_vault(vault, row).seal(PROXY_FOR, f"{id_} {made.n}", plain)
    connection.exec_driver_sql(
        "INSERT INTO recipient_proxy (recipient, n, shown, last4, sealed, added_at, added_by)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (row.seq, made.n, made.shown, made.last4, sealed, now, by),
    )
    touch(connection, id_, now)
    _index(connection, vault, row)
    return made


def drop_proxy(connection: Connection, vault: Vault, id_: str, n: int, *, now: int) -> None:
    """Let somebody fetch for a recipient no more. Raises RecipientError, VaultError."""
    row = kept(connection, id_)
    gone = connection.exec_driver_sql(
        "UPDATE recipient_proxy SET sealed = NULL, shown = '', last4 = '', ended_at = ?"
        " WHERE recipient = ? AND n = ? AND ended_at IS NULL",
        (now, row.seq, n),
    )
    if not gone.rowcount:
        raise RecipientError(f"The recipient {id_} has no proxy {n}.")
    touch(connection, id_, now)
    _index(connection, vault, row)


def touch(connection: Connection, id_: str, now: int) -> None:
    """Somebody had to do with a recipient: the time after which it is erased begins anew."""
    connection.exec_driver_sql(
        "UPDATE recipient SET touched_at = max(touched_at, ?) WHERE id = ? AND erased_at IS NULL", (now, id_)
    )


def own_vault(vault: Vault, row: "Row[Any]") -> Vault:
    """What opens everything that is sealed under a recipient's own key. Raises VaultError."""
    return Vault(vault.open(KEY_FOR, row.id, row.key))


def kept(connection: Connection, id_: str) -> "Row[Any]":
    """A recipient as it is stored. Raises RecipientError where there is none, or none any more."""
    row = row_of(connection, id_)
    if row is None or row.key is None:
        raise RecipientError(f"Of the recipient {id_} nothing is kept {'any more' if row is not None else 'here'}.")
    return row


def row_of(connection: Connection, id_: str) -> "Row[Any] | None":
    """A recipient as it is stored, also one that was erased."""
    return connection.exec_driver_sql("SELECT * FROM recipient WHERE id = ?", (id_,)).first()


def _index(connection: Connection, vault: Vault, row: "Row[Any]", personal: Personal | None = None) -> None:
    known = personal or find(connection, vault, row.id)
    assert known is not None  # noqa: S101 (it is kept)
    phones = [known.phone, *(each.phone for each in proxies(connection, vault, row.id))]
    finding.index(connection, vault, row.seq, known.name, phones)


def _proxy(own: Vault, id_: str, row: "Row[Any]") -> Proxy:
    named = msgspec.json.decode(own.open(PROXY_FOR, f"{id_} {row.n}", row.sealed), type=Named)
    return Proxy(n=row.n, name=named.name, phone=named.phone, shown=row.shown, last4=row.last4)
