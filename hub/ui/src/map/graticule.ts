/** The grid of degrees for what the map shows: inland there is no coast, and the grid is what gives scale and place. */
import type { FeatureCollection, MultiLineString } from "geojson";

export interface View {
  west: number;
  south: number;
  east: number;
  north: number;
}

const STEPS = [30, 15, 10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001];
const LINES = 7;

/** Degrees between two lines, so that about LINES lie across the wider side. */
export function gridStep(view: View): number {
  const span = Math.max(view.east - view.west, view.north - view.south);
  return STEPS.find((step) => span / step >= LINES - 2) ?? STEPS[STEPS.length - 1]!;
}

/** The multiples of `step` between two degrees. */
export function ticks(from: number, to: number, step: number): number[] {
  const first = Math.ceil(from / step);
  const count = Math.min(200, Math.max(0, Math.floor(to / step) - first + 1));
  return Array.from({ length: count }, (_, index) => Number(((first + index) * step).toFixed(6)));
}

export function graticule(view: View): FeatureCollection<MultiLineString> {
  const step = gridStep(view);
  // Drawn beyond the edges, so that a drag does not run out of lines before it ends.
  const pad = Math.max(view.east - view.west, view.north - view.south);
  const [west, east] = [Math.max(-180, view.west - pad), Math.min(180, view.east + pad)];
  const [south, north] = [Math.max(-85, view.south - pad), Math.min(85, view.north + pad)];
  const coordinates = [
    ...ticks(west, east, step).map((lon) => [[lon, south], [lon, north]]),
    ...ticks(south, north, step).map((lat) => [[west, lat], [east, lat]]),
  ];
  return { type: "FeatureCollection", features: [{ type: "Feature", properties: {}, geometry: { type: "MultiLineString", coordinates } }] };
}

/** "103.6° E": with as many digits as the step needs. */
export function degreeLabel(value: number, step: number, axis: "lat" | "lon"): string {
  const digits = step >= 1 ? 0 : step >= 0.1 ? 1 : step >= 0.01 ? 2 : 3;
  const side = value === 0 ? "" : axis === "lat" ? (value > 0 ? "N" : "S") : value > 0 ? "E" : "W";
  return `${Math.abs(value).toFixed(digits)}°${side}`;
}
