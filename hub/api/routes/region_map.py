"""The file of the region's own map, for whoever is signed in; the page reads the ranges that it needs."""

from typing import Any, Final

from fastapi import APIRouter
from fastapi.responses import FileResponse

from hub.api.base_map import base_map
from hub.api.context import Here
from hub.api.faults import ApiError
from hub.api.models.shared import errors
from hub.core.access import API

router = APIRouter(prefix=API, tags=["reference"])

TYPE: Final = "application/vnd.pmtiles"
_FILE: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "All of it.", "content": {TYPE: {}}},
    206: {"description": "The range that was asked for (RFC 9110, 14).", "content": {TYPE: {}}},
}


@router.get("/region.pmtiles", response_class=FileResponse, responses={**errors(401, 403, 404, 503), **_FILE})
def region_pmtiles(here: Here) -> FileResponse:
    """The region's own map, whole or by ranges: `region.pmtiles` of the hub's data folder. See `GET /region`."""
    own, fault = base_map(here)
    services = here.services
    if own is None or services.base_map is None:
        hint = f"The file that is there cannot be used: {fault}." if fault else "Put it into the hub's data folder."
        raise ApiError(404, "no-map", "There is no map of the region.", hint=hint)
    return FileResponse(services.base_map.path, media_type=TYPE, headers={"Cache-Control": "private, max-age=600"})
