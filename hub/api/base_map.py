"""The region's own map, as the interface tells of it."""

from hub.api.context import Context
from hub.api.models.reference import BaseMapModel
from hub.core.pmtiles import TilesError


def base_map(here: Context) -> tuple[BaseMapModel | None, str | None]:
    """The map that can be shown, or why the file that is there cannot."""
    source = here.services.base_map
    try:
        found = None if source is None else source.look()
    except TilesError as error:
        return None, str(error)
    if found is None:
        return None, None
    west, south, east, north = (edge / 1e7 for edge in found.header.bounds)
    low, high = found.header.zooms
    return BaseMapModel.model_validate({
        "name": found.name, "attribution": found.attribution, "tiles": found.header.tiles, "min_zoom": low,
        "max_zoom": high, "bbox": (west, south, east, north), "size": found.size, "version": found.changed,
    }), None  # fmt: skip
