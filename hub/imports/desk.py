"""Where a command leaves a file for the running hub, and finds what became of it: the folder `imports` of its data.

    NAME.outbox   a copy of the file: whatever happens to the stick from now on, what was checked is what is taken in
    NAME.json     the request; it is put there last, by a rename
    NAME.result   the answer, put there by a rename; the command removes all three

Names are random, and nothing in a file names a path. The folder belongs to the hub's user alone, and who may write in
it may write the database too: it is no new way in. A hub that starts empties it, for nobody waits any more.
"""

import os
import secrets
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

import msgspec
import structlog

from hub.errors import HubError
from hub.folder import Folder, Running
from hub.imports.checking import ImportFaultError, checked, opened, trust_of
from hub.imports.taking import Ingest, Report, bring_in
from hub.ingest.group import Result
from hub.store.database import Database

LOOK_S: Final = 0.25
SPARE: Final = 2
"""The copy, and about as much again for the journal: so much room there must be."""

log = structlog.get_logger("imports")


class Request(msgspec.Struct, kw_only=True):
    """What a command asks."""

    declare_missing: bool = False


class Answer(msgspec.Struct, kw_only=True):
    """What the hub says: a report, or why there is none."""

    report: Report | None = None
    refusal: str = ""


_request = msgspec.json.Decoder(Request)
_answer = msgspec.json.Decoder(Answer)


class Desk:
    """The running hub's side: one thread that takes in one file after the other."""

    def __init__(self, data: Path, database: Database, ingest: Ingest, clock: Callable[[], int]) -> None:
        self._folder = data / "imports"
        self._database = database
        self._ingest = ingest
        self._clock = clock
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="imports", daemon=True)

    def start(self) -> None:
        """Empty the folder and begin. Raises HubError if it cannot be made."""
        _prepare(self._folder)
        for left in self._folder.iterdir():
            if not left.is_dir():
                left.unlink(missing_ok=True)
        self._thread.start()

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    @property
    def stalled(self) -> bool:
        return self._ingest.stalled

    def bring(self, device: str, payload: bytes, reply: Callable[[Result], None]) -> None:
        """Hand a message on, unless the hub is about to stop. Raises ImportFaultError."""
        if self._stopping.is_set():
            raise ImportFaultError("The hub stops. Nothing is lost; run the command again when it is up.")
        self._ingest.bring(device, payload, reply)

    def stop(self) -> None:
        """End after the message in hand. Idempotent."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join(timeout=30)

    def _serve(self) -> None:
        while not self._stopping.wait(LOOK_S):
            for request in sorted(self._folder.glob("*.json")):
                self._one(request)

    def _one(self, request: Path) -> None:
        name = request.with_suffix("")
        try:
            asked = _request.decode(request.read_bytes())
            request.unlink()
            with opened(name.with_suffix(".outbox")) as file:
                answer = Answer(report=self._take_in(file, asked))
        except (HubError, OSError, msgspec.MsgspecError) as error:
            log.warning("import-refused", error=str(error))
            answer = Answer(refusal=str(error))
        except Exception:  # whatever a file does to us, the hub goes on
            log.exception("import-broke")
            answer = Answer(refusal="The file could not be taken in: something in the hub broke; see its log.")
        beside = name.with_suffix(".part")
        try:
            beside.write_bytes(msgspec.json.encode(answer))
            beside.replace(name.with_suffix(".result"))
        except OSError as error:
            log.warning("import-unanswered", error=str(error))

    def _take_in(self, file: BinaryIO, asked: Request) -> Report:
        found = checked(file, trust_of(self._database, now_ms=self._clock()))
        report = bring_in(file, self, declare_missing=asked.declare_missing)
        log.info("imported", device=found.header.device, facts=found.facts, new=report.total("new"))
        return report


@contextmanager
def copied(data: Path, file: BinaryIO) -> Iterator[Path]:
    """A copy of an open file in the folder, for as long as the block lasts. Raises ImportFaultError."""
    folder = data / "imports"
    _prepare(folder)
    copy = folder / f"{secrets.token_hex(8)}.outbox"
    size = os.fstat(file.fileno()).st_size
    if shutil.disk_usage(folder).free < SPARE * size:
        raise ImportFaultError(f"The hub's disk has no room to take in {size} bytes. Make room and run this again.")
    try:
        _copy(file, copy)
        _give_to_the_owner_of(data, copy)
        yield copy
    finally:
        for suffix in (".json", ".outbox", ".result", ".part", ".new"):
            copy.with_suffix(suffix).unlink(missing_ok=True)


def _copy(file: BinaryIO, copy: Path) -> None:
    try:
        file.seek(0)
        copy.touch(mode=0o600, exist_ok=False)
        with copy.open("wb") as out:
            shutil.copyfileobj(file, out, 1 << 20)
    except OSError as error:
        raise ImportFaultError(f"The file cannot be copied to {copy.parent}: {error.strerror}.") from error


def hand_over(folder: Folder, running: Running, copy: Path, request: Request) -> Report:
    """Have the running hub take in a copy, and wait for what it says. Raises ImportFaultError."""
    beside = copy.with_suffix(".new")
    beside.write_bytes(msgspec.json.encode(request))
    _give_to_the_owner_of(folder.path, beside)
    beside.replace(copy.with_suffix(".json"))
    result = copy.with_suffix(".result")
    while not result.exists():
        now = folder.running()
        if (now is None or now.run != running.run) and not result.exists():
            raise ImportFaultError("The hub stopped while it took in the file. Nothing is lost; run the command again.")
        time.sleep(LOOK_S / 5)
    answer = _answer.decode(result.read_bytes())
    if answer.report is None:
        raise ImportFaultError(answer.refusal)
    return answer.report


def _prepare(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        _give_to_the_owner_of(folder.parent, folder)
    except OSError as error:
        raise ImportFaultError(f"The folder {folder} cannot be made: {error.strerror}.") from error


def _give_to_the_owner_of(parent: Path, made: Path) -> None:
    """An administrator brings the stick, the hub's user reads."""
    if os.geteuid() == 0:
        owner = parent.stat()
        os.chown(made, owner.st_uid, owner.st_gid)
