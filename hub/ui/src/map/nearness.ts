/** Which vehicles are in an area or close to it. */
import type { FeatureCollection, Position } from "geojson";

/** An hour's walk. */
export const NEAR_M = 5_000;
const METRES_PER_DEGREE = 111_320;
/** A ring with more corners is thinned: beside 5 km that makes no difference, beside 10,000 vehicles it does. */
const MOST_CORNERS = 400;

function thinned(ring: Position[]): Position[] {
  const every = Math.ceil(ring.length / MOST_CORNERS);
  return every === 1 ? ring : ring.filter((_, index) => index % every === 0 || index === ring.length - 1);
}

export type Near = (lon: number, lat: number) => boolean;

/** Whether a place lies in one of the polygons or less than `reach` metres beside it, on a plane around each. */
export function nearness(area: FeatureCollection, reach = NEAR_M): Near {
  const shapes = area.features
    .flatMap(({ geometry }) => (geometry.type === "Polygon" ? [geometry.coordinates] : geometry.type === "MultiPolygon" ? geometry.coordinates : []))
    .filter((rings) => (rings[0]?.length ?? 0) > 2)
    .map((rings) => shape(rings.map(thinned), reach));
  return (lon, lat) => shapes.some((has) => has(lon, lat));
}

function shape(rings: Position[][], reach: number): Near {
  const outer = rings[0]!;
  const lats = outer.map(([, lat]) => lat!);
  const [lon0, lat0] = [outer[0]![0]!, (Math.min(...lats) + Math.max(...lats)) / 2];
  const east = METRES_PER_DEGREE * Math.cos((lat0 * Math.PI) / 180);
  const around = (lon: number) => ((((lon - lon0 + 180) % 360) + 360) % 360) - 180;
  const plane = rings.map((ring) => ring.map(([lon, lat]) => [around(lon!) * east, (lat! - lat0) * METRES_PER_DEGREE] as const));
  const [xs, ys] = [plane[0]!.map(([x]) => x), plane[0]!.map(([, y]) => y)];
  const [west, right, south, north] = [Math.min(...xs) - reach, Math.max(...xs) + reach, Math.min(...ys) - reach, Math.max(...ys) + reach];
  return (lon, lat) => {
    const [x, y] = [around(lon) * east, (lat - lat0) * METRES_PER_DEGREE];
    if (x < west || x > right || y < south || y > north) return false;
    let inside = false;
    for (const ring of plane) {
      for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
        const [[ax, ay], [bx, by]] = [ring[j]!, ring[i]!];
        if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
        const [dx, dy] = [bx - ax, by - ay];
        const along = Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy || 1)));
        if ((x - ax - along * dx) ** 2 + (y - ay - along * dy) ** 2 <= reach * reach) return true;
      }
    }
    return inside;
  };
}
