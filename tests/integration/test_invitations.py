"""Devices invited and revoked over REST: by administrators only, with their name in the log and the code nowhere."""

import re

import httpx
import numpy as np
import pytest
import zxingcpp
from structlog.testing import capture_logs

from deploy.newcomer import Newcomer, NotLetInError
from hub.admission import HOUR_MS, open_authority
from hub.core.viewer import Role
from hub.inviting import Inviter, svg
from tests.support.hub_process import cli_json
from tests.support.hubweb import START_MS, make_database, serving
from tests.support.listening import ListeningHub, joined_context, tls_client
from tests.support.mqtt import until
from wire.joining import parse_code, parse_invitation


@pytest.fixture(scope="module")
def web(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hub")
    database = make_database(folder)
    authority = open_authority(database)
    inviter = Inviter(database, authority, name=lambda: "192.0.2.7", https_port=8443, clock=lambda: START_MS)
    with serving(folder, database=database, inviter=inviter) as server:
        yield server


def ask(web, what, body=None, role=Role.ADMIN, name="van-1"):
    with web.client(role) as client:
        return client.post(f"/api/v1/devices/{name}/{what}", json=body)


def test_an_invitation_holds_all_that_a_person_carries_to_the_device(web):
    answer = ask(web, "invitation", {"kind": "vehicle", "hours": 2})
    assert answer.status_code == 201
    made = answer.json()
    told = parse_invitation(made["qr"])
    assert (told.host, told.port, told.code) == ("192.0.2.7", 8443, parse_code(made["code"]))
    assert made["command"] == f"relay-edge join 192.0.2.7 {made['code']}"
    assert (made["kind"], made["replaces"]) == ("vehicle", False)
    state = web.get("/devices/van-1/invitation")
    assert state == {"expires_at": made["expires_at"], "used_at": None}
    with web.database.read() as connection:
        (expires,) = connection.exec_driver_sql("SELECT expires_at FROM invitation WHERE device = 'van-1'").one()
    assert expires == START_MS + 2 * HOUR_MS
    assert web.get("/devices")["listening"]


def test_the_picture_is_black_on_white_with_its_quiet_zone_and_says_the_invitation():
    text = "relay+join://[2001:db8::7]:8443/7QK2M-9ZT4C-0HVXB-5RNPE-1WJDG"
    picture = svg(text)
    assert picture.startswith("<svg ")
    assert 'fill="#fff"' in picture
    assert 'stroke="#000"' in picture
    assert "<script" not in picture
    assert zxingcpp.read_barcode(drawn(picture)).text == text


def drawn(picture):
    """The picture as pixels, by the path that segno writes: rows of black runs, a half module down."""
    side = int(re.search(r'viewBox="0 0 (\d+) \1"', picture)[1])
    pixels = np.full((side, side), 255, np.uint8)
    x = y = 0.0
    for sign, first, second in re.findall(r"([Mmh])(-?[\d.]+)(?:[ ,]?(-?[\d.]+))?", picture.split('class="qrline"')[1]):
        if sign == "h":
            pixels[int(y), int(x) : int(x) + int(first)] = 0
            x += float(first)
        else:
            x, y = (float(first), float(second)) if sign == "M" else (x + float(first), y + float(second))
    return np.kron(pixels, np.ones((4, 4), np.uint8))


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.OPERATOR, Role.CLERK, Role.STAFF, Role.HELPLINE, None])
@pytest.mark.parametrize("what", ["invitation", "revocation"])
def test_only_administrators_and_engineers_let_devices_in_or_throw_them_out(web, role, what):
    web.registry.add_device("van-2", "vehicle")
    expected = 401 if role is None else 403
    assert ask(web, what, {}, role, "van-2").status_code == expected
    with web.client(role) as client:
        assert client.get("/api/v1/devices/van-1/invitation").status_code == expected
    with web.database.read() as connection:
        assert not connection.exec_driver_sql("SELECT 1 FROM invitation WHERE device = 'van-2'").all()
    assert ("van-2", "vehicle") in web.registry.added
    web.registry.added.clear()


def test_the_log_says_who_invited_and_revoked_whom_and_never_the_code(web):
    web.registry.add_device("van-3", "vehicle")
    with capture_logs() as logs:
        made = ask(web, "invitation", {}, name="van-3").json()
        assert ask(web, "revocation", name="van-3").json() == {"device": "van-3", "hint": ""}
    said = {entry["event"]: entry for entry in logs}
    assert said["invited"]["by"] == said["revoked"]["by"] == "token token-admin"
    assert said["invited"]["device"] == said["revoked"]["device"] == "van-3"
    secret = parse_code(made["code"]).secret
    assert not [entry for entry in logs if made["code"] in str(entry) or secret in str(entry)]


@pytest.mark.parametrize(
    ("name", "body", "status"),
    [
        ("van-1", {"hours": 0}, 422),
        ("van-1", {"hours": 721}, 422),
        ("van-1", {"kind": "toaster"}, 422),
        ("van-1", {"secret": "00000000"}, 422),
        ("Van", {}, 422),
        ("hub", {}, 409),
    ],
)
def test_what_cannot_be_invited_is_refused_with_a_reason(web, name, body, status):
    answer = ask(web, "invitation", body, name=name)
    assert answer.status_code == status
    assert answer.json()["error"]["message"]


def test_a_name_that_is_none_has_no_invitation_and_cannot_be_revoked(web):
    with web.client() as client:
        assert client.get("/api/v1/devices/nobody/invitation").json()["error"]["code"] == "no-invitation"
    assert ask(web, "revocation", name="nobody").json()["error"]["code"] == "no-device"


def test_the_name_of_a_revoked_device_can_be_added_again(web):
    with web.database.write() as connection:
        connection.exec_driver_sql("INSERT INTO device (name, kind, created_at, removed_at) VALUES ('old-1', '', 0, 1)")
    with web.client() as client:
        assert client.post("/api/v1/devices", json={"name": "old-1", "kind": "scanner"}).status_code == 201


def test_a_hub_that_does_not_listen_says_how_it_would(tmp_path):
    with serving(tmp_path) as web:
        answer = ask(web, "invitation", {})
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "not-listening")
        assert "--listen" in answer.json()["error"]["hint"]
        assert not web.get("/devices")["listening"]


def test_a_device_joins_by_a_code_from_the_dashboard_and_is_cut_off_by_its_revocation(tmp_path):
    with ListeningHub(tmp_path / "hub") as hub:
        token = cli_json("token", "add", "t", "--role", "admin", data=hub.data)["token"]
        headers = {"Authorization": f"Bearer {token}"}
        with httpx.Client(base_url=hub.http + "/api/v1", headers=headers, timeout=20, trust_env=False) as rest:
            made = rest.post("/devices/van-1/invitation", json={"kind": "vehicle"}).json()
            assert parse_invitation(made["qr"]).port == hub.https_port
            device = Newcomer()
            device.join(hub.https_port, made["code"])
            assert rest.get("/devices/van-1/invitation").json()["used_at"]
            (shown,) = rest.get("/devices").json()["devices"]
            assert (shown["access"], shown["kind"]) == ("certificate", "vehicle")
            assert shown["certificate_until"] > made["expires_at"]
            assert rest.post("/devices/van-1/invitation", json={}).json()["replaces"]
            client = tls_client(hub.mqtts_port, joined_context(hub, tmp_path, device))
            assert rest.post("/devices/van-1/revocation").json() == {"device": "van-1", "hint": ""}
            until(lambda: client.gone, "the connection ends", 5)
            assert rest.get("/devices").json()["devices"] == []
            assert rest.get("/devices/van-1/invitation").status_code == 404
            assert rest.post("/devices/van-1/revocation").status_code == 404
        with pytest.raises(NotLetInError, match="unknown-code"):
            Newcomer().join(hub.https_port, made["code"])
        said = hub.log.read_text()
        assert said.count("token t") == 3
        assert parse_code(made["code"]).secret not in said
