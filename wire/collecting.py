"""Collection codes: how who comes for a parcel shows it, and how a device without a network can tell.

A code is nine digits, shown as three groups:

    412 038 927    mark(2) secret(6) check(1)

    mark    the station's, 10 to 99: a code of another station is told at once
    secret  six random digits
    check   over the eight digits before it (H. M. Damm, "Total anti-symmetrische Quasigruppen", 2004): every single
            wrong digit and every two neighbours exchanged are told as a typing error, and cost no try

Nobody keeps a code where a device could read it. What a device holds is a verifier: 16 bytes of salt, of this code
alone, and the 32 bytes of Argon2id (RFC 9106; 2 passes, 19 MiB, 1 lane) over the secret. A million secrets are soon
tried by who has the verifier, so it is sealed as the PINs of badges are (wire/badges.py), with `SEAL_INFO` and the
parcel's id as what is authenticated: it opens with the key of one device only. `hint`, the secret's first two digits,
stands in the seal too: a code is checked against the few parcels that it may be of, not against all that wait.

Wrong tries are counted by the device, durably, for each parcel and `round` (how often its code was made anew): after
`TRIES` the parcel opens by a new code only. A proxy has a code of his own, and a number that facts name him by.

Before it opens, a device that reaches the hub claims the parcels (`Claim`): of all devices that are online one is
granted each. One that does not hear an answer in `CLAIM_WAIT_S` opens by what it knows.
"""

import re
from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct

from wire.errors import DecodeError

CODE_DIGITS: Final = 9
SECRET_DIGITS: Final = 6
HINT_DIGITS: Final = 2
MARKS: Final = range(10, 100)
"""The marks of stations."""

SALT_BYTES: Final = 16
HASH_BYTES: Final = 32
TIME_COST: Final = 2
MEMORY_KIB: Final = 19_456
LANES: Final = 1
"""Of Argon2id: argon2.low_level.hash_secret_raw(secret, salt, TIME_COST, MEMORY_KIB, LANES, HASH_BYTES, Type.ID)."""
SEAL_INFO: Final = b"relay-parcel-v1"
"""What the seal's key is derived for; see wire.badges for the rest."""

TRIES: Final = 5
"""Wrong codes that a parcel bears; with the fifth it is locked."""
TERMINAL_TRIES: Final = 10
TERMINAL_WINDOW_S: Final = 600
"""At one terminal so many codes that fit nothing within this time; then it waits."""

PROXIES: Final = 5
"""Most proxies of a parcel."""
SEALED_BYTES: Final = 2_000
"""Greatest size of what is sealed, in bytes; base64 of the whole seal takes less than twice as much."""

CLAIMS_PATH: Final = "/api/v1/claims"
CLAIMED: Final = 100
"""Most parcels of one claim."""
CLAIM_WAIT_S: Final = 1.5

Digits = Annotated[str, Meta(pattern=r"^[0-9]{2}\Z")]
Salt = Annotated[bytes, Meta(min_length=SALT_BYTES, max_length=SALT_BYTES)]
Hash = Annotated[bytes, Meta(min_length=HASH_BYTES, max_length=HASH_BYTES)]
ParcelId = Annotated[str, Meta(pattern=r"^[A-Za-z0-9-]{1,40}\.[0-9A-HJKMNP-TV-Z]{6}\Z")]
Name = Annotated[str, Meta(max_length=40)]

TABLE: Final = (
    "0317598642",
    "7092154863",
    "4206871359",
    "1750983426",
    "6123045978",
    "3674209581",
    "5869720134",
    "8945362017",
    "9438617205",
    "2581436790",
)
"""Damm's quasigroup of order 10: row by what was carried, column by the next digit."""
_NINE = re.compile(r"[0-9]{9}", re.ASCII).fullmatch
_SPACES = str.maketrans("", "", " -")


class Code(Struct, frozen=True, kw_only=True):
    """A code that is typed right: whose, and what is to be checked."""

    mark: int
    secret: str

    @property
    def hint(self) -> str:
        """What the parcel's seal names, if the code is of that parcel."""
        return self.secret[:HINT_DIGITS]


class Verifier(Struct, frozen=True, kw_only=True):
    """What one code is checked against. Bytes are base64 in JSON."""

    salt: Salt
    hash: Hash
    hint: Digits


class ProxyVerifier(Verifier, frozen=True, kw_only=True):
    """What the code of a proxy is checked against; facts name him by `number`."""

    number: Annotated[int, Meta(ge=1, le=1_000)]


class Sealed(Verifier, frozen=True, kw_only=True, omit_defaults=True):
    """What is sealed for a device: the recipient's code and those of proxies."""

    round: Annotated[int, Meta(ge=1)] = 1
    proxies: Annotated[tuple[ProxyVerifier, ...], Meta(max_length=PROXIES)] = ()


class Claim(Struct, frozen=True, kw_only=True):
    """A device asks for the right to hand these parcels over: the body of POST `CLAIMS_PATH`."""

    parcels: Annotated[tuple[ParcelId, ...], Meta(min_length=1, max_length=CLAIMED)]


class GivenElsewhere(Struct, frozen=True, kw_only=True):
    """A parcel that was given out, or that another device was granted. `at` is Unix time in ms."""

    parcel: ParcelId
    at: int
    site: Name
    device: Name


class Claimed(Struct, frozen=True, kw_only=True):
    """The hub's answer. What stands in neither list is not a parcel that could be handed out."""

    granted: tuple[ParcelId, ...]
    given: tuple[GivenElsewhere, ...] = ()


def check_of(digits: str) -> str:
    """The digit that completes a text of ASCII digits."""
    carried = 0
    for digit in digits:
        carried = int(TABLE[carried][int(digit)])
    return str(carried)


def code_of(mark: int, secret: str) -> str:
    """The nine digits of a code."""
    eight = f"{mark:02d}{secret}"
    return eight + check_of(eight)


def grouped(code: str) -> str:
    """A code as people read it: groups of three."""
    return " ".join(code[at : at + 3] for at in range(0, len(code), 3))


def read_code(typed: str) -> Code | None:
    """What somebody typed or scanned, spaces and hyphens passed over; None where it is no code, or typed wrong."""
    text = typed.translate(_SPACES)
    if _NINE(text) is None or check_of(text) != "0":
        return None
    return Code(mark=int(text[:2]), secret=text[2:8])


_encoder = msgspec.json.Encoder()
_sealed = msgspec.json.Decoder(Sealed)
_claim = msgspec.json.Decoder(Claim)
_claimed = msgspec.json.Decoder(Claimed)


def encode(body: Sealed | Claim | Claimed) -> bytes:
    """Compact JSON."""
    return _encoder.encode(body)


def decode_sealed(data: bytes) -> Sealed:
    """What a device found in a seal. Raises DecodeError, which quotes nothing of it."""
    try:
        return _sealed.decode(data)
    except (ValueError, RecursionError, OverflowError):
        raise DecodeError("what is sealed for a parcel is not understood: update the agent") from None


def decode_claim(data: bytes) -> Claim:
    """What a device asks for. Raises DecodeError."""
    try:
        return _claim.decode(data)
    except (ValueError, RecursionError, OverflowError) as error:
        raise DecodeError(f"not a claim of parcels: {error}") from error


def decode_claimed(data: bytes) -> Claimed:
    """What the hub answers. Raises DecodeError."""
    try:
        return _claimed.decode(data)
    except (ValueError, RecursionError, OverflowError) as error:
        raise DecodeError(f"not an answer to a claim: {error}") from error
