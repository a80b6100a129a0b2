"""Holds a hub to the key that sealed its recipients: with another it would seal some under this key, others under that.

A data folder that was restored or moved without its `vault.key` looks like a new one. So before a hub begins, the
newest recipient has to open. Whoever has lost the key for good says so, and what it sealed is forgotten.
"""

from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import Connection, Row

from hub.store import erasing
from hub.store.database import Database
from hub.store.recipients import own_vault
from hub.vault import FILE, Vault, VaultError

_KEPT = "SELECT * FROM recipient WHERE erased_at IS NULL ORDER BY seq DESC"

log = structlog.get_logger("vault")


def open_vault(database: Database, folder: Path, *, now: int, give_up: bool = False) -> Vault:
    """The vault of a data folder. `give_up` forgets every recipient that it does not open. Raises VaultError.

    Where recipients are sealed no key is made beside them, but by `give_up`.
    """
    with database.read() as connection:
        newest = connection.exec_driver_sql(f"{_KEPT} LIMIT 1").first()
    if newest is None or give_up:
        vault = Vault.of(folder)
        if newest is not None:
            _forget(database, vault, now)
        return vault
    if (folder / FILE).exists():
        vault = Vault.of(folder)
        if _opens(vault, newest):
            return vault
        fault = f"{folder / FILE} is not the key that sealed the recipients in this database"
    else:
        fault = f"{folder / FILE} is missing, and it alone opens the recipients in this database"
    raise VaultError(
        f"{fault}. Bring back the file of the hub that sealed them. If it is lost for good, start once with"
        " --forget-recipients: their names, numbers and addresses are erased, requests and parcels stay."
    )


def _opens(vault: Vault, row: "Row[Any]") -> bool:
    try:
        own_vault(vault, row)
    except VaultError:
        return False
    return True


def _forget(database: Database, vault: Vault, now: int) -> None:
    with database.write() as connection:
        gone = [row.id for row in _all(connection) if not _opens(vault, row)]
        for id_ in gone:
            erasing.forget(connection, id_, by="command line", now=now)
    log.warning("recipients-forgotten", recipients=len(gone), why="the key that sealed them was given up")


def _all(connection: Connection) -> "list[Row[Any]]":
    return list(connection.exec_driver_sql(_KEPT))
