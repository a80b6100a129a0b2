"""What happened at a hub since a backup was made, seen when that backup takes the place of its database.

Some of it has to stay so, or the restore would open a door that was shut: what the authority signed and took back,
numbers that were given out, people whose data was erased. Some of it is undone by the restore, which may be just what
it is for: that is told, and a person decides. Of a database that is gone, or of another ledger, nothing is known.
"""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One row of the log of decisions: `at` in Unix ms."""

    at: int
    who: str
    action: str
    what: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Since:
    """Who was shut out since, and is in again by the restore; and what people decided that is forgotten by it."""

    again: tuple[str, ...] = ()
    decisions: tuple[Decision, ...] = ()


NOTHING: Final = Since()


def take_over(made: Path, replaced: Path) -> Since | None:
    """Have a database that was made of a backup keep what must stay so of the one that it replaces, and say the rest.

    A certificate that it does not know it could not take back: who was thrown out would be in again with it as soon
    as somebody else joins under that name. And who renewed would be shut out when the earlier certificate ends.
    None: the database that was there cannot be read.
    """
    if not replaced.is_file():
        return NOTHING
    try:
        with closing(sqlite3.connect(made, isolation_level=None)) as connection:
            connection.execute("PRAGMA secure_delete = ON")
            connection.execute("ATTACH DATABASE ? AS was", (str(replaced.absolute()),))
            tables = {row[0] for row in connection.execute(_COMMON).fetchall()}
            if not connection.execute(_SAME_LEDGER).fetchone()[0]:
                return NOTHING
            for table, statements in _SHUT.items():
                for statement in statements if table in tables else ():
                    connection.execute(statement)
            asked = [_AGAIN, *([_PEOPLE] if "link" in tables else [])]
            again = tuple(f"{kind} {name}" for each in asked for kind, name in connection.execute(each).fetchall())
            rows = connection.execute(_DECISIONS).fetchall() if "decision_log" in tables else []
    except sqlite3.Error:
        return None
    keys = ("at", "who", "action", "what", "detail")
    return Since(again=again, decisions=tuple(Decision(**dict(zip(keys, row, strict=True))) for row in rows))


_COMMON = "SELECT name FROM main.sqlite_master JOIN was.sqlite_master USING (name, type) WHERE type = 'table'"
_SAME_LEDGER = (
    "SELECT (SELECT value FROM main.meta WHERE key = 'ledger') = (SELECT value FROM was.meta WHERE key = 'ledger')"
)
_REVOKED = """
UPDATE main.certificate AS made
SET revoked_at = (SELECT revoked_at FROM was.certificate AS old WHERE old.serial = made.serial) WHERE revoked_at IS NULL
"""
_HOLDERS = """
INSERT INTO main.device (name, kind, created_at, removed_at)
SELECT name, kind, created_at, removed_at FROM was.device
WHERE id IN (SELECT device_id FROM was.certificate) AND name NOT IN (SELECT name FROM main.device)
"""
_ISSUED = """
INSERT INTO main.certificate (serial, device_id, fingerprint, not_before, not_after, issued_at, revoked_at)
SELECT serial, made.id, fingerprint, not_before, not_after, issued_at, revoked_at FROM was.certificate
JOIN was.device AS holder ON holder.id = device_id JOIN main.device AS made ON made.name = holder.name
WHERE serial NOT IN (SELECT serial FROM main.certificate)
"""
_NUMBERS = """
INSERT OR IGNORE INTO main.sscc_range (prefix, low, high, device, at)
SELECT prefix, low, high, device, at FROM was.sscc_range ORDER BY id
"""
_SHOWING = """
SELECT photo FROM {0}.round_outcome JOIN {0}.parcel AS brought ON brought.id = parcel
JOIN main.recipient ON recipient.id = brought.recipient WHERE erased_at IS NOT NULL
UNION SELECT json_extract(told.proof, '$.photo') FROM {0}.life_event AS told
JOIN {0}.parcel AS brought ON told.kind = 'parcel' AND brought.id = told.about
JOIN main.recipient ON recipient.id = brought.recipient WHERE erased_at IS NOT NULL
"""
_ERASED = f"""
UPDATE main.recipient AS made SET key = NULL, sealed = NULL, shown = '', last4 = '',
  (erased_at, erased_by) = (SELECT erased_at, erased_by FROM was.recipient AS old WHERE old.id = made.id)
WHERE erased_at IS NULL AND id IN (SELECT id FROM was.recipient WHERE erased_at IS NOT NULL);
DELETE FROM main.recipient_trace WHERE recipient IN (SELECT seq FROM main.recipient WHERE erased_at IS NOT NULL);
DELETE FROM main.recipient_proxy WHERE recipient IN (SELECT seq FROM main.recipient WHERE erased_at IS NOT NULL);
UPDATE main.call SET sealed = NULL WHERE recipient IN (SELECT seq FROM main.recipient WHERE erased_at IS NOT NULL);
UPDATE main.round_stop SET lat_e7 = NULL, lon_e7 = NULL WHERE parcel IN (
  SELECT parcel.id FROM main.parcel JOIN main.recipient ON recipient.id = parcel.recipient WHERE erased_at IS NOT NULL);
DELETE FROM main.photo WHERE digest IN ({_SHOWING.format("main")} UNION {_SHOWING.format("was")})
"""
"""Whom the hub had erased since the backup (hub.store.erasing) is erased here too: else a restore would bring everybody
back. Photos go with them alone: one that the database before does not know may be of after that was made."""
_SHUT = {
    "authority": (
        "INSERT INTO main.authority SELECT * FROM was.authority WHERE id NOT IN (SELECT id FROM main.authority)",
    ),
    "certificate": (_REVOKED, _HOLDERS, _ISSUED),
    "sscc_range": (_NUMBERS,),
    "recipient": tuple(_ERASED.split(";")),
}
_AGAIN = """
SELECT 'device', made.name FROM main.device AS made JOIN was.device AS old USING (name)
WHERE made.removed_at IS NULL AND old.removed_at IS NOT NULL
UNION SELECT 'person', made.name FROM main.user AS made JOIN was.user AS old USING (name)
WHERE made.disabled_at IS NULL AND old.disabled_at IS NOT NULL
UNION SELECT 'token', name FROM main.token WHERE digest NOT IN (SELECT digest FROM was.token) ORDER BY 1, 2
"""
_PEOPLE = """
SELECT 'badge of', made.name FROM main.user AS made JOIN was.user AS old USING (name)
WHERE made.badge IS NOT NULL AND made.badge IS NOT old.badge
UNION SELECT 'old PIN of', made.name FROM main.user AS made JOIN was.user AS old USING (name)
WHERE made.badge IS old.badge AND made.pin IS NOT NULL AND made.pin IS NOT old.pin
UNION SELECT 'old password of', made.name FROM main.user AS made JOIN was.user AS old USING (name)
WHERE made.password IS NOT NULL AND made.password IS NOT old.password
UNION SELECT 'old rights of', made.name FROM main.user AS made JOIN was.user AS old USING (name)
WHERE (made.role, made.organisation, made.site) IS NOT (old.role, old.organisation, old.site) ORDER BY 1, 2
"""
_DECISIONS = """
SELECT at, who, action, what, detail FROM was.decision_log AS old WHERE NOT EXISTS (
  SELECT 1 FROM main.decision_log AS made WHERE (made.id, made.at, made.who, made.action, made.what)
    = (old.id, old.at, old.who, old.action, old.what)) ORDER BY old.id
"""
