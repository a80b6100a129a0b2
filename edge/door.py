"""The hub's HTTPS door: the questions that a device asks there, each over a connection of its own.

Only commands and child processes come here: the running agent never loads an HTTP client.
"""

import http.client
import json
import ssl
from contextlib import suppress
from typing import Any, Final, TypeVar
from urllib.parse import urlencode

import msgspec

from edge.errors import EdgeError
from edge.trust import HubContext, explain, trusting, unverified
from edge.version import VERSION
from wire.collecting import CLAIMS_PATH, Claim, Claimed, decode_claimed, encode
from wire.device_session import (
    CHALLENGE_PATH,
    SESSION_PATH,
    Challenge,
    ChallengeRequest,
    DeviceSession,
    PasswordRequest,
    SessionRequest,
)
from wire.errors import DecodeError
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
from wire.sitedata import PAGE_BYTES, SITE_DATA_PATH, SiteData, decode_page

PATIENCE_S: Final = 15.0
TRIES: Final = 3
"""An answer that got lost may be asked for again: the hub gives it again to the same key."""
ANSWER_BYTES: Final = 64 * 1024

T = TypeVar("T")


class DoorError(EdgeError):
    """The hub cannot be asked, or refuses."""


class UnheardError(DoorError):
    """The question or its answer got lost on the way."""


class Door:
    """One hub's door at an address."""

    def __init__(self, host: str, port: int, patience_s: float = PATIENCE_S) -> None:
        """`patience_s`: no answer is waited for longer."""
        self.address = address(host, port)
        self._patience_s = patience_s
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

    def challenge(self, context: HubContext | None, device: str) -> str:
        """A number to sign. Raises DoorError."""
        asked = msgspec.json.encode(ChallengeRequest(device=device))
        return self._read(self._heard(context, CHALLENGE_PATH, asked), Challenge).nonce

    def session(self, context: HubContext | None, proof: SessionRequest | PasswordRequest) -> str:
        """A token for the routes that are for devices; `context` None: by HTTP. Raises DoorError."""
        # Asked for once: a number is good for one answer.
        answer = self._ask(context, "POST", SESSION_PATH, msgspec.json.encode(proof))
        return self._read(answer, DeviceSession).token

    def site_data(self, context: HubContext | None, token: str, **after: str | int) -> SiteData:
        """One page of the site data. Raises DoorError."""
        path = f"{SITE_DATA_PATH}?{urlencode(after)}"
        answer = self._heard(context, path, None, token=token, most=2 * PAGE_BYTES)
        try:
            return decode_page(answer)
        except DecodeError as error:
            raise DoorError(f"the answer of the hub at {self.address} is not understood: {error}") from error

    def claim(self, context: HubContext | None, token: str, claim: Claim) -> Claimed:
        """Ask for the right to hand parcels over. Raises DoorError."""
        # Asked for once: whoever waits for it has a person before them.
        answer = self._ask(context, "POST", CLAIMS_PATH, encode(claim), token=token)
        try:
            return decode_claimed(answer)
        except DecodeError as error:
            raise DoorError(f"the answer of the hub at {self.address} is not understood: {error}") from error

    def _told(self, authority: str, floor_ms: int, path: str, request: JoinRequest | RenewRequest) -> Joined:
        answer = self._heard(trusting(authority, floor_ms), path, msgspec.json.encode(request))
        joined = self._read(answer, Joined)
        if len(joined.certificate) > CSR_CHARS:
            raise DoorError(f"the hub at {self.address} sent a certificate of {len(joined.certificate)} characters")
        return joined

    def _read(self, answer: bytes, want: type[T]) -> T:
        try:
            return msgspec.json.decode(answer, type=want)
        except (ValueError, RecursionError) as error:  # ValueError is msgspec's own, and of bytes that are no text
            raise DoorError(f"the answer of the hub at {self.address} is not understood: {error}") from error

    def _heard(self, context: HubContext | None, path: str, body: bytes | None, **more: Any) -> bytes:
        method = "GET" if body is None else "POST"
        for _ in range(TRIES - 1):
            with suppress(UnheardError):
                return self._ask(context, method, path, body, **more)
        return self._ask(context, method, path, body, **more)

    def _ask(
        self,
        context: HubContext | None,
        method: str,
        path: str,
        body: bytes | None,
        *,
        token: str = "",
        most: int = ANSWER_BYTES,
    ) -> bytes:
        connection = self._connection(context)
        headers = {"Host": SERVER_NAME, "Content-Type": "application/json", "User-Agent": f"relay-edge/{VERSION}"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            content = answer.read(most + 1)
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
        if len(content) > most:
            raise DoorError(f"the hub at {self.address} answers with more than {most} bytes")
        return content

    def _connection(self, context: HubContext | None) -> http.client.HTTPConnection:
        """By TLS; without a context in clear, which is for the hub's own machine only."""
        if context is not None:
            return http.client.HTTPSConnection(self._host, self._port, timeout=self._patience_s, context=context)
        return http.client.HTTPConnection(self._host, self._port, timeout=self._patience_s)


def _said(status: int, content: bytes) -> str:
    """The sentence and the hint of the hub's error, in printable characters only."""
    try:
        found: Any = json.loads(content)
        error = found.get("error", found)
        text = f"{error.get('message') or error['detail']} {error.get('hint') or ''}".strip()
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        text = f"HTTP {status}"
    return "".join(sign for sign in text[:500] if sign.isprintable())
