/** Sites, the region's frame and a track as map features. */
import type { Feature, FeatureCollection, LineString, Point } from "geojson";

import type { Region, Site } from "../api";
import type { Fleet } from "./fleet";
import type { Bounds } from "./positionLink";
import { fixAt, gapAt, lines, type Played } from "./replay";
import { NOTHING } from "./style";

const KINDS = new Set(["warehouse", "station", "hospital", "camp"]);
/** In the outer thirds a name stands towards the middle, so that the map's edge does not cut it. */
const OUTER = 0.33;

export function siteFeatures(sites: Site[], picked: string | null, name: (site: Site) => string, stock: (site: Site) => string): FeatureCollection {
  const lons = sites.map((site) => site.lon);
  const [west, east] = [Math.min(...lons), Math.max(...lons)];
  const side = (lon: number) => (lon < west + OUTER * (east - west) ? "west" : lon > east - OUTER * (east - west) ? "east" : "middle");
  return {
    type: "FeatureCollection",
    features: sites.map((site) => ({
      type: "Feature",
      geometry: { type: "Point", coordinates: [site.lon, site.lat] },
      properties: { id: site.id, label: name(site), stock: stock(site), kind: KINDS.has(site.kind) ? site.kind : "warehouse", picked: Number(site.id === picked), side: side(site.lon) },
    })),
  };
}

export function frame(region: Region): FeatureCollection {
  if (!region.bbox) return NOTHING;
  const [west, south, east, north] = region.bbox;
  const ring = [[west, south], [east, south], [east, north], [west, north], [west, south]];
  return { type: "FeatureCollection", features: [{ type: "Feature", properties: {}, geometry: { type: "LineString", coordinates: ring } }] };
}

export interface Living {
  lon: number;
  lat: number;
  people: number;
  label: string;
}

export function livingFeatures(places: Living[]): FeatureCollection {
  return {
    type: "FeatureCollection",
    features: places.map(({ lon, lat, people, label }) => ({ type: "Feature", geometry: { type: "Point", coordinates: [lon, lat] }, properties: { people, label } })),
  };
}

/** West, south, east, north of some polygons; null for none. */
export function boundsOf(area: FeatureCollection): [number, number, number, number] | null {
  const points = area.features.flatMap(({ geometry }) => (geometry.type === "Polygon" ? geometry.coordinates.flat() : []));
  if (points.length === 0) return null;
  const [lons, lats] = [points.map(([lon]) => lon ?? 0), points.map(([, lat]) => lat ?? 0)];
  const least = (values: number[]) => values.reduce((a, b) => Math.min(a, b)); // spread, 10,000 corners are many arguments
  const most = (values: number[]) => values.reduce((a, b) => Math.max(a, b));
  return [least(lons), least(lats), most(lons), most(lats)];
}

/** The lines between silences, and both ends of each silence. */
export function trackFeatures(track: Played | null): FeatureCollection {
  if (!track) return NOTHING;
  const ends = track.gaps.flatMap((gap) => gap.map((at) => track.lonLat[fixAt(track, at)]!));
  return {
    type: "FeatureCollection",
    features: [
      ...lines(track).map((coordinates): Feature<LineString> => ({ type: "Feature", properties: {}, geometry: { type: "LineString", coordinates } })),
      ...ends.map((coordinates): Feature<Point> => ({ type: "Feature", properties: {}, geometry: { type: "Point", coordinates } })),
    ],
  };
}

/** Where a vehicle was at a time that is played; nothing before its first fix. */
export function replayFeatures(track: Played | null, ms: number | null): FeatureCollection {
  const index = track && ms !== null ? fixAt(track, ms) : -1;
  if (!track || ms === null || index < 0) return NOTHING;
  return { type: "FeatureCollection", features: [{ type: "Feature", properties: { silent: Number(gapAt(track, ms) !== null) }, geometry: { type: "Point", coordinates: track.lonLat[index]! } }] };
}

/** So many names the map can hold without becoming a page of words. */
const MOST_NAMES = 40;

/** The names of the picked vehicle, and of those that are in view if they are few; under an old one stands its age. */
export function nameFeatures(fleet: Fleet, slots: Int32Array, picked: number | undefined, [west, south, east, north]: Bounds,
  promiseMs: number, now: number, age: (seconds: number) => string): FeatureCollection {
  const seen: number[] = [];
  for (const slot of slots) {
    const [lon, lat] = fleet.lonLat(slot);
    if (slot === picked || lat < south || lat > north || (lon < west && lon + 360 > east) || lon > east) continue;
    seen.push(slot);
    if (seen.length > MOST_NAMES) break;
  }
  const named = [...(picked === undefined ? [] : [picked]), ...(seen.length > MOST_NAMES ? [] : seen)];
  return {
    type: "FeatureCollection",
    features: named.map((slot) => {
      const waited = now - fleet.columns.at[slot]!;
      const old = waited > promiseMs;
      const name = fleet.names[slot] ?? "";
      return { type: "Feature", geometry: { type: "Point", coordinates: fleet.lonLat(slot) },
        properties: { label: old ? `${name}\n${age(waited / 1_000)}` : name, old: Number(old), picked: Number(slot === picked) } };
    }),
  };
}
