import type { SiteKind } from "../api";

/** Colours of the map sheet, one set for the day and one for a dark room. */
export interface Palette {
  sea: string;
  land: string;
  coast: string;
  grid: string;
  road: string;
  casing: string;
  ink: string;
  halo: string;
  site: Record<SiteKind, string>;
  vehicle: string;
  stale: string;
  track: string;
  frame: string;
  area: string;
  people: string;
}

export const DAY: Palette = {
  sea: "#cfe1ec", land: "#f6f3ec", coast: "#8fb0c4", grid: "#c9cfcb", road: "#ffffff", casing: "#a39a86", ink: "#24313d",
  halo: "#fbf9f4", vehicle: "#c2410c", stale: "#7d5a1e", track: "#e07b39", frame: "#9aa79f", area: "#b42318", people: "#5b3f8c",
  site: { warehouse: "#1f3f53", station: "#0b6a84", hospital: "#a8201a", camp: "#7a5a12" },
};
export const NIGHT: Palette = {
  sea: "#0a1620", land: "#16212b", coast: "#31506a", grid: "#253441", road: "#5d7283", casing: "#0c141b", ink: "#dbe6ee",
  halo: "#111a22", vehicle: "#ffa94d", stale: "#c79b52", track: "#f0a34a", frame: "#3d5263", area: "#ff8a80", people: "#c4a8f0",
  site: { warehouse: "#b9d3e0", station: "#5fc0dc", hospital: "#ff9d94", camp: "#e3c07a" },
};
