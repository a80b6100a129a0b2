/** A map that cannot keep up with the hand is drawn with a quarter of the pixels until it rests: smooth first, sharp then. */
import type { Map as MapLibre } from "maplibre-gl";

/** Fewer than 25 pictures a second. */
const LATE_MS = 40;
const LATE_PICTURES = 3;
const REST_MS = 120;

/** Watches a map from now on. Each movement begins sharp: the machine may have been busy with other things. */
export function keepPace(map: MapLibre): void {
  let [coarse, late, last] = [false, 0, 0];
  let watching: number | undefined;
  let rest: ReturnType<typeof setTimeout> | undefined;
  const draw = (fewer: boolean) => {
    coarse = fewer;
    map.setPixelRatio(window.devicePixelRatio / (fewer ? 2 : 1));
  };
  const watch = (at: number) => {
    late = at - last > LATE_MS ? late + 1 : 0;
    last = at;
    watching = map.isMoving() && !coarse ? requestAnimationFrame(watch) : undefined;
  };
  map.on("movestart", () => {
    clearTimeout(rest);
    if (watching !== undefined || coarse) return;
    [late, last] = [0, performance.now()];
    watching = requestAnimationFrame(watch);
  });
  // Within a movement the picture follows in the same turn: nothing flickers.
  map.on("move", () => {
    if (!coarse && late >= LATE_PICTURES && map.isMoving()) draw(true);
  });
  map.on("moveend", () => {
    if (!coarse) return;
    rest = setTimeout(() => {
      draw(false);
      map.redraw();
    }, REST_MS);
  });
  map.on("remove", () => {
    clearTimeout(rest);
    if (watching !== undefined) cancelAnimationFrame(watching);
  });
}
