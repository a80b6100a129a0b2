"""What lies beside the database and is in no backup: is it there, and does it fit.

The key of the vault is kept out of backups so that a backup alone gives no name; the photos, because they are many.
Whoever moves or restores a hub has to bring them, and finds here what is missing.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from hub import base_map, photos, vault
from hub.findings import Finding
from hub.store.reading import open_to_read
from hub.store.recipients import KEY_FOR
from hub.vault import Vault, VaultError

BESIDE: Final = {
    vault.FILE: "the key of what is sealed: keep a copy, apart from backups",
    photos.FOLDER: "photos of deliveries",
    "hub.toml": "settings",
    base_map.FILE: "the region's map",
}
"""What a backup leaves out, by its name in the data folder."""


def left_out(folder: Path) -> list[str]:
    """What of BESIDE a data folder holds, each with what it is."""
    return [f"{name} ({what})" for name, what in BESIDE.items() if (folder / name).exists()]


def check_sealed(folder: Path, database: Path) -> Iterator[Finding]:
    """Whether key and photos are those that a database speaks of."""
    if not database.exists():
        yield Finding(check="vault", ok=None, sentence="Nothing is sealed yet.")
        return
    yield _key(folder / vault.FILE, database)
    yield from _photos(folder / photos.FOLDER, database)


def _key(path: Path, database: Path) -> Finding:
    rows = _asked(database, "SELECT id, key FROM recipient WHERE key IS NOT NULL ORDER BY seq LIMIT 1")
    if not rows:
        return Finding(check="vault", ok=None, sentence="Nothing is kept of any recipient, so nothing is sealed.")
    try:
        Vault(path.read_bytes()).open(KEY_FOR, *rows[0])
    except FileNotFoundError:
        sentence = f"{path} is gone, and what is sealed of recipients with it: bring it back before the next start."
        return Finding(check="vault", ok=False, sentence=sentence)
    except VaultError as error:
        return Finding(check="vault", ok=False, sentence=str(error))
    return Finding(check="vault", ok=True, sentence=f"{path} opens what is sealed of recipients.")


def _photos(folder: Path, database: Path) -> Iterator[Finding]:
    known = {digest for (digest,) in _asked(database, "SELECT digest FROM photo")}
    if not known:
        return
    missing = len(known - ({path.name for path in folder.iterdir()} if folder.is_dir() else set()))
    if missing:
        sentence = f"{missing} of {len(known)} photos are missing: bring back {folder} as it was; no backup holds it."
        yield Finding(check="photos", ok=False, sentence=sentence)
    else:
        yield Finding(check="photos", ok=True, sentence=f"All {len(known)} photos are there.")


def _asked(database: Path, query: str) -> list[tuple[Any, ...]]:
    """None of a database that is damaged, which another check says, or of a release that kept nothing of recipients."""
    try:
        with closing(open_to_read(database)) as connection:
            return connection.execute(query).fetchall()
    except sqlite3.Error:
        return []
