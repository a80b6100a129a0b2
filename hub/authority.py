"""The hub's certificate authority: what it signs, what it takes back, and what it reads from strangers.

One key (EC P-256) signs everything: the hub's server certificate, one certificate for each device, and the list of
those taken back (RFC 5280). A device's certificate names it in its common name, the only thing that the broker reads;
what a request says of itself is not looked at. The authority and the list never end by themselves: an expired list
would shut every device out, and devices pin this very certificate. So that a newer list always stands before an older
one that a broker still holds (OpenSSL takes the later `thisUpdate`), each list is dated one second later for each
certificate taken back, counted from a day long past, which no wrong clock of the hub comes before.
"""

import base64
import binascii
import ipaddress
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from hub.errors import HubError
from wire.joining import CSR_CHARS, SERVER_NAME, fingerprint

DEVICE_DAYS: Final = 365
SERVER_DAYS: Final = 90
BEFORE: Final = timedelta(days=1)
"""Certificates are valid from this long ago: clocks differ."""
LONG_AGO: Final = datetime(2000, 1, 1, tzinfo=UTC)
NEVER: Final = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
"""No end (RFC 5280, section 4.1.2.5)."""
EARLIEST_MS: Final = 1_767_225_600_000
"""2026-01-01: a hub whose clock stands before it signs nothing that would have ended when it is set."""
_DNS: Final = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?", re.ASCII)


class AuthorityError(HubError):
    """The authority cannot sign."""


class RequestError(HubError):
    """What a device sent, a certificate or a request for one, cannot be used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """A device's new certificate. Times are Unix ms, the serial is hexadecimal."""

    pem: str
    serial: str
    fingerprint: str
    not_before: int
    not_after: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerCertificate:
    """What the hub shows to devices and browsers; both as PEM."""

    certificate: str
    key: str = field(repr=False)
    not_after: int


class Authority:
    """The key and certificate that everything is signed with."""

    def __init__(self, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> None:
        self._key = key
        self.certificate = certificate
        self.pem = certificate.public_bytes(serialization.Encoding.PEM).decode()
        self.fingerprint = fingerprint(certificate.public_bytes(serialization.Encoding.DER))

    @classmethod
    def make(cls, ledger: str) -> "Authority":
        """A new one, with a new key; the ledger's id stands in its name for people to see."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Relief Relay hub {ledger}")])
        builder = _builder(name, name, key.public_key(), LONG_AGO, NEVER)
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        builder = builder.add_extension(_usage(ca=True), critical=True)
        builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        return cls(key, builder.sign(key, hashes.SHA256()))

    @classmethod
    def load(cls, key: str, certificate: str) -> "Authority":
        """One that was kept as PEM. Raises AuthorityError."""
        try:
            read = serialization.load_pem_private_key(key.encode(), password=None)
            shown = x509.load_pem_x509_certificate(certificate.encode())
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise AuthorityError("the hub's own key or certificate cannot be read; restore a backup") from error
        if not isinstance(read, ec.EllipticCurvePrivateKey) or read.public_key() != shown.public_key():
            raise AuthorityError("the hub's own key does not belong to its certificate; restore a backup")
        return cls(read, shown)

    @property
    def key_pem(self) -> str:
        """The private key, to be kept where only the hub reads it."""
        return _key_pem(self._key)

    def certify_device(self, request: x509.CertificateSigningRequest, device: str, *, now_ms: int) -> Issued:
        """A client certificate for the request's key in the name of a device; nothing else of the request counts.

        It begins long ago: signed by a clock that was ahead, it would else be refused when that clock is set.
        """
        public = request.public_key()
        certificate = self._certify(
            public, device, [], ExtendedKeyUsageOID.CLIENT_AUTH, now_ms, DEVICE_DAYS, begin=LONG_AGO
        )
        return Issued(
            pem=certificate.public_bytes(serialization.Encoding.PEM).decode(),
            serial=serial_of(certificate),
            fingerprint=certificate.fingerprint(hashes.SHA256()).hex(),
            not_before=_ms(certificate.not_valid_before_utc),
            not_after=_ms(certificate.not_valid_after_utc),
        )

    def certify_server(self, names: Iterable[str], *, now_ms: int) -> ServerCertificate:
        """A new key and server certificate: the name that devices ask for first, then these names and addresses."""
        key = ec.generate_private_key(ec.SECP256R1())
        shown = _alternatives(names)
        end = ExtendedKeyUsageOID.SERVER_AUTH
        certificate = self._certify(key.public_key(), SERVER_NAME, shown, end, now_ms, SERVER_DAYS)
        return ServerCertificate(
            certificate=certificate.public_bytes(serialization.Encoding.PEM).decode(),
            key=_key_pem(key),
            not_after=_ms(certificate.not_valid_after_utc),
        )

    def taken_back(self, serials: Collection[str]) -> str:
        """The list of certificates taken back (CRL, PEM). Serials only ever come in addition."""
        builder = x509.CertificateRevocationListBuilder().issuer_name(self.certificate.subject)
        builder = builder.last_update(LONG_AGO + timedelta(seconds=len(serials))).next_update(NEVER)
        builder = builder.add_extension(x509.CRLNumber(len(serials)), critical=False)
        builder = builder.add_extension(self._identifier(), critical=False)
        for serial in sorted(serials):
            entry = x509.RevokedCertificateBuilder().serial_number(int(serial, 16)).revocation_date(LONG_AGO)
            builder = builder.add_revoked_certificate(entry.build())
        return builder.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()

    def signed(self, certificate: x509.Certificate) -> bool:
        """Whether a certificate is one of ours."""
        try:
            certificate.verify_directly_issued_by(self.certificate)
        except (ValueError, TypeError, InvalidSignature):
            return False
        return True

    def _certify(
        self,
        public: object,
        name: str,
        alternatives: list[x509.GeneralName],
        end: x509.ObjectIdentifier,
        now_ms: int,
        days: int,
        *,
        begin: datetime | None = None,
    ) -> x509.Certificate:
        if now_ms < EARLIEST_MS:
            raise AuthorityError("the hub's clock is wrong, so it signs no certificate; set its clock")
        now = datetime.fromtimestamp(now_ms // 1000, UTC)
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        builder = _builder(subject, self.certificate.subject, public, begin or now - BEFORE, now + timedelta(days=days))
        builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        builder = builder.add_extension(_usage(ca=False), critical=True)
        builder = builder.add_extension(x509.ExtendedKeyUsage([end]), critical=False)
        builder = builder.add_extension(self._identifier(), critical=False)
        if alternatives:
            builder = builder.add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        return builder.sign(self._key, hashes.SHA256())

    def _identifier(self) -> x509.AuthorityKeyIdentifier:
        return x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())


def read_request(pem: str) -> x509.CertificateSigningRequest:
    """A request for a certificate, sound and signed by its own EC P-256 key. Raises RequestError."""
    try:
        request = x509.load_pem_x509_csr(_bounded(pem))
        _check_key(request.public_key())
        sound = request.is_signature_valid
    except (ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion, InvalidSignature) as error:
        raise RequestError("the certificate request cannot be read; send PKCS #10 as PEM") from error
    if not sound:
        raise RequestError("the certificate request is not signed by its own key")
    return request


def read_certificate(pem: str) -> x509.Certificate:
    """A certificate for an EC P-256 key; not checked further. Raises RequestError."""
    try:
        certificate = x509.load_pem_x509_certificate(_bounded(pem))
        _check_key(certificate.public_key())
    except (ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion) as error:
        raise RequestError("the certificate cannot be read; send X.509 as PEM") from error
    return certificate


def serial_of(certificate: x509.Certificate) -> str:
    """A certificate's serial number as the hub keeps it: hexadecimal, without leading zeros."""
    return f"{certificate.serial_number:x}"


def proves(certificate: x509.Certificate, signature: str, data: bytes) -> bool:
    """Whether a signature (base64 of DER, ECDSA with SHA-256) over data was made by the certificate's key."""
    key = certificate.public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey):
        return False
    try:
        key.verify(base64.b64decode(signature, validate=True), data, ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def _bounded(pem: str) -> bytes:
    if len(pem) > CSR_CHARS or not pem.isascii():
        raise RequestError(f"a certificate or request is PEM of at most {CSR_CHARS} characters")
    return pem.encode("ascii")


def _check_key(key: object) -> None:
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise RequestError("the key is not of the kind that this hub takes; make one on the curve P-256")


def _builder(
    subject: x509.Name, issuer: x509.Name, public: object, begin: datetime, end: datetime
) -> x509.CertificateBuilder:
    if not isinstance(public, ec.EllipticCurvePublicKey):
        raise RequestError("the key is not of the kind that this hub takes; make one on the curve P-256")
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(public)
    return builder.serial_number(x509.random_serial_number()).not_valid_before(begin).not_valid_after(end)


def _usage(*, ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not ca, key_cert_sign=ca, crl_sign=ca,
        content_commitment=False, key_encipherment=False, data_encipherment=False, key_agreement=False,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip


def _alternatives(names: Iterable[str]) -> list[x509.GeneralName]:
    found: list[x509.GeneralName] = [x509.DNSName(SERVER_NAME)]
    for name in sorted(set(names) - {SERVER_NAME}):
        try:
            found.append(x509.IPAddress(ipaddress.ip_address(name.strip("[]"))))
        except ValueError:
            if _DNS.fullmatch(name):  # anything else cannot stand in a certificate
                found.append(x509.DNSName(name))
    return found


def _key_pem(key: ec.EllipticCurvePrivateKey) -> str:
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return pem.decode()


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
