/** Deliveries that people announced, and what came of them. Days are yyyy-mm-dd. */
import { call, query, type Page } from "../api";

export type DeliveryState = "announced" | "arriving" | "received" | "closed" | "cancelled";
export interface DeliveryLine {
  line: number;
  item: string;
  lot: string | null;
  n: number;
  received: number;
}
export interface Delivery {
  id: string;
  owner: string;
  site: string;
  expected: string;
  state: DeliveryState;
  note: string;
  announced_at: string;
  announced_by: string;
  lines: DeliveryLine[];
  units: string[];
  units_came: string[];
  /** What came and no line speaks of. */
  unexpected: { item: string; lot: string; n: number }[];
  /** Whether all came as announced, and nothing else. */
  even: boolean;
}
/** Goods that somebody scanned for it. */
export interface Receipt {
  at: string;
  by: string | null;
  device: string;
  said: string;
  item: string | null;
  lot: string | null;
  unit: string | null;
  n: number;
  to: string;
}
export interface DeliveryWhole extends Delivery {
  receipts: Receipt[];
  history: { at: string; who: string; event: string; reason: string }[];
}
/** What will come, where and when. */
export interface Announced {
  id?: string;
  owner: string | null;
  site: string;
  expected: string;
  lines: { item: string; lot: string | null; n: number }[];
  units: string[];
  note: string;
}
export interface DeliveryFilter {
  text?: string | null;
  site: string | null;
  owner: string | null;
  states: DeliveryState[];
  cursor?: string | null;
}

const one = (key: string) => `/deliveries/${encodeURIComponent(key)}`;

function deliveryQuery({ states, ...filter }: DeliveryFilter, limit?: number): string {
  return [query({ ...filter, limit }) || "?", ...states.map((state) => `state=${state}`)].join("&").replace("?&", "?");
}

export const deliveries = {
  list: (filter: DeliveryFilter) => call<Page<Delivery>>("GET", `/deliveries${deliveryQuery(filter, 50)}`),
  query: deliveryQuery,
  one: (key: string) => call<DeliveryWhole>("GET", one(key)),
  announce: (sent: Announced) => call<DeliveryWhole>("POST", "/deliveries", sent),
  change: (key: string, sent: Announced) => call<DeliveryWhole>("PUT", one(key), sent),
  cancel: (key: string, reason: string) => call<DeliveryWhole>("POST", `${one(key)}/cancellation`, { reason }),
  close: (key: string, reason: string) => call<DeliveryWhole>("POST", `${one(key)}/closing`, { reason }),
};
