"""What goes wrong, answered in one shape: a problem document (hub.api.problems)."""

from collections.abc import Mapping, Sequence

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DatabaseError, OperationalError
from starlette.exceptions import HTTPException

from hub.api import problems
from hub.api.problems import Fault
from hub.errors import REMEDY, HubError, says_damaged
from hub.store.queries.paging import CursorError, StaleCursorError

log = structlog.get_logger()


class ApiError(HubError):
    """A request that is answered with an error: its status, code, sentence and hint, and the fields at fault."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        hint: str = "",
        headers: Mapping[str, str] | None = None,
        faults: Sequence[Fault] = (),
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.hint = hint
        self.headers = dict(headers or {})
        self.faults = tuple(faults)

    def response(self, instance: str) -> JSONResponse:
        """The answer to a request for this path."""
        said = problems.document(
            status=self.status, code=self.code, detail=self.message, hint=self.hint,
            instance=instance, faults=self.faults,
        )  # fmt: skip
        return JSONResponse(said, self.status, headers=self.headers, media_type=problems.MEDIA_TYPE)


BROKEN = ApiError(
    500, "broken", "The hub could not answer: something in it broke.", hint="Its log says what; tell who runs it."
)
BUSY = ApiError(
    503, "store-busy", "The database could not be read or written just now.", hint="Try again; see the hub's log."
)
DAMAGED = ApiError(500, "store-damaged", "The hub's database is damaged.", hint=f"Who runs the hub: {REMEDY}.")
NOT_LISTENING = ApiError(
    409, "not-listening", "This hub does not listen for devices.", hint="Start it with relay-hub up --listen."
)
_CODES = {
    401: "sign-in", 403: "not-allowed", 404: "not-found", 405: "no-such-method", 413: "too-large", 415: "wrong-type",
}  # fmt: skip


async def _told(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ApiError)  # noqa: S101 (registered for this class)
    return error.response(request.scope["path"])


async def _cursor(request: Request, error: Exception) -> JSONResponse:
    stale = isinstance(error, StaleCursorError)
    hint = "Ask again without the cursor."
    told = ApiError(410 if stale else 400, "stale-cursor" if stale else "bad-cursor", str(error), hint=hint)
    return told.response(request.scope["path"])


async def _refused(request: Request, error: Exception) -> JSONResponse:
    return ApiError(409, "refused", str(error)).response(request.scope["path"])


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101 (registered for this class)
    faults = problems.of_request(error.errors(), error.body)
    sentence = "; ".join(f"{fault.field}: {fault.message}" for fault in faults[:20])[:2000]
    told = ApiError(422, "invalid", sentence, hint="See /api/v1/openapi.json for what is allowed.", faults=faults)
    return told.response(request.scope["path"])


async def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 (registered for this class)
    code = _CODES.get(error.status_code, "http")
    return ApiError(error.status_code, code, str(error.detail), headers=error.headers).response(request.scope["path"])


async def _busy(request: Request, error: Exception) -> JSONResponse:
    log.warning("store-busy", path=request.url.path, error=str(error))
    return BUSY.response(request.scope["path"])


async def _damaged(request: Request, error: Exception) -> JSONResponse:
    if not says_damaged(error):
        raise error
    log.error("database-damaged", path=request.url.path, error=str(error), remedy=REMEDY)
    return DAMAGED.response(request.scope["path"])


def install(app: FastAPI) -> None:
    """Answer all errors in one shape."""
    app.add_exception_handler(ApiError, _told)
    app.add_exception_handler(CursorError, _cursor)
    app.add_exception_handler(HubError, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(OperationalError, _busy)
    app.add_exception_handler(DatabaseError, _damaged)
