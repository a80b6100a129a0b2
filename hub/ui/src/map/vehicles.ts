/** Positions as map features; an old position never looks like a live one. */
import type { FeatureCollection, Point } from "geojson";

import type { Position } from "../api";

/** A vehicle reports every second; after a minute its position is a memory. */
export const STALE_POSITION_S = 60;
/** Below walking pace a heading is noise. */
const MOVING_MPS = 0.7;

export interface VehicleProperties {
  device: string;
  label: string;
  icon: "arrow" | "dot" | "arrow-stale" | "dot-stale";
  heading: number;
  stale: number;
  picked: number;
}

export function isStale(position: Position, nowMs: number): boolean {
  return nowMs - Date.parse(position.at) > STALE_POSITION_S * 1_000;
}

export function isMoving(position: Position): boolean {
  return (position.speed_mps ?? 0) >= MOVING_MPS;
}

export function vehicleFeatures(
  positions: Position[],
  nowMs: number,
  picked: string | null,
  age: (seconds: number) => string,
): FeatureCollection<Point, VehicleProperties> {
  return {
    type: "FeatureCollection",
    features: positions.map((position) => {
      const stale = isStale(position, nowMs);
      const arrow = isMoving(position) && position.heading_deg !== null;
      const seconds = Math.max(0, (nowMs - Date.parse(position.at)) / 1_000);
      return {
        type: "Feature",
        geometry: { type: "Point", coordinates: [position.lon, position.lat] },
        properties: {
          device: position.device,
          label: stale ? `${position.device}\n${age(seconds)}` : position.device,
          icon: `${arrow ? "arrow" : "dot"}${stale ? "-stale" : ""}`,
          heading: arrow ? position.heading_deg! : 0,
          stale: Number(stale),
          picked: Number(position.device === picked),
        },
      };
    }),
  };
}
