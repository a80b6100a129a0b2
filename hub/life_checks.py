"""The doctor's checks of what goes on at a hub: may anyone sign in, does it take in, do two devices share a name."""

import http.client
import json
import resource
import sqlite3
from collections.abc import Iterator
from contextlib import closing

from hub.config import Settings
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
