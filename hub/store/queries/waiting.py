"""Who is still expected to speak: sites whose devices are away, or hold facts that have not come."""

import re

from sqlalchemy import Connection, select

from hub.core.identity import account_site
from hub.store.queries.facts import COLUMNS, FactReader
from hub.store.schema import device, journal, lane, site
from wire.messages import AnyItem, Count, Kit, Scan

MOST_DEVICES = 200
"""Devices whose last act is looked up; beyond them the name alone tells a device's site."""

_PLAIN = re.compile(r"[^a-z0-9]")


class Waiting:
    """Answers, for one snapshot, which devices a site waits for. Reads only when it is first asked."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._sites: dict[int, str | None] = {}
        self._known: list[str] | None = None
        self._expected: dict[str, list[str]] | None = None

    def sentence(self, site_id: str | None) -> str | None:
        """`waiting for a, b`, None where all devices of the site were heard."""
        names = self.devices(site_id)
        return f"waiting for {', '.join(names)}" if names else None

    def devices(self, site_id: str | None) -> list[str]:
        """The devices of a site that are offline or have facts to send."""
        if site_id is None:
            return []
        if self._expected is None:
            self._expected = self._expect()
        return self._expected.get(site_id, [])

    def site_of(self, device_id: int, name: str) -> str | None:
        """The site of a device: the one that its name begins with, else where its last fact was."""
        if device_id not in self._sites:
            named = self._named(name)
            looked_up = len(self._sites) < MOST_DEVICES
            self._sites[device_id] = named or (self._acted(device_id) if looked_up else None)
        return self._sites[device_id]

    def _expect(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        rows = self._connection.execute(
            select(device.c.id, device.c.name)
            .where(device.c.removed_at.is_(None), (device.c.online == 0) | (device.c.pending_facts > 0))
            .order_by(device.c.name)
        )
        for row in rows.all():
            at = self.site_of(row.id, row.name)
            if at is not None:
                found.setdefault(at, []).append(row.name)
        return found

    def _named(self, name: str) -> str | None:
        """`wh1-scanner-1` is of the site `wh-1`, `wh10-scanner` is not."""
        if self._known is None:
            ids = self._connection.execute(select(site.c.id)).scalars()
            self._known = sorted(ids, key=len, reverse=True)
        plain = _PLAIN.sub("", name)
        for known in self._known:
            start = _PLAIN.sub("", known)
            if start and plain.startswith(start) and not (start[-1].isdigit() and plain[len(start) :][:1].isdigit()):
                return known
        return None

    def _acted(self, device_id: int) -> str | None:
        lanes = select(lane.c.id).where(lane.c.device_id == device_id, lane.c.lane == "facts")
        query = select(*COLUMNS).where(journal.c.lane_id.in_(lanes)).order_by(journal.c.id.desc()).limit(1)
        row = self._connection.execute(query).one_or_none()
        if row is None:
            return None
        reader = FactReader(self._connection)
        stored = reader.open(row)
        for seq in sorted(stored.items, reverse=True):
            item = reader.fact(stored, seq).item
            for end in _places(item):
                if end is not None and (found := account_site(end)) is not None:
                    return found
        return None


def _places(item: AnyItem | None) -> tuple[str | None, ...]:
    """Where a fact says that somebody acted."""
    if isinstance(item, Scan):
        return item.to, item.source
    return (item.where,) if isinstance(item, Count | Kit) else ()
