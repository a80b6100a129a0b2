"""The broker's way in for devices on other machines, as raw clients find it: a certificate of this hub, or nothing."""

import contextlib
import ssl
import warnings
from datetime import UTC, datetime, timedelta

import pytest

from deploy.newcomer import NotLetInError, key_pem, trusting
from tests.support import authority as made
from tests.support.listening import (
    LET_IN,
    ListeningHub,
    device_context,
    joined_context,
    knock,
    session_of,
    tls_client,
)
from tests.support.mqtt import connected, until
from wire import codec, topics
from wire.messages import Presence
from wire.topics import Leaf

A, B = "wh1-scanner-1", "wh1-scanner-2"
CUT_S = 5.0


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    with ListeningHub(tmp_path_factory.mktemp("listening") / "hub") as process:
        yield process


@pytest.fixture(scope="module")
def papers(hub, tmp_path_factory):
    """The contexts of the devices A and B, which have joined."""
    folder = tmp_path_factory.mktemp("papers")
    return {name: joined_context(hub, folder, hub.newcomer(name)) for name in (A, B)}


@pytest.fixture
def ear(hub):
    """Hears everything, as the hub does."""
    with connected(hub.mqtt_port, "hub", hub.hub_password) as client:
        client.subscribe("relay/v1/#")
        until(lambda: client.next()[0] == topics.STATUS, "the hub's birth")
        while not client.inbox.empty():
            client.next()
        yield client


@contextlib.contextmanager
def device(hub, context, **how):
    client = tls_client(hub.mqtts_port, context, **how)
    try:
        yield client
    finally:
        client.close()


def test_a_device_that_joined_is_heard_as_itself_and_hears_what_is_for_it(hub, papers, ear):
    assert hub.shown(A).endswith("last seen never")
    with device(hub, papers[A]) as client:
        client.subscribe(topics.build(A, Leaf.CMD))
        for leaf in topics.DEVICE_WRITES:
            client.publish(topics.build(A, leaf), b"{}")
            assert ear.next()[:2] == (topics.build(A, leaf), b"{}")
        ear.publish(topics.build(A, Leaf.CMD), b"for you")
        assert client.next()[:2] == (topics.build(A, Leaf.CMD), b"for you")


def test_who_shows_no_certificate_hears_nothing(hub):
    assert knock(hub.mqtts_port, trusting(hub.authority.pem)) == b""


def test_who_shows_a_certificate_of_another_hub_hears_nothing(hub, tmp_path):
    assert knock(hub.mqtts_port, device_context(hub, tmp_path, *made.Authority().issue(A))) == b""


def test_who_shows_a_certificate_that_he_signed_himself_in_the_name_of_this_hub_hears_nothing(hub, tmp_path):
    forger = made.Authority()
    forger.name = hub.authority.certificate.subject
    assert knock(hub.mqtts_port, device_context(hub, tmp_path, *forger.issue(A))) == b""


def test_a_certificate_that_has_ended_or_not_yet_begun_opens_nothing(hub, papers, tmp_path):
    forger, now, day = hub.forger(), datetime.now(UTC), timedelta(days=1)
    assert knock(hub.mqtts_port, device_context(hub, tmp_path, *forger.issue(A))) == LET_IN
    for begin, end in ((now - 365 * day, now - day), (now + day, now + 365 * day)):
        assert knock(hub.mqtts_port, device_context(hub, tmp_path, *forger.issue(A, begin=begin, end=end))) == b""


def test_the_certificate_of_a_server_opens_nothing(hub, tmp_path):
    own = hub.authority.certify_server([], now_ms=int(datetime.now(UTC).timestamp() * 1000))
    context = device_context(hub, tmp_path, own.key.encode(), own.certificate.encode())
    assert knock(hub.mqtts_port, context) == b""


def test_without_tls_the_port_for_devices_says_nothing(hub):
    assert knock(hub.mqtts_port) == b""


@pytest.mark.parametrize("door", ["mqtts_port", "https_port"])
def test_tls_older_than_1_2_is_refused_by_the_hub(hub, papers, door):
    context = trusting(hub.authority.pem)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # to offer what nobody should
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    with pytest.raises(ssl.SSLError, match=r"PROTOCOL_VERSION|EOF"):
        session_of(getattr(hub, door), context)


def test_a_password_opens_nothing_where_certificates_are_asked_for(hub, papers, ear):
    with device(hub, papers[A], user="hub", password=hub.hub_password) as client:
        client.publish(topics.STATUS, b"forged", retain=True)
        client.publish(topics.build(A, Leaf.UP), b"{}")
        assert ear.next()[0] == topics.build(A, Leaf.UP)


def test_a_device_cannot_speak_as_another_one_by_topic_or_last_will(hub, papers, ear):
    shard = f"{(int(topics.shard(A)) + 1) % topics.SHARDS:02d}"
    forbidden = [topics.build(B, leaf) for leaf in Leaf] + [f"relay/v1/{shard}/{A}/{leaf}" for leaf in Leaf]
    forbidden += [topics.STATUS, topics.build(A, Leaf.RECEIPT), topics.build(A, Leaf.CMD)]
    tls_client(hub.mqtts_port, papers[A], will=(topics.build(B, Leaf.PRESENCE), b"forged")).vanish()
    with device(hub, papers[A]) as client:
        for topic in forbidden:
            client.publish(topic, b"forged")
            client.publish(topic, b"forged", retain=True)
        client.publish(topics.build(A, Leaf.UP), b"{}")
        assert ear.next()[:2] == (topics.build(A, Leaf.UP), b"{}")


def test_a_device_cannot_hear_what_is_for_another_one_by_topic_or_wildcard(hub, papers, ear):
    with device(hub, papers[A]) as client:
        for wish in (
            "#",
            "relay/v1/#",
            "$SYS/#",
            "+/+/+/+/+",
            "$share/a/relay/v1/#",
            *(topics.build(B, leaf) for leaf in Leaf),
        ):
            client.subscribe(wish)
        for leaf in Leaf:
            ear.publish(topics.build(B, leaf), b"{}")
        ear.publish(topics.build(A, Leaf.RECEIPT), b"mine")
        heard = [message for message in (client.next(), *client.inbox.queue) if message[0] != topics.STATUS]
        while not heard:
            heard = [message for message in [client.next()] if message[0] != topics.STATUS]
        assert {message[0] for message in heard} == {topics.build(A, Leaf.RECEIPT)}


def test_a_device_that_uses_the_client_id_of_another_one_does_not_throw_it_out(hub, papers, ear):
    with device(hub, papers[B], client_id=B) as victim, device(hub, papers[A], client_id=B, user=B) as client:
        client.publish(topics.build(B, Leaf.UP), b"forged")
        client.publish(topics.build(A, Leaf.UP), b"{}")
        victim.publish(topics.build(B, Leaf.UP), b"{}")
        assert [ear.next()[:2] for _ in range(2)] == [(topics.build(name, Leaf.UP), b"{}") for name in (A, B)]
        assert not victim.gone


def test_a_revoked_device_is_cut_off_and_finds_no_way_back(hub, papers, ear, tmp_path):
    thief = hub.newcomer("van-1")
    context = joined_context(hub, tmp_path, thief)
    session = session_of(hub.mqtts_port, context)
    birth = Presence(run="0" * 16, connection="c", online=True, at=1)
    assert knock(hub.mqtts_port, context, session) == LET_IN
    with device(hub, context) as client, device(hub, papers[A]) as other:
        client.publish(topics.build("van-1", Leaf.PRESENCE), codec.encode(birth), retain=True)
        until(lambda: hub.execute("SELECT online FROM device WHERE name = 'van-1'") == [(1,)], "van-1 is online")
        hub.revoke("van-1")
        until(lambda: client.gone, "the live connection is cut", CUT_S)
        until(lambda: hub.execute("SELECT online FROM device WHERE name = 'van-1'") == [(0,)], "van-1 is offline")
        other.publish(topics.build(A, Leaf.UP), b"{}")
        assert not other.gone
    assert knock(hub.mqtts_port, context) == knock(hub.mqtts_port, context, session) == b""
    with pytest.raises(NotLetInError, match="revoked-certificate"):
        thief.renew(hub.https_port)
    assert not hub.shown("van-1")


def test_who_joins_under_the_name_of_a_device_replaces_it(hub, tmp_path):
    old = joined_context(hub, tmp_path, hub.newcomer("van-2"))
    with device(hub, old) as client:
        new = joined_context(hub, tmp_path, hub.newcomer("van-2"))
        until(lambda: client.gone, "the replaced device is cut off", CUT_S)
    assert (knock(hub.mqtts_port, old), knock(hub.mqtts_port, new)) == (b"", LET_IN)


def test_each_further_revocation_counts_beside_the_earlier_ones(hub, tmp_path):
    contexts = {name: joined_context(hub, tmp_path, hub.newcomer(name)) for name in ("van-3", "van-4")}
    for name, context in contexts.items():
        with device(hub, context) as client:
            hub.revoke(name)
            until(lambda client=client: client.gone, f"{name} is cut off", CUT_S)
    assert [knock(hub.mqtts_port, context) for context in contexts.values()] == [b"", b""]


def test_a_device_whose_password_is_taken_away_is_cut_off_and_shown_as_offline(hub):
    password = hub.add("terminal-1")
    with connected(hub.mqtt_port, "terminal-1", password) as client:
        birth = Presence(run="0" * 16, connection="c", online=True, at=1)
        client.publish(topics.build("terminal-1", Leaf.PRESENCE), codec.encode(birth), retain=True)
        until(lambda: hub.execute("SELECT online FROM device WHERE name = 'terminal-1'") == [(1,)], "it is online")
        hub.revoke("terminal-1")
        until(lambda: client.gone, "it is cut off", CUT_S)
    until(lambda: hub.execute("SELECT online FROM device WHERE name = 'terminal-1'") == [(0,)], "it is offline")


def test_a_device_cannot_pass_for_the_hub(hub, tmp_path):
    newcomer = hub.newcomer("van-5")
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    both = tmp_path / "van.pem"
    both.write_bytes(newcomer.certificate.encode() + key_pem(newcomer.key))
    server.load_cert_chain(both)
    client = trusting(hub.authority.pem)
    client.check_hostname = False  # its name is wrong too, but its purpose alone is enough
    to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    asking = client.wrap_bio(to_client, to_server)
    answering = server.wrap_bio(to_server, to_client, server_side=True)
    for end in (asking, answering):
        with pytest.raises(ssl.SSLWantReadError):
            end.do_handshake()
    with pytest.raises(ssl.SSLCertVerificationError, match="purpose"):
        asking.do_handshake()


def test_the_names_that_the_hub_uses_itself_cannot_be_joined(hub):
    for name in ("hub", "_probe", "a/b", "", "#"):
        assert "cannot name a device" in hub.refused_invitation(name)
