/** What does not add up, both stories of it, and what people decide; facts that nobody named an owner for. */
import { call, query, type Page } from "../api";

export type Decision = "accept" | "undo" | "correct" | "settle-owner" | "recount";
export interface Settlement {
  id: string;
  decision: Decision;
  reason: string;
  at: string;
  by: string;
  posted: boolean;
}
export interface Discrepancy {
  key: string;
  kind: string;
  site: string | null;
  account: string | null;
  item: string | null;
  lot: string | null;
  /** Empty: to be settled; null: it is not about anybody's goods. */
  owner: string | null;
  condition: string | null;
  quantity: number | null;
  /** What does not fit; `values` belong to it. */
  code: string;
  values: Record<string, string | number>;
  /** The same in English. */
  detail: string;
  /** Devices that are away or hold facts: they may clear it. */
  waiting: string[];
  since: string | null;
  /** What was decided about it last; it is open still. */
  asked: Decision | null;
  settlement: Settlement | null;
}
/** What somebody said of it; a fact has device, stream and seq. */
export interface Side {
  role: string;
  at: string;
  by: string | null;
  said: string;
  quantity: number | null;
  from: string | null;
  to: string | null;
  device: string | null;
  stream: string | null;
  seq: number | null;
  task: string | null;
}
export interface DiscrepancyWhole {
  discrepancy: Discrepancy;
  sides: Side[];
  decisions: Decision[];
  settlements: Settlement[];
}
export interface FactName {
  device: string;
  stream: string;
  seq: number;
}
export interface Deciding {
  decision: Decision;
  reason: string;
  fact?: FactName;
  move?: { from: string; to: string; n: number };
}
export interface Ownerless extends FactName {
  at: string;
  by: string | null;
  said: string;
  task: string | null;
  item: string;
  lot: string;
  condition: string;
  from: string;
  to: string;
  quantity: number;
}

const one = (key: string) => `/discrepancies/${encodeURIComponent(key)}`;

export const discrepancies = {
  list: (state: "open" | "settled", kind: string | null, cursor: string | null) =>
    call<Page<Discrepancy>>("GET", "/discrepancies" + query({ state, kind, cursor, limit: 50 })),
  one: (key: string) => call<DiscrepancyWhole>("GET", one(key)),
  settle: (key: string, sent: Deciding) => call<Settlement>("POST", `${one(key)}/settlement`, sent),
  unsettled: (site: string | null, cursor: string | null) => call<Page<Ownerless>>("GET", "/unsettled" + query({ site, cursor, limit: 100 })),
  settleOwner: (facts: FactName[], owner: string, reason: string) =>
    call<{ count: number }>("POST", "/unsettled/settlement", { facts, owner, reason }),
};
