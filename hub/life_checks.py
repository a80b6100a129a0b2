"""The doctor's checks of what goes on at a hub: may anyone sign in, does it take in, do two devices share a name.

And of what only some hubs have: an adapter that notices go out by, and the region's own map.
"""

import http.client
import json
import resource
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

from hub.base_map import FILE, BaseMap
from hub.config import Settings
from hub.core.pmtiles import TilesError
from hub.findings import Finding
from hub.folder import Running
from hub.store.reading import open_to_read

SPARE_FILES = 1000
"""Descriptors for everything that is no device: screens, database, logs."""
_ASK_S = 5.0
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}


def check_life(settings: Settings, running: Running | None) -> Iterator[Finding]:
    """Raises OSError, sqlite3.Error where a check cannot be made."""
    if running is not None:
        yield _takes_in(running)
    if settings.notices_url:
        yield _adapter(settings.notices_url)
    yield from _map(settings.data / FILE)
    if not settings.database.exists():
        return
    with closing(open_to_read(settings.database)) as connection:
        yield _people(connection)
        yield _twins(connection)
        yield _descriptors(connection)


def _takes_in(running: Running) -> Finding:
    host = _EVERYWHERE.get(running.http_host, running.http_host)
    # Not by urllib, which would ask the proxy that the environment names.
    with closing(http.client.HTTPConnection(host, running.http_port, timeout=_ASK_S)) as connection:
        connection.request("GET", "/api/v1/ready", headers={"Host": "localhost"})
        answer = connection.getresponse()
        body = answer.read()
    if answer.status == http.HTTPStatus.OK:
        return Finding(check="intake", ok=True, sentence="The running hub takes in what devices deliver.")
    said = json.loads(body)["error"]["message"]
    remedy = "make room on its disk and look into its log; devices keep their data meanwhile."
    return Finding(check="intake", ok=False, sentence=f"The running hub takes nothing in: {said}; {remedy}")


def _adapter(url: str) -> Finding:
    where = urlsplit(url)
    host, port = where.hostname or "", where.port or (80 if where.scheme == "http" else 443)
    try:
        socket.create_connection((host, port), timeout=_ASK_S).close()
    except OSError as error:
        sentence = (
            f"Nobody answers at {host}:{port}, where notices go out ({error.strerror or error}): start the adapter, or"
            " correct [notices] url in hub.toml. Notices wait for a day."
        )
        return Finding(check="notices", ok=False, sentence=sentence)
    return Finding(check="notices", ok=True, sentence=f"The adapter for notices answers at {host}:{port}.")


def _map(file: Path) -> Iterator[Finding]:
    try:
        found = BaseMap(file).look()
    except TilesError as error:
        why = str(error).rstrip(".")
        sentence = f"{file} cannot be shown: {why}. Replace it, or take it away: the hub has a plain map of its own."
        yield Finding(check="map", ok=False, sentence=sentence)
        return
    if found is not None:
        yield Finding(check="map", ok=True, sentence=f"{file} can be shown ({found.size / 1e6:.1f} MB).")


def _people(connection: sqlite3.Connection) -> Finding:
    people = "SELECT count(*) FROM user WHERE role = 'admin' AND disabled_at IS NULL"
    tokens = "SELECT count(*) FROM token WHERE role = 'admin'"
    if connection.execute(f"SELECT ({people}) + ({tokens})").fetchone()[0]:
        return Finding(check="people", ok=True, sentence="There is an administrator.")
    remedy = "relay-hub user add NAME --role admin"
    return Finding(check="people", ok=False, sentence=f"There is no administrator, so nobody sets it up: {remedy}")


def _twins(connection: sqlite3.Connection) -> Finding:
    rows = connection.execute("SELECT name FROM device WHERE others > 0 ORDER BY name LIMIT 5").fetchall()
    if not rows:
        return Finding(check="names", ok=True, sentence="No two devices speak under one name.")
    names = ", ".join(row[0] for row in rows)
    sentence = f"Several agents speak under one name: {names}. Nothing is lost; give each a name of its own."
    return Finding(check="names", ok=False, sentence=sentence)


def _descriptors(connection: sqlite3.Connection) -> Finding:
    devices = int(connection.execute("SELECT count(*) FROM device WHERE removed_at IS NULL").fetchone()[0])
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard == resource.RLIM_INFINITY or hard >= devices + SPARE_FILES:
        return Finding(check="files", ok=True, sentence=f"Enough files may be open for {devices} devices.")
    remedy = "raise it (ulimit -Hn, or LimitNOFILE= in the systemd unit)."
    sentence = f"{devices} devices need more open files than the limit of {hard}; {remedy}"
    return Finding(check="files", ok=False, sentence=sentence)
