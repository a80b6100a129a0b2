"""What couriers say happened at the doors: from the telephone, perhaps hours late, and perhaps twice."""

from typing import Any

from fastapi import APIRouter
from sqlalchemy import Connection

from hub.api.context import Context, Here
from hub.api.deciding import deciding
from hub.api.door import Viewing, Whoever, named
from hub.api.models import rounds as models
from hub.api.routes.rounds import CHANGED, RoundPath, seen, whole
from hub.api.telling import check_photo, checked_code, post, proof_of, times
from hub.consequences import attempted
from hub.core.access import API
from hub.core.rounds import WHY, Told
from hub.core.viewer import Viewer
from hub.store import decisions
from hub.store import rounds as store
from hub.store.rounds import RoundError, Said
from hub.store.users import Principal
from wire.messages import Proof

router = APIRouter(prefix=API, tags=["last mile"])


@router.post("/rounds/{id_}/code-checks", responses=CHANGED)
def check_code(here: Here, who: Whoever, viewer: Viewing, id_: RoundPath, sent: models.CodeInput) -> models.CodeAnswer:
    """Whether a code opens one of these parcels; a wrong one costs a try."""
    row = _row(here, who, viewer, id_)
    with here.write() as connection:
        store.check_theirs(connection, row, sent.parcels)
        found = checked_code(here, connection, sent.parcels, sent.code)
        decisions.note(connection, named(who), "code-checked", sent.parcels[0], found.answer.value, here.now)
    return models.CodeAnswer(answer=found.answer.value, left=found.left)


@router.post("/rounds/{id_}/outcomes", responses=CHANGED)
def tell(here: Here, who: Whoever, viewer: Viewing, id_: RoundPath, sent: models.OutcomesInput) -> models.TakenOutcomes:
    """Say what happened at doors. What was said before counts once; what cannot be kept is answered one by one."""
    row = _row(here, who, viewer, id_)
    taken = []
    with deciding(here, "round", ids=[id_]) as connection:
        happened = times(connection, sent, here.now, row.made_at)
        for each, at in zip(sent.outcomes, happened, strict=True):
            taken.append(_take(here, connection, row, each, at, named(who)))
        stored = sum(each.result == "stored" for each in taken)
        if stored:
            decisions.note(connection, named(who), "round-told", id_, f"{stored} outcomes", here.now)
    posted = post(here)
    return models.TakenOutcomes(outcomes=taken, posted=posted, round=whole(here, who, viewer, id_))


def _take(
    here: Context, connection: Connection, row: Any, sent: models.OutcomeInput, at: int, by: str
) -> models.TakenOutcome:
    """Keep one, or say why not: one that cannot be kept does not hold back the others."""
    if store.is_known(connection, sent.id):
        return models.TakenOutcome(id=sent.id, result="known", sentence="", warned=[])
    try:
        store.check_theirs(connection, row, sent.parcels)
        check_photo(connection, sent.photo)
    except RoundError as error:
        return models.TakenOutcome(id=sent.id, result="refused", sentence=str(error), warned=[])
    proof: Proof | None = None
    warned: tuple[str, ...] = ()
    if sent.told is Told.GIVEN:
        proof, warned = proof_of(here, connection, sent)
    said = Said(
        id=sent.id, told=sent.told, parcels=tuple(sent.parcels), at=at, by=by, now=here.now, why=sent.why,
        proof=proof, warned=warned,
    )  # fmt: skip
    store.tell(connection, row, said)
    if sent.told is Told.ATTEMPT:
        for key in sent.parcels:
            attempted(connection, here.services.vault, key, WHY.get(sent.why, ("", "")), here.now)
    return models.TakenOutcome(id=sent.id, result="stored", sentence="", warned=list(warned))


def _row(here: Context, who: Principal, viewer: Viewer, id_: str) -> Any:
    """A round's row, for whoever may say what happened on it; also of one that is over: it may come late."""
    seen(here, who, viewer, id_)
    with here.services.database.read() as connection:
        return store.find(connection, id_)
