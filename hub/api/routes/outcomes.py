"""What couriers say happened at the doors: from the telephone, perhaps hours late, and perhaps twice."""

import secrets
from collections.abc import Sequence
from typing import Any, Final, Literal, TypeAlias

from fastapi import APIRouter
from sqlalchemy import Connection, select

from hub import collecting
from hub.api.context import Context, Here
from hub.api.deciding import deciding
from hub.api.door import Viewing, Whoever, named
from hub.api.models import rounds as models
from hub.api.routes.rounds import CHANGED, RoundPath, seen, whole
from hub.collecting import Answer, Checked
from hub.core.access import API, Viewer
from hub.core.rounds import Told, happened_at
from hub.desk import DeskError
from hub.store import postings
from hub.store import rounds as store
from hub.store.rounds import RoundError, Said
from hub.store.schema import photo
from hub.store.users import Principal
from wire.collecting import TRIES
from wire.messages import Proof

Way: TypeAlias = Literal["code", "proxy", "person", "neighbour", "leader", "contactless"]

router = APIRouter(prefix=API, tags=["last mile"])

WRONG_CODE, LOCKED, NO_CODE = "wrong-code", "code-locked", "no-code"
_WARNED: Final[dict[Answer, tuple[str, ...]]] = {
    Answer.RIGHT: (), Answer.LOCKED: (LOCKED,), Answer.NO_CODE: (NO_CODE,)
}  # fmt: skip


@router.post("/rounds/{id_}/code-checks", responses=CHANGED)
def check_code(here: Here, who: Whoever, viewer: Viewing, id_: RoundPath, sent: models.CodeInput) -> models.CodeAnswer:
    """Whether a code opens one of these parcels; a wrong one costs a try."""
    row = _row(here, who, viewer, id_)
    with here.write() as connection:
        store.check_theirs(connection, row, sent.parcels)
        found = _checked(here, connection, sent.parcels, sent.code)
    return models.CodeAnswer(answer=found.answer.value, left=found.left)


@router.post("/rounds/{id_}/outcomes", responses=CHANGED)
def tell(here: Here, who: Whoever, viewer: Viewing, id_: RoundPath, sent: models.OutcomesInput) -> models.TakenOutcomes:
    """Say what happened at doors. What was said before counts once; what cannot be kept is answered one by one."""
    row = _row(here, who, viewer, id_)
    taken = []
    with deciding(here, "round", ids=[id_]) as connection:
        times = _times(connection, sent, here.now, row.made_at)
        for each, at in zip(sent.outcomes, times, strict=True):
            taken.append(_take(here, connection, row, each, at, named(who)))
    posted = _post(here)
    return models.TakenOutcomes(outcomes=taken, posted=posted, round=whole(here, who, viewer, id_))


def _times(connection: Connection, sent: models.OutcomesInput, now: int, earliest: int) -> list[int]:
    """When each happened, by the hub's clock, in Unix ms: no two at once.

    They came in the order in which they happened, and keep it also where the telephone's clock was set in between.
    """
    times: list[int] = []
    latest = now
    for each in reversed(sent.outcomes):
        at = postings.free_time(connection, min(latest, happened_at(each.at, sent.sent, now, earliest)))
        times.append(at)
        latest = at - 1
    return times[::-1]


def _take(
    here: Context, connection: Connection, row: Any, sent: models.OutcomeInput, at: int, by: str
) -> models.TakenOutcome:
    """Keep one, or say why not: one that cannot be kept does not hold back the others."""
    if store.is_known(connection, sent.id):
        return models.TakenOutcome(id=sent.id, result="known", sentence="", warned=[])
    try:
        store.check_theirs(connection, row, sent.parcels)
        _check_photo(connection, sent.photo)
    except RoundError as error:
        return models.TakenOutcome(id=sent.id, result="refused", sentence=str(error), warned=[])
    proof: Proof | None = None
    warned: tuple[str, ...] = ()
    if sent.told is Told.GIVEN:
        proof, warned = _proof(here, connection, sent)
    said = Said(
        id=sent.id, told=sent.told, parcels=tuple(sent.parcels), at=at, by=by, now=here.now, why=sent.why,
        proof=proof, warned=warned,
    )  # fmt: skip
    store.tell(connection, row, said)
    return models.TakenOutcome(id=sent.id, result="stored", sentence="", warned=list(warned))


def _proof(here: Context, connection: Connection, sent: models.OutcomeInput) -> tuple[Proof, tuple[str, ...]]:
    """How it is known who has it. A code that is wrong is told as a warning: the parcel is gone all the same."""
    way: Way = sent.way or "person"
    checked, tries = False, 0
    proxy: int | None = None
    warned: tuple[str, ...] = ()
    if way == "code":
        found = _checked(here, connection, sent.parcels, sent.code)
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


def _checked(here: Context, connection: Connection, parcels: Sequence[str], code: str) -> Checked:
    """Whether a code is of any of these parcels; a wrong one costs the first of them a try."""
    vault = here.services.vault
    wanted = "".join(sign for sign in code if sign.isdecimal())
    for key in parcels:
        known = collecting.code_of(connection, vault, key)
        if known is not None and secrets.compare_digest(known.encode(), wanted.encode()):
            return collecting.check(connection, vault, key, code, here.now)
    return collecting.check(connection, vault, parcels[0], code, here.now)


def _check_photo(connection: Connection, digest: str | None) -> None:
    if digest is not None and connection.execute(select(photo).where(photo.c.digest == digest)).first() is None:
        raise RoundError("The photo is not here yet: send it first (POST /api/v1/photos).")


def _post(here: Context) -> bool:
    """Have the desk post what is due; whether the ledger has all of it."""
    desk = here.services.desk
    if desk is None:
        return False
    try:
        postings.post_all(here.services.database, desk, here.now)
    except DeskError:
        return False
    return True


def _row(here: Context, who: Principal, viewer: Viewer, id_: str) -> Any:
    """A round's row, for whoever may say what happened on it; also of one that is over: it may come late."""
    seen(here, who, viewer, id_)
    with here.services.database.read() as connection:
        return store.find(connection, id_)
