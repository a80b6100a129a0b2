/** What came and what went. */
import { call, query, UNSETTLED } from "../api";
import type { Schema } from "../schemas";

export type Cause = Schema<"CauseModel">;
export type Span = Schema<"SpanModel">;
export type Flows = Schema<"FlowsModel">;
export interface FlowFilter {
  site: string | null;
  item: string | null;
  owner: string | null;
  step: "hour" | "day";
  from: string | null;
  to: string | null;
  zone: string;
}

export function flowsQuery({ owner, ...filter }: FlowFilter): string {
  const rest = query({ ...filter, owner: owner === UNSETTLED ? null : owner });
  return owner === UNSETTLED ? `${rest}&owner=` : rest;
}

export const flows = (filter: FlowFilter) => call<Flows>("GET", "/flows" + flowsQuery(filter));
