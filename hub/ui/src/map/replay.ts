/** A track as it is played again: its good fixes in order of time, and where there were none. */
import type { Track } from "../api";

/** Further apart than this, two fixes are not joined: the vehicle was silent between them. */
export const GAP_MS = 300_000;

export interface Played {
  at: number[];
  lonLat: [number, number][];
  speed: (number | null)[];
  /** From when to when nothing was heard. */
  gaps: [from: number, to: number][];
  /** Fixes that were not plausible. */
  left: number;
}

export function played(track: Track): Played {
  const good = track.points.filter(({ verdict }) => verdict === "good").map((point) => ({ ...point, ms: Date.parse(point.at) })).sort((a, b) => a.ms - b.ms);
  const at = good.map(({ ms }) => ms);
  return {
    at,
    lonLat: good.map(({ lon, lat }) => [lon, lat]),
    speed: good.map(({ speed_mps }) => speed_mps),
    gaps: at.slice(1).flatMap((to, index): [number, number][] => (to - at[index]! > GAP_MS ? [[at[index]!, to]] : [])),
    left: track.points.length - good.length,
  };
}

/** The fix that was the newest at a time: -1 before the first. No place is made up between two. */
export function fixAt({ at }: Played, ms: number): number {
  let [low, high] = [0, at.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (at[middle]! <= ms) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** The silence that a time lies in. */
export function gapAt({ gaps }: Played, ms: number): [number, number] | null {
  return gaps.find(([from, to]) => ms > from && ms < to) ?? null;
}

/** What is between gaps, as lines. */
export function lines({ at, lonLat }: Played): [number, number][][] {
  const found: [number, number][][] = [];
  at.forEach((ms, index) => {
    if (index === 0 || ms - at[index - 1]! > GAP_MS) found.push([]);
    found[found.length - 1]!.push(lonLat[index]!);
  });
  return found.filter((line) => line.length > 1);
}
