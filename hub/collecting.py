"""Collection codes at the hub: made, told, made anew, checked, and sealed for the devices that check them.

A code (wire/collecting.py) is drawn at random. The hub has to be able to say it again (notices, slips, a caller who
forgot it), so it is kept, sealed by the vault (hub/vault.py); for nothing else is it opened. What devices are told is
its verifier, which takes 30 ms to make: `ripen` makes those that devices are going to need, behind everything else.

Whoever made a code anew took the old one's worth, also that of each wrong try. Codes go when their parcel's story is
over.
"""

import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from hmac import compare_digest
from typing import Final

import structlog
from argon2.low_level import Type, hash_secret_raw
from sqlalchemy import Connection

from hub import sealing
from hub.errors import HubError
from hub.store import collecting as store
from hub.store.collecting import RECIPIENT, Code, How
from hub.store.database import Database
from hub.vault import Vault
from wire.collecting import (
    HASH_BYTES,
    HINT_DIGITS,
    LANES,
    MARKS,
    MEMORY_KIB,
    PROXIES,
    SALT_BYTES,
    SEAL_INFO,
    SECRET_DIGITS,
    TIME_COST,
    TRIES,
    ProxyVerifier,
    Sealed,
    Verifier,
    decode_sealed,
    encode,
    read_code,
)
from wire.collecting import (
    code_of as nine,
)

CODE_FOR: Final = "collection-code"
VERIFIER_FOR: Final = "collection-verifier"
FIT_FOR: Final = "collection-fit"
PERSON_FOR: Final = "person-at-site"
_DRAWS: Final = 1_000
"""How often another code is drawn where somebody at the station has the same; of a million it is never more."""

log = structlog.get_logger("collecting")


class CollectingError(HubError):
    """A parcel's codes cannot be made as asked."""


class Answer(StrEnum):
    """What is said to somebody who shows a code at the hub (a courier's page)."""

    RIGHT = "right"
    WRONG = "wrong"
    MISTYPED = "mistyped"
    ELSEWHERE = "elsewhere"
    LOCKED = "locked"
    NO_CODE = "no-code"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """The answer, who the code is of (0: the recipient, None: nobody), and how many tries are left."""

    answer: Answer
    proxy: int | None = None
    left: int = 0


def issue(connection: Connection, vault: Vault, parcel: str, station: str, now: int) -> str:
    """The recipient's code of a parcel that is collected at a station: the one that it has there, or a new one.

    `station` is a site, or the device of an unmanned vehicle. At another station than before all codes are new.
    """
    known = store.how(connection, parcel)
    if known is not None and known.station == station and known.ended_at is None:
        code = code_of(connection, vault, parcel)
        if code is not None:
            return code
    return _begin(connection, vault, parcel, station, now)


def renew(connection: Connection, vault: Vault, parcel: str, now: int) -> str:
    """A new code instead of the recipient's, and those of proxies too; nothing is locked then. Raises CollectingError.

    Devices that have not heard of it yet go on with the old one.
    """
    known = store.how(connection, parcel)
    if known is None or known.ended_at is not None:
        raise CollectingError(f"The parcel {parcel} is not collected with a code.")
    return _begin(connection, vault, parcel, known.station, now)


def code_of(connection: Connection, vault: Vault, parcel: str, proxy: int = RECIPIENT) -> str | None:
    """The nine digits that open a parcel, None where there are none. Raises VaultError."""
    for one in store.codes(connection, [parcel]).get(parcel, ()):
        if one.proxy == proxy:
            return _opened(vault, one)
    return None


def opened_by(connection: Connection, vault: Vault, mark: int, secret: str) -> str | None:
    """The parcel that a code opens, of whomever's; None where it opens none. Whoever may ask this can find codes."""
    return store.fitting(connection, vault.index(FIT_FOR, nine(mark, secret)))


def add_proxy(connection: Connection, vault: Vault, parcel: str, number: int, now: int) -> str:
    """The code of a proxy, a new one each time: he is number so many of the recipient's. Raises CollectingError."""
    known = store.how(connection, parcel)
    if known is None or known.ended_at is not None:
        raise CollectingError(f"The parcel {parcel} is not collected with a code.")
    others = {one.proxy for one in store.codes(connection, [parcel]).get(parcel, ())} - {RECIPIENT, number}
    if len(others) >= PROXIES:
        raise CollectingError(f"The parcel {parcel} has {PROXIES} proxies already: take one of them out first.")
    store.drop_codes(connection, parcel, [number])
    return _draw(connection, vault, known, number, now)


def drop_proxy(connection: Connection, parcel: str, number: int) -> bool:
    """Take a proxy's code out; whether he had one."""
    return number != RECIPIENT and store.drop_codes(connection, parcel, [number]) == 1


def check(connection: Connection, vault: Vault, parcel: str, typed: str, now: int) -> Checked:
    """Whether what somebody typed opens a parcel. A wrong code costs a try: commit, whatever the answer is."""
    known, code = store.how(connection, parcel), read_code(typed)
    if known is None or known.ended_at is not None:
        return Checked(answer=Answer.NO_CODE)
    left = max(0, TRIES - known.tries)
    if known.locked:
        return Checked(answer=Answer.LOCKED)
    if code is None:
        return Checked(answer=Answer.MISTYPED, left=left)
    if code.mark != known.mark:
        return Checked(answer=Answer.ELSEWHERE, left=left)
    found = _whose(connection, vault, parcel, nine(code.mark, code.secret))
    if found is not None:
        return Checked(answer=Answer.RIGHT, proxy=found, left=left)
    tries = store.add_try(connection, parcel, most=TRIES, now=now)
    return Checked(answer=Answer.LOCKED if tries >= TRIES else Answer.WRONG, left=max(0, TRIES - tries))


def check_together(connection: Connection, vault: Vault, parcels: Sequence[str], typed: str, now: int) -> Checked:
    """Whether a code opens parcels of one recipient, or of one proxy: that of any of them opens all. As `check`.

    A wrong code costs each of them a try, so that nobody has five for every parcel.
    """
    code = read_code(typed)
    text = "" if code is None else nine(code.mark, code.secret)
    for parcel in parcels:
        if _whose(connection, vault, parcel, text) is not None:
            return check(connection, vault, parcel, typed, now)
    told = [check(connection, vault, parcel, typed, now) for parcel in parcels]
    return min(told, key=lambda one: (one.answer is Answer.NO_CODE, one.left))


def ripen(database: Database, vault: Vault, most: int) -> int:
    """Make verifiers that devices are going to need, so many at most; how many were made."""
    with database.read() as connection:
        codes = store.bare(connection, most)
    made = {one.fits: vault.seal(VERIFIER_FOR, _about(one), encode(_verifier(_opened(vault, one)))) for one in codes}
    if not made:
        return 0
    with database.write() as connection:
        return store.put_verifiers(connection, made)


@dataclass(frozen=True, slots=True)
class Keeper:
    """Makes of what the vault keeps what devices are told (hub.store.queries.told_parcels). Raises VaultError."""

    vault: Vault

    def person(self, site: str, recipient: str) -> str:
        """The same for all that one recipient has at one site, and for nothing else: 16 hex digits."""
        return self.vault.index(PERSON_FOR, f"{site} {recipient}")

    def sealed(self, key: bytes, known: How, codes: Sequence[Code]) -> str:
        """What a device checks codes against, for the holder of a public key (DER); '' where nothing can be sealed."""
        try:
            return sealed_for(key, self.vault, known, codes)
        except sealing.SealError as error:
            log.warning("nothing can be sealed for a device", parcel=known.parcel, error=str(error))
            return ""


def sealed_for(key: bytes, vault: Vault, known: How, codes: Sequence[Code]) -> str:
    """What a device checks codes of a parcel against, for the holder of a public key (DER); '' while it is not made.

    Raises SealError, VaultError.
    """
    open_ones = {one.proxy: _known_verifier(vault, one) for one in codes if one.verifier is not None}
    own = open_ones.pop(RECIPIENT, None)
    if own is None:
        return ""
    proxies = tuple(
        ProxyVerifier(salt=one.salt, hash=one.hash, hint=one.hint, number=number)
        for number, one in sorted(open_ones.items())
    )
    whole = Sealed(salt=own.salt, hash=own.hash, hint=own.hint, round=known.round, proxies=proxies)
    return sealing.seal(key, SEAL_INFO, known.parcel, encode(whole))


def _begin(connection: Connection, vault: Vault, parcel: str, station: str, now: int) -> str:
    proxies = [one.proxy for one in store.codes(connection, [parcel]).get(parcel, ()) if one.proxy != RECIPIENT]
    store.drop_codes(connection, parcel, proxies)
    mark = store.mark_of(connection, station) or MARKS.start
    store.put(connection, parcel, station, mark, now)
    known = store.how(connection, parcel)
    assert known is not None  # noqa: S101 (it was put just now)
    for number in proxies:
        _draw(connection, vault, known, number, now)
    return _draw(connection, vault, known, RECIPIENT, now)


def _draw(connection: Connection, vault: Vault, known: How, proxy: int, now: int) -> str:
    for _ in range(_DRAWS):
        text = nine(known.mark, f"{secrets.randbelow(10**SECRET_DIGITS):0{SECRET_DIGITS}d}")
        fits = vault.index(FIT_FOR, text)
        sealed = vault.seal(CODE_FOR, f"{known.parcel} {proxy}", text.encode())
        row = Code(parcel=known.parcel, proxy=proxy, sealed=sealed, fits=fits, verifier=None, made_at=now)
        if store.put_code(connection, row):
            return text
    raise CollectingError(f"No free code was found for {known.station} in {_DRAWS} draws.")


def _whose(connection: Connection, vault: Vault, parcel: str, text: str) -> int | None:
    """Who has this code for a parcel; None: nobody."""
    found = None
    for one in store.codes(connection, [parcel]).get(parcel, ()):
        if compare_digest(_opened(vault, one), text):
            found = one.proxy
    return found


def _opened(vault: Vault, code: Code) -> str:
    return vault.open(CODE_FOR, _about(code), code.sealed).decode()


def _known_verifier(vault: Vault, code: Code) -> Verifier:
    return decode_sealed(vault.open(VERIFIER_FOR, _about(code), code.verifier or b""))


def _about(code: Code) -> str:
    return f"{code.parcel} {code.proxy}"


def _verifier(text: str) -> Sealed:
    """What devices check a code against, under a new salt. Takes about 30 ms and 19 MiB."""
    read = read_code(text)
    if read is None:
        raise CollectingError("A code that is kept is none.")
    salt = os.urandom(SALT_BYTES)
    made = hash_secret_raw(read.secret.encode(), salt, TIME_COST, MEMORY_KIB, LANES, HASH_BYTES, Type.ID)
    return Sealed(salt=salt, hash=made, hint=read.secret[:HINT_DIGITS])
