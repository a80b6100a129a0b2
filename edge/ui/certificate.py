"""The certificate of the handhelds' door: made by the device itself, once, and signed by nobody else.

No authority knows a device in a disaster area by an address that changes daily. So a browser warns the first time, and
the fingerprint that the terminal's screen shows beside the QR code is what the warning's details can be held against.
The days in it are wide apart: the device's clock may be wrong, and a new certificate means a new warning.
"""

import ssl
from datetime import UTC, datetime
from pathlib import Path

from edge.durable import sync_folder, write


def context(folder: Path, name: str) -> tuple[ssl.SSLContext, str]:
    """What the door serves with, and the certificate's SHA-256 fingerprint. Raises OSError.

    Files that a disk has spoiled are made anew: a new fingerprint on each handheld is better than no page.
    """
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    if not (certificate.exists() and key.exists()):
        _make(certificate, key, name)
    try:
        return _kept(certificate, key)
    except (ssl.SSLError, ValueError):
        _make(certificate, key, name)
        return _kept(certificate, key)


def _kept(certificate: Path, key: Path) -> tuple[ssl.SSLContext, str]:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    made.load_cert_chain(certificate, key)
    return made, fingerprint(certificate)


def fingerprint(certificate: Path) -> str:
    """SHA-256 of the certificate, in pairs, as browsers show it."""
    import hashlib  # noqa: PLC0415

    digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(certificate.read_text(encoding="ascii"))).hexdigest().upper()
    return ":".join(digest[at : at + 2] for at in range(0, len(digest), 2))


def _make(certificate: Path, key: Path, name: str) -> None:
    from cryptography import x509  # noqa: PLC0415 - large, and needed once in a device's life
    from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415

    private = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, f"Relief Relay {name}"[:64])])
    signed = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2049, 12, 31, tzinfo=UTC))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(private, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    plain = serialization.NoEncryption()
    write(key, private.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain), 0o600)
    write(certificate, signed.public_bytes(pem), 0o600)
    sync_folder(certificate.parent)
