"""What people say happened to parcels on the last mile: when it was, how it is known, and into the ledger with it."""

from collections.abc import Sequence
from typing import Final, Literal, TypeAlias

from sqlalchemy import Connection, select

from hub import collecting
from hub.api.context import Context
from hub.api.models import rounds as models
from hub.collecting import Answer, Checked
from hub.core.rounds import happened_at
from hub.desk import DeskError
from hub.store import postings, relief
from hub.store.rounds import RoundError, last_told
from hub.store.schema import photo
from wire.collecting import TRIES
from wire.messages import Proof

Way: TypeAlias = Literal["code", "proxy", "person", "neighbour", "leader", "contactless"]
WRONG_CODE, LOCKED, NO_CODE = "wrong-code", "code-locked", "no-code"
_WARNED: Final[dict[Answer, tuple[str, ...]]] = {
    Answer.RIGHT: (), Answer.LOCKED: (LOCKED,), Answer.NO_CODE: (NO_CODE,)
}  # fmt: skip


def times(connection: Connection, sent: models.OutcomesInput, now: int, earliest: int) -> list[int]:
    """When each happened, by the hub's clock, in Unix ms: no two at once.

    They came in the order in which they happened, and keep it also where the telephone's clock was set in between.
    What was said of a parcel before happened before: a telephone sends in order, and a message that was long on its
    way seems to speak of an earlier time.
    """
    found: list[int] = []
    latest = now
    for each in reversed(sent.outcomes):
        floor = max(earliest, 1 + max((last_told(connection, key, each.id) for key in each.parcels), default=0))
        at = min(latest, happened_at(each.at, sent.sent, now, floor))
        at = postings.free_time(connection, at, min(floor, at), latest)
        found.append(at)
        latest = at - 1
    return found[::-1]


def proof_of(here: Context, connection: Connection, sent: models.OutcomeInput) -> tuple[Proof, tuple[str, ...]]:
    """How it is known who has it. A code that is wrong is told as a warning: the parcel is gone all the same."""
    way: Way = sent.way or "person"
    checked, tries = False, 0
    proxy: int | None = None
    warned: tuple[str, ...] = ()
    if way == "code":
        found = checked_code(here, connection, sent.parcels, sent.code)
        warned = _WARNED.get(found.answer, (WRONG_CODE,))
        checked = found.answer is Answer.RIGHT
        if found.proxy:
            way, proxy = "proxy", found.proxy
        tries = TRIES - found.left if found.answer is not Answer.NO_CODE else 0
    households = sent.households if way == "leader" else None
    if way == "leader" and households is None:
        households = len(sent.parcels)
    proof = Proof(
        way=way, checked=checked, proxy=proxy, tries=tries, households=households, photo=sent.photo,
        lat_e7=None if sent.lat is None else round(sent.lat * 1e7),
        lon_e7=None if sent.lon is None else round(sent.lon * 1e7),
    )  # fmt: skip
    return proof, warned


def checked_code(here: Context, connection: Connection, parcels: Sequence[str], code: str) -> Checked:
    """Whether a code opens these parcels, of whomever they are: a code of one recipient is wrong for another's.

    A wrong one costs a try of each parcel for which it is wrong.
    """
    theirs: dict[str, list[str]] = {}
    for key in parcels:
        row = relief.parcel(connection, key)
        theirs.setdefault(key if row is None or row.recipient is None else row.recipient, []).append(key)
    told = [
        collecting.check_together(connection, here.services.vault, each, code, here.now) for each in theirs.values()
    ]
    return min(told, key=lambda one: (one.answer is Answer.RIGHT, one.left))


def check_photo(connection: Connection, digest: str | None) -> None:
    if digest is not None and connection.execute(select(photo).where(photo.c.digest == digest)).first() is None:
        raise RoundError("The photo is not here yet: send it first (POST /api/v1/photos).")


def post(here: Context) -> bool:
    """Have the desk post what is due; whether the ledger has all of it."""
    desk = here.services.desk
    if desk is None:
        return False
    try:
        postings.post_all(here.services.database, desk, here.now)
    except DeskError:
        return False
    here.services.follow()
    return True
