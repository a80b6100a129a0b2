"""The hub's HTTPS door: the three questions that a device asks there, each over a connection of its own.

Only commands and child processes come here: the running agent never loads an HTTP client.
"""

import http.client
import json
import ssl
from contextlib import suppress
from typing import Any, Final

import msgspec

from edge.errors import EdgeError
from edge.trust import HubContext, explain, trusting, unverified
from edge.version import VERSION
from wire.joining import (
    AUTHORITY_PATH,
    CSR_CHARS,
    JOIN_PATH,
    RENEW_PATH,
    SERVER_NAME,
    Code,
    Joined,
    JoinRequest,
    RenewRequest,
    address,
    fingerprint,
)

PATIENCE_S: Final = 15.0
TRIES: Final = 3
"""An answer that got lost may be asked for again: the hub gives it again to the same key."""
ANSWER_BYTES: Final = 64 * 1024


class DoorError(EdgeError):
    """The hub cannot be asked, or refuses."""


class UnheardError(DoorError):
    """The question or its answer got lost on the way."""


class Door:
    """One hub's door at an address."""

    def __init__(self, host: str, port: int) -> None:
        self.address = address(host, port)
        self._host, self._port = host, port

    def authority(self, code: Code) -> str:
        """The authority (PEM) for which the code stands. Raises DoorError, also if the hub shows another one."""
        text = self._ask(unverified(), "GET", AUTHORITY_PATH, None).decode("ascii", "replace")
        try:
            der = ssl.PEM_cert_to_DER_cert(text)
        except ValueError as error:
            raise DoorError(f"what answers at {self.address} is no hub: it shows no certificate") from error
        if fingerprint(der) != code.fingerprint:
            raise DoorError(
                f"the hub at {self.address} is not the one that gave this code, or somebody is in between: nothing was"
                " told to it. Check the address; if it is right, ask for a new code"
            )
        return ssl.DER_cert_to_PEM_cert(der)

    def join(self, authority: str, floor_ms: int, request: JoinRequest) -> Joined:
        """Ask to be let in. Raises DoorError."""
        return self._told(authority, floor_ms, JOIN_PATH, request)

    def renew(self, authority: str, floor_ms: int, request: RenewRequest) -> Joined:
        """Ask for a new certificate. Raises DoorError."""
        return self._told(authority, floor_ms, RENEW_PATH, request)

    def _told(self, authority: str, floor_ms: int, path: str, request: JoinRequest | RenewRequest) -> Joined:
        answer = self._heard(trusting(authority, floor_ms), path, msgspec.json.encode(request))
        try:
            joined = msgspec.json.decode(answer, type=Joined)
        except ValueError as error:  # msgspec's own, and what it says of bytes that are no text
            raise DoorError(f"the answer of the hub at {self.address} is not understood: {error}") from error
        if len(joined.certificate) > CSR_CHARS:
            raise DoorError(f"the hub at {self.address} sent a certificate of {len(joined.certificate)} characters")
        return joined

    def _heard(self, context: HubContext, path: str, body: bytes) -> bytes:
        for _ in range(TRIES - 1):
            with suppress(UnheardError):
                return self._ask(context, "POST", path, body)
        return self._ask(context, "POST", path, body)

    def _ask(self, context: HubContext, method: str, path: str, body: bytes | None) -> bytes:
        connection = http.client.HTTPSConnection(self._host, self._port, timeout=PATIENCE_S, context=context)
        headers = {"Host": SERVER_NAME, "Content-Type": "application/json", "User-Agent": f"relay-edge/{VERSION}"}
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            content = answer.read(ANSWER_BYTES + 1)
        except ssl.SSLError as error:
            raise DoorError(explain(error, self.address)) from error
        except UnicodeError as error:
            raise DoorError(f"{self.address} is no address: a part of the name is empty, or too long") from error
        except OSError as error:
            raise UnheardError(explain(error, self.address)) from error
        except http.client.HTTPException as error:
            raise DoorError(f"what answers at {self.address} is no hub: {type(error).__name__} {error}") from error
        finally:
            connection.close()
        if answer.status != http.HTTPStatus.OK:
            raise DoorError(f"the hub at {self.address} refuses: {_said(answer.status, content)}")
        if len(content) > ANSWER_BYTES:
            raise DoorError(f"the hub at {self.address} answers with more than {ANSWER_BYTES} bytes")
        return content


def _said(status: int, content: bytes) -> str:
    """The sentence and the hint of the hub's error, in printable characters only."""
    try:
        error: Any = json.loads(content)["error"]
        text = f"{error['message']} {error['hint']}".strip()
    except (ValueError, KeyError, TypeError):
        text = f"HTTP {status}"
    return "".join(sign for sign in text[:500] if sign.isprintable())
