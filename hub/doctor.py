"""Checks of a hub's surroundings: each says what it found, and what helps where something is wrong."""

import os
import shutil
import socket
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from hub import mosquitto
from hub.broker import Login, try_login
from hub.config import Settings
from hub.door_checks import check_doors
from hub.errors import REMEDY, HubError
from hub.findings import Finding
from hub.folder import Folder, Running
from hub.life_checks import check_life
from hub.sealed_checks import check_sealed
from hub.store.backup import last_made
from hub.store.reading import open_to_read
from hub.web import listen

FREE_BYTES = 1024**3
DAY_S = 86_400.0
_SIZE = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
BACKUP_DAYS = 7
"""Devices hold what they delivered for 14 days: a backup that is older than half of that is late."""
UI = Path(__file__).parent / "ui" / "dist" / "index.html"


def examine(settings: Settings) -> list[Finding]:
    """All checks, in an order that a person reads; none of them changes anything."""
    running = Folder(settings.data).running()
    checks: list[Callable[[], Finding]] = [
        lambda: _folder(settings),
        lambda: _disk(settings),
        lambda: _database(settings),
        lambda: _backup(settings),
        lambda: _mosquitto(settings),
        lambda: _mqtt(settings, running),
        lambda: _http(settings, running),
        _dashboard,
        lambda: _clock(settings),
    ]
    return [
        *_made(checks),
        *_more("vault", lambda settings, _: check_sealed(settings.data, settings.database), settings, running),
        *_more("devices", check_doors, settings, running),
        *_more("life", check_life, settings, running),
    ]


def _made(checks: list[Callable[[], Finding]]) -> Iterator[Finding]:
    for check in checks:
        try:
            yield check()
        except (OSError, HubError, sqlite3.Error, subprocess.SubprocessError) as error:
            yield Finding(check=check.__name__.strip("_<>"), ok=False, sentence=str(error))


def _more(
    name: str,
    check: Callable[[Settings, Running | None], Iterator[Finding]],
    settings: Settings,
    running: Running | None,
) -> Iterator[Finding]:
    try:
        yield from check(settings, running)
    except (OSError, HubError, sqlite3.Error) as error:
        yield Finding(check=name, ok=False, sentence=str(error))


def _folder(settings: Settings) -> Finding:
    path = settings.data
    if not path.exists():
        return Finding(check="folder", ok=None, sentence=f"{path} does not exist yet; the first start makes it.")
    good = os.access(path, os.W_OK | os.X_OK | os.R_OK)
    mode = path.stat().st_mode & 0o777
    if good and mode & 0o007:
        return Finding(check="folder", ok=False, sentence=f"Everyone can look into {path}: chmod 700 {path}")
    sentence = f"{path} can be written." if good else f"{path} cannot be written; give this user the folder."
    return Finding(check="folder", ok=good, sentence=sentence)


def _disk(settings: Settings) -> Finding:
    there = next(path for path in (settings.data, *settings.data.parents) if path.exists())
    free = shutil.disk_usage(there).free
    return Finding(
        check="disk",
        ok=free >= FREE_BYTES,
        sentence=f"{free / 1e9:.1f} GB are free" + ("." if free >= FREE_BYTES else "; a hub should have 1 GB or more."),
    )


def _database(settings: Settings) -> Finding:
    path = settings.database
    if not path.exists():
        return Finding(check="database", ok=None, sentence="There is none yet; the first start makes it.")
    try:
        with closing(open_to_read(path)) as connection:
            said = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
            size = connection.execute(_SIZE).fetchone()[0]  # with what is in its log
    except sqlite3.Error as error:
        said, size = str(error), 0
    if said == "ok":
        return Finding(check="database", ok=True, sentence=f"{path} is sound ({size / 1e6:.1f} MB).")
    return Finding(check="database", ok=False, sentence=f"{path} is damaged: {said}; {REMEDY}.")


def _backup(settings: Settings) -> Finding:
    if not settings.database.exists():
        return Finding(check="backup", ok=None, sentence="There is nothing to back up yet.")
    with closing(open_to_read(settings.database)) as connection:
        first = connection.execute("SELECT received_at FROM journal ORDER BY id LIMIT 1").fetchone()
    made, now = last_made(settings.database), time.time()
    since = made if made is not None else now if first is None else first[0] / 1000
    days = int((now - since) / DAY_S)
    said = "No backup was made of it here" if made is None else f"The last backup was made {days} days ago"
    if days < BACKUP_DAYS:
        return Finding(check="backup", ok=None if made is None else True, sentence=f"{said}.")
    remedy = "relay-hub backup FILE; deploy/systemd has a timer for it. Devices hold what they delivered for 14 days."
    return Finding(check="backup", ok=False, sentence=f"{said}: {remedy}")


def _mosquitto(settings: Settings) -> Finding:
    if settings.broker is not None:
        return Finding(check="mosquitto", ok=None, sentence=f"Not needed: the broker is {settings.broker}.")
    try:
        program = mosquitto.find()
    except HubError as error:
        return Finding(check="mosquitto", ok=False, sentence=str(error))
    version = mosquitto.version(program)
    good = version.startswith("2.")
    sentence = f"{program} is version {version}" + ("." if good else "; the hub needs version 2.")
    return Finding(check="mosquitto", ok=good, sentence=sentence)


def _mqtt(settings: Settings, running: Running | None) -> Finding:
    if settings.broker is not None:
        answer = try_login(settings.broker)
        good = answer is Login.ACCEPTED
        return Finding(check="mqtt", ok=good, sentence=f"{settings.broker}: the hub's user is {answer} there.")
    if running is not None:
        with socket.create_connection((running.mqtt_host, running.mqtt_port), timeout=3):
            return Finding(check="mqtt", ok=True, sentence=f"The running hub's broker answers on {running.mqtt_port}.")
    try:
        port = mosquitto.claim(settings.mqtt_port)
    except HubError as error:
        return Finding(check="mqtt", ok=False, sentence=str(error))
    return Finding(check="mqtt", ok=True, sentence=f"Port {port} is free.")


def _http(settings: Settings, running: Running | None) -> Finding:
    if running is not None:
        with socket.create_connection((running.http_host, running.http_port), timeout=3):
            return Finding(check="http", ok=True, sentence=f"The running hub answers on {running.http_port}.")
    try:
        with listen(settings.http_host, settings.http_port) as free:
            return Finding(check="http", ok=True, sentence=f"Port {free.getsockname()[1]} is free.")
    except HubError as error:
        return Finding(check="http", ok=False, sentence=str(error))


def _dashboard() -> Finding:
    if UI.is_file():
        return Finding(check="dashboard", ok=True, sentence="The dashboard is built.")
    return Finding(
        check="dashboard", ok=False, sentence="The dashboard is not built: install the package (make setup)."
    )


def _clock(settings: Settings) -> Finding:
    now_s = time.time()
    written = [path.stat().st_mtime for path in (settings.database, settings.run_file) if path.exists()]
    if written and max(written) > now_s + 60:
        return Finding(check="clock", ok=False, sentence="The clock stands before the time of the hub's own files.")
    try:
        said = subprocess.run(
            ["timedatectl", "show", "-p", "NTPSynchronized", "--value"],
            capture_output=True, text=True, timeout=5, check=False,
        ).stdout.strip()  # fmt: skip
    except FileNotFoundError:
        said = ""
    if said == "no":
        return Finding(
            check="clock", ok=False, sentence="The clock is not synchronised (NTP); receipts carry its time."
        )
    stamp = time.strftime("%FT%TZ", time.gmtime(now_s))
    if said == "yes":
        return Finding(check="clock", ok=True, sentence=f"The clock is synchronised: {stamp}.")
    return Finding(check="clock", ok=None, sentence=f"Nobody says whether the clock is synchronised; it shows {stamp}.")
