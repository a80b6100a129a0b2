/** Draws a fleet on a sheet: with each change, at most once a picture, and once a second because things get older. */
import { useEffect } from "react";

import { serverNow, useNow } from "../clock";
import { useFormat } from "../format";
import { nameFeatures } from "./features";
import type { Fleet } from "./fleet";
import type { Sheet } from "./sheet";

export interface Shown {
  fleet: Fleet;
  /** Whom to draw. */
  slots: () => Int32Array;
  promiseMs: number;
}

export function useSigns(sheet: Sheet | null, shown: Shown | undefined, picked: string | null): void {
  const format = useFormat();
  const second = Math.floor(useNow() / 1_000);
  useEffect(() => {
    if (!sheet || !shown) return;
    const { fleet, slots, promiseMs } = shown;
    let frame = 0;
    const draw = () => {
      frame = 0;
      const found = slots();
      const slot = picked === null ? undefined : fleet.slot(picked);
      sheet.show(fleet, found, slot, promiseMs);
      sheet.set("names", nameFeatures(fleet, found, slot, sheet.bounds(), promiseMs, serverNow(), format.ago));
    };
    const soon = () => {
      frame ||= requestAnimationFrame(draw);
    };
    soon();
    const stop = fleet.subscribe(soon);
    return () => {
      cancelAnimationFrame(frame);
      stop();
    };
  }, [sheet, shown, picked, format, second]);
}
