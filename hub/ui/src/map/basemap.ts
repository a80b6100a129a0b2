/**
 * The region's own map, from the one file that somebody put into the hub's data folder, under everything of ours. Loaded only
 * where there is one. Which layers a vector map has differs by its maker: those of the usual schemas (OpenMapTiles,
 * Protomaps, Shortbread) are known by their names, everything else is drawn thin and grey. Its words come from fields `name`.
 */
import { addProtocol, type LayerSpecification, type Map as MapLibre } from "maplibre-gl";
import { PMTiles, Protocol } from "pmtiles";

import type { BaseMap } from "../api";
import type { Palette } from "./palette";
import { FONT } from "./style";

const SOURCE = "basemap";
/** Under it is the world's land, above it everything else. */
const BELOW = "grid";
const MOST_LAYERS = 60;

let protocol: Protocol | undefined;

interface VectorLayer {
  id: string;
}

function addressOf(map: BaseMap): string {
  return `${window.location.origin}/api/v1/region.pmtiles?version=${encodeURIComponent(map.version)}`;
}

const IS = (kind: "Polygon" | "LineString" | "Point") => ["==", ["geometry-type"], kind] as unknown as import("maplibre-gl").FilterSpecification;

function layersOf(name: string, p: Palette, language: string): LayerSpecification[] {
  const base = { source: SOURCE, "source-layer": name };
  const fill = (color: string, opacity = 1): LayerSpecification => ({ id: `base-${name}-fill`, type: "fill", ...base, filter: IS("Polygon"), paint: { "fill-color": color, "fill-opacity": opacity } });
  const line = (color: string, width: number, dash?: number[]): LayerSpecification => ({ id: `base-${name}-line`, type: "line", ...base, filter: IS("LineString"),
    paint: { "line-color": color, "line-width": width, ...(dash ? { "line-dasharray": dash } : {}) } });
  if (/^(earth|land)$/.test(name)) return [fill(p.land)];
  if (/water|ocean|river|lake/.test(name) && !/name|label/.test(name)) return [fill(p.sea), line(p.coast, 1)];
  if (/landuse|landcover|park|natural|wood|sites/.test(name)) return [fill(p.grid, 0.35)];
  if (/building/.test(name)) return [fill(p.grid, 0.8)];
  if (/boundar|admin/.test(name) && !/label/.test(name)) return [line(p.frame, 1, [4, 3])];
  if (/road|street|transport|transit|rail|ferr/.test(name) && !/name|label/.test(name)) return [line(p.casing, 1.2)];
  if (/place|settlement|poi|label|name/.test(name)) {
    return [{ id: `base-${name}-words`, type: "symbol", ...base, filter: IS("Point"),
      layout: { "text-field": ["coalesce", ["get", `name:${language}`], ["get", "name"], ""], "text-font": FONT, "text-size": 11, "text-max-width": 8 },
      paint: { "text-color": p.ink, "text-opacity": 0.75, "text-halo-color": p.halo, "text-halo-width": 1.4 } }];
  }
  return [line(p.grid, 1)];
}

const RANK = [/fill$/, /line$/, /words$/];

/** Lay the map under ours. Rejects where the file cannot be read. */
export async function layBasemap(map: MapLibre, about: BaseMap, palette: Palette, language: string, gone: () => boolean): Promise<void> {
  if (!protocol) {
    protocol = new Protocol();
    addProtocol("pmtiles", protocol.tile);
  }
  const address = addressOf(about);
  const file = protocol.get(address) ?? new PMTiles(address);
  protocol.add(file);
  const vector = about.tiles === "mvt";
  const { vector_layers: known } = (vector ? await file.getMetadata() : {}) as { vector_layers?: VectorLayer[] };
  if (gone() || map.getSource(SOURCE)) return;
  const tiles = { url: `pmtiles://${address}` };
  map.addSource(SOURCE, vector ? { type: "vector", ...tiles } : { type: "raster", tileSize: 256, ...tiles });
  const layers = vector
    ? (known ?? []).slice(0, MOST_LAYERS).flatMap(({ id }) => layersOf(id, palette, language))
    : [{ id: "base-raster", type: "raster", source: SOURCE } satisfies LayerSpecification];
  const rank = (id: string) => RANK.findIndex((each) => each.test(id));
  for (const layer of [...layers].sort((a, b) => rank(a.id) - rank(b.id))) map.addLayer(layer, BELOW);
}
