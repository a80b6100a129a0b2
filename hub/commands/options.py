"""Options that several commands share, and how they find a running hub."""

from pathlib import Path
from typing import Annotated

import typer

from hub.config import Settings, load
from hub.folder import Folder
from hub.store.database import Database

DataOption = Annotated[
    Path, typer.Option("--data", help="The hub's data folder.", envvar="RELAY_HUB_DATA", show_default="./var/hub")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
DATA = Path("var/hub")


def existing(data: Path) -> Settings:
    """The settings of a folder that a hub has used before; commands do not make a new ledger by a mistyped path."""
    settings = load(data)
    if not settings.database.is_file():
        raise typer.BadParameter(
            f"there is no hub in {settings.data}; start it once (relay-hub up --data {data})", param_hint="--data"
        )
    return settings


def opened(data: Path) -> tuple[Settings, Database]:
    """The database of such a folder."""
    settings = existing(data)
    return settings, Database.open(settings.database)


def prepared(data: Path) -> tuple[Settings, Database]:
    """The database of a folder, made if there is none: devices and users may be added before the first start."""
    settings = load(data)
    folder = Folder(settings.data)
    if not settings.database.exists():
        folder.lock()
        try:
            return settings, Database.open(settings.database)
        finally:
            folder.unlock()
    return settings, Database.open(settings.database)
