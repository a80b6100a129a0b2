/** The map's signs, drawn here: there is no sprite to fetch. */
import type { Map as MapLibre } from "maplibre-gl";

import type { SiteKind } from "../api";
import type { Palette } from "./palette";

const RATIO = 2;

function draw(size: number, paint: (c: CanvasRenderingContext2D) => void): ImageData {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = size * RATIO;
  const context = canvas.getContext("2d")!;
  context.scale(RATIO, RATIO);
  context.lineJoin = context.lineCap = "round";
  paint(context);
  return context.getImageData(0, 0, canvas.width, canvas.height);
}

const GLYPHS: Record<SiteKind, (c: CanvasRenderingContext2D) => void> = {
  warehouse: (c) => {
    c.moveTo(-6, 6);
    c.lineTo(-6, -2);
    c.lineTo(0, -6);
    c.lineTo(6, -2);
    c.lineTo(6, 6);
    c.moveTo(-3, 6);
    c.lineTo(-3, 1);
    c.lineTo(3, 1);
    c.lineTo(3, 6);
  },
  station: (c) => {
    c.rect(-5.5, -4, 11, 9.5);
    c.moveTo(-5.5, -0.5);
    c.lineTo(5.5, -0.5);
    c.moveTo(0, -4);
    c.lineTo(0, -0.5);
  },
  hospital: (c) => {
    c.moveTo(0, -6);
    c.lineTo(0, 6);
    c.moveTo(-6, 0);
    c.lineTo(6, 0);
  },
  camp: (c) => {
    c.moveTo(-6.5, 5.5);
    c.lineTo(0, -6);
    c.lineTo(6.5, 5.5);
    c.closePath();
    c.moveTo(0, 0);
    c.lineTo(-2.5, 5.5);
    c.moveTo(0, 0);
    c.lineTo(2.5, 5.5);
  },
};

function site(kind: SiteKind, palette: Palette): ImageData {
  return draw(30, (c) => {
    c.fillStyle = palette.site[kind];
    c.strokeStyle = palette.halo;
    c.lineWidth = 2;
    c.beginPath();
    c.roundRect(2, 2, 26, 26, 7);
    c.fill();
    c.stroke();
    c.translate(15, 15);
    c.lineWidth = kind === "hospital" ? 3.4 : 1.8;
    c.beginPath();
    GLYPHS[kind](c);
    c.stroke();
  });
}

export function addImages(map: MapLibre, palette: Palette): void {
  const add = (name: string, image: ImageData) => map.hasImage(name) || map.addImage(name, image, { pixelRatio: RATIO });
  for (const kind of Object.keys(GLYPHS) as SiteKind[]) add(`site-${kind}`, site(kind, palette));
}
