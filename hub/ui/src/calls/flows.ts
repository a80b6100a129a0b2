/** What came and what went. */
import { call, query, UNSETTLED } from "../api";

export interface Cause {
  cause: string;
  came: number;
  went: number;
}
export interface Span {
  at: string;
  came: number;
  went: number;
  /** What stood there at its end. */
  stock: number;
  causes: Cause[];
}
export interface Flows {
  step: "hour" | "day";
  zone: string;
  opening: number;
  /** Lots whose newest moves are not in yet. */
  due: number;
  causes: Cause[];
  rows: Span[];
}
export interface FlowFilter {
  site: string | null;
  item: string | null;
  owner: string | null;
  step: "hour" | "day";
  from: string | null;
  to: string | null;
  zone: string;
}

export function flows({ owner, ...filter }: FlowFilter): Promise<Flows> {
  const rest = query({ ...filter, owner: owner === UNSETTLED ? null : owner });
  return call<Flows>("GET", "/flows" + (owner === UNSETTLED ? `${rest}&owner=` : rest));
}
