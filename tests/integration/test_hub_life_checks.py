import json
from pathlib import Path
from types import SimpleNamespace

from hub import life_checks
from hub.config import load
from hub.folder import Running
from hub.store.database import Database
from tests.support.edge_agent import closed_port
from tests.support.hub_process import cli, cli_json
from tests.support.hubweb import serving


def _found(data: Path, running: Running | None = None) -> dict[str, tuple[bool | None, str]]:
    found = life_checks.check_life(load(data), running)
    return {finding.check: (finding.ok, finding.sentence) for finding in found}


def test_a_hub_without_an_administrator_is_told_how_to_get_one(tmp_path):
    cli_json("device", "add", "a", data=tmp_path)
    ok, sentence = _found(tmp_path)["people"]
    assert ok is False
    assert "relay-hub user add NAME --role admin" in sentence
    cli_json("token", "add", "robot", "--role", "admin", data=tmp_path)
    assert _found(tmp_path)["people"][0]


def test_a_folder_is_looked_into_whatever_its_name(tmp_path):
    data = tmp_path / "hub #1"
    cli_json("device", "add", "a", data=data)
    assert set(_found(data)) == {"people", "names", "files"}


def test_two_agents_under_one_name_are_named(tmp_path):
    cli_json("device", "add", "twin", data=tmp_path)
    assert _found(tmp_path)["names"][0]
    database = Database.open(tmp_path / "hub.db")
    with database.write() as connection:
        connection.exec_driver_sql("UPDATE device SET others = 1")
    database.close()
    ok, sentence = _found(tmp_path)["names"]
    assert ok is False
    assert "twin" in sentence


def test_more_devices_than_files_may_be_open_are_said_with_where_to_raise_the_limit(tmp_path, monkeypatch):
    cli_json("device", "add", "a", data=tmp_path)
    assert _found(tmp_path)["files"][0]
    few = SimpleNamespace(getrlimit=lambda _: (512, 512), RLIMIT_NOFILE=7, RLIM_INFINITY=-1)
    monkeypatch.setattr(life_checks, "resource", few)
    ok, sentence = _found(tmp_path)["files"]
    assert ok is False
    assert "LimitNOFILE" in sentence


def test_a_running_hub_that_takes_nothing_in_is_said_with_its_reason(tmp_path, monkeypatch):
    faults: list[str] = []
    with serving(tmp_path, faults=lambda: faults) as web:
        port = int(web.url.rpartition(":")[2])
        running = Running(pid=1, mqtt_port=1, http_port=port, ledger="a" * 16, run="b" * 16)
        monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")  # as on many a machine that goes out by one
        assert _found(tmp_path, running)["intake"][0]
        faults.append("the database cannot store")
        ok, sentence = _found(tmp_path, running)["intake"]
        assert ok is False
        assert "the database cannot store" in sentence
        assert "make room" in sentence


def test_an_adapter_for_notices_that_is_away_is_said_with_what_waits(tmp_path):
    (tmp_path / "hub.toml").write_text(
        f'[notices]\nurl = "http://127.0.0.1:{closed_port()}/x"\nsecret = "{"s" * 32}"\n'
    )
    (tmp_path / "hub.toml").chmod(0o600)
    ok, sentence = _found(tmp_path)["notices"]
    assert ok is False
    assert "[notices] url in hub.toml. Notices wait for a day." in sentence


def test_a_map_of_the_region_that_cannot_be_shown_is_said_with_its_reason(tmp_path):
    assert "map" not in _found(tmp_path)
    (tmp_path / "region.pmtiles").write_bytes(b"no map")
    ok, sentence = _found(tmp_path)["map"]
    assert ok is False
    assert "Replace it, or take it away" in sentence


def test_the_doctor_lists_them_with_all_others(tmp_path):
    cli_json("device", "add", "a", data=tmp_path)
    (tmp_path / "hub.toml").write_text("[mqtt]\nport = 0\n[http]\nport = 0\n")
    checks = [row["check"] for row in json.loads(cli("doctor", "--json", data=tmp_path).stdout)]
    assert {"people", "names", "files"} <= set(checks)
    assert len(checks) >= 10
