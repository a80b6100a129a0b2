"""Certificates of every kind that a device may meet: of its hub, of another hub, for devices, of any dates."""

import ssl
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from edge.identity import AUTHORITY, CERTIFICATE, KEY, Identity, Membership, adopt, stage
from wire.joining import SERVER_NAME

SERVER, CLIENT = ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH
DAY = timedelta(days=1)


def ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


class Authority:
    """A certificate authority of its own."""

    def __init__(self, name="test hub"):
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        far = (datetime(2000, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC))
        builder = self._builder(self.name, self.key.public_key(), *far)
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        self.certificate = builder.sign(self.key, hashes.SHA256())

    @property
    def pem(self) -> str:
        return _pem(self.certificate).decode()

    def issue(self, name, use=CLIENT, *, begin=None, end=None, names=()):
        """Key and certificate (PEM)."""
        key = ec.generate_private_key(ec.SECP256R1())
        now = datetime.now(UTC)
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        builder = self._builder(subject, key.public_key(), begin or now - DAY, end or now + 365 * DAY)
        builder = builder.add_extension(x509.ExtendedKeyUsage([use]), critical=False)
        if names:
            found = x509.SubjectAlternativeName([x509.DNSName(each) for each in names])
            builder = builder.add_extension(found, critical=False)
        certificate = builder.sign(self.key, hashes.SHA256())
        plain = serialization.NoEncryption()
        pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
        return pem, _pem(certificate)

    def server(self, **dates):
        """Key and certificate of a hub."""
        return self.issue(SERVER_NAME, SERVER, names=(SERVER_NAME,), **dates)

    def identity(
        self, path: Path, device="wh1-scanner-1", *, port=0, https=8443, seen=0, begin=None, end=None
    ) -> Identity:
        """A device's identity, in use at a path."""
        key, certificate = self.issue(device, begin=begin, end=end)
        member = Membership(
            device=device,
            kind="scanner",
            host="127.0.0.1",
            mqtt_port=port or 8883,
            https_port=https,
            ledger="test",
            issued=ms(begin or datetime.now(UTC)),
            expires=ms(end or datetime.now(UTC) + 365 * DAY),
        )
        made = stage(path, member, {KEY: key, CERTIFICATE: certificate, AUTHORITY: self.pem.encode()}, seen_ms=seen)
        adopt(path, made)
        return made

    def _builder(self, subject, key, begin, end):
        builder = x509.CertificateBuilder().subject_name(subject).issuer_name(self.name).public_key(key)
        builder = builder.serial_number(x509.random_serial_number())
        return builder.not_valid_before(begin).not_valid_after(end)


class TlsServer:
    """Something that speaks TLS and answers by `answer`; `heard` is what got through to it."""

    def __init__(self, folder: Path, pair, *, authority=None, answer=b""):
        import socket

        key, certificate = pair
        (folder / "server.pem").write_bytes(key + certificate)
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(folder / "server.pem")
        if authority is not None:
            self._context.verify_mode = ssl.CERT_REQUIRED
            self._context.load_verify_locations(cadata=authority.pem)
        self._answer = answer
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.heard = b""
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        import socket

        self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._socket.close()

    def _serve(self):
        while True:
            try:
                plain, _ = self._socket.accept()
            except OSError:
                return
            with plain:
                plain.settimeout(10)
                try:
                    with self._context.wrap_socket(plain, server_side=True) as secure:
                        self.heard += secure.recv(4096)
                        secure.sendall(self._answer)
                except OSError:
                    continue


def _pem(certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)
