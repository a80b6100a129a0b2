/** How much of something is done, in words and as a bar. */
import type { ReactNode } from "react";

import type { Tone } from "./Page";

export function Meter({ done, all, tone = "note", children }: { done: number; all: number; tone?: Tone; children: ReactNode }) {
  const share = all > 0 ? Math.min(100, Math.max(0, (done / all) * 100)) : 0;
  return (
    <div className="rr-progress">
      <div>{children}</div>
      <div className="rr-meter" aria-hidden="true"><span data-tone={tone} style={{ width: `${share}%` }} /></div>
    </div>
  );
}
