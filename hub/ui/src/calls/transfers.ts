/** Goods that should belong to somebody else, where they stand. */
import { call, query, type Page } from "../api";
import type { Schema } from "../schemas";

export type TransferState = Transfer["state"];
export type Transfer = Schema<"TransferModel">;
export type TransferWish = Schema<"TransferInput">;
export const CONDITIONS = ["good", "quarantined", "damaged"] as const;
export type Verdict = "approval" | "refusal" | "withdrawal";

export const transfers = {
  list: (state: TransferState | null, cursor: string | null, text: string | null = null) => call<Page<Transfer>>("GET", "/transfers" + query({ state, text, cursor, limit: 50 })),
  ask: (wish: TransferWish) => call<Transfer>("POST", "/transfers", wish),
  decide: (key: string, verdict: Verdict, reason: string) =>
    call<Transfer>("POST", `/transfers/${encodeURIComponent(key)}/${verdict}`, { reason }),
};
