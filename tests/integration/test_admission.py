"""A device that is replaced at the very moment when it renews its certificate, and one that asks without end."""

import base64

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from deploy.newcomer import Newcomer
from hub.admission import CERTIFICATES_AN_HOUR, HOUR_MS, Admission, RefusedError, invite, open_authority
from hub.authority import Authority
from hub.store import authority as papers
from tests.support.hubweb import START_MS, make_database
from wire.joining import renewed_text


class Slow(Authority):
    """Something happens while it looks at a certificate."""

    meanwhile = staticmethod(lambda: None)

    def signed(self, certificate):
        self.meanwhile()
        return super().signed(certificate)


@pytest.fixture
def admission(tmp_path):
    database = make_database(tmp_path)
    kept = open_authority(database)
    authority = Slow.load(kept.key_pem, kept.pem)
    yield Admission(database, authority, mqtt_port=8883, clock=lambda: START_MS, changed=lambda: None)
    database.close()


def joined(admission, name):
    invited = invite(admission._database, admission._authority, name, None, now=START_MS, ms=HOUR_MS)
    device = Newcomer()
    device.certificate = admission.join(invited.code.secret, device.request(), source="192.0.2.1").certificate
    return device


def renewed(admission, device):
    request = device.request(key=ec.generate_private_key(ec.SECP256R1()))
    der = x509.load_pem_x509_csr(request.encode()).public_bytes(serialization.Encoding.DER)
    signature = base64.b64encode(device.key.sign(renewed_text(der), ec.ECDSA(hashes.SHA256()))).decode()
    return admission.renew(device.certificate, request, signature, source="192.0.2.1")


def counting(admission):
    with admission._database.read() as connection:
        return papers.certified(connection, now=START_MS)


def test_a_device_that_is_replaced_while_it_renews_gets_no_certificate_any_more(admission):
    old = joined(admission, "van-1")
    admission._authority.meanwhile = lambda: joined(admission, "van-1")
    with pytest.raises(RefusedError, match="revoked"):
        renewed(admission, old)
    assert len(counting(admission)["van-1"]) == 1


def test_a_device_that_nobody_throws_out_meanwhile_renews(admission):
    device = joined(admission, "van-1")
    assert renewed(admission, device).device == "van-1"
    assert len(counting(admission)["van-1"]) == 2


def test_a_device_that_asks_for_its_answer_without_end_has_to_wait(admission):
    invited = invite(admission._database, admission._authority, "van-1", None, now=START_MS, ms=HOUR_MS)
    request = Newcomer().request()
    for _ in range(CERTIFICATES_AN_HOUR):
        admission.join(invited.code.secret, request, source="192.0.2.1")
    with pytest.raises(RefusedError, match="too often") as caught:
        admission.join(invited.code.secret, request, source="192.0.2.1")
    assert caught.value.wait_s == 3600
