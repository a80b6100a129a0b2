/** The map's layers. Nothing in here points outside: text is drawn from the system's own fonts (no `glyphs`). */
import type { FeatureCollection } from "geojson";
import type { LayerSpecification, StyleSpecification, VariableAnchorOffsetCollectionSpecification } from "maplibre-gl";

import type { Palette } from "./palette";

/** Where a site's name may stand, in order of preference, with its distance in ems. */
const RIGHT = ["left", [1.2, 0], "bottom-left", [-0.8, -1.5], "top-left", [-0.8, 1.5]];
const LEFT = ["right", [-1.2, 0], "bottom-right", [0.8, -1.5], "top-right", [0.8, 1.5]];
const ABOVE_BELOW = ["bottom", [0, -1.5], "top", [0, 1.5]];
const SITE_ANCHORS = ["match", ["get", "side"],
  "west", ["literal", [...RIGHT, ...ABOVE_BELOW]],
  "east", ["literal", [...LEFT, ...ABOVE_BELOW]],
  ["literal", [...ABOVE_BELOW, ...LEFT, ...RIGHT]]] as unknown as VariableAnchorOffsetCollectionSpecification;

export const NOTHING: FeatureCollection = { type: "FeatureCollection", features: [] };
export const FONT = ["Noto Sans CJK SC,Noto Sans SC,PingFang SC,Microsoft YaHei,Noto Sans,Segoe UI,sans-serif"];

const SOURCES = ["land", "grid", "frame", "area", "people", "roads", "track", "sites", "names", "replay"] as const;
export type SourceName = (typeof SOURCES)[number];

function ground(p: Palette): LayerSpecification[] {
  return [
    // Until the coastline is there, everything is land: most regions are, and blue would say otherwise.
    { id: "sea", type: "background", paint: { "background-color": p.land } },
    { id: "land", type: "fill", source: "land", paint: { "fill-color": p.land } },
    { id: "coast", type: "line", source: "land", paint: { "line-color": p.coast, "line-width": 1.2 } },
    { id: "grid", type: "line", source: "grid", paint: { "line-color": p.grid, "line-width": 1, "line-dasharray": [2, 3] } },
    { id: "frame", type: "line", source: "frame", paint: { "line-color": p.frame, "line-width": 1.4, "line-dasharray": [6, 3, 1, 3] } },
  ];
}

/** Where something happened, and how many live there. */
function alarms(p: Palette): LayerSpecification[] {
  return [
    { id: "area", type: "fill", source: "area", paint: { "fill-color": p.area, "fill-opacity": 0.13 } },
    { id: "area-edge", type: "line", source: "area", paint: { "line-color": p.area, "line-width": 2, "line-opacity": 0.9 } },
  ];
}

function people(p: Palette): LayerSpecification[] {
  return [
    { id: "people", type: "circle", source: "people", paint: { "circle-color": p.people, "circle-opacity": 0.55, "circle-stroke-color": p.halo, "circle-stroke-width": 1,
      "circle-radius": ["interpolate", ["linear"], ["sqrt", ["get", "people"]], 0, 3, 100, 9, 400, 20] } },
    { id: "people-names", type: "symbol", source: "people", minzoom: 8,
      layout: { "text-field": ["get", "label"], "text-font": FONT, "text-size": 11, "text-offset": [0, 1.3], "text-anchor": "top", "symbol-sort-key": ["-", 0, ["get", "people"]] },
      paint: { "text-color": p.people, "text-halo-color": p.halo, "text-halo-width": 1.6 } },
  ];
}

function roads(p: Palette): LayerSpecification[] {
  const width = (base: number, add: number) =>
    ["interpolate", ["linear"], ["zoom"], 6, base * 0.6 + add * 0.5, 10, base + add, 14, base * 2.2 + add] as unknown as number;
  return [
    { id: "road-casing", type: "line", source: "roads", layout: { "line-cap": "round", "line-join": "round" },
      paint: { "line-color": p.casing, "line-width": width(4, 2.4) } },
    { id: "road", type: "line", source: "roads", layout: { "line-cap": "round", "line-join": "round" },
      paint: { "line-color": p.road, "line-width": width(4, 0) } },
    { id: "road-name", type: "symbol", source: "roads",
      layout: { "symbol-placement": "line", "text-field": ["get", "label"], "text-font": FONT, "text-size": 11, "symbol-spacing": 180, "text-padding": 0,
        "text-letter-spacing": 0.04, "text-max-angle": 45 },
      paint: { "text-color": p.ink, "text-opacity": 0.8, "text-halo-color": p.halo, "text-halo-width": 1.8 } },
  ];
}

function things(p: Palette): LayerSpecification[] {
  const text = { "text-font": FONT, "text-size": 13, "text-max-width": 9, "text-padding": 2 };
  const halo = { "text-halo-color": p.halo, "text-halo-width": 2 };
  return [
    { id: "track", type: "line", source: "track", filter: ["==", ["geometry-type"], "LineString"], layout: { "line-cap": "round", "line-join": "round" },
      paint: { "line-color": p.track, "line-width": 3, "line-opacity": 0.85 } },
    { id: "track-ends", type: "circle", source: "track", filter: ["==", ["geometry-type"], "Point"],
      paint: { "circle-radius": 4, "circle-color": p.halo, "circle-stroke-color": p.track, "circle-stroke-width": 2 } },
    // Names stand below all signs in this list, so that they find their places after them and never cover one.
    { id: "site-names", type: "symbol", source: "sites",
      layout: { ...text, "text-size": ["step", ["zoom"], 11, 10, 13], "text-field": ["step", ["zoom"], ["get", "label"], 11, ["case", ["==", ["get", "stock"], ""], ["get", "label"], ["concat", ["get", "label"], "\n", ["get", "stock"]]]], "text-variable-anchor-offset": SITE_ANCHORS,
        // What is picked first, then warehouses: where names must give way, those of stations do.
        "symbol-sort-key": ["case", ["==", ["get", "picked"], 1], 0, ["==", ["get", "kind"], "warehouse"], 1, 2] },
      paint: { ...halo, "text-color": p.ink } },
    { id: "vehicle-names", type: "symbol", source: "names",
      layout: { ...text, "text-size": 12, "text-field": ["get", "label"], "text-variable-anchor": ["bottom", "top", "left", "right"],
        "text-radial-offset": 1.6, "text-padding": 1, "symbol-sort-key": ["-", 0, ["get", "picked"]] },
      paint: { ...halo, "text-color": ["case", ["==", ["get", "old"], 1], p.stale, p.vehicle] } },
    { id: "sites", type: "symbol", source: "sites",
      layout: { "icon-image": ["concat", "site-", ["get", "kind"]], "icon-allow-overlap": true, "icon-size": ["case", ["==", ["get", "picked"], 1], 1.2, 0.85] } },
    // Where the vehicle was at the time that is played; hollow while nothing was heard of it.
    { id: "replay", type: "circle", source: "replay",
      paint: { "circle-radius": 8, "circle-color": ["case", ["==", ["get", "silent"], 1], p.halo, p.track], "circle-stroke-color": p.ink, "circle-stroke-width": 3 } },
  ];
}

export function mapStyle(p: Palette): StyleSpecification {
  return {
    version: 8,
    sources: Object.fromEntries(SOURCES.map((name) => [name, { type: "geojson", data: NOTHING }])),
    layers: [...ground(p), ...alarms(p), ...roads(p), ...people(p), ...things(p)],
  };
}
