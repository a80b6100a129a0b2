/** Sites, the region's frame and a track as map features. */
import type { Feature, FeatureCollection, LineString } from "geojson";

import type { Region, Site, Track } from "../api";
import { NOTHING } from "./style";

const KINDS = new Set(["warehouse", "station", "hospital", "camp"]);
/** Further apart than this, two fixes are not joined: the vehicle was silent between them. */
const GAP_MS = 300_000;

/** In the outer thirds a name stands towards the middle, so that the map's edge does not cut it. */
const OUTER = 0.33;

export function siteFeatures(sites: Site[], picked: string | null, name: (site: Site) => string): FeatureCollection {
  const lons = sites.map((site) => site.lon);
  const [west, east] = [Math.min(...lons), Math.max(...lons)];
  const side = (lon: number) => (lon < west + OUTER * (east - west) ? "west" : lon > east - OUTER * (east - west) ? "east" : "middle");
  return {
    type: "FeatureCollection",
    features: sites.map((site) => ({
      type: "Feature",
      geometry: { type: "Point", coordinates: [site.lon, site.lat] },
      properties: { id: site.id, label: name(site), kind: KINDS.has(site.kind) ? site.kind : "warehouse", picked: Number(site.id === picked), side: side(site.lon) },
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

/** Good fixes only, as lines that break where the vehicle was silent. */
export function trackFeatures(track: Track | undefined): FeatureCollection {
  const lines: number[][][] = [];
  let before = -Infinity;
  const points = (track?.points ?? []).filter((point) => point.verdict === "good").sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  for (const point of points) {
    const at = Date.parse(point.at);
    if (at - before > GAP_MS) lines.push([]);
    lines[lines.length - 1]!.push([point.lon, point.lat]);
    before = at;
  }
  const features = lines.filter((line) => line.length > 1)
    .map((coordinates): Feature<LineString> => ({ type: "Feature", properties: {}, geometry: { type: "LineString", coordinates } }));
  return { type: "FeatureCollection", features };
}
