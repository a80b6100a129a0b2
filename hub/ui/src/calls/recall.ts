/** Where a lot is and where it went, and what was decided about it. */
import { call, query } from "../api";

export type Where = "here" | "on-the-way" | "with-recipient" | "gone" | "unknown";
export type LotState = "ok" | "recalled" | "quarantined";
export interface Held {
  where: Where;
  account: string;
  /** Where the account stands, all units around it opened up. */
  place: string;
  site: string | null;
  unit: string | null;
  owner: string;
  condition: string;
  quantity: number;
}
export interface Gone {
  at: string;
  estimated: boolean;
  /** Handed over after the notice. */
  late: boolean;
  device: string;
  stream: string;
  seq: number;
  by: string | null;
  action: string;
  task: string | null;
  warned: string[];
  from: string;
  to: string;
  unit: string | null;
  owner: string;
  condition: string;
  quantity: number;
}
export interface Recall {
  item: string;
  gtin: string | null;
  lot: string;
  name: string | null;
  name_zh: string | null;
  expiry: string | null;
  notice: { at: string; by: string; reason: string } | null;
  totals: { here: number; on_the_way: number; with_recipient: number; gone: number; unknown: number };
  late: number;
  /** Pieces that recipients have and nobody read a lot number of. */
  lotless: number;
  held: Held[];
  gone: Gone[];
  next: string | null;
}
/** A decision about a lot; lot '' speaks of all lots of the item. */
export interface LotNote {
  item: string;
  lot: string;
  state: LotState;
  expiry: string | null;
  reason: string;
  at: string;
  by: string;
}

const named = (item: string, lot: string, cursor: string | null) => {
  const rest = query({ gtin: item.replace(/^gtin:/, ""), cursor, limit: 500 });
  return `${rest}&lot=${encodeURIComponent(lot)}`;
};

export const recall = {
  one: (item: string, lot: string, cursor: string | null) => call<Recall>("GET", "/recall" + named(item, lot, cursor)),
  file: (item: string, lot: string) => `/api/v1/exports/recall.csv?gtin=${encodeURIComponent(item.replace(/^gtin:/, ""))}&lot=${encodeURIComponent(lot)}`,
  notes: (item: string) => call<{ notes: LotNote[] }>("GET", "/lots/notes" + query({ item })),
  note: (item: string, lot: string, state: LotState, reason: string) => call<LotNote>("POST", "/lots/notes", { item, lot, state, reason }),
};
