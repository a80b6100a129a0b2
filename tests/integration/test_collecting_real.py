"""A real hub and two terminals of one station: a code opens once, and the other tells it as used, with no hub too."""

import signal
from contextlib import ExitStack, closing

import pytest

from edge.store.knowledge import NAME as KNOWN
from edge.store.known_site import KnownSite
from hub import collecting
from hub.store.database import Database
from hub.vault import Vault
from tests.support.edge_agent import AgentProcess, relay_edge
from tests.support.edge_ports import Device, until
from tests.support.hub_process import cli
from tests.support.hubweb import START_MS
from tests.support.listening import ListeningHub
from tests.support.parcels_world import put_parcel, put_recipient, put_sites
from wire.collecting import code_of

PARCEL = "st-1.AAAAA1"
ACK, NAK, BEL = b"\x06", b"\x15", b"\x07"


class Terminal:
    """A device of the station, with a scanner whose display is read."""

    def __init__(self, folder, hub, name):
        folder.mkdir()
        self.data, self.name = folder / "data", name
        self.scanner = Device(folder / "scanner")
        self.config = folder / "edge.toml"
        self.config.write_text(
            f'[device]\ndata = "data"\nlanguage = "en"\n[hub]\nidentity = "identity"\n'
            f'[[scanner]]\nport = "{self.scanner.path}"\ndo = "sight"\nto = "place:st-1"\nconfirm = "echo"\n'
        )
        joined = relay_edge("join", f"127.0.0.1:{hub.https_port}", hub.invite(name), "--config", self.config)
        assert joined.returncode == 0, joined.stderr + joined.stdout
        placed = cli("device", "place", name, "st-1", data=hub.data)
        assert placed.returncode == 0, placed.stderr

    def known(self):
        """What it was told of the parcel."""
        with closing(KnownSite(self.data / KNOWN)) as site:
            return site.parcel(PARCEL)

    def scan(self, *texts):
        """The first byte of the answer to the last one, and all that was shown for it."""
        for text in texts:
            self.scanner.send(text.encode() + b"\r\n")
            lines = [self.line()]
            while lines[-1][:1] != b"\x0e":
                lines.append(self.line())
        return lines[0][:1], b" ".join(line[1:] for line in lines).decode()

    def line(self):
        found = b""
        while not found.endswith(b"\r"):
            found += self.scanner.heard(1)
        return found[:-1]


@pytest.fixture
def code(tmp_path):
    """That of a parcel which waits at st-1, in the database of a hub that is not up yet."""
    (tmp_path / "hub").mkdir(mode=0o700)
    vault, database = Vault.of(tmp_path / "hub"), Database.open(tmp_path / "hub" / "hub.db")
    with closing(database), database.write() as connection:
        put_sites(connection, "wh-1", kind="warehouse")
        put_sites(connection, "st-1")
        put_parcel(connection, PARCEL, recipient=put_recipient(connection, vault=vault))
        return collecting.issue(connection, vault, PARCEL, "st-1", START_MS)


@pytest.mark.soak
def test_of_two_terminals_one_opens_a_parcel_and_the_other_tells_its_code_as_used(tmp_path, code):
    with ExitStack() as stack:
        hub = stack.enter_context(ListeningHub(tmp_path / "hub"))
        pads = [Terminal(tmp_path / name, hub, name) for name in ("pad-1", "pad-2")]
        for pad in pads:
            stack.callback(pad.scanner.unplug)
            stack.enter_context(AgentProcess(pad.config)).says("ready")
        one, two = pads
        for pad in pads:
            until(lambda pad=pad: (known := pad.known()) is not None and known.sealed, "what checks the code")
        assert "1 open; A-2-000" in one.scan("RR:DO:collect", code)[1]
        assert hub.execute("SELECT parcel, device FROM parcel_claim") == [(PARCEL, "pad-1")]
        answer = two.scan("RR:DO:collect", code)
        assert (answer[0], "this code was used already" in answer[1]) == (NAK, True), "pad-1 was quicker"
        assert one.scan(f"RR:P:{PARCEL}")[0] == ACK
        until(lambda: two.known().state == "given", "that it was given")
        assert (two.known().shown, two.known().last4, two.known().person) == ("", "", "")
        assert hub.execute("SELECT state FROM parcel") == [("handed-over",)]

        hub.end(signal.SIGTERM)
        answer = two.scan(code)
        assert (answer[0], "this code was used already: on " in answer[1]) == (NAK, True), answer
        assert "ST-1" in answer[1]
        other = code_of(int(code[:2]), f"{(int(code[2:8]) + 1) % 1_000_000:06d}")
        assert "opens nothing that waits here" in two.scan(other)[1]
