"""Backup and restore, devices and people, and the checks, on the command line."""

import contextlib
import io
import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from alembic import command as alembic
from alembic.config import Config
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from edge.config import load as load_edge
from edge.identity import Identity
from hub.__main__ import main
from hub.commands.upkeep import _tell_since
from hub.config import Settings
from hub.core.viewer import Role
from hub.doctor import examine
from hub.store import authority as certificates
from hub.store import invitations, links, migrations, people, schema, tokens
from hub.store.backup import Summary, restore
from hub.store.database import Database
from hub.store.people import Post
from hub.store.since import Decision, Since
from tests.support.hub_process import Done, HubProcess, cli, cli_json
from tests.support.mqtt import Refused, connected
from tests.support.sticks import joined
from wire import codec, topics
from wire.actions import Action
from wire.messages import Batch, Hello, Lane, Receipt, Scan
from wire.topics import Leaf

STREAM = "00000000000000aa"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "hub"


def _meta(database: Path) -> dict[str, str]:
    with closing(sqlite3.connect(database)) as connection:
        return dict(connection.execute("SELECT key, value FROM meta").fetchall())


def _deliver(hub: HubProcess, password: str, *, after: int, last: int) -> None:
    """Scans after + 1 to last of one stream, until the hub's receipt says that it has them."""
    with connected(hub.mqtt_port, "scanner-1", password) as device:
        device.subscribe(topics.build("scanner-1", Leaf.RECEIPT))
        device.publish(topics.build("scanner-1", Leaf.UP), codec.encode(Hello(hello=5)))
        device.next()
        items = tuple(
            Scan(at=1_800_000_000_000 + n, up=n, do=Action.RECEIVE, labels=("4006381333931",), to="place:wh-1")
            for n in range(after + 1, last + 1)
        )
        batch = Batch(ledger=hub.ledger, hello=5, stream=STREAM, lane=Lane.FACTS, after=after, last=last, items=items)
        device.publish(topics.build("scanner-1", Leaf.UP), codec.encode(batch))
        receipt = codec.decode_down(device.next()[1])
        assert isinstance(receipt, Receipt)
        assert receipt.through == last


def test_a_backup_of_a_running_hub_brings_back_ledger_facts_and_passwords(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "saved.backup"
    with HubProcess(data) as hub:
        password = cli_json("device", "add", "scanner-1", data=data)["password"]
        _deliver(hub, password, after=0, last=3)
        assert cli("backup", file, data=data).returncode == 0
        _deliver(hub, password, after=3, last=5)
        assert cli("device", "remove", "scanner-1", data=data).returncode == 0
        refused = cli("restore", file, data=data)
        assert refused.returncode == 1
        assert "A hub runs" in refused.stderr
        ledger = hub.ledger
    before = _meta(data / "hub.db")
    done = cli("restore", file, data=data)
    assert done.returncode == 0, done.stderr
    after = _meta(data / "hub.db")
    assert after["ledger"] == before["ledger"] == ledger
    assert after["generation"] != before["generation"]
    with HubProcess(data) as hub:
        assert hub.ledger == ledger
        _deliver(hub, password, after=3, last=4)  # joins on to the three of the backup
        assert cli_json("audit", data=data) == []
        assert cli_json("rebuild", data=data)["same"]


def test_a_restore_keeps_the_database_that_was_there(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "saved.backup"
    cli_json("device", "add", "a", data=data)
    assert cli("backup", file, data=data).returncode == 0
    cli_json("device", "add", "b", data=data)
    done = cli("restore", file, data=data)
    assert done.returncode == 0
    assert "1 decisions of people since this backup are not in it (1 device-added): decide them again" in done.stdout
    (lost,) = (json.loads(line) for line in next(data.glob("lost-decisions-*")).read_text().splitlines())
    assert (lost["action"], lost["what"]) == ("device-added", "b")
    assert [row["name"] for row in cli_json("device", "list", data=data)] == ["a"]
    aside = next(data.glob("hub.db.before-restore-*"))
    with closing(sqlite3.connect(aside)) as connection:
        assert connection.execute("SELECT name FROM device ORDER BY name").fetchall() == [("a",), ("b",)]


def test_a_list_of_lost_decisions_that_cannot_be_written_does_not_end_a_restore(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lost = Decision(at=1, who="ana", action="device-added", what="b", detail="")
    aside = tmp_path / "gone" / "hub.db.before-restore-20260101T000000Z"
    since = Since(decisions=(lost,))
    _tell_since(Summary(path=aside, ledger="x", bytes=1, journal_rows=0, devices=0, aside=aside, since=since))
    assert f"cannot be written (No such file or directory): see {aside}." in capsys.readouterr().out


def test_a_restore_names_whose_earlier_password_or_rights_are_good_again(data: Path, tmp_path: Path) -> None:
    with closing(Database.open(_made(data))) as database, database.write() as connection:
        connection.exec_driver_sql("UPDATE user SET password = 'leaked', role = 'admin', badge = 'b', pin = 'p'")
    file = tmp_path / "saved.backup"
    assert cli("backup", file, data=data).returncode == 0
    with closing(Database.open(data / "hub.db")) as database, database.write() as connection:
        connection.exec_driver_sql("UPDATE user SET password = 'new', role = 'auditor', pin = 'q'")
    done = cli("restore", file, data=data)
    assert "let in again by it: old PIN of ana, old password of ana, old rights of ana." in done.stdout


def test_the_doctor_asks_for_a_backup_that_is_late(data: Path, tmp_path: Path) -> None:
    database = _made(data)
    settings = Settings(data=data, mqtt_port=0, http_port=0)

    def said() -> tuple[bool | None, str]:
        (one,) = (each for each in examine(settings) if each.check == "backup")
        return one.ok, one.sentence

    assert said() == (None, "No backup was made of it here.")
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("INSERT INTO journal (lane_id, after, last, received_at, body) VALUES (1, 0, 1, 1, x'00')")
    assert said()[0] is False
    assert cli("backup", tmp_path / "saved.backup", data=data).returncode == 0
    assert said() == (True, "The last backup was made 0 days ago.")
    os.utime(data / "last-backup", (1, 1))
    assert said()[0] is False


def test_a_backup_is_for_its_owner_and_never_overwrites(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "saved.backup"
    cli_json("device", "add", "a", data=data)
    assert cli("backup", file, data=data).returncode == 0
    assert file.stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["hub", "saved.backup"]
    again = cli("backup", file, data=data)
    assert again.returncode == 1
    assert "exists already" in again.stderr


@pytest.mark.parametrize("content", [b"", b"no database", b"SQLite format 3\x00" + b"\x00" * 5000])
def test_a_file_that_is_no_backup_changes_nothing(data: Path, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "wrong"
    file.write_bytes(content)
    cli_json("device", "add", "a", data=data)
    done = cli("restore", file, data=data)
    assert done.returncode == 1
    assert "backup" in done.stderr
    assert "Traceback" not in done.stderr
    assert [row["name"] for row in cli_json("device", "list", data=data)] == ["a"]


@pytest.mark.parametrize("kind", ["scanner", "terminal", "vehicle"])
def test_the_printed_configuration_is_one_that_the_agent_takes(data: Path, tmp_path: Path, kind: str) -> None:
    made = cli("device", "add", f"my-{kind}", "--kind", kind, data=data)
    assert made.returncode == 0, made.stderr
    file = tmp_path / "agent.toml"
    file.write_text(made.stdout)
    file.chmod(0o600)
    settings = load_edge(file)
    assert (settings.device.name, settings.device.kind, settings.hub.username) == (f"my-{kind}", kind, f"my-{kind}")


@pytest.mark.parametrize("name", ["hub", "Upper", "with space", "a/b", "x" * 41, ""])
def test_a_name_that_cannot_name_a_device_is_refused(data: Path, name: str) -> None:
    done = cli("device", "add", name, data=data)
    assert done.returncode == 1
    assert "cannot name a device" in done.stderr


def test_a_device_is_added_once_renewed_and_removed(data: Path) -> None:
    with HubProcess(data) as hub:
        first = cli_json("device", "add", "a", "--kind", "vehicle", data=data)
        twice = cli("device", "add", "a", data=data)
        assert twice.returncode == 1
        assert "--renew" in twice.stderr
        second = cli_json("device", "add", "a", "--renew", data=data)
        assert second["kind"] == "vehicle"
        with pytest.raises(Refused):
            connected(hub.mqtt_port, "a", first["password"]).__enter__()
        with connected(hub.mqtt_port, "a", second["password"]):
            pass
        assert cli("device", "remove", "a", data=data).returncode == 0
        assert cli("device", "remove", "nobody", data=data).returncode == 1


def test_a_user_made_here_signs_in_and_a_token_opens_the_interface(data: Path) -> None:
    with HubProcess(data) as hub:
        made = cli_json("user", "add", "li", "--role", "admin", data=data)
        origin = {"Origin": hub.http}
        answer = httpx.post(
            f"{hub.http}/api/v1/session", json={"user": "li", "password": made["password"]}, headers=origin, timeout=20
        )
        assert answer.status_code == 200, answer.text
        given = cli("user", "add", "wu", "--role", "auditor", "--password-stdin", data=data, input_="a long password\n")
        assert given.returncode == 0
        assert "a long password" not in given.stdout
        token = cli_json("token", "add", "watch", "--role", "auditor", data=data)["token"]
        answer = httpx.get(f"{hub.http}/api/v1/summary", headers={"Authorization": f"Bearer {token}"}, timeout=20)
        assert answer.status_code == 200, answer.text


def test_doctor_names_each_fault_with_what_helps(data: Path) -> None:
    cli_json("device", "add", "a", data=data)
    database = data / "hub.db"
    content = bytearray(database.read_bytes())
    content[4096:8192] = b"\xff" * 4096
    database.write_bytes(content)
    (data / "hub.toml").write_text("[mqtt]\nport = 0\n[http]\nport = 0\n")
    done = cli("doctor", "--json", data=data)
    found = {row["check"]: row for row in json.loads(done.stdout)}
    assert done.returncode == 1
    assert found["database"]["ok"] is False
    assert "restore" in found["database"]["sentence"]
    assert found["mosquitto"]["ok"]
    assert found["mqtt"]["ok"]
    assert found["http"]["ok"]


def test_commands_do_not_make_a_new_ledger_by_a_mistyped_folder(tmp_path: Path) -> None:
    for command in (("audit",), ("rebuild",), ("device", "list"), ("backup", tmp_path / "b")):
        done = cli(*command, data=tmp_path / "nowhere")
        assert done.returncode != 0
        assert "there is no hub" in done.stderr
    assert not (tmp_path / "nowhere").exists()


def test_the_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["version"])
    assert capsys.readouterr().out.strip()


@pytest.mark.soak
def test_a_restore_trusts_no_certificate_that_was_revoked_since_and_says_who_else_is_in_again(
    data: Path, tmp_path: Path
) -> None:
    for name in ("kept-1", "gone-1", "lost-1"):
        cli_json("device", "add", name, data=data)
    assert cli("user", "add", "ana", "--role", "auditor", data=data).returncode == 0
    with closing(Database.open(data / "hub.db")) as database:
        identities = {name: joined(database, name, tmp_path / name) for name in ("kept-1", "lost-1")}
        with database.write() as connection:
            invitations.invite(connection, "S" * 8, device="new-1", kind="scanner", now=1, expires_at=2)
            people.set_badge(connection, "ana", "0" * 64, "pin", by="", now=1)
            link = links.make(connection, "ana", by="", now=1)
            tokens.make(connection, "scale", Post(role=Role.CLERK), by="", now=1)
    file = tmp_path / "saved.backup"
    assert cli("backup", file, data=data).returncode == 0
    assert cli("device", "revoke", "lost-1", data=data).returncode == 0
    assert cli("device", "remove", "gone-1", data=data).returncode == 0
    with closing(Database.open(data / "hub.db")) as database, database.write() as connection:
        people.set_badge(connection, "ana", "1" * 64, "pin", by="", now=2)
        tokens.revoke(connection, "scale", by="", now=2)
    assert cli("user", "remove", "ana", data=data).returncode == 0
    done = cli("restore", file, data=data)
    assert done.returncode == 0, done.stderr
    assert (
        "let in again by it: device gone-1, device lost-1, person ana, token scale, badge of ana. Remove them"
        in done.stdout
    )
    with closing(Database.open(data / "hub.db")) as database, database.read() as connection:
        known = {name: certificates.holder(connection, _fingerprint(identity)) for name, identity in identities.items()}
        assert {name: holder.revoked for name, holder in known.items()} == {"kept-1": False, "lost-1": True}
        assert invitations.find(connection, "S" * 8) is None
        assert links.holder(connection, link.code, now=2) is None
        assert certificates.kept(connection) is not None


@pytest.mark.soak
def test_a_restore_knows_every_certificate_that_was_given_out_and_taken_back_since(data: Path, tmp_path: Path) -> None:
    with closing(Database.open(_made(data))) as database:
        joined(database, "kept-1", tmp_path / "kept-1")
    file = tmp_path / "saved.backup"
    assert cli("backup", file, data=data).returncode == 0
    with closing(Database.open(data / "hub.db")) as database:
        since = {name: joined(database, name, tmp_path / f"{name}-since") for name in ("lost-1", "kept-1", "new-1")}
    assert cli("device", "revoke", "lost-1", data=data).returncode == 0
    done = cli("restore", file, data=data)
    assert done.returncode == 0, done.stderr
    with closing(Database.open(data / "hub.db")) as database, database.read() as connection:
        known = {name: certificates.holder(connection, _fingerprint(identity)) for name, identity in since.items()}
        assert {name: holder and holder.device for name, holder in known.items()} == {name: name for name in since}
        assert [name for name, holder in known.items() if holder.revoked] == ["lost-1"]
        assert len(certificates.taken_back(connection)) == 1


def test_a_backup_of_a_newer_version_is_refused_and_the_database_stays(data: Path, tmp_path: Path) -> None:
    database, file = _made(data), tmp_path / "saved.backup"
    assert cli("backup", file, data=data).returncode == 0
    with closing(sqlite3.connect(file)) as raw, raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")
    before = _meta(database)
    done = cli("restore", file, data=data)
    assert done.returncode == 1
    assert "a newer hub wrote it" in done.stderr
    assert _meta(database) == before
    assert list(data.glob("hub.db.*")) == []


def _of_the_first_release(path: Path, meta: dict[str, str]) -> None:
    """A database as the first release made it, of the ledger that `meta` names."""
    made, config = Database(path), Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    with made.writer.begin() as connection:
        config.attributes["connection"] = connection
        alembic.upgrade(config, "0001")
        connection.execute(schema.meta.insert(), [{"key": key, "value": value} for key, value in meta.items()])
    made.close()


def test_a_backup_of_before_there_was_an_authority_costs_no_device_its_trust(data: Path, tmp_path: Path) -> None:
    with closing(Database.open(_made(data))):
        pass
    file = tmp_path / "saved.backup"
    _of_the_first_release(file, _meta(data / "hub.db"))
    with closing(Database.open(data / "hub.db")) as database:
        since = joined(database, "new-1", tmp_path / "new-1")
        with database.read() as connection:
            kept = certificates.kept(connection)
    assert cli("restore", file, data=data).returncode == 0
    with closing(Database.open(data / "hub.db")) as database, database.read() as connection:
        assert certificates.kept(connection) == kept
        assert certificates.holder(connection, _fingerprint(since)) is not None


def test_what_root_restores_belongs_to_the_owner_of_the_folder(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database, file = _made(data), tmp_path / "saved.backup"
    assert cli("backup", file, data=data).returncode == 0
    given: list[tuple[int, int]] = []
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(os, "chown", lambda _path, *owner: given.append(owner))
    restore(file, database)
    about = data.stat()
    assert given == [(about.st_uid, about.st_gid)]


@pytest.mark.soak
@pytest.mark.parametrize("lost", [False, True])
def test_no_code_of_before_a_restore_is_good_for_anything_not_even_to_who_used_it(
    data: Path, tmp_path: Path, lost: bool
) -> None:
    with closing(Database.open(_made(data))) as database, database.write() as connection:
        for secret, name in (("S" * 8, "new-1"), ("T" * 8, "lost-1")):
            invitations.invite(connection, secret, device=name, kind="scanner", now=1, expires_at=2**50)
        invitations.use(connection, "T" * 8, by="its key", now=1)
    file = tmp_path / "saved.backup"
    assert cli("backup", file, data=data).returncode == 0
    if lost:
        (data / "hub.db").unlink()
    assert cli("restore", file, data=data).returncode == 0
    with closing(Database.open(data / "hub.db")) as database, database.read() as connection:
        assert [invitations.find(connection, secret * 8) for secret in "ST"] == [None, None]


def _fingerprint(identity: Identity) -> str:
    return x509.load_pem_x509_certificate(identity.certificate.read_bytes()).fingerprint(hashes.SHA256()).hex()


def test_a_restore_over_a_damaged_database_says_that_it_cannot_know_who_was_revoked(data: Path, tmp_path: Path) -> None:
    cli_json("device", "add", "a", data=data)
    file = tmp_path / "saved.backup"
    assert cli("backup", file, data=data).returncode == 0
    (data / "hub.db").write_bytes(b"no database at all" * 1000)
    done = cli("restore", file, data=data)
    assert done.returncode == 0, done.stderr
    assert "revoke again whoever was revoked since" in done.stdout


def test_a_backup_is_tried_out_without_being_put_in_place(data: Path, tmp_path: Path) -> None:
    with closing(Database.open(_made(data))) as database:
        joined(database, "scanner-1", tmp_path / "scanner-1")
    file = tmp_path / "saved.backup"
    assert cli("backup", file, data=data).returncode == 0
    before = file.read_bytes()
    found = json.loads(_verify(file).stdout)
    assert (found["devices"], found["certificates"], found["faults"]) == (1, 1, [])
    assert found["authority"]
    assert file.read_bytes() == before

    with closing(sqlite3.connect(file)) as raw, raw:
        raw.execute("UPDATE authority SET key = 'no key'")
        raw.execute("INSERT INTO unit VALUES ('sscc:1', 1, 0)")
    done = _verify(file)
    assert done.returncode == 1
    assert {fault.partition(":")[0] for fault in json.loads(done.stdout)["faults"]} == {
        "a handling unit is in one place",
        "the authority",
    }
    file.write_bytes(before[: len(before) // 2])
    assert _verify(file).returncode == 1


def _made(data: Path) -> Path:
    assert cli("user", "add", "ana", "--role", "auditor", data=data).returncode == 0
    return data / "hub.db"


def _verify(file: Path) -> Done:
    out, err, code = io.StringIO(), io.StringIO(), 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main(["verify-backup", str(file), "--json"])
        except SystemExit as end:
            code = end.code
    return Done(returncode=code, stdout=out.getvalue(), stderr=err.getvalue())
