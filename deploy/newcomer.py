"""A device that joins without an agent: for benchmarks with many light devices, and for tests of the hub's doors.

It speaks HTTPS and TLS by the standard library, trusts the hub as its code tells, and asks for the name `relay-hub`
whatever address it dials. The time in certificates is not looked at, as a device with a wrong clock does not either.
"""

import base64
import http.client
import json
import socket
import ssl
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from wire.joining import AUTHORITY_PATH, JOIN_PATH, RENEW_PATH, SERVER_NAME, fingerprint, parse_code, renewed_text

NO_CHECK_TIME = 0x200000
"""X509_V_FLAG_NO_CHECK_TIME (OpenSSL, x509_vfy.h)."""
LOOPBACK = "127.0.0.1"
TIMEOUT_S = 20.0


class NotLetInError(Exception):
    """The hub's answer was not 200: its status, the error's code and its sentence."""

    def __init__(self, status: int, code: str, sentence: str) -> None:
        super().__init__(f"{status} {code}: {sentence}")
        self.status = status
        self.code = code


class Door(http.client.HTTPSConnection):
    """A connection to a hub's HTTPS door."""

    def __init__(self, port: int, context: ssl.SSLContext, host: str = LOOPBACK) -> None:
        super().__init__(SERVER_NAME, port, context=context, timeout=TIMEOUT_S)
        self._dialled = host
        self.source_address: tuple[str, int] | None = None
        self._tls = context

    def connect(self) -> None:
        plain = socket.create_connection((self._dialled, self.port), TIMEOUT_S, self.source_address)
        self.sock = self._tls.wrap_socket(plain, server_hostname=SERVER_NAME)

    def ask(self, method: str, path: str, body: Any = None) -> bytes:
        """The answer's body. Raises NotLetInError."""
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        try:
            self.request(method, path, data, {"Content-Type": "application/json"})
            answer = self.getresponse()
            said = answer.read()
        finally:
            self.close()
        if answer.status != 200:
            error = json.loads(said)["error"]
            raise NotLetInError(answer.status, error["code"], error["message"])
        return said


class Newcomer:
    """A device: its key from the start, its certificate (PEM) once it has joined."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = ""
        self.certificate = ""
        self.authority = ""
        self.mqtt_port = 0

    def request(self, name: str = "newcomer", key: Any = None) -> str:
        """A certificate request (PEM) for its key or another one; the name in it means nothing to a hub."""
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        made = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key or self.key, hashes.SHA256())
        return made.public_bytes(serialization.Encoding.PEM).decode()

    def join(self, https_port: int, code: str, host: str = LOOPBACK) -> dict[str, Any]:
        """Join by a code as people see it; the answer. Raises NotLetInError, ValueError if it is another hub."""
        read = parse_code(code)
        self.authority = authority(https_port, host)
        if fingerprint(ssl.PEM_cert_to_DER_cert(self.authority)) != read.fingerprint:
            raise ValueError("this is not the hub of the code")
        body = {"code": read.secret, "csr": self.request()}
        return self._take(json.loads(Door(https_port, self._trust(), host).ask("POST", JOIN_PATH, body)))

    def renew(self, https_port: int, host: str = LOOPBACK, *, proof: Any = None) -> dict[str, Any]:
        """A new key and certificate; `proof` is the key that signs, its own if None. Raises NotLetInError."""
        new = ec.generate_private_key(ec.SECP256R1())
        request = self.request(key=new)
        der = x509.load_pem_x509_csr(request.encode()).public_bytes(serialization.Encoding.DER)
        signature = (proof or self.key).sign(renewed_text(der), ec.ECDSA(hashes.SHA256()))
        body = {
            "certificate": self.certificate, "csr": request, "signature": base64.b64encode(signature).decode(),
        }  # fmt: skip
        answer = json.loads(Door(https_port, self._trust(), host).ask("POST", RENEW_PATH, body))
        self.key = new
        return self._take(answer)

    def context(self, folder: Path) -> ssl.SSLContext:
        """For MQTT with its certificate; OpenSSL wants that in files, which are written to this folder."""
        context = self._trust()
        folder.mkdir(parents=True, exist_ok=True)
        both = folder / f"{self.name or 'newcomer'}.pem"
        both.touch(mode=0o600)
        both.write_bytes(self.certificate.encode() + key_pem(self.key))
        context.load_cert_chain(both)
        return context

    def _trust(self) -> ssl.SSLContext:
        return trusting(self.authority)

    def _take(self, answer: dict[str, Any]) -> dict[str, Any]:
        self.name, self.certificate = answer["device"], answer["certificate"]
        self.mqtt_port = answer["mqtt_port"]
        return answer


def authority(https_port: int, host: str = LOOPBACK) -> str:
    """What a hub says that its authority is; not to be trusted before its fingerprint was compared."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return Door(https_port, context, host).ask("GET", AUTHORITY_PATH).decode()


def trusting(pem: str) -> ssl.SSLContext:
    """A client's context that trusts this authority only, at any time."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=pem)
    context.verify_flags |= ssl.VerifyFlags(NO_CHECK_TIME)
    return context


def key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    """A private key as PEM."""
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
