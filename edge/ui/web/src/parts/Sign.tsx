// Pictures: each verdict has a shape of its own, so that it is told apart without colours and from afar.

import type { Look } from "../screen.ts";

const CHECK = "M14 25l7 7 14-15";
const SIGNS: Record<Look | "ready" | "waits", { shape: string; mark: string }> = {
  stored: { shape: "M24 3a21 21 0 1 0 0 42 21 21 0 0 0 0-42z", mark: CHECK },
  obeyed: { shape: "M10 6h28a4 4 0 0 1 4 4v28a4 4 0 0 1-4 4H10a4 4 0 0 1-4-4V10a4 4 0 0 1 4-4z", mark: "M15 24h17m-7-8 8 8-8 8" },
  held: { shape: "M24 3 45 24 24 45 3 24z", mark: "M19 17v14m10-14v14" },
  warned: { shape: "M24 4 46 43H2z", mark: "M24 18v12m0 5v2" },
  refused: { shape: "M15 3h18l12 12v18L33 45H15L3 33V15z", mark: "m16 16 16 16m0-16L16 32" },
  full: { shape: "M15 3h18l12 12v18L33 45H15L3 33V15z", mark: "M13 19h22v14H13zm0 5h22" },
  lost: { shape: "M15 3h18l12 12v18L33 45H15L3 33V15z", mark: "M24 12a12 12 0 1 0 0 24 12 12 0 0 0 0-24M16 16l16 16" },
  ready: { shape: "M6 12V6h6m24 0h6v6m0 24v6h-6m-24 0H6v-6", mark: "M13 15v18m5-18v18m5-18v18m7-18v18m5-18v18" },
  waits: { shape: "M24 3a21 21 0 1 0 0 42 21 21 0 0 0 0-42z", mark: "M24 13v12l8 5" },
};

export function Sign({ of }: { of: Look | "ready" | "waits" }) {
  const { shape, mark } = SIGNS[of];
  return (
    <svg class={`sign sign-${of}`} viewBox="0 0 48 48" aria-hidden="true">
      <path class="sign-shape" d={shape} />
      <path class="sign-mark" d={mark} />
    </svg>
  );
}

const VERBS: Record<string, string> = {
  receive: "M4 14v6h16v-6M12 3v11m-5-5 5 5 5-5",
  "put-away": "M3 21V5m18 16V5M3 11h18M3 18h18M8 5h8v6H8z",
  move: "M3 12h17m-5-6 6 6-6 6",
  pick: "M4 6l2 2 3-4M4 14l2 2 3-4M13 6h8m-8 8h8m-17 7h17",
  pack: "M3 8l9-5 9 5v9l-9 5-9-5zm0 0 9 5 9-5M12 13v9",
  unpack: "M4 10v11h16V10M4 10 2 6l6-3 4 4 4-4 6 3-2 4M12 11v8m-3-3 3 3 3-3",
  load: "M2 6h12v11H2zm12 4h4l4 4v3h-8M6 20a2 2 0 1 0 0-4 2 2 0 0 0 0 4m12 0a2 2 0 1 0 0-4 2 2 0 0 0 0 4",
  unload: "M10 6h12v11H10zm0 4H6l-4 4v3h8M6 20a2 2 0 1 0 0-4 2 2 0 0 0 0 4m12 0a2 2 0 1 0 0-4 2 2 0 0 0 0 4",
  collect: "M12 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8m-8 10c0-5 3-7 8-7s8 2 8 7m-8-3v3",
  "hand-over": "M2 13l6-4 5 3 5-1 4 3-8 6-5-1-7 1zM9 7h8V2H9z",
  return: "M9 6 4 11l5 5M4 11h11a5 5 0 0 1 0 10h-4",
  count: "M5 4v16M10 4v16M15 4v16M20 4v16M3 16 22 8",
  quarantine: "M12 3 22 20H2zM12 9v5m0 3v1",
  depart: "M3 20h18M5 15l14-6-3-3-9 3",
  arrive: "M3 20h18M12 16c4-4 5-6 5-8a5 5 0 0 0-10 0c0 2 1 4 5 8z",
  sight: "M2 12c5-8 15-8 20 0-5 8-15 8-20 0m10 3a3 3 0 1 0 0-6 3 3 0 0 0 0 6",
};

export function VerbSign({ verb }: { verb: string }) {
  return (
    <svg class="verb-sign" viewBox="0 0 24 24" aria-hidden="true">
      <path d={VERBS[verb] ?? "M3 8l9-5 9 5v9l-9 5-9-5zm0 0 9 5 9-5M12 13v9"} />
    </svg>
  );
}
