"""The invented world as the reference data that a hub takes: one entry a route, in the shape of its REST API. Pure."""

from typing import Any

from firmware_sim.world import World


def reference_data(world: World) -> dict[str, Any]:
    """{"region", "sites", "items", "organisations", "roads"}: each value is what stands under /api/v1/<key>.

    sites [{"id","name","name_zh","kind","lat","lon"}], items [{"gtin","name","name_zh","unit","category"}],
    organisations [{"id","name","name_zh"}], roads a GeoJSON FeatureCollection of LineStrings, region
    {"name","name_zh","center":[lon,lat],"zoom","bbox":[west,south,east,north]}. JSON only.
    """
    return {
        "region": _region(world),
        "sites": [
            {"id": site.id, "name": site.name, "name_zh": site.name_zh, "kind": site.kind}
            | {"lat": site.at[1], "lon": site.at[0]}
            for site in world.sites.values()
        ],
        "items": [
            {"gtin": item.gtin, "name": item.kind.name, "name_zh": item.kind.name_zh}
            | {"unit": item.kind.unit, "category": item.kind.category}
            for item in world.items
        ],
        "organisations": [
            {"id": identifier, "name": name, "name_zh": name_zh} for identifier, name, name_zh in world.organisations
        ],
        "roads": {"type": "FeatureCollection", "features": _features(world)},
    }


def _region(world: World) -> dict[str, Any]:
    lons, lats = zip(*(point for road in world.roads for point in road.points), strict=True)
    return {
        "name": world.name,
        "name_zh": world.name_zh,
        "center": list(world.center),
        "zoom": 10.5,
        "bbox": [min(lons), min(lats), max(lons), max(lats)],
    }


def _features(world: World) -> list[dict[str, Any]]:
    return [
        {
            "type": "Feature",
            "properties": {"name": road.name, "name_zh": road.name_zh},
            "geometry": {"type": "LineString", "coordinates": [list(point) for point in road.points]},
        }
        for road in world.roads
    ]
