"""What the hub signs, and what it reads from strangers."""

import base64

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import given, settings
from hypothesis import strategies as st

from deploy.newcomer import Newcomer
from hub.authority import (
    EARLIEST_MS,
    Authority,
    AuthorityError,
    RequestError,
    proves,
    read_certificate,
    read_request,
    serial_of,
)
from wire.joining import CSR_CHARS, fingerprint

NOW = 1_795_400_000_000
DAY_MS = 86_400_000
AUTHORITY = Authority.make("0" * 16)
NEWCOMER = Newcomer()
REQUEST = NEWCOMER.request()


def issued(now_ms=NOW, name="van-1"):
    made = AUTHORITY.certify_device(read_request(REQUEST), name, now_ms=now_ms)
    return made, x509.load_pem_x509_certificate(made.pem.encode())


def extension(certificate, kind):
    return certificate.extensions.get_extension_for_class(kind)


def test_the_authority_signs_certificates_and_lists_only_and_never_ends():
    certificate = AUTHORITY.certificate
    constraints = extension(certificate, x509.BasicConstraints)
    usage = extension(certificate, x509.KeyUsage)
    assert (constraints.critical, constraints.value.ca, constraints.value.path_length) == (True, True, 0)
    assert (usage.critical, usage.value.key_cert_sign, usage.value.crl_sign) == (True, True, True)
    assert not usage.value.digital_signature
    assert (certificate.not_valid_before_utc.year, certificate.not_valid_after_utc.year) == (2000, 9999)
    assert AUTHORITY.fingerprint == fingerprint(certificate.public_bytes(serialization.Encoding.DER))


def test_a_devices_certificate_is_for_a_client_of_that_name_for_a_year():
    made, certificate = issued()
    assert certificate.subject.rfc4514_string() == "CN=van-1"
    assert list(extension(certificate, x509.ExtendedKeyUsage).value) == [ExtendedKeyUsageOID.CLIENT_AUTH]
    assert not extension(certificate, x509.BasicConstraints).value.ca
    assert certificate.not_valid_before_utc.year == 2000, "whatever the hub's clock said when it was signed"
    assert made.not_after == NOW + 365 * DAY_MS
    assert (made.serial, made.fingerprint) == (serial_of(certificate), certificate.fingerprint(hashes.SHA256()).hex())
    assert AUTHORITY.signed(certificate)
    assert not Authority.make("0" * 16).signed(certificate)


def test_a_server_certificate_names_the_hub_first_and_what_cannot_be_a_name_not_at_all():
    names = {"hub.example.org", "192.0.2.1", "[fd00::1]", "*", "a b", "relay-hub", "", "ü.example.org"}
    made = AUTHORITY.certify_server(names, now_ms=NOW)
    certificate = x509.load_pem_x509_certificate(made.certificate.encode())
    shown = extension(certificate, x509.SubjectAlternativeName).value
    assert [str(each.value) for each in shown] == ["relay-hub", "192.0.2.1", "fd00::1", "hub.example.org"]
    assert list(extension(certificate, x509.ExtendedKeyUsage).value) == [ExtendedKeyUsageOID.SERVER_AUTH]
    assert "PRIVATE" not in repr(made)


def test_a_longer_list_of_those_taken_back_is_newer_than_every_shorter_one_whatever_the_clock():
    lists = [x509.load_pem_x509_crl(AUTHORITY.taken_back(["ab", "1f", "3"][:count]).encode()) for count in range(4)]
    dates = [each.last_update_utc for each in lists]
    assert dates == sorted(set(dates))
    assert {each.next_update_utc.year for each in lists} == {9999}
    assert sorted(entry.serial_number for entry in lists[3]) == [0x3, 0x1F, 0xAB]
    assert all(each.is_signature_valid(AUTHORITY.certificate.public_key()) for each in lists)


def test_a_hub_whose_clock_is_wrong_signs_nothing():
    with pytest.raises(AuthorityError, match="set its clock"):
        issued(now_ms=EARLIEST_MS - 1)


def test_an_authority_is_read_back_as_it_was_kept():
    again = Authority.load(AUTHORITY.key_pem, AUTHORITY.pem)
    assert (again.fingerprint, again.signed(issued()[1])) == (AUTHORITY.fingerprint, True)


def test_a_key_that_does_not_belong_to_the_certificate_is_refused_without_being_shown():
    with pytest.raises(AuthorityError, match="does not belong"):
        Authority.load(Authority.make("1" * 16).key_pem, AUTHORITY.pem)
    for key, certificate in (("", AUTHORITY.pem), (AUTHORITY.key_pem, "x"), (AUTHORITY.key_pem[:-60], AUTHORITY.pem)):
        with pytest.raises(AuthorityError) as caught:
            Authority.load(key, certificate)
        assert "PRIVATE" not in str(caught.value)


@settings(deadline=None, max_examples=60)
@given(st.one_of(st.text(max_size=300), st.binary(max_size=300).map(lambda data: base64.b64encode(data).decode())))
def test_what_is_no_request_or_certificate_is_refused_with_one_kind_of_error(text):
    for kind, read in (("CERTIFICATE REQUEST", read_request), ("CERTIFICATE", read_certificate)):
        for pem in (text, f"-----BEGIN {kind}-----\n{text}\n-----END {kind}-----\n"):
            with pytest.raises(RequestError):
                read(pem)


damages = st.tuples(st.integers(0, 10_000), st.integers(0, 7))


def damaged(pem, der, damage):
    """The PEM of a DER with one bit flipped."""
    place, bit = damage
    changed = bytearray(der)
    changed[place % len(changed)] ^= 1 << bit
    first, *_, last = pem.splitlines()
    return f"{first}\n{base64.encodebytes(bytes(changed)).decode()}{last}\n"


@settings(deadline=None, max_examples=100)
@given(damages)
def test_a_request_with_one_wrong_bit_in_what_it_asks_for_is_refused(damage):
    whole = x509.load_pem_x509_csr(REQUEST.encode())
    try:
        read = read_request(damaged(REQUEST, whole.public_bytes(serialization.Encoding.DER), damage))
    except RequestError:
        return
    # Beside what is signed, only the count of unused bits in the signature may be another one.
    assert read.tbs_certrequest_bytes == whole.tbs_certrequest_bytes


@settings(deadline=None, max_examples=100)
@given(damages)
def test_a_certificate_with_one_wrong_bit_in_what_it_says_is_none_of_ours(damage):
    made, certificate = issued()
    der = certificate.public_bytes(serialization.Encoding.DER)
    try:
        read = read_certificate(damaged(made.pem, der, damage))
    except RequestError:
        return
    assert not AUTHORITY.signed(read) or read.tbs_certificate_bytes == certificate.tbs_certificate_bytes


def test_a_request_that_is_too_long_is_not_even_read():
    with pytest.raises(RequestError, match=str(CSR_CHARS)):
        read_request(REQUEST + " " * CSR_CHARS)


@given(st.text(max_size=100))
def test_only_the_key_of_a_certificate_proves_it(text):
    certificate = issued()[1]
    right = base64.b64encode(NEWCOMER.key.sign(b"data", ec.ECDSA(hashes.SHA256()))).decode()
    assert proves(certificate, right, b"data")
    assert not proves(certificate, right, b"other data")
    assert not proves(certificate, text, b"data")
