"""Alerts: what needs somebody now, who looks after it, and the rules by which it is raised."""

from typing import Annotated, Literal

import msgspec
from fastapi import APIRouter, Path, Query
from sqlalchemy import Connection

from hub.api.context import Context, Here
from hub.api.deciding import deciding
from hub.api.door import Viewing, Whoever, named
from hub.api.faults import ApiError
from hub.api.models import alerts as models
from hub.api.models.shared import LISTED, SIGNED_IN, Cursor, Limit, SearchText, Short, errors
from hub.core.access import API, ASSIGNING, Answer, ask
from hub.core.alerts import DEFAULTS, TABLE, Event, Kind, Rules, State, faults
from hub.core.viewer import Viewer
from hub.store import alerts as store
from hub.store import rates
from hub.store.decisions import note as note_decision
from hub.store.queries import alerts as queries
from hub.store.queries.alerts import Alert, Wanted
from hub.store.queries.goods import is_organisation, is_site
from hub.store.users import Principal

router = APIRouter(prefix=API, tags=["alerts"])

AlertId = Annotated[str, Path(pattern=r"^[0-9a-f]{16}$", description="An alert's id.")]
CHANGED = errors(401, 403, 404, 409, 413, 422, 503)
DEEDS: dict[Literal["acknowledge", "assign", "close"], tuple[Event, str]] = {
    "acknowledge": (Event.ACKNOWLEDGED, "acknowledgement"),
    "assign": (Event.ASSIGNED, "assignment"),
    "close": (Event.CLOSED, "closing"),
}


@router.get("/alerts", responses=LISTED)
def the_alerts(
    here: Here,
    viewer: Viewing,
    state: State | None = None,
    kind: Kind | None = None,
    site: Short = None,
    severity: Annotated[int | None, Query(ge=1, le=3)] = None,
    assigned: Short = None,
    lasting: bool | None = None,
    text: SearchText = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> models.AlertPage:
    """Alerts: of one state the most urgent first, else the newest first. `text` finds what they name."""
    wanted = Wanted(state=state, kind=kind, site=site, severity=severity, assigned=assigned, lasting=lasting, text=text)
    pager = here.pager("alerts", *wanted.parts, viewer.owner_filter, viewer.site_filter)
    with here.services.database.read() as connection:
        page = queries.alerts(connection, pager, viewer, wanted, limit=limit, cursor=cursor)
        counted = queries.open_ones(connection, viewer)
    rows = [models.AlertRow.model_validate(row) for row in page.rows]
    return models.AlertPage(rows=rows, open=counted, next=page.next)


@router.get("/alerts/{alert}", responses=errors(401, 403, 404, 422, 503))
def the_alert(here: Here, who: Whoever, viewer: Viewing, alert: AlertId) -> models.AlertWhole:
    """One alert, what happened to it, and what may be done with it."""
    with here.services.database.read() as connection:
        return _whole(connection, who, viewer, alert)


@router.post("/alerts/acknowledgements", responses=CHANGED)
def acknowledge_all(here: Here, who: Whoever, viewer: Viewing, sent: models.AlertsSeen) -> models.AlertsAcknowledged:
    """Say that somebody has seen these, as one: of an alert that may not be seen nothing is done at all."""
    with deciding(here, "alert", ids=sent.alerts) as connection:
        found = [_found(connection, viewer, each) for each in dict.fromkeys(sent.alerts)]
        still = [each.id for each in found if each.state == State.OPEN]
        for each in still:
            store.decide(connection, each, Event.ACKNOWLEDGED, by=named(who), now=here.now, note=sent.note)
    return models.AlertsAcknowledged(acknowledged=still)


@router.post("/alerts/{alert}/acknowledgement", responses=CHANGED)
def acknowledge(
    here: Here, who: Whoever, viewer: Viewing, alert: AlertId, sent: models.AlertNote
) -> models.AlertWhole:  # fmt: skip
    """Say that somebody has seen it."""
    return _decide(here, who, viewer, alert, Event.ACKNOWLEDGED, note=sent.note)


@router.post("/alerts/{alert}/assignment", responses=CHANGED)
def assign(
    here: Here, who: Whoever, viewer: Viewing, alert: AlertId, sent: models.AlertAssignment
) -> models.AlertWhole:  # fmt: skip
    """Give it to somebody who can see it; most roles can only take it on themselves."""
    return _decide(here, who, viewer, alert, Event.ASSIGNED, whom=sent.to, note=sent.note)


@router.post("/alerts/{alert}/closing", responses=CHANGED)
def close(here: Here, who: Whoever, viewer: Viewing, alert: AlertId, sent: models.AlertNote) -> models.AlertWhole:
    """Be done with it, though it may last: it comes back only when it gets worse, or ends and begins again."""
    return _decide(here, who, viewer, alert, Event.CLOSED, note=sent.note)


@router.get("/alert-rules", responses=SIGNED_IN)
def the_rules(here: Here, viewer: Viewing) -> models.AlertRules:
    """The rules by which alerts are raised; until somebody enters some, those that a hub starts with.

    Of the least stock only what concerns the viewer's goods and site.
    """
    with here.services.database.read() as connection:
        rules = store.rules(connection)
    theirs = [one for one in rules.stock if viewer.may_see_owner(one.owner) and viewer.may_see_site(one.site)]
    return _told(msgspec.structs.replace(rules, stock=tuple(theirs)))


@router.put("/alert-rules", responses=errors(401, 403, 413, 422, 503))
def put_rules(here: Here, who: Whoever, sent: models.AlertRulesInput) -> models.AlertRules:
    """Replace all rules. What they do not raise any more is over."""
    new = msgspec.convert(sent.model_dump(mode="json"), Rules)
    wrong = faults(new)
    if wrong:
        hint = "An alert is raised at one limit and over at another, so that it does not flap."
        raise ApiError(422, "rules-contradict", "; ".join(wrong[:10]), hint=hint)
    with deciding(here, "alert") as connection:
        _check_names(connection, new)
        store.put_rules(connection, new)
        detail = " ".join(f"{kind}={rule.raise_at}/{rule.clear_at}{'' if rule.on else ' off'}" for kind, rule in
                          new.kinds.items())  # fmt: skip
        note_decision(connection, named(who), "alert-rules-entered", "alert-rules", detail, here.now)
    return _told(new)


def _decide(
    here: Context, who: Principal, viewer: Viewer, id_: str, event: Event, *, whom: str = "", note: str = ""
) -> models.AlertWhole:  # fmt: skip
    with deciding(here, "alert", ids=[id_]) as connection:
        found = _found(connection, viewer, id_)
        if whom and whom not in _takers(connection, who, found):
            raise ApiError(
                422, "no-taker", f"The alert cannot be given to {whom}.",
                hint="They see it not, take none on, or you can only take it on yourself. `takers` says who can.",
            )  # fmt: skip
        try:
            store.decide(connection, id_, event, by=named(who), now=here.now, whom=whom, note=note)
        except store.AlertError as error:
            raise ApiError(409, error.code, str(error), hint="Somebody did it already: look again.") from error
        return _whole(connection, who, viewer, id_)


def _whole(connection: Connection, who: Principal, viewer: Viewer, id_: str) -> models.AlertWhole:
    found = _found(connection, viewer, id_)
    may = [
        deed
        for deed, (event, end) in DEEDS.items()
        if (State(found.state), event) in TABLE
        and ask("POST", f"{API}/alerts/{{alert}}/{end}", who.role) is Answer.COME_IN
    ]
    return models.AlertWhole.model_validate({
        "alert": found, "history": queries.story(connection, id_), "may": may,
        "takers": _takers(connection, who, found) if "assign" in may else [],
    })  # fmt: skip


def _takers(connection: Connection, who: Principal, found: Alert) -> list[str]:
    everybody = queries.takers(connection, found)
    return everybody if who.role in ASSIGNING else [one for one in everybody if one == who.name and not who.by_token]


def _found(connection: Connection, viewer: Viewer, id_: str) -> Alert:
    found = queries.alert(connection, viewer, id_)
    if found is None:
        raise ApiError(404, "no-such-alert", f"There is no alert {id_}, or none that you may see.")
    return found


def _check_names(connection: Connection, new: Rules) -> None:
    for one in new.stock:
        if not is_site(connection, one.site):
            raise ApiError(422, "no-site", f"There is no site {one.site}.", hint="GET /api/v1/sites lists them.")
        if one.owner and not is_organisation(connection, one.owner):
            hint = "GET /api/v1/organisations lists them."
            raise ApiError(422, "no-organisation", f"There is no organisation {one.owner}.", hint=hint)
    unknown = rates.unknown(connection, {one.item for one in new.stock})
    if unknown:
        hint = "Enter it first; GET /api/v1/items and /api/v1/goods-codes list all."
        raise ApiError(422, "no-item", f"There is no item {unknown[0]}.", hint=hint)


def _told(rules: Rules) -> models.AlertRules:
    kinds = {kind: msgspec.to_builtins(rules.of(kind)) for kind in DEFAULTS}
    return models.AlertRules.model_validate({"kinds": kinds, "stock": msgspec.to_builtins(rules.stock)})
