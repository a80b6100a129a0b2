"""Devices that joined a hub's database, their outboxes, and the sticks that people carry from one to the other."""

import time
from collections import Counter
from pathlib import Path

from edge.export import Exported, export
from edge.identity import Identity, adopt, stage
from edge.identity import Membership as Member
from edge.signing import make_request
from edge.store.outbox import Outbox
from hub.authority import Authority, Issued, read_request
from hub.credentials import hashed
from hub.imports.checking import checked, opened, trust_of
from hub.imports.taking import Report, bring_in
from hub.ingest.group import Arrival, Result
from hub.store import authority as certificates
from hub.store import devices
from hub.store.database import Database
from tests.support.facts import NOW
from tests.support.ingest import Bench
from wire import bundle
from wire.messages import AnyItem, Lane


def authority_of(database: Database) -> Authority:
    """The hub's authority, made at first need."""
    with database.write() as connection:
        kept = certificates.kept(connection)
        if kept is None:
            made = Authority.make(database.ledger)
            certificates.keep(connection, made.key_pem, made.pem)
            return made
    return Authority.load(*kept)


def joined(database: Database, name: str, folder: Path, *, authority: Authority | None = None) -> Identity:
    """A device that joined: its identity lies in folder/identity. Another authority makes a stranger."""
    request = make_request(name)
    own = authority_of(database)
    issued = (authority or own).certify_device(read_request(request.csr), name, now_ms=_now())
    if authority is None:
        _note(database, name, issued)
    member = Member(
        device=name, kind="scanner", host="hub", mqtt_port=1, https_port=1, ledger=database.ledger, issued=1, expires=2
    )
    files = {
        "key.pem": request.key_pem,
        "certificate.pem": issued.pem.encode(),
        "authority.pem": (authority or own).pem.encode(),
    }
    identity = stage(folder / "identity", member, files, 0)
    adopt(folder / "identity", identity)
    return identity


def _note(database: Database, name: str, issued: Issued) -> None:
    with database.write() as connection:
        if devices.kind_of(connection, name) is None:
            devices.admit(connection, name, "scanner", hashed("x"), now=NOW)
        device_id = connection.exec_driver_sql("SELECT id FROM device WHERE name = ?", (name,)).scalar_one()
        certificates.issued(
            connection,
            device_id,
            serial=issued.serial,
            fingerprint=issued.fingerprint,
            not_before=issued.not_before,
            not_after=issued.not_after,
            now=NOW,
        )


def _now() -> int:
    return time.time_ns() // 1_000_000


class Carrier:
    """A device with its outbox and identity, and a pocket for sticks."""

    def __init__(self, folder: Path, database: Database, name: str = "wh1-scanner-1") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.name = folder, name
        self.identity = joined(database, name, folder)
        self.ledger = database.ledger
        self._minted = 0
        self._sticks = 0
        self.box = self._open()
        self.box.bind(self.ledger)

    def _open(self) -> Outbox:
        return Outbox.open(self.path, device=self.name, now_ms=NOW, stream_factory=self._mint)

    def _mint(self) -> str:
        self._minted += 1
        return f"{abs(hash((self.name, self._minted))) % 2**60:016x}"

    @property
    def path(self) -> Path:
        return self.folder / "outbox.db"

    def scan(self, *items: AnyItem) -> None:
        """Keep facts."""
        self.box.append_facts(items)

    def restart(self) -> None:
        """A new run of the agent: a new stream."""
        self.box.close()
        self.box = self._open()

    def heard(self, through: dict[str, int]) -> None:
        """A receipt or welcome: so far is the hub with each stream."""
        for stream, last in through.items():
            self.box.confirm(stream, Lane.FACTS, last, NOW)
        self.box.flush()

    def stick(self, *, everything: bool = False) -> Exported:
        """An export, on a new file."""
        self._sticks += 1
        file = self.folder / f"stick-{self._sticks}.relay"
        return export(self.path, self.identity, file, everything=everything, now_ms=NOW)


class Inward:
    """A bench as what an import brings its messages to."""

    stalled = False

    def __init__(self, made: Bench) -> None:
        self._bench = made

    def bring(self, device: str, payload: bytes, reply) -> None:
        made = self._bench
        with made.database.read() as connection:
            group = made.reader.build([Arrival(device, payload, made.now, reply=reply)], connection)
        made.committer.commit(made._connection, group)


def carry(made: Bench, file: Path, *, declare_missing: bool = False) -> Report:
    """Take a file in, as the hub does it."""
    with opened(file) as stick:
        checked(stick, trust_of(made.database, now_ms=_now()))
        return bring_in(stick, Inward(made), declare_missing=declare_missing)


def counted(report: Report) -> Counter[str]:
    """The report's sums."""
    return +Counter({name: report.total(name) for name in ("new", "known", "quarantined", "left_out")})


def parts(file: Path) -> tuple[bundle.Header, list[bytes], bytes]:
    """Header, messages and signature of a file."""
    with file.open("rb") as stick:
        reader = bundle.Reader(stick.read)
        messages = list(reader.messages())
        return reader.header, messages, reader.signature


__all__ = ["Carrier", "Result", "authority_of", "carry", "counted", "joined", "parts"]
