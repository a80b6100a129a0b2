"""The device's key: made here, shown to nobody, used to ask for certificates. The one part that needs `cryptography`.

Only commands and child processes come here: the library is too large for the running agent. EC P-256 throughout.
"""

import base64
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from edge.errors import EdgeError
from edge.identity import AUTHORITY, CERTIFICATE, KEY, Identity
from wire.joining import Joined, renewed_text
from wire.topics import is_device

SHA256: Final = hashes.SHA256()


class CertificateError(EdgeError):
    """There is no certificate, or no key, that this device can use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A new key, and the request for a certificate of it (PEM)."""

    key: ec.EllipticCurvePrivateKey
    csr: str

    @property
    def key_pem(self) -> bytes:
        return self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )


def make_request(name: str) -> Request:
    """A new key and its request. The hub decides on the name; the one asked for is only a hint."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    csr = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key, SHA256)
    return Request(key=key, csr=csr.public_bytes(serialization.Encoding.PEM).decode("ascii"))


def sign(identity: Identity, text: bytes) -> bytes:
    """ECDSA with SHA-256 by the device's key, DER. Raises CertificateError if the key cannot be used."""
    return private_key(identity.key).sign(text, ec.ECDSA(SHA256))


def private_key(file: Path) -> ec.EllipticCurvePrivateKey:
    """The key in a file. Raises CertificateError if it cannot be used."""
    try:
        key = serialization.load_pem_private_key(file.read_bytes(), None)
    except OSError as error:
        raise CertificateError(f"cannot read the key in {file.parent}: {error}; run as the agent's user") from error
    except (ValueError, TypeError) as error:
        raise CertificateError(f"cannot read the key in {file.parent}: {error}; join the hub again") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise CertificateError(f"the key in {file.parent} is not an EC key: join the hub again")
    return key


def sign_renewal(identity: Identity, request: Request) -> str:
    """The new request, signed by the old key: base64. Raises CertificateError if the old key cannot be used."""
    csr = x509.load_pem_x509_csr(request.csr.encode("ascii"))
    text = renewed_text(csr.public_bytes(serialization.Encoding.DER))
    return base64.b64encode(sign(identity, text)).decode("ascii")


def checked(answer: Joined, authority: str, request: Request) -> dict[str, bytes]:
    """The files of the identity that the hub's answer makes, when it is what was asked for. Raises CertificateError."""
    try:
        certificate = x509.load_pem_x509_certificate(answer.certificate.encode("ascii"))
        certificate.verify_directly_issued_by(x509.load_pem_x509_certificate(authority.encode("ascii")))
    except (ValueError, TypeError, InvalidSignature) as error:
        raise CertificateError("the certificate in the hub's answer is not of its own authority: try again") from error
    names = [name.value for name in certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
    faults = {
        "bears another key": certificate.public_key() != request.key.public_key(),
        "bears another name": names != [answer.device] or not is_device(answer.device),
        "is not made for devices": not _is_for_clients(certificate),
        "has ended already": expires_ms(answer) <= answer.time,
    }
    found = [fault for fault, wrong in faults.items() if wrong]
    if found:
        raise CertificateError(f"the certificate in the hub's answer {found[0]}: try again; see the hub's log")
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    return {KEY: request.key_pem, CERTIFICATE: pem, AUTHORITY: authority.encode("ascii")}


def expires_ms(answer: Joined) -> int:
    """When the certificate of an answer ends, Unix ms. Raises ValueError."""
    certificate = x509.load_pem_x509_certificate(answer.certificate.encode("ascii"))
    return round((certificate.not_valid_after_utc - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() * 1000)


def _is_for_clients(certificate: x509.Certificate) -> bool:
    try:
        uses = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return False
    return list(uses) == [ExtendedKeyUsageOID.CLIENT_AUTH]
