"""Whose parcels does this code open? `python -m edge.code_check --config FILE`, a process of its own for each question.

It opens what the hub sealed for this device (wire/collecting.py) by the device's key, and tries the secret against the
few parcels whose hint it begins with. What it opens it claims at the hub, if the hub answers in time, so that of all
devices that are online one hands it out. The question comes on standard input, the answer is a line of JSON; the agent
holds neither the libraries nor, for longer than the question, the code.
"""

import hmac
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec
from argon2.low_level import Type, hash_secret_raw
from cryptography.hazmat.primitives.asymmetric import ec

from edge.child import MOST_BYTES, begin
from edge.claiming import claim
from edge.config import Settings
from edge.core.judging import Judged
from edge.desired import load
from edge.errors import EdgeError
from edge.identity import KEY
from edge.signing import CertificateError, private_key
from edge.store.knowledge import NAME
from edge.store.known_site import KnownSite
from edge.unsealing import SealError, unsealed
from wire.collecting import (
    CLAIMED,
    HASH_BYTES,
    HINT_DIGITS,
    LANES,
    MEMORY_KIB,
    SEAL_INFO,
    TIME_COST,
    Sealed,
    Verifier,
    decode_sealed,
)
from wire.errors import DecodeError
from wire.sitedata import Parcel

LONGEST_S: Final = 30
_OPEN: Final = frozenset({"coming", "here", "due-back"})
"""In these states a parcel is handed out."""


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """`locked` are codes, by parcel and round, that were tried wrongly too often.

    `used` are seals that opened their parcel before, `given` what this device handed out. Where a parcel is not given
    out, an old seal opens nothing: its code was made anew. `token` let an earlier check in at the hub.
    """

    secret: str
    locked: tuple[tuple[str, int], ...] = ()
    used: tuple[tuple[str, str], ...] = ()
    given: tuple[str, ...] = ()
    token: str = ""


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A parcel whose seal was opened; `known` is None where only this device's own memory has it."""

    parcel: str
    sealed: str
    inside: Sealed
    known: Parcel | None


def waiting(key: ec.EllipticCurvePrivateKey, seals: Sequence[Parcel]) -> Iterator[Candidate]:
    """What a code may be of. Raises SealError where there are seals and not one can be opened."""
    failed: SealError | None = None
    opened = 0
    for each in seals:
        try:
            inside = decode_sealed(unsealed(key, each.sealed, purpose=SEAL_INFO, about=each.id))
        except (SealError, DecodeError) as error:
            failed = error if isinstance(error, SealError) else SealError(str(error))
            continue
        opened += 1
        yield Candidate(parcel=each.id, sealed=each.sealed, inside=inside, known=each)
    if failed is not None and not opened:
        raise failed


def spent(
    key: ec.EllipticCurvePrivateKey, asked: Question, site: KnownSite, seals: Sequence[Parcel]
) -> Iterator[Candidate]:
    """What a code may have been of: what the hub says was given out, and what this device opened before it gave it."""
    held, given = {each.id for each in seals}, frozenset(asked.given)
    told = [(each.id, each.sealed) for each in seals if each.state == "given"]
    for parcel, sealed in (*told, *(each for each in asked.used if each[0] not in held)):
        known = site.parcel(parcel)
        if parcel not in given and (known is None or known.state != "given"):
            continue
        with suppress(SealError, DecodeError):  # an older key's
            inside = decode_sealed(unsealed(key, sealed, purpose=SEAL_INFO, about=parcel))
            yield Candidate(parcel=parcel, sealed=sealed, inside=inside, known=known)


def judge(asked: Question, key: ec.EllipticCurvePrivateKey, site: KnownSite) -> Judged:
    """Without the hub: first by what waits, then by what was given out, which opens nothing. Raises SealError."""
    seals = site.sealed()
    found = _among(asked, waiting(key, [each for each in seals if each.state != "given"]), site)
    if found.verdict == "right":
        return found
    used = _among(asked, spent(key, asked, site, seals), site)
    return msgspec.structs.replace(used, parcels=()) if used.verdict == "right" else found


def _among(asked: Question, these: Iterable[Candidate], site: KnownSite) -> Judged:
    locked, near, shut = frozenset(asked.locked), [], False
    own: Candidate | None = None
    proxied: list[tuple[Candidate, int]] = []
    for each in these:
        inside = each.inside
        fitting = [one for one in (inside, *inside.proxies) if one.hint == asked.secret[:HINT_DIGITS]]
        if not fitting:
            continue
        if (each.parcel, inside.round) in locked or (each.known is not None and each.known.state == "locked"):
            shut = True
            continue
        right = [one for one in fitting if _is_right(asked.secret, one)]
        if inside in right:
            own = each
        elif right:
            proxied += [(each, one.number) for one in inside.proxies if one in right]
        else:
            near.append((each.parcel, inside.round))
    if own is not None:
        return _right(own, None, _of_person(own, site))
    if proxied:
        first, number = proxied[0]
        same = [each for each, _ in proxied if each.known is not None and first.known is not None]
        mine = (each.parcel for each in same if each.known and first.known and each.known.person == first.known.person)
        return _right(first, number, tuple(dict.fromkeys((first.parcel, *mine))))
    return Judged(verdict="locked" if shut else "wrong", near=tuple(near))


def claimed(judged: Judged, settings: Settings, asked: Question) -> Judged:
    """The same with what the hub says of what is open."""
    wanted = tuple(each for each in judged.parcels if each not in asked.given)[:CLAIMED]
    if judged.verdict != "right" or judged.parcel in asked.given or not wanted:
        return judged
    found = claim(settings, wanted, asked.token)
    if found is None:
        return judged
    answer, token = found
    granted = tuple(each for each in judged.parcels if each in answer.granted)
    return msgspec.structs.replace(judged, parcels=granted, given=answer.given, token=token)


def answer(asked: Question, settings: Settings) -> Judged:
    """What a code opens, by what this device holds and, where it answers in time, by the hub. Raises EdgeError."""
    identity = settings.hub.identity
    if identity is None:
        raise SealError("this device did not join: it has no key that a code could be checked by")
    site = KnownSite(settings.device.data / NAME)
    try:
        judged = judge(asked, private_key(identity / KEY), site)
    finally:
        site.close()
    return claimed(judged, settings, asked)


def _is_right(secret: str, known: Verifier) -> bool:
    made = hash_secret_raw(secret.encode("ascii"), known.salt, TIME_COST, MEMORY_KIB, LANES, HASH_BYTES, Type.ID)
    return hmac.compare_digest(made, known.hash)


def _right(found: Candidate, proxy: int | None, parcels: tuple[str, ...]) -> Judged:
    return Judged(
        verdict="right",
        parcel=found.parcel,
        round=found.inside.round,
        sealed=found.sealed,
        proxy=proxy,
        parcels=parcels,
    )


def _of_person(found: Candidate, site: KnownSite) -> tuple[str, ...]:
    """All that waits for the same recipient."""
    known = found.known
    others = site.parcels_of(known.person) if known is not None else ()
    return tuple(dict.fromkeys((found.parcel, *(each.id for each in others if each.state in _OPEN))))


def main(arguments: list[str]) -> int:
    """Answer one question; the exit code."""
    if len(arguments) != 2 or arguments[0] != "--config":
        sys.stderr.write("usage: python -m edge.code_check --config FILE, with a question on standard input\n")
        return 2
    begin(LONGEST_S)
    try:
        asked = msgspec.json.decode(sys.stdin.buffer.read(MOST_BYTES), type=Question)
        judged = answer(asked, load(Path(arguments[1])))
    except (EdgeError, CertificateError, OSError) as error:
        sys.stderr.write(" ".join(str(error).split()) + "\n")
        return 1
    except ValueError:  # msgspec's own, and what it says of bytes that are no text; it would quote the code
        sys.stderr.write("the question is not understood\n")
        return 2
    sys.stdout.buffer.write(msgspec.json.encode(judged))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
