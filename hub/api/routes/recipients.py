"""Recipients, for those who answer the help-line that knows them. Each answer that shows somebody's data is logged."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Path, Query
from sqlalchemy import Connection

from hub.api.context import Context, Here
from hub.api.deciding import deciding
from hub.api.door import Whoever, named
from hub.api.faults import ApiError
from hub.api.models import help_lines as models
from hub.api.models.shared import LISTED, Cursor, Limit, Short, errors
from hub.api.routes.help_lines import line_answered
from hub.consequences import proxy_added, proxy_dropped
from hub.core.access import API
from hub.core.viewer import Role
from hub.photos import FOLDER, Photos
from hub.store import decisions, erasing, finding, photos, recipients
from hub.store.help_lines import knows
from hub.store.queries import personal_views
from hub.store.queries.paging import Page

router = APIRouter(prefix=API, tags=["help-lines"])

CHANGED = errors(401, 403, 404, 409, 413, 422, 503)
RecipientId = Annotated[str, Path(pattern=r"^[0-9a-f]{16}$", description="A recipient's id.")]


@router.post("/recipients/search", responses=errors(401, 403, 413, 422, 429, 503))
def search(here: Here, who: Whoever, sent: models.SearchInput) -> models.Candidates:
    """Who may be meant, masked. What is searched for stands in the body, as no address or log may hold it."""
    by, numbered = named(who), finding.by_number(sent.text)
    if numbered:
        here.searches.check(by, here.now)
    with here.services.database.read() as connection:
        found = finding.search(connection, here.services.vault, sent.text, who=by)
        rows = _candidates(connection, by, found[: finding.MOST])
    if numbered and not any(row.yours for row in rows):
        here.searches.missed(by, here.now)
    return models.Candidates(rows=rows, more=len(found) > finding.MOST)


@router.post("/recipients", responses=errors(401, 403, 404, 409, 413, 422, 429, 503))
def take_down(here: Here, who: Whoever, sent: models.RecipientInput) -> models.RecipientTaken:
    """Take somebody down. Who is known by the same name or number is offered first, and nothing is done then."""
    by, vault = named(who), here.services.vault
    offering = not sent.anew and sent.phone != ""
    if offering:
        here.searches.check(by, here.now)
    with deciding(here, "helpline") as connection:
        line = line_answered(connection, sent.line, by)
        known = [] if sent.anew else finding.same(connection, vault, sent.name, sent.phone)
        rows = _candidates(connection, by, known)
        if offering and not any(row.yours for row in rows):
            here.searches.missed(by, here.now)
        if rows:
            return models.RecipientTaken(id=None, known=rows)
        id_ = recipients.make(connection, vault, _personal(sent), line=line.seq, by=by, now=here.now)
        decisions.note(connection, by, "recipient-taken-down", id_, line.name, here.now)
        recipients.note_view(connection, by, id_, "taken down", here.now)
    return models.RecipientTaken(id=id_, known=[])


@router.get("/recipients/{recipient}", responses=errors(401, 403, 404, 409, 422, 503))
def the_recipient(
    here: Here,
    who: Whoever,
    recipient: RecipientId,
    why: Annotated[str, Query(max_length=50, pattern=r"^[a-z -]*$", description="What for, for the log.")] = "opened",
) -> models.RecipientModel:
    """All that is known of a recipient. The log of views says who asked."""
    with here.write() as connection:
        check_known(connection, recipient, named(who))
        recipients.note_view(connection, named(who), recipient, why, here.now)
        return _opened(here, connection, recipient)


@router.put("/recipients/{recipient}", responses=CHANGED)
def change_recipient(
    here: Here, who: Whoever, recipient: RecipientId, sent: models.PersonalFields
) -> models.RecipientModel:
    """Replace all that is known of a recipient."""
    with _changing(here, who, recipient, "changed") as connection:
        recipients.change(connection, here.services.vault, recipient, _personal(sent), now=here.now)
        return _opened(here, connection, recipient)


@router.post("/recipients/{recipient}/erasure", status_code=204, responses=CHANGED)
def erase(here: Here, who: Whoever, recipient: RecipientId) -> None:
    """Erase all that is known of a recipient, for good. Refused while a request of theirs is open."""
    with deciding(here, "helpline", recipient=recipient) as connection:
        if who.role is Role.HELPLINE:
            check_known(connection, recipient, named(who))
        shown = photos.showing(connection, recipient)
        try:
            done = erasing.erase(connection, recipient, by=named(who), now=here.now)
        except erasing.ServedError as error:
            raise ApiError(409, "served", str(error)) from error
        if not done:
            raise _nobody(recipient)
        for name in shown:
            Photos(here.services.database.path.parent / FOLDER, here.services.vault).erase(name)


@router.get("/recipients/{recipient}/proxies", responses=errors(401, 403, 404, 409, 422, 503))
def the_proxies(here: Here, who: Whoever, recipient: RecipientId) -> models.ProxyList:
    """Who may fetch for a recipient. The log of views says who asked."""
    with here.write() as connection:
        check_known(connection, recipient, named(who))
        recipients.note_view(connection, named(who), recipient, "proxies", here.now)
        found = recipients.proxies(connection, here.services.vault, recipient)
    return models.ProxyList(rows=[models.ProxyModel.model_validate(each) for each in found])


@router.post("/recipients/{recipient}/proxies", status_code=201, responses=CHANGED)
def add_proxy(here: Here, who: Whoever, recipient: RecipientId, sent: models.ProxyInput) -> models.ProxyModel:
    """Let somebody fetch for a recipient, with a code of their own for each parcel; the recipient is told it."""
    proxy = recipients.Named(name=sent.name, phone=sent.phone)
    with _changing(here, who, recipient, "proxy added") as connection:
        added = recipients.add_proxy(connection, here.services.vault, recipient, proxy, by=named(who), now=here.now)
        proxy_added(connection, here.services.vault, recipient, added.n, here.now)
    return models.ProxyModel.model_validate(added)


@router.delete("/recipients/{recipient}/proxies/{n}", status_code=204, responses=CHANGED)
def drop_proxy(here: Here, who: Whoever, recipient: RecipientId, n: Annotated[int, Path(ge=1, le=1000)]) -> None:
    """Let somebody fetch for a recipient no more: their codes open nothing from now on."""
    with _changing(here, who, recipient, "proxy taken away") as connection:
        recipients.drop_proxy(connection, here.services.vault, recipient, n, now=here.now)
        proxy_dropped(connection, recipient, n)


@router.get("/personal-views", responses=LISTED, response_model=models.ViewPage)
def the_views(
    here: Here,
    who: Short = None,
    recipient: Annotated[str | None, Query(pattern=r"^[0-9a-f]{16}$")] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[personal_views.View]:
    """Who saw whose data, when and what for, newest first."""
    with here.services.database.read() as connection:
        return personal_views.views(
            connection, here.pager("personal-views", who, recipient), who=who, recipient=recipient, limit=limit,
            cursor=cursor,
        )  # fmt: skip


@contextmanager
def _changing(here: Context, who: Whoever, recipient: str, what: str) -> Iterator[Connection]:
    """A change to a recipient of theirs: noted, and logged as a view."""
    with deciding(here, "helpline", recipient=recipient) as connection:
        check_known(connection, recipient, named(who))
        yield connection
        decisions.note(connection, named(who), "recipient-changed", recipient, what, here.now)
        recipients.note_view(connection, named(who), recipient, what, here.now)


def check_known(connection: Connection, recipient: str, who: str) -> None:
    """Raises ApiError where nothing is kept, or the recipient is of other people's lines."""
    row = recipients.row_of(connection, recipient)
    if row is None or row.key is None:
        raise _nobody(recipient)
    if not knows(connection, who, recipient):
        raise ApiError(
            403, "not-your-recipient", f"The recipient {recipient} called no help-line that you answer.",
            hint="Take a call of theirs first (POST /api/v1/calls), with the number that they call from.",
        )  # fmt: skip


def _opened(here: Context, connection: Connection, recipient: str) -> models.RecipientModel:
    found = recipients.find(connection, here.services.vault, recipient)
    if found is None:
        raise _nobody(recipient)
    return models.RecipientModel.model_validate(found)


def _nobody(recipient: str) -> ApiError:
    return ApiError(
        404, "no-recipient", f"Nothing is kept of a recipient {recipient}.",
        hint="They may have been erased; POST /api/v1/recipients/search finds people.",
    )  # fmt: skip


def _candidates(
    connection: Connection, who: str, found: Iterable[finding.Candidate]
) -> list[models.RecipientCandidate]:
    return [
        models.RecipientCandidate.model_validate({**asdict(each), "yours": knows(connection, who, each.id)})
        for each in found
    ]


def _personal(sent: models.PersonalFields) -> recipients.Personal:
    return recipients.Personal(
        name=sent.name, phone=sent.phone, address=sent.address, language=sent.language, note=sent.note,
        groups=tuple(dict.fromkeys(sent.groups)),
    )  # fmt: skip
