"""The hub's HTTPS door: how devices get their certificates, and how strangers do not."""

import asyncio
import json
import ssl
import threading

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from deploy.newcomer import Door, Newcomer, NotLetInError, authority, trusting
from hub import patience
from hub.admission import CERTIFICATES_AN_HOUR
from hub.core.guesses import EACH
from hub.web import Web, listen
from tests.support import authority as made
from tests.support.hub_process import cli
from tests.support.hubweb import serving
from tests.support.listening import LET_IN, ListeningHub, joined_context, knock
from wire.joining import CSR_CHARS, JOIN_PATH, RENEW_PATH, fingerprint, parse_code, parse_invitation


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    with ListeningHub(tmp_path_factory.mktemp("joining") / "hub") as process:
        yield process


@pytest.fixture
def source(request):
    """An address of its own for each test: wrong tries are counted by source."""
    return f"127.77.0.{2 + sum(request.node.name.encode()) % 250}"


def post(hub, path, body, source):
    """The answer, or NotLetInError."""
    door = Door(hub.https_port, trusting(hub.authority.pem))
    door.source_address = (source, 0)
    return json.loads(door.ask("POST", path, body))


def join(hub, code, source, csr=None):
    return post(hub, JOIN_PATH, {"code": parse_code(code).secret, "csr": csr or Newcomer().request()}, source)


def refusal(*asked):
    with pytest.raises(NotLetInError) as caught:
        join(*asked)
    return caught.value.status, caught.value.code


def request(key, name="newcomer", size=0):
    names = [x509.NameAttribute(NameOID.COMMON_NAME, name)]
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name(names))
    if size:
        many = [x509.DNSName(f"{number}.example.org") for number in range(size)]
        builder = builder.add_extension(x509.SubjectAlternativeName(many), critical=False)
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


def test_the_code_vouches_for_the_authority_and_the_authority_for_the_hub(hub):
    pem = authority(hub.https_port)
    assert parse_code(hub.invite("van-1")).fingerprint == fingerprint(ssl.PEM_cert_to_DER_cert(pem))
    Door(hub.https_port, trusting(pem)).ask("GET", "/api/v1/health")
    with pytest.raises(ssl.SSLCertVerificationError):
        Door(hub.https_port, trusting(made.Authority().pem)).ask("GET", "/api/v1/health")


def test_browsers_find_their_address_in_the_certificate(hub, tmp_path):
    (tmp_path / "authority.pem").write_text(hub.authority.pem)
    context = ssl.create_default_context(cafile=tmp_path / "authority.pem")
    with httpx.Client(verify=context, trust_env=False) as client:
        assert client.get(f"https://127.0.0.1:{hub.https_port}/api/v1/health").status_code == 200


def test_the_name_comes_from_the_invitation_whatever_the_request_says(hub):
    device = Newcomer()
    device.request = lambda *_, **__: request(device.key, name="hub")
    answer = device.join(hub.https_port, hub.invite("van-2", kind="vehicle"))
    certificate = x509.load_pem_x509_certificate(answer["certificate"].encode())
    assert (answer["device"], answer["kind"], answer["ledger"]) == ("van-2", "vehicle", hub.ledger)
    assert certificate.subject.rfc4514_string() == "CN=van-2"
    assert certificate.public_key() == device.key.public_key()
    assert answer["mqtt_port"] == hub.mqtts_port


def test_a_device_that_is_replaced_stays_what_it_is(hub):
    Newcomer().join(hub.https_port, hub.invite("van-16", kind="vehicle"))
    assert Newcomer().join(hub.https_port, hub.invite("van-16"))["kind"] == "vehicle"


def test_a_code_is_good_for_one_key_whose_lost_answer_can_be_asked_for_again(hub, source, tmp_path):
    code, device = hub.invite("van-3"), Newcomer()
    first = device.join(hub.https_port, code)
    context = joined_context(hub, tmp_path, device)
    assert refusal(hub, code, source) == (403, "used-code")
    again = device.join(hub.https_port, code)
    assert again["device"] == first["device"]
    assert knock(hub.mqtts_port, context) == knock(hub.mqtts_port, joined_context(hub, tmp_path, device)) == LET_IN


def test_a_code_that_is_over_or_that_a_newer_one_replaced_is_refused(hub, source):
    old, new = hub.invite("van-4"), hub.invite("van-4")
    assert refusal(hub, old, source) == (403, "unknown-code")
    hub.execute("UPDATE invitation SET created_at = 0, expires_at = 1 WHERE device = 'van-4'")
    assert refusal(hub, new, source) == (403, "expired-code")


def test_the_code_of_a_revoked_device_opens_nothing_to_it_any_more(hub, source):
    code, device = hub.invite("van-5"), Newcomer()
    device.join(hub.https_port, code)
    hub.revoke("van-5")
    with pytest.raises(NotLetInError, match="unknown-code"):
        device.join(hub.https_port, code)
    unused = hub.invite("van-5")
    hub.revoke("van-5")
    assert refusal(hub, unused, source) == (403, "unknown-code")


def test_who_guesses_has_to_wait_even_with_the_right_code_and_nobody_else_has(hub, source):
    code = hub.invite("van-6")
    guess = str(parse_code(code)).replace(code[0], "7" if code[0] != "7" else "8", 1)
    secret = {"code": guess[:5] + guess[6:9], "csr": Newcomer().request()}
    for _ in range(EACH.burst):
        with pytest.raises(NotLetInError, match="unknown-code"):
            post(hub, JOIN_PATH, secret, source)
    assert refusal(hub, code, source) == (429, "too-many")
    assert join(hub, code, "127.66.0.1")["device"] == "van-6"


@pytest.mark.parametrize(
    "csr",
    [
        "",
        "no request",
        "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n",
        request(rsa.generate_private_key(public_exponent=65537, key_size=1024)),
        request(rsa.generate_private_key(public_exponent=65537, key_size=2048)),
        request(ec.generate_private_key(ec.SECP384R1())),
        request(ec.generate_private_key(ec.SECP256R1()), size=500),
        "x" * (CSR_CHARS + 1),
        "\0" * 100,
        "ü" * 100,
    ],
    ids=["empty", "text", "cut", "rsa-1024", "rsa-2048", "p-384", "huge", "long", "zeros", "no-ascii"],
)
def test_a_request_that_is_weak_huge_or_malformed_is_refused_and_does_not_use_up_the_code(hub, csr, source):
    code = hub.invite("van-7")
    body = {"code": parse_code(code).secret, "csr": csr}
    with pytest.raises(NotLetInError) as caught:
        post(hub, JOIN_PATH, body, source)
    assert caught.value.status == 422
    assert join(hub, code, source)["device"] == "van-7"


def test_a_request_that_another_key_signed_is_refused(hub, source):
    signed = x509.load_pem_x509_csr(Newcomer().request().encode()).public_bytes(serialization.Encoding.DER)
    forged = signed[:-1] + bytes([signed[-1] ^ 1])
    csr = ssl.DER_cert_to_PEM_cert(forged).replace("CERTIFICATE", "CERTIFICATE REQUEST")
    assert refusal(hub, hub.invite("van-8"), source, csr) == (422, "bad-request")


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"code": 1}', b'{"code": "1234567\\u0000", "csr": "x", "a": 1}'])
def test_a_body_that_is_no_request_is_refused(hub, body, source):
    for path in (JOIN_PATH, RENEW_PATH):
        with pytest.raises(NotLetInError) as caught:
            post(hub, path, body, source)
        assert caught.value.status == 422


def test_a_renewed_certificate_opens_and_so_does_the_old_one_until_it_is_replaced(hub, tmp_path):
    device = hub.newcomer("van-9")
    old = joined_context(hub, tmp_path, device)
    answer = device.renew(hub.https_port)
    assert answer["device"] == "van-9"
    assert knock(hub.mqtts_port, old) == knock(hub.mqtts_port, joined_context(hub, tmp_path, device)) == LET_IN


def test_only_the_key_of_a_certificate_renews_it(hub):
    device = hub.newcomer("van-10")
    with pytest.raises(NotLetInError, match="bad-signature"):
        device.renew(hub.https_port, proof=ec.generate_private_key(ec.SECP256R1()))


def test_a_certificate_that_the_hub_did_not_issue_renews_nothing(hub):
    for forger in (made.Authority(), hub.forger()):
        device = hub.newcomer("van-11")
        key, certificate = forger.issue("van-11")
        device.key = serialization.load_pem_private_key(key, password=None)
        device.certificate = certificate.decode()
        with pytest.raises(NotLetInError, match="foreign-certificate"):
            device.renew(hub.https_port)


def test_a_certificate_that_has_ended_renews_nothing(hub):
    device = hub.newcomer("van-12")
    owner = "(SELECT id FROM device WHERE name = 'van-12')"
    hub.execute(f"UPDATE certificate SET not_before = 0, not_after = 1 WHERE device_id = {owner}")
    with pytest.raises(NotLetInError, match="expired-certificate"):
        device.renew(hub.https_port)


def test_a_device_that_renews_without_end_has_to_wait(hub):
    device = hub.newcomer("van-13")
    for _ in range(CERTIFICATES_AN_HOUR - 1):
        device.renew(hub.https_port)
    with pytest.raises(NotLetInError) as caught:
        device.renew(hub.https_port)
    assert (caught.value.status, caught.value.code) == (429, "too-many")


def test_nobody_joins_without_tls(hub):
    with httpx.Client(base_url=hub.http, trust_env=False, verify=False) as client:
        body = {"code": parse_code(hub.invite("van-14")).secret, "csr": Newcomer().request()}
        answer = client.post(JOIN_PATH, json=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "tls-only")


def test_people_sign_in_at_the_https_door_and_their_cookie_stays_there(hub):
    added = cli("user", "add", "ana", "--role", "admin", "--json", data=hub.data)
    body = {"user": "ana", "password": json.loads(added.stdout)["password"]}
    door = Door(hub.https_port, trusting(hub.authority.pem))
    door.request("POST", "/api/v1/session", json.dumps(body), {"Content-Type": "application/json"})
    answer = door.getresponse()
    cookie = answer.headers["Set-Cookie"]
    answer.read()
    door.close()
    assert "Secure" in cookie
    assert "HttpOnly" in cookie


def test_a_hub_that_does_not_listen_says_so(tmp_path):
    with serving(tmp_path) as web, web.client(None) as client:
        for answer in (client.get("/api/v1/authority"), client.post(JOIN_PATH, json={"code": "0" * 8, "csr": ""})):
            assert (answer.status_code, answer.json()["error"]["code"]) == (409, "not-listening")
        invited = cli("device", "invite", "van-1", data=tmp_path)
        assert "relay-hub up --listen" in invited.stderr


def test_an_invitation_says_what_to_type_and_what_to_scan(hub):
    shown = cli("device", "invite", "van-15", "--host", "hub.example.org", data=hub.data).stdout
    told = json.loads(cli("device", "invite", "van-15", "--host", "fd00::1", "--json", data=hub.data).stdout)
    read = parse_invitation(told["qr"])
    assert (read.host, read.port, str(read.code)) == ("fd00::1", hub.https_port, told["code"])
    assert f"relay-edge join hub.example.org:{hub.https_port} " in shown
    assert "█" in shown
    assert told["command"] == f"relay-edge join [fd00::1]:{hub.https_port} {told['code']}"


def test_a_client_that_asks_for_another_host_is_not_answered(hub):
    door = Door(hub.https_port, trusting(hub.authority.pem))
    door.putrequest("GET", "/api/v1/authority", skip_host=True)
    door.putheader("Host", "evil.example.org")
    door.endheaders()
    answer = door.getresponse()
    answer.read()
    door.close()
    assert answer.status == 400


def test_a_stranger_who_asks_nothing_is_not_waited_for_and_one_who_waits_for_an_answer_is(tmp_path, monkeypatch):
    monkeypatch.setattr(patience, "PATIENCE_S", 0.3)
    own = made.Authority()
    both = tmp_path / "server.pem"
    both.write_bytes(b"".join(own.server()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(both)
    released = threading.Event()

    async def slow(scope, receive, send):
        assert scope["type"] == "http"  # it has nothing to start or stop
        await asyncio.to_thread(released.wait)
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"ok"})

    plain, tls = listen("127.0.0.1", 0), listen("127.0.0.1", 0)
    web = Web(slow, plain, (tls, context))
    try:
        web.start()
        waiting = Door(tls.getsockname()[1], trusting(own.pem))
        waiting.request("GET", "/")
        for begun in (b"", b"GET / HTTP/1.1\r\nHost: x\r\n"):
            silent = Door(tls.getsockname()[1], trusting(own.pem))
            silent.connect()
            silent.sock.sendall(begun)
            assert silent.sock.recv(1) == b""
            silent.close()
        released.set()
        assert waiting.getresponse().read() == b"ok"
        waiting.close()
    finally:
        released.set()
        web.stop()


def test_nobody_may_have_more_than_his_share_of_connections(hub):
    context = trusting(hub.authority.pem)
    taken = [Door(hub.https_port, context) for _ in range(patience.MOST_EACH + 1)]
    for door in taken:
        door.source_address = ("127.99.0.1", 0)
        door.connect()
    assert taken[-1].sock.recv(1) == b""
    assert authority(hub.https_port)
    for door in taken:
        door.close()
