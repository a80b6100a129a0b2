"""The earthquake: where people live in the county, and the alert that tells of it (CAP 1.2). Pure.

The alert is what an earthquake centre would send: a circle of shaking around the epicentre, and a polygon around the
valley that was hit hardest, each in Chinese and in English.
"""

import csv
import io
import math
import random
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Final
from xml.etree import ElementTree as ET

from firmware_sim.names import COUNTY, TOWNS
from firmware_sim.roads import EARTH_M, Point, distance_m
from firmware_sim.world import World

NAMESPACE: Final = "urn:oasis:names:tc:emergency:cap:1.2"
SENDER: Final = "quake-centre@qingtan.example"
IDENTIFIER: Final = "QT-EQ-0001"
RADIUS_M: Final = 9_000.0
CLOCK: Final = timezone(timedelta(hours=8))
"""The county's; CAP has times with their offset, and UTC as -00:00 only."""
_CORNERS: Final = 10
_OUTSKIRTS_M: Final = (900.0, 2_600.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """A village or town: how many live there, in how many households."""

    id: str
    name: str
    name_zh: str
    at: Point
    population: int
    households: int


def settlements(world: World) -> list[Settlement]:
    """Where people live: near the sites, the same in every run of the same county."""
    chance = random.Random(f"{world.name} {world.center}")  # noqa: S311  # repeatable by its seed
    names = list(TOWNS)
    chance.shuffle(names)
    found = []
    for number, ((name, name_zh), site) in enumerate(zip(names, world.sites.values(), strict=False), 1):
        at = _beside(site.at, chance.uniform(*_OUTSKIRTS_M), chance.uniform(0, 2 * math.pi))
        population = chance.choice((180, 420, 650, 980, 1_500, 2_600, 4_100)) + chance.randint(0, 99)
        households = round(population / chance.uniform(2.6, 3.8))
        called = {"id": f"v-{number:02d}", "name": f"{name} Village", "name_zh": f"{name_zh}村"}
        found.append(Settlement(**called, at=at, population=population, households=households))
    return found


def epicentre(world: World) -> Point:
    """Below the hills north of the county's seat, between the first warehouse and the first station."""
    return _beside(world.sites["wh-1"].at, 2_400.0, 0.35)


def affected(world: World) -> list[Settlement]:
    """Those within the circle of the alert."""
    centre = epicentre(world)
    return [each for each in settlements(world) if distance_m(centre, each.at) <= RADIUS_M]


def alert(world: World, sent: datetime) -> str:
    """The CAP 1.2 message, sent at that moment; `sent` knows its offset from UTC."""
    ET.register_namespace("", NAMESPACE)
    root = ET.Element(_tag("alert"))
    said = {"identifier": IDENTIFIER, "sender": SENDER, "sent": sent.astimezone(CLOCK).isoformat(timespec="seconds")}
    _put(root, **said, status="Actual", msgType="Alert", scope="Public")
    words = {"zh-CN": ("地震", f"{COUNTY[1]}发生6.4级地震"), "en-US": ("Earthquake", f"Earthquake, M 6.4, {COUNTY[0]}")}
    for language, (event, headline) in words.items():
        info = ET.SubElement(root, _tag("info"))
        _put(info, language=language, category="Geo", event=event, urgency="Immediate", severity="Extreme")
        _put(info, certainty="Observed", headline=headline)
        area = ET.SubElement(info, _tag("area"))
        _put(area, areaDesc=COUNTY[1] if language.startswith("zh") else COUNTY[0])
        _put(area, polygon=_polygon(world), circle=_circle(world))
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode")


def table(world: World) -> str:
    """The settlements as CSV, as a hub imports it."""
    out = io.StringIO(newline="")
    rows = csv.writer(out)
    rows.writerow(("id", "name", "name_zh", "lat", "lon", "datum", "population", "households"))
    for each in settlements(world):
        at = (each.at[1], each.at[0], "WGS84")
        rows.writerow((each.id, each.name, each.name_zh, *at, each.population, each.households))
    return out.getvalue()


def _circle(world: World) -> str:
    lon, lat = epicentre(world)
    return f"{lat},{lon} {RADIUS_M / 1000:g}"


def _polygon(world: World) -> str:
    """A closed ring, latitude first as CAP has it, about two thirds of the circle."""
    centre = epicentre(world)
    ring = [_beside(centre, RADIUS_M * 0.66, 2 * math.pi * turn / _CORNERS) for turn in range(_CORNERS)]
    return " ".join(f"{lat},{lon}" for lon, lat in (*ring, ring[0]))


def _beside(place: Point, metres: float, angle: float) -> Point:
    """So far away: 0 is north, turning east (flat enough for a county)."""
    north, east = metres * math.cos(angle), metres * math.sin(angle)
    lat = place[1] + math.degrees(north / EARTH_M)
    lon = place[0] + math.degrees(east / (EARTH_M * math.cos(math.radians(place[1]))))
    return round(lon, 6), round(lat, 6)


def _put(parent: ET.Element, **texts: str) -> None:
    for name, text in texts.items():
        ET.SubElement(parent, _tag(name)).text = text


def _tag(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"
