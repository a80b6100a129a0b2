"""What goes wrong, as one shape of answer: {"error": {"code", "message", "hint"}}."""

from collections.abc import Mapping
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DatabaseError, OperationalError
from starlette.exceptions import HTTPException

from hub.errors import REMEDY, HubError, says_damaged
from hub.store.queries.paging import CursorError, StaleCursorError

log = structlog.get_logger()


class ApiError(HubError):
    """A request that is answered with an error: its status, code, sentence and hint."""

    def __init__(
        self, status: int, code: str, message: str, *, hint: str = "", headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.hint = hint
        self.headers = dict(headers or {})

    def response(self) -> JSONResponse:
        return JSONResponse(body(self.code, self.message, self.hint), self.status, headers=self.headers)


def body(code: str, message: str, hint: str = "") -> dict[str, Any]:
    """The answer's body."""
    return {"error": {"code": code, "message": message, "hint": hint}}


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
_CODES = {404: "not-found", 405: "no-such-method", 401: "sign-in", 403: "not-allowed", 413: "too-large"}


async def _told(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ApiError)  # noqa: S101 (registered for this class)
    return error.response()


async def _cursor(_: Request, error: Exception) -> JSONResponse:
    stale = isinstance(error, StaleCursorError)
    hint = "Ask again without the cursor."
    return ApiError(410 if stale else 400, "stale-cursor" if stale else "bad-cursor", str(error), hint=hint).response()


async def _refused(_: Request, error: Exception) -> JSONResponse:
    return ApiError(409, "refused", str(error)).response()


async def _invalid(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101 (registered for this class)
    found = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors()[:20])
    hint = "See /api/v1/openapi.json for what is allowed."
    return ApiError(422, "invalid", found[:2000], hint=hint).response()


async def _http(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 (registered for this class)
    code = _CODES.get(error.status_code, "http")
    return ApiError(error.status_code, code, str(error.detail), headers=error.headers).response()


async def _busy(request: Request, error: Exception) -> JSONResponse:
    log.warning("store-busy", path=request.url.path, error=str(error))
    return BUSY.response()


async def _damaged(request: Request, error: Exception) -> JSONResponse:
    if not says_damaged(error):
        raise error
    log.error("database-damaged", path=request.url.path, error=str(error), remedy=REMEDY)
    return DAMAGED.response()


def install(app: FastAPI) -> None:
    """Answer all errors in one shape."""
    app.add_exception_handler(ApiError, _told)
    app.add_exception_handler(CursorError, _cursor)
    app.add_exception_handler(HubError, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(OperationalError, _busy)
    app.add_exception_handler(DatabaseError, _damaged)
