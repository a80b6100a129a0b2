"""A recipient's name, number, address and words are looked for wherever they must not be, in a hub that runs."""

import json
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from deploy.stack import Hub
from hub.config import Settings
from hub.core.access import RULES
from hub.core.viewer import Role
from hub.doctor import examine
from hub.store import erasing, finding, recipients, users
from hub.store.backup import backup, restore
from hub.store.database import Database
from hub.vault import FILE, Vault
from tests.support.chaos import PlainMosquitto
from tests.support.hub_process import cli
from tests.support.mqtt import Client, until

WATER = "09501101530003"
WHO = {"name": "欧阳金丝雀", "phone": "139 5791 3579", "address": "丝雀巷七十九号", "note": "knock at Serinus window"}
PROXY = {"name": "Canaria Serinova", "phone": "13624680246"}
SAID = {"note": "her aviary burned down", "answers": {"0": "three finches"}}
CANARIES = (
    WHO["name"], "金丝雀", WHO["phone"], "13957913579", WHO["address"], "Serinus", "Canaria", "Serinova",
    PROXY["phone"], "aviary", "three finches",
)  # fmt: skip
MASKED = "欧**雀"
PROTOCOL = Path(__file__).parents[2] / "docs" / "protocol.md"


def traces(data: bytes) -> list[str]:
    """Which canaries are in some bytes, as UTF-8, UTF-16, or escaped as in JSON."""
    writings = {
        each: {each.encode(), each.encode("utf-16-le"), json.dumps(each)[1:-1].encode()} for each in CANARIES
    }  # fmt: skip
    return [each for each, ways in writings.items() if any(way in data for way in ways)]


class County:
    """A hub with a help-line, a station and stock; somebody who listens to all that the broker passes on."""

    def __init__(self, hub, spy):
        self.hub, self.spy, self.heard = hub, spy, bytearray()
        with closing(Database.open(hub.data / "hub.db")) as database, database.write() as connection:
            tokens = {role: users.add_token(connection, f"of-{role}", role, now=1, organisation="red") for role in Role}
        self.clients = {
            role: httpx.Client(
                base_url=f"{hub.url}/api/v1", headers={"Authorization": f"Bearer {token}"}, timeout=30,
                trust_env=False, verify=False,
            )
            for role, token in tokens.items()
        }  # fmt: skip
        self.put("/organisations", [{"id": "red", "name": "Red"}])
        places = (("wh-1", "warehouse"), ("st-1", "station"), ("st-2", "station"))
        hub.rest.put(
            "/sites", [{"id": id_, "name": id_, "kind": kind, "lat": 31.0, "lon": 103.0} for id_, kind in places]
        )
        self.bring_in("bins", b"site,code\nwh-1,a01\n")
        self.bring_in("catalogue", f"gtin,name,unit\n{WATER},Water,bottle\n".encode())
        self.bring_in(
            "stock", f"site,bin,gtin,lot,expiry,owner,quantity\nwh-1,a01,{WATER},A,2029-01-31,red,50\n".encode()
        )
        line = self.ask(
            "POST", "/lines", Role.ADMIN, organisation="red", name="Line", number="95279", questions=["Who?"]
        )
        self.line = line["id"]
        self.ask("PUT", f"/lines/{self.line}/operators", Role.ADMIN, operators=["token of-helpline"])

    def raw(self, method, path, role, **body):
        return self.clients[role].request(method, path, json=body or None)

    def put(self, path, rows):
        assert self.clients[Role.ADMIN].put(path, json=rows).is_success

    def bring_in(self, kind, table):
        query, headers = f"kind={kind}&dry_run=false", {"Content-Type": "text/csv"}
        answer = self.clients[Role.ADMIN].post(f"/imports?{query}", content=table, headers=headers)
        assert answer.is_success, answer.text

    def ask(self, method, path, role, **body):
        answer = self.raw(method, path, role, **body)
        assert answer.is_success, f"{method} {path}: {answer.text}"
        return answer.json() if answer.content else None

    def serve(self):
        """From a call to a parcel that is on its way to the station."""
        person = self.ask("POST", "/recipients", Role.HELPLINE, line=self.line, groups=["elderly"], **WHO)["id"]
        self.ask("POST", f"/recipients/{person}/proxies", Role.HELPLINE, **PROXY)
        call = self.ask("POST", "/calls", Role.HELPLINE, line=self.line, kind="need", recipient=person, **SAID)["id"]
        wish = {
            "organisation": "red",
            "line": self.line,
            "call": call,
            "recipient": person,
            "way": "station",
            "site": "st-1",
        }
        lines = [{"item": f"gtin:{WATER}", "n": 2}]
        asked = self.ask("POST", "/requests", Role.HELPLINE, needed_by="2029-01-01", lines=lines, **wish)["id"]
        self.ask("POST", f"/requests/{asked}/approval", Role.STAFF, reason="")
        self.ask("POST", f"/requests/{asked}/allocation", Role.STAFF, site="wh-1")
        sent = {"requests": [asked], "from_site": "wh-1", "to_site": "st-1", "way": "station"}
        self.ask("POST", "/consignments", Role.STAFF, **sent)
        return person, self.ask("GET", f"/requests/{asked}", Role.STAFF)["parcels"][0]["id"]

    def scan(self, folder):
        """A device joins in by the contract alone: hello, a batch, and what the hub answers."""
        (source,) = re.findall(r"^```python\n(.*?)^```", PROTOCOL.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
        (folder / "client.py").write_text(source, encoding="utf-8")
        for name, site in (("far-1", "st-2"), ("near-1", "st-1")):
            self.ask("POST", "/devices", Role.ADMIN, name=name, kind="scanner")
            self.ask("PUT", f"/devices/{name}/site", Role.ADMIN, site=site)
        command = [sys.executable, str(folder / "client.py"), "127.0.0.1", str(self.spy.port), "far-1", "x"]
        subprocess.run(command, check=True, capture_output=True, timeout=60)

    def listen(self):
        """All that was said over the broker so far."""
        while not self.spy.client.inbox.empty():
            topic, payload, _ = self.spy.client.inbox.get()
            self.heard += topic.encode() + b"\n" + payload + b"\n"
        return bytes(self.heard)


class Spy:
    def __init__(self, port):
        self.port = port
        self.client = Client(port)
        self.client.subscribe("#")


@pytest.fixture(scope="module")
def county(tmp_path_factory):
    folder = tmp_path_factory.mktemp("county")
    with PlainMosquitto(folder) as broker:
        until(lambda: "running" in broker.log.read_text(), "the broker runs")
        spy = Spy(broker.mqtt_port)
        address = f"mqtt://hub:secret@127.0.0.1:{broker.mqtt_port}"
        with Hub(folder / "hub", broker=address) as hub:
            made = County(hub, spy)
            made.person, made.parcel = made.serve()
            made.scan(folder)
            yield made
            for client in made.clients.values():
                client.close()
        spy.client.close()


def test_who_answers_the_line_reads_all_of_it_and_their_slip_says_no_name(county):
    opened = county.ask("GET", f"/recipients/{county.person}", Role.HELPLINE)
    assert {name: opened[name] for name in WHO} == WHO  # the canaries sing where they may
    slip = county.raw("POST", "/slips", Role.HELPLINE, parcel=county.parcel)
    assert slip.content.startswith(b"%PDF"), slip.text


def test_no_page_or_export_of_anybody_else_tells_them(county):
    lists = sorted(path for method, path in RULES if method == "GET" and "{" not in path)
    asked = county.ask("GET", "/requests", Role.ADMIN)["rows"][0]
    ones = [f"/parcels/{county.parcel}", f"/requests/{asked['id']}", f"/calls/{asked['call']}"]
    query = f"?gtin={WATER}&lot=A"
    told = 0
    for role in (Role.AUDITOR, Role.STAFF, Role.COURIER):  # who sees all, what is theirs, and least
        for path in (*ones, *(each.removeprefix("/api/v1") for each in lists if not each.endswith("/events"))):
            answer = county.raw("GET", path + query if "recall" in path else path, role)
            told += answer.is_success
            assert traces(answer.content) == [], (role, path)
    assert told > 50
    assert MASKED in json.dumps(asked, ensure_ascii=False)


def test_neither_the_broker_nor_the_log_nor_any_file_holds_them_in_the_clear(county, tmp_path):
    until(lambda: b"far-1" in county.listen(), "the device was heard")
    assert traces(county.listen()) == []
    assert cli("backup", tmp_path / "saved", data=county.hub.data).returncode == 0
    files = [path for path in county.hub.data.rglob("*") if path.is_file()]
    assert {"hub.db", "hub.db-wal", "vault.key"} <= {path.name for path in files}
    for path in (*files, tmp_path / "saved", county.hub.log):
        assert traces(path.read_bytes()) == [], path
    key = (county.hub.data / "vault.key").read_bytes()
    assert not any(key in path.read_bytes() for path in (*files, tmp_path / "saved") if path.name != "vault.key")
    assert (county.hub.data / "vault.key").stat().st_mode & 0o777 == 0o600


def test_devices_of_other_sites_are_not_even_told_the_masked_name(county):
    query = "SELECT scope, body FROM site_record WHERE body IS NOT NULL"

    def told():
        with closing(Database(county.hub.data / "hub.db")) as database, database.read() as connection:
            return [(row.scope, row.body) for row in connection.exec_driver_sql(query)]

    def named():
        return {scope for scope, body in told() if MASKED.encode() in body}

    until(lambda: bool(named()), "the station's terminal is told of the parcel")
    assert named() <= {"site:st-1", "device:near-1"}
    assert "device:far-1" in {scope for scope, _ in told()} or "*" in {scope for scope, _ in told()}
    assert [scope for scope, body in told() if traces(body)] == []


def test_a_restored_backup_does_not_bring_back_who_was_erased(tmp_path):
    data, vault = tmp_path / "hub", Vault(b"k" * 32)
    data.mkdir()
    with closing(Database.open(data / "hub.db")) as database:
        with database.write() as connection:
            personal = recipients.Personal(name=WHO["name"], phone=WHO["phone"])
            gone, kept = (recipients.make(connection, vault, personal, line=None, by="x", now=1) for _ in range(2))
            recipients.add_proxy(connection, vault, gone, recipients.Named(**PROXY), by="x", now=1)
        _brought(data / "hub.db", gone)
        made = cli("backup", tmp_path / "saved", data=data)
        assert made.returncode == 0
        with database.write() as connection:
            assert erasing.erase(connection, gone, by="x", now=2)
    assert cli("restore", tmp_path / "saved", data=data).returncode == 0
    with closing(Database.open(data / "hub.db")) as database, database.read() as connection:
        assert recipients.find(connection, vault, gone) is None
        assert recipients.find(connection, vault, kept) is not None
        assert [each.id for each in finding.search(connection, vault, "金丝雀")] == [kept]
        assert recipients.shown(connection, [gone])[gone] == recipients.Shown(shown="", last4="")
        assert connection.exec_driver_sql("SELECT lat_e7, lon_e7 FROM round_stop").all() == [(None, None)]
        assert connection.exec_driver_sql("SELECT digest FROM photo").all() == []


def test_a_later_backup_put_back_after_an_earlier_one_brings_its_photos_along(tmp_path):
    path = tmp_path / "hub.db"
    with closing(Database.open(path)) as database, database.write() as connection:
        personal = recipients.Personal(name=WHO["name"], phone=WHO["phone"])
        known = recipients.make(connection, Vault(b"k" * 32), personal, line=None, by="x", now=1)
    backup(path, tmp_path / "earlier")
    _brought(path, known)
    backup(path, tmp_path / "later")
    restore(tmp_path / "earlier", path)
    restore(tmp_path / "later", path)
    with closing(Database.open(path)) as database, database.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM photo").scalar() == 1
    assert len(list(tmp_path.glob("hub.db.before-restore-*"))) == 2


def _brought(database, recipient):
    """A parcel on a courier's round, with the place of the door and a photo."""
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.executescript(f"""
            INSERT INTO parcel
              (seq, id, request, consignment, recipient, way, number, state, made_at, made_by, changed_at)
            VALUES (1, 'door.00000001', 1, 1, '{recipient}', 'door', 1, 'handed-over', 1, 'x', 1);
            INSERT INTO round_stop VALUES (1, 'door.00000001', 1, 300000000, 1000000000, 'given', 1, 1);
            INSERT INTO round_outcome (id, round, parcel, told, why, way, checked, photo, warned, at, received_at, by)
            VALUES ('00000000', 1, 'door.00000001', 'given', '', 'hand', 0, '{"0" * 64}', '', 1, 1, 'x');
            INSERT INTO photo VALUES ('{"0" * 64}', 9, 1, 'x');
        """)


def test_a_restore_says_what_of_the_key_and_the_photos_is_missing_and_a_backup_what_it_leaves_out(tmp_path):
    data = tmp_path / "hub"
    data.mkdir()
    with closing(Database.open(data / "hub.db")) as database, database.write() as connection:
        recipients.make(connection, Vault.of(data), recipients.Personal(name="Ana"), line=None, by="x", now=1)
        connection.exec_driver_sql("INSERT INTO photo VALUES (?, 9, 1, 'x')", ("0" * 64,))
    (data / "photos").mkdir()
    (data / "photos" / ("0" * 64)).touch()
    made = cli("backup", tmp_path / "saved", data=data)
    assert "Not in it: vault.key (the key of what is sealed" in made.stdout
    assert "photos (photos of deliveries)" in made.stdout
    done = cli("restore", tmp_path / "saved", data=data)
    assert "WRONG" not in done.stdout
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    done = cli("restore", tmp_path / "saved", data=elsewhere)
    assert done.returncode == 0
    assert "bring it back before the next start" in done.stdout
    assert "1 of 1 photos are missing" in done.stdout


def test_the_doctor_says_whether_the_key_that_is_there_opens_what_is_sealed(tmp_path):
    settings = Settings(data=tmp_path, mqtt_port=0, http_port=0)

    def found():
        (one,) = [each for each in examine(settings) if each.check == "vault"]
        return one.ok

    assert found() is None
    with closing(Database.open(tmp_path / "hub.db")) as database:
        assert found() is None
        with database.write() as connection:
            personal = recipients.Personal(name="Ana")
            recipients.make(connection, Vault.of(tmp_path), personal, line=None, by="x", now=1)
    assert found() is True
    (tmp_path / FILE).unlink()
    assert found() is False
    Vault.of(tmp_path)
    assert found() is False, "another key is no help"
