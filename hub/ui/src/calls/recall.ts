/** Where a lot is and where it went, and what was decided about it. */
import { call, query } from "../api";
import type { Schema } from "../schemas";

export type Where = Schema<"Where">;
export type LotState = LotNote["state"];
export type Held = Schema<"HeldModel">;
export type Gone = Schema<"GoneModel">;
export type Recall = Schema<"RecallModel">;
export type LotNote = Schema<"NoteModel">;

const named = (item: string, lot: string, cursor: string | null) => {
  const rest = query({ gtin: item.replace(/^gtin:/, ""), cursor, limit: 500 });
  return `${rest}&lot=${encodeURIComponent(lot)}`;
};

export const recall = {
  one: (item: string, lot: string, cursor: string | null) => call<Recall>("GET", "/recall" + named(item, lot, cursor)),
  file: (item: string, lot: string) => `/api/v1/exports/recall.csv?gtin=${encodeURIComponent(item.replace(/^gtin:/, ""))}&lot=${encodeURIComponent(lot)}`,
  notes: (item: string) => call<Schema<"Notes">>("GET", "/lots/notes" + query({ item })),
  note: (item: string, lot: string, state: LotState, reason: string) => call<LotNote>("POST", "/lots/notes", { item, lot, state, reason }),
};
