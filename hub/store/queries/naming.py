"""The names of sites, organisations and items, for tables that name them by their keys."""

from collections.abc import Mapping
from typing import Literal, TypeAlias

from sqlalchemy import Connection

Kind: TypeAlias = Literal["site", "organisation", "item"]
Names: TypeAlias = Mapping[Kind, Mapping[str, tuple[str, str]]]
"""Of each kind, by key: the English name and the Chinese one, each may be empty."""


def names(connection: Connection) -> Names:
    """All names. Items are named by the ledger's key of their GTIN."""
    found: dict[Kind, dict[str, tuple[str, str]]] = {}
    for kind, query in (
        ("site", "SELECT id, name, name_zh FROM site"),
        ("organisation", "SELECT id, name, name_zh FROM organisation"),
        ("item", "SELECT 'gtin:' || gtin, name, name_zh FROM item"),
    ):
        found[kind] = {row[0]: (row[1] or "", row[2] or "") for row in connection.exec_driver_sql(query)}  # type: ignore[index]
    return found
