"""Devices at the HTTPS door: who proves a key is let in, and nobody else."""

import base64

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from deploy.newcomer import Newcomer
from hub.admission import RefusedError
from hub.authority import Authority
from hub.core.guesses import EACH
from hub.credentials import hashed
from hub.device_sessions import OPENINGS, PAGES, DeviceSessions
from hub.store import authority as papers
from hub.store import devices
from tests.support.hubweb import START_MS, Clock, make_database, serving
from tests.support.site_devices import Copy, Doors, proof, signature, token
from wire.device_session import CHALLENGE_S, SESSION_S

PATH = "/api/v1/device-session"


@pytest.fixture
def doors(tmp_path):
    return Doors(make_database(tmp_path), Clock(START_MS))


@pytest.fixture
def client(tmp_path, doors):
    with (
        serving(
            tmp_path,
            database=doors.database,
            clock=doors.clock,
            device_sessions=doors.sessions,
            site_data=doors.site_data,
        ) as web,
        web.client(None) as made,
    ):
        yield made


def number(client, name="scanner-1"):
    return client.post("/api/v1/device-challenge", json={"device": name}).json()["nonce"]


def refused(client, sent, code):
    answer = client.post(PATH, json=sent)
    assert (answer.status_code, answer.json()["code"]) == (403, code)


def let_in(client, opened):
    answer = client.get("/api/v1/site-data", headers={"Authorization": f"Bearer {opened}"})
    assert answer.status_code in (200, 401)
    return answer.status_code == 200


def test_a_proof_is_good_once(client, doors):
    sent = proof(doors.join("scanner-1"), "scanner-1", number(client))
    assert client.post(PATH, json=sent).status_code == 200
    refused(client, sent, "stale-challenge")


def test_a_number_ends_after_a_minute_and_a_session_after_a_quarter_of_an_hour(client, doors):
    device = doors.join("scanner-1")
    sent = proof(device, "scanner-1", number(client))
    doors.clock.now += CHALLENGE_S * 1000
    refused(client, sent, "stale-challenge")
    opened = token(client, device, "scanner-1")
    doors.clock.now += SESSION_S * 1000 - 1
    assert let_in(client, opened)
    doors.clock.now += 1
    assert not let_in(client, opened)


def test_a_proof_of_another_key_or_for_another_device_or_over_another_number_is_refused(client, doors):
    device, other = doors.join("scanner-1"), doors.join("scanner-2")
    sent = proof(device, "scanner-1", number(client))
    refused(client, sent | {"signature": signature(other, sent["nonce"])}, "bad-signature")
    refused(client, sent | {"signature": signature(device, number(client))}, "bad-signature")
    refused(client, sent | {"signature": "!"}, "bad-signature")
    refused(client, sent | {"device": "scanner-2"}, "stale-challenge")
    refused(client, proof(device, "scanner-2", number(client, "scanner-2")), "no-certificate")
    for nonce in ("", "x" * 200, "é", base64.b64encode(b"0" * 40).decode(), sent["nonce"][:-4] + "AAAA"):
        refused(client, proof(device, "scanner-1", "x") | {"nonce": nonce}, "stale-challenge")


def test_a_certificate_of_another_hub_or_of_nobody_is_refused(client, doors):
    doors.join("scanner-1")
    stranger = Newcomer()
    request = x509.load_pem_x509_csr(stranger.request().encode())
    stranger.certificate = Authority.make("f" * 16).certify_device(request, "scanner-1", now_ms=START_MS).pem
    refused(client, proof(stranger, "scanner-1", number(client)), "no-certificate")
    own = Newcomer()
    own.certificate = doors.authority.certify_device(
        x509.load_pem_x509_csr(own.request().encode()), "scanner-1", now_ms=START_MS
    ).pem
    refused(client, proof(own, "scanner-1", number(client)), "no-certificate")
    refused(client, proof(own, "scanner-1", number(client)) | {"certificate": "PEM"}, "bad-certificate")


def test_a_device_that_is_revoked_or_removed_or_replaced_loses_its_token_at_once(client, doors):
    for end in (
        lambda connection: papers.take_back(connection, "scanner-1", now=START_MS),
        lambda connection: devices.remove(connection, "scanner-1", now=START_MS),
    ):
        device = doors.join("scanner-1")
        opened = token(client, device, "scanner-1")
        assert let_in(client, opened)
        with doors.database.write() as connection:
            end(connection)
        assert not let_in(client, opened)
        refused(client, proof(device, "scanner-1", number(client)), "no-certificate")
    device = doors.join("scanner-1")
    opened = token(client, device, "scanner-1")
    doors.join("scanner-1")
    assert not let_in(client, opened)


def test_a_certificate_that_has_ended_opens_nothing(client, doors):
    device = doors.join("scanner-1")
    doors.clock.now += 366 * 86_400_000
    refused(client, proof(device, "scanner-1", number(client)), "no-certificate")


def test_who_is_wrong_too_often_waits_and_so_does_a_device_that_opens_too_many(client, doors):
    device = doors.join("scanner-1")
    for _ in range(OPENINGS.burst):
        token(client, device, "scanner-1")
    answer = client.post(PATH, json=proof(device, "scanner-1", number(client)))
    assert (answer.status_code, answer.json()["code"]) == (429, "too-many")
    assert int(answer.headers["retry-after"]) == 30
    for _ in range(EACH.burst):
        refused(client, proof(device, "scanner-1", "x"), "stale-challenge")
    other = doors.join("scanner-2")
    answer = client.post(PATH, json=proof(other, "scanner-2", number(client, "scanner-2")))
    assert answer.status_code == 429
    doors.clock.now += 30_000
    token(client, other, "scanner-2")


def test_a_device_that_asks_for_pages_without_end_has_to_wait_and_the_others_do_not(doors):
    for _ in range(PAGES.burst):
        doors.sessions.pace("scanner-1")
    with pytest.raises(RefusedError, match="too often") as caught:
        doors.sessions.pace("scanner-1")
    assert caught.value.wait_s == 1
    doors.sessions.pace("scanner-2")
    doors.clock.now += PAGES.every_ms
    doors.sessions.pace("scanner-1")


def test_a_device_with_a_password_is_let_in_on_the_hubs_own_machine_until_the_password_is_another(client, doors):
    with doors.database.write() as connection:
        devices.admit(connection, "van-1", "vehicle", hashed("long ago"), now=START_MS)
    refused(client, {"device": "van-1", "password": "long Ago"}, "wrong-password")
    refused(client, {"device": "van-2", "password": "long ago"}, "wrong-password")
    opened = client.post(PATH, json={"device": "van-1", "password": "long ago"}).json()["token"]
    assert let_in(client, opened)
    with doors.database.write() as connection:
        devices.admit(connection, "van-1", "vehicle", hashed("long ago"), now=START_MS, renew=True)
    assert not let_in(client, opened)


def test_badges_are_sealed_for_the_key_that_a_device_proved_last(doors):
    sealed = []

    def seal(key, digest, verifier):
        sealed.append(key)
        return base64.b64encode(f"{len(sealed)} {verifier}".encode()).decode()

    doors.site_data._seal = seal
    with doors.database.write() as connection:
        connection.exec_driver_sql(
            "INSERT INTO site (id, name, name_zh, kind, lat_e7, lon_e7) VALUES ('a','','','',0,0)"
        )
        connection.exec_driver_sql(
            "INSERT INTO user (name, role, site, created_at, badge, pin) VALUES (?, 'operator', ?, 0, ?, 'verifier')",
            [("ana", "a", "1" * 64), ("bo", "b", "2" * 64), ("cy", None, "3" * 64)],
        )
    device = doors.join("scanner-1", "a")
    copy = Copy()
    copy.pull(doors.site_data, "scanner-1")
    assert {one["name"]: one.get("sealed", "") for one in copy.of("person").values()} == {"ana": "", "cy": ""}
    for _ in range(2):
        nonce = doors.sessions.challenge("scanner-1")
        doors.sessions.by_certificate(
            "scanner-1", nonce, device.certificate, signature(device, nonce), source="192.0.2.1"
        )
        copy.pull(doors.site_data, "scanner-1")
    assert len(sealed) == 2, "once for each person, not again for the same key"
    assert {one["name"] for one in copy.of("person").values() if one.get("sealed")} == {"ana", "cy"}
    assert sealed[0] == _der(device.key)
    with doors.database.write() as connection:
        connection.exec_driver_sql("UPDATE user SET disabled_at = 1 WHERE name = 'ana'")
    copy.pull(doors.site_data, "scanner-1")
    assert [one["name"] for one in copy.of("person").values()] == ["cy"]


def _der(key):
    return key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def test_a_hub_without_an_authority_lets_no_certificate_in(doors):
    device = doors.join("scanner-1")
    alone = DeviceSessions(doors.database, None, clock=doors.clock, timer=doors.clock)
    nonce = alone.challenge("scanner-1")
    with pytest.raises(RefusedError, match="not a current one"):
        alone.by_certificate("scanner-1", nonce, device.certificate, signature(device, nonce), source="192.0.2.1")
