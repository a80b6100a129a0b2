"""Pictures that prove a delivery."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response
from sqlalchemy import Connection
from sqlalchemy.dialects.sqlite import insert

from hub.api.context import Context, Here
from hub.api.door import Viewing, Whoever, named
from hub.api.faults import ApiError
from hub.api.models.rounds import PhotoId, PhotoModel
from hub.api.models.shared import errors
from hub.api.turns import Turns
from hub.core.access import API
from hub.core.viewer import Role, Viewer
from hub.photos import FOLDER, PhotoError, Photos
from hub.store import decisions, recipients
from hub.store import photos as store
from hub.store.help_lines import knows
from hub.store.schema import photo

router = APIRouter(prefix=API, tags=["last mile"])

_BINARY = {"schema": {"type": "string", "format": "binary"}}
_TYPES = ("image/jpeg", "image/png", "image/webp")
_BODY = {"requestBody": {"required": True, "content": dict.fromkeys(_TYPES, _BINARY)}}
_drawing = Turns("to take in a photo")


@router.post("/photos", status_code=201, responses=errors(401, 403, 413, 415, 422, 503), openapi_extra=_BODY)
async def send_photo(here: Here, who: Whoever, request: Request) -> PhotoModel:
    """Keep a picture (JPEG, PNG or WebP, at most 2 MiB), drawn anew without what the camera wrote into it, sealed."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() not in _TYPES:
        raise ApiError(415, "wrong-type", "The body is no picture.", hint="Send it as it is: " + ", ".join(_TYPES))
    data = await request.body()
    return PhotoModel(photo=await run_in_threadpool(_keep, here, named(who), data))


@router.get(
    "/photos/{digest}",
    responses={**errors(401, 403, 404, 422, 503), 200: {"content": {"image/jpeg": _BINARY}}},
    response_class=Response,
)
def the_photo(here: Here, who: Whoever, viewer: Viewing, digest: Annotated[PhotoId, Path()]) -> Response:
    """A picture as it is kept, for whose delivery it is; the log of views says who saw it."""
    with here.write() as connection:
        found = _seen(connection, viewer, named(who), digest)
        for each in sorted({one.recipient for one in found if one.recipient is not None}):
            recipients.note_view(connection, named(who), each, "photo", here.now)
    try:
        return Response(_photos(here).show(digest), media_type="image/jpeg")
    except PhotoError as error:
        raise ApiError(404, "no-photo", str(error)) from error


def _seen(connection: Connection, viewer: Viewer, who: str, digest: str) -> list[store.Whose]:
    """Whose it is, for staff of their organisation, and help-lines that know one of them. Raises ApiError."""
    found = store.whose(connection, digest)
    theirs = store.made_by(connection, digest) == who or any(
        knows(connection, who, one.recipient or "") if viewer.role is Role.HELPLINE
        else viewer.may_see_owner(one.organisation)
        for one in found
    )  # fmt: skip
    if not theirs and not (viewer.sees_all and viewer.role is not Role.HELPLINE):
        raise ApiError(404, "no-photo", f"There is no photo {digest}, or none that you may see.")
    return found


def _keep(here: Context, by: str, data: bytes) -> str:
    with _drawing.one():
        try:
            digest, size = _photos(here).keep(data)
        except PhotoError as error:
            raise ApiError(422, "no-picture", str(error)) from error
    row = {"digest": digest, "bytes": size, "made_at": here.now, "made_by": by}
    with here.write() as connection:
        connection.execute(insert(photo).values(row).on_conflict_do_nothing())
        decisions.note(connection, by, "photo-kept", digest, f"{size} bytes", here.now)
    return digest


def _photos(here: Context) -> Photos:
    return Photos(here.services.database.path.parent / FOLDER, here.services.vault)
