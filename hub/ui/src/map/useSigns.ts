/** Draws a fleet on a sheet: with each change, at most once a picture, and once a second because things get older. */
import { useEffect, useRef } from "react";

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
  const named = useRef(true);
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
      const names = nameFeatures(fleet, found, slot, sheet.bounds(), promiseMs, serverNow(), format.ago);
      // Names are laid out anew with each: where there were none and are none, that would only cost.
      if (named.current || names.features.length > 0) sheet.set("names", names);
      named.current = names.features.length > 0;
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
