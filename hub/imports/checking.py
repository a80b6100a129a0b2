"""Whether a file may come in: whole, of a device of this hub, signed by it, for this ledger. Nothing is stored here."""

import base64
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from hub.authority import Authority, RequestError, proves, read_certificate
from hub.errors import HubError
from hub.ingest.decoding import ReadBatch, read
from hub.store import authority as kept_authority
from hub.store.database import Database
from wire.bundle import BUNDLE_BYTES, BundleError, Header, Reader
from wire.messages import GapReason, Hello, Lane

HELLO_BYTES: Final = 16 * 1024 * 1024
"""Most that a device says of its streams, which is kept until the end: starting daily for 4 years makes 100 KiB."""
_JOIN: Final = "let the device join again (relay-hub device invite) and export once more: it keeps its facts"


class ImportFaultError(HubError):
    """A file cannot be taken in; the sentence says why, and what helps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A file that may come in, and how much is in it."""

    header: Header
    messages: int
    facts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """Whom this hub believes. `holder` finds whose certificate has a fingerprint."""

    ledger: str
    authority: Authority | None
    holder: Callable[[str], kept_authority.Holder | None]
    now_ms: int


def trust_of(database: Database, *, now_ms: int) -> Trust:
    """What the database says. Raises HubError if its authority cannot be read."""

    def holder(fingerprint: str) -> kept_authority.Holder | None:
        with database.read() as connection:
            return kept_authority.holder(connection, fingerprint)

    with database.read() as connection:
        kept = kept_authority.kept(connection)
    return Trust(
        ledger=database.ledger,
        authority=None if kept is None else Authority.load(*kept),
        holder=holder,
        now_ms=now_ms,
    )


def opened(path: Path) -> BinaryIO:
    """A plain file, to be read; never waits for a pipe or a device. Raises ImportFaultError."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
    except OSError as error:
        raise ImportFaultError(f"{path} cannot be read: {error.strerror}.") from error
    about = os.fstat(descriptor)
    if stat.S_ISREG(about.st_mode) and about.st_size <= BUNDLE_BYTES:
        return os.fdopen(descriptor, "rb")
    os.close(descriptor)
    if not stat.S_ISREG(about.st_mode):
        raise ImportFaultError(f"{path} is not a file; name the file that relay-edge outbox export wrote.")
    raise ImportFaultError(f"{path} has {about.st_size} bytes; no export has more than {BUNDLE_BYTES}.")


def checked(file: BinaryIO, trust: Trust) -> Checked:
    """Go through a whole file, from its start. Raises ImportFaultError, with the reason why it is refused."""
    try:
        reader = _begun(file)
        certificate = _certificate(reader.header, trust)
        for _ in reader.messages():
            pass
        if not proves(certificate, base64.b64encode(reader.signature).decode(), reader.to_verify()):
            raise ImportFaultError(
                f"The signature does not fit: this file was changed after {reader.header.device} wrote it, or is"
                " damaged. Nothing of it was taken in; export again."
            )
        return _sound(_begun(file), trust)
    except BundleError as error:
        raise ImportFaultError(f"The file cannot be taken in: {error}.") from error
    except OSError as error:
        raise ImportFaultError(f"The file cannot be read: {error.strerror}; copy it to another disk.") from error


def _begun(file: BinaryIO) -> Reader:
    file.seek(0)
    return Reader(file.read)


def _certificate(header: Header, trust: Trust) -> x509.Certificate:
    """The certificate of the device that the header names, if this hub stands by it."""
    if header.ledger != trust.ledger:
        raise ImportFaultError(
            f"The file is for ledger {header.ledger}; this hub keeps ledger {trust.ledger}. Take it to its own hub, or"
            " give the device to this one (relay-edge rebind, then join) and export again."
        )
    try:
        certificate = read_certificate(header.certificates[0])
    except RequestError as error:
        raise ImportFaultError(f"The file is not signed by a device: {error}.") from error
    if trust.authority is None or not trust.authority.signed(certificate):
        raise ImportFaultError(
            "The certificate in the file was not given out by this hub, so nobody vouches that"
            f" {header.device} wrote it."
        )
    _for_devices(certificate, header.device)
    _still_good(certificate, header.device, trust)
    return certificate


def _for_devices(certificate: x509.Certificate, device: str) -> None:
    names = [name.value for name in certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
    try:
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        for_clients = ExtendedKeyUsageOID.CLIENT_AUTH in usage
    except (x509.ExtensionNotFound, ValueError):
        for_clients = False
    if not for_clients:
        raise ImportFaultError("The certificate in the file is none of a device.")
    if names != [device]:
        raise ImportFaultError(
            f"The file says that it is of {device}, but its certificate is that of {', '.join(map(str, names))}."
        )


def _still_good(certificate: x509.Certificate, device: str, trust: Trust) -> None:
    holder = trust.holder(certificate.fingerprint(hashes.SHA256()).hex())
    if holder is None or holder.device != device:
        raise ImportFaultError(
            f"This hub does not know the certificate of {device} (was it restored from an older backup?); {_JOIN}."
        )
    if holder.revoked:
        raise ImportFaultError(f"The certificate of {device} was revoked. If you trust its disk, {_JOIN}.")
    if holder.not_after <= trust.now_ms:
        day = datetime.fromtimestamp(holder.not_after / 1000, UTC).date()
        raise ImportFaultError(f"The certificate of {device} ended on {day}; {_JOIN}.")


def _sound(reader: Reader, trust: Trust) -> Checked:
    """What the signature vouches for must also be what ingest may be given: facts, of this ledger, that add up."""
    messages = facts = said = 0
    for payload in reader.messages():
        messages += 1
        message = read(payload)
        if isinstance(message, Hello):
            said += len(payload)
            sound = message.ledger == trust.ledger and said <= HELLO_BYTES
        elif isinstance(message, ReadBatch):
            head = message.head
            sound = head.ledger == trust.ledger and head.lane is Lane.FACTS and head.last > head.after
            sound = sound and all(gap.reason is not GapReason.THINNED for gap in head.gaps)
            facts += len(message.items)
        else:
            sound = False
        if not sound:
            raise ImportFaultError(
                f"{reader.header.device} signed message {messages} of this file, but this hub cannot read it."
                f" It was written by relay-edge {reader.header.version!r}: upgrade the older of the two."
            )
    return Checked(header=reader.header, messages=messages, facts=facts)
