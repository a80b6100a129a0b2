/** Goods that should belong to somebody else, where they stand. */
import { call, query, type Page } from "../api";

export type TransferState = "asked" | "approved" | "refused" | "withdrawn";
export interface Transfer {
  id: string;
  account: string;
  site: string | null;
  item: string;
  lot: string;
  condition: string;
  giver: string;
  taker: string;
  n: number;
  note: string;
  state: TransferState;
  asked_at: string;
  asked_by: string;
  /** The side that asks: giver or taker. */
  asked_for: string;
  decided_at: string | null;
  decided_by: string | null;
  reason: string;
  /** The ledger has it; an approved one that is not posted yet will be. */
  posted: boolean;
}
export interface TransferWish {
  account: string;
  item: string;
  lot: string;
  condition: string;
  giver: string;
  taker: string;
  n: number;
  note: string;
  asked_for: string | null;
}
export type Verdict = "approval" | "refusal" | "withdrawal";

export const transfers = {
  list: (state: TransferState | null, cursor: string | null, text: string | null = null) => call<Page<Transfer>>("GET", "/transfers" + query({ state, text, cursor, limit: 50 })),
  ask: (wish: TransferWish) => call<Transfer>("POST", "/transfers", wish),
  decide: (key: string, verdict: Verdict, reason: string) =>
    call<Transfer>("POST", `/transfers/${encodeURIComponent(key)}/${verdict}`, { reason }),
};
