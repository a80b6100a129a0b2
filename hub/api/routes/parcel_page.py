"""The recipient's page: where is my parcel? By its number in the address, or by number or code in a form."""

import asyncio
import math
import time
from typing import Final
from urllib.parse import parse_qs, urlencode

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from hub.admission import network
from hub.api.asking import Rest, Told
from hub.api.context import Context, Here
from hub.api.door import source
from hub.api.faults import ApiError
from hub.api.parcel_page import LANGUAGE, NUMBER, PATH, TYPED, language_of, page
from hub.core.parcel_answers import LONGEST, Number, read
from hub.store.queries.parcel_answers import Whereabouts

router = APIRouter(include_in_schema=False)

BODY_BYTES: Final = 2_000
_FORM: Final = "application/x-www-form-urlencoded"


@router.get(PATH)
async def show(here: Here, request: Request) -> Response:
    """The form, or where the parcel is whose number stands in the address.

    A code is not looked at here: addresses are kept by browsers and by who is in between.
    """
    number = request.query_params.get(NUMBER, "")[:LONGEST]
    if not number:
        return _sent(None, request, asked=False)
    told = await _told(here, number, request) if isinstance(read(number), Number) else await _pause(here, None)
    return _sent(told, request, asked=True, number=number)


@router.post(PATH)
async def ask(here: Here, request: Request) -> Response:
    """Where the parcel is of a number or a code. What is found has an address of its own, without the code."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        raise ApiError(415, "wrong-type", "This is no form.", hint="Send the form of this page.")
    if len(await request.body()) > BODY_BYTES:
        raise ApiError(413, "too-large", "The body of the request is too large.", hint="Send the form of this page.")
    try:
        form = parse_qs((await request.body()).decode(errors="replace"), max_num_fields=5)
    except ValueError as error:
        raise ApiError(422, "invalid", "This is no form of this page.", hint="Send the form of this page.") from error
    language = form.get(LANGUAGE, [""])[0]
    told = await _told(here, form.get(TYPED, [""])[0], request)
    if isinstance(told, Whereabouts):
        query = {NUMBER: told.number} | ({LANGUAGE: language} if language in ("en", "zh") else {})
        return RedirectResponse(f"{PATH}?{urlencode(query)}", 303, headers={"Cache-Control": "no-store"})
    return _sent(told, request, asked=True, language=language)


async def _told(here: Context, typed: str, request: Request) -> Told:
    """The answer. It takes the same time whatever it is: that of the slowest, or twice that on a hub that is busy."""
    began = time.monotonic()
    told = await run_in_threadpool(_look, here, typed, network(source(request)))
    return await _pause(here, told, time.monotonic() - began)


async def _pause(here: Context, told: Told, took_s: float = 0.0) -> Told:
    await asyncio.sleep(left_s(here.services.slowest_refusal_s, took_s))
    return told


def left_s(floor_s: float, took_s: float) -> float:
    """How long to wait yet, so that answers end at whole steps of `floor_s`."""
    return floor_s * max(1, math.ceil(took_s / floor_s)) - took_s if floor_s else 0.0


def _look(here: Context, typed: str, whence: str) -> Told:
    with here.services.database.read() as connection:
        return here.asking.where(connection, here.services.vault, typed, whence, here.now)


def _sent(told: Told, request: Request, *, asked: bool, number: str = "", language: str = "") -> Response:
    chosen = language_of(language or request.query_params.get(LANGUAGE, ""), request.headers.get("accept-language", ""))
    headers = {"Cache-Control": "no-store", "Content-Language": chosen, "Vary": "Accept-Language"}
    if isinstance(told, Rest):
        headers["Retry-After"] = str(told.wait_s)
    status = 429 if isinstance(told, Rest) else 200
    return HTMLResponse(page(told, chosen, asked=asked, number=number), status, headers=headers)
