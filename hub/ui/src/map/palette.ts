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
  site: string;
  vehicle: string;
  stale: string;
  track: string;
  frame: string;
}

export const DAY: Palette = {
  sea: "#cfe1ec", land: "#f6f3ec", coast: "#8fb0c4", grid: "#c9cfcb", road: "#ffffff", casing: "#a39a86", ink: "#24313d",
  halo: "#fbf9f4", site: "#24495c", vehicle: "#0b6a84", stale: "#7d5a1e", track: "#d0781e", frame: "#9aa79f",
};
export const NIGHT: Palette = {
  sea: "#0a1620", land: "#16212b", coast: "#31506a", grid: "#253441", road: "#5d7283", casing: "#0c141b", ink: "#dbe6ee",
  halo: "#111a22", site: "#9cc6d8", vehicle: "#5fc0dc", stale: "#c79b52", track: "#f0a34a", frame: "#3d5263",
};
