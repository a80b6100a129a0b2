"""The invented world as the reference data that a hub takes: one entry a route, in the shape of its REST API. Pure."""

from typing import Any, Final

from firmware_sim.world import Pack, World

ZONE: Final = "Asia/Shanghai"
"""The time zone of the county (IANA)."""
HOURS: Final = "Every day 08:00-20:00 每天"
"""When its stations are open."""


def reference_data(world: World) -> dict[str, Any]:
    """{"region", "sites", "items", "organisations", "roads"}: each value is what stands under /api/v1/<key>.

    sites [{"id","name","name_zh","kind","lat","lon","zone","hours"}], items [{"gtin","name","name_zh","unit",
    "category","serial"}], cases with "contains" {"gtin","n"} and kits with "kit" [{"gtin","n"}] instead of "serial",
    organisations [{"id","name","name_zh"}], roads a GeoJSON FeatureCollection of LineStrings, region
    {"name","name_zh","center":[lon,lat],"zoom","bbox":[west,south,east,north]}. JSON only.
    """
    return {
        "region": _region(world),
        "sites": [
            {"id": site.id, "name": site.name, "name_zh": site.name_zh, "kind": site.kind}
            | {"lat": site.at[1], "lon": site.at[0], "zone": ZONE}
            | {"hours": HOURS if site.kind == "station" else ""}
            for site in world.sites.values()
        ],
        "items": [
            {"gtin": item.gtin, "name": item.kind.name, "name_zh": item.kind.name_zh}
            | {"unit": item.kind.unit, "category": item.kind.category, "serial": item.kind.serial}
            for item in world.items
        ]
        + [_pack(pack) for pack in world.packs],
        "organisations": [
            {"id": identifier, "name": name, "name_zh": name_zh} for identifier, name, name_zh in world.organisations
        ],
        "roads": {"type": "FeatureCollection", "features": _features(world)},
    }


def _pack(pack: Pack) -> dict[str, Any]:
    said = {"gtin": pack.gtin, "name": pack.name, "name_zh": pack.name_zh, "unit": pack.unit, "category": "packed"}
    inside = {"contains": {"gtin": pack.case[0], "n": pack.case[1]}} if pack.case else {}
    return said | inside | {"kit": [{"gtin": gtin, "n": n} for gtin, n in pack.kit]}


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
