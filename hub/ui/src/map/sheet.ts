/** One map on one element: made, fed and thrown away here, with no word of React. */
import "maplibre-gl/dist/maplibre-gl.css";

import type { FeatureCollection } from "geojson";
import { Map as MapLibre, ScaleControl, setWorkerUrl, type GeoJSONSource, type MapGeoJSONFeature } from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";

import type { Region } from "../api";
import type { Fleet } from "./fleet";
import { degreeLabel, graticule, gridStep, ticks, type View } from "./graticule";
import { addImages } from "./images";
import { loadLand } from "./land";
import { keepPace } from "./pace";
import type { Palette } from "./palette";
import type { Bounds } from "./positionLink";
import { Signs } from "./signs";
import { mapStyle, type SourceName } from "./style";

setWorkerUrl(workerUrl);

/** A label of degrees with some room around it. */
const LABEL_PX = 84;

export interface Pick {
  kind: "vehicle" | "site";
  id: string;
}

/** What the sheet tells of the reader's hand and eye. */
export interface Told {
  pick: (pick: Pick | null) => void;
  view: (bounds: Bounds, zoom: number) => void;
}

/** Where the reader left the map; kept while the page is open, so that a change of colours does not move it. */
let lastView: { center: [number, number]; zoom: number } | null = null;

export class Sheet {
  private readonly map: MapLibre;
  private readonly labels: HTMLElement;
  private readonly signs: Signs;
  private fleet: Fleet | undefined;
  private readonly waiting = new Map<SourceName, FeatureCollection>();
  private ready = false;
  private removed = false;

  constructor(element: HTMLElement, palette: Palette, region: Region, label: string, language: string, private readonly told: Told) {
    const view = lastView ?? { center: region.center, zoom: region.zoom };
    this.map = new MapLibre({
      container: element,
      style: mapStyle(palette),
      ...view,
      minZoom: 1,
      maxZoom: 17,
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      localIdeographFontFamily: "Noto Sans CJK SC, Noto Sans SC, PingFang SC, Microsoft YaHei, sans-serif",
      fadeDuration: 0,
    });
    this.signs = new Signs(this.map, palette);
    keepPace(this.map);
    this.map.touchZoomRotate.disableRotation();
    this.map.keyboard.disableRotation();
    this.map.getCanvas().setAttribute("aria-label", label);
    this.map.addControl(new ScaleControl({ maxWidth: 120, unit: "metric" }), "bottom-left");
    this.labels = element.appendChild(Object.assign(document.createElement("div"), { className: "rr-degrees" }));
    this.labels.setAttribute("aria-hidden", "true");
    if (!lastView && region.bbox) this.fit(region.bbox, false);
    this.map.on("load", () => {
      addImages(this.map, palette);
      this.ready = true;
      for (const [name, data] of this.waiting) this.set(name, data);
      this.regrid();
      // What reads the file is no part of the page where there is none.
      if (region.base_map) void import("./basemap").then(({ layBasemap }) => layBasemap(this.map, region.base_map!, palette, language, () => this.removed)).catch(() => undefined);
      void loadLand().then((land) => {
        if (this.removed) return;
        this.set("land", land);
        this.map.setPaintProperty("sea", "background-color", palette.sea);
      }).catch(() => undefined); // the map serves without its coast
    });
    this.map.on("move", () => {
      this.relabel();
      this.tellView();
    });
    this.map.on("moveend", () => {
      lastView = { center: this.map.getCenter().toArray() as [number, number], zoom: this.map.getZoom() };
      this.regrid();
    });
    this.map.on("resize", () => {
      this.regrid();
      this.tellView();
    });
    this.tellView();
    this.map.on("click", (event) => told.pick(this.pickAt(event.point.x, event.point.y)));
    this.map.on("mousemove", (event) => {
      this.map.getCanvas().style.cursor = this.pickAt(event.point.x, event.point.y) ? "pointer" : "";
    });
  }

  set(name: SourceName, data: FeatureCollection): void {
    if (this.removed) return;
    if (!this.ready) {
      this.waiting.set(name, data);
      return;
    }
    (this.map.getSource(name) as GeoJSONSource | undefined)?.setData(data);
  }

  /** The signs of vehicles: `slots` of the fleet, one of them picked. */
  show(fleet: Fleet, slots: Int32Array, picked: number | undefined, promiseMs: number): void {
    this.fleet = fleet;
    this.signs.show(fleet, slots, picked, promiseMs);
  }

  bounds(): Bounds {
    const { west, south, east, north } = this.view();
    return [west, south, east, north];
  }

  fly(lon: number, lat: number): void {
    this.map.easeTo({ center: [lon, lat], zoom: Math.max(this.map.getZoom(), 11), duration: 600 });
  }

  zoom(steps: number): void {
    this.map.easeTo({ zoom: this.map.getZoom() + steps, duration: 200 });
  }

  fit([west, south, east, north]: Bounds, animate = true): void {
    if (Math.min(this.map.getContainer().clientHeight, this.map.getContainer().clientWidth) < 150) return; // no room beside the padding
    this.map.fitBounds([west, south, east, north], { padding: this.map.getContainer().clientWidth < 500 ? { top: 40, bottom: 44, left: 22, right: 22 } : 56, maxZoom: 13, duration: animate ? 600 : 0 });
  }

  remove(): void {
    this.removed = true;
    this.signs.remove();
    this.map.remove();
  }

  private pickAt(x: number, y: number): Pick | null {
    if (!this.ready) return null;
    const reach = 8;
    const box: [[number, number], [number, number]] = [[x - reach, y - reach], [x + reach, y + reach]];
    const found = (layer: string): MapGeoJSONFeature | undefined => this.map.queryRenderedFeatures(box, { layers: [layer] })[0];
    const vehicle = this.fleet?.names[this.signs.pick(x, y) ?? -1];
    if (vehicle) return { kind: "vehicle", id: vehicle };
    const site = found("sites");
    return site ? { kind: "site", id: String(site.properties["id"]) } : null;
  }

  private view(): View {
    const bounds = this.map.getBounds();
    return { west: bounds.getWest(), south: bounds.getSouth(), east: bounds.getEast(), north: bounds.getNorth() };
  }

  private tellView(): void {
    this.told.view(this.bounds(), this.map.getZoom());
  }

  private regrid(): void {
    this.set("grid", graticule(this.view()));
    this.relabel();
  }

  /** Degrees stand at the edges and follow every move, so they are plain elements above the map. */
  private relabel(): void {
    const view = this.view();
    const step = gridStep(view);
    const { clientWidth: width, clientHeight: height } = this.map.getContainer();
    const marks: HTMLElement[] = [];
    const mark = (text: string, side: "top" | "left", at: number) => {
      const element = document.createElement("span");
      element.textContent = text;
      element.dataset["side"] = side;
      element.style.transform = side === "top" ? `translate(calc(${at}px - 50%), 0)` : `translate(0, calc(${at}px - 50%))`;
      marks.push(element);
    };
    const apart = Math.max(1, (step * width) / (view.east - view.west));
    const every = Math.ceil(LABEL_PX / apart);
    for (const lon of ticks(view.west, view.east, step * every)) {
      const { x } = this.map.project([lon, view.north]);
      if (x > 60 && x < width - 60) mark(degreeLabel(lon, step, "lon"), "top", x);
    }
    for (const lat of ticks(view.south, view.north, step)) {
      const { y } = this.map.project([view.west, lat]);
      if (y > 30 && y < height - 60) mark(degreeLabel(lat, step, "lat"), "left", y);
    }
    this.labels.replaceChildren(...marks);
  }
}
