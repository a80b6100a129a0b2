/** Reports for an organisation's own books; as files they are had by parts/Export. */
import { call, query } from "../api";
import type { Schema } from "../schemas";

export type Held = Schema<"HoldingModel">;
export type Movement = Schema<"MovementModel">;
export type HandOver = Schema<"HandOverModel">;
export type Fulfilled = Schema<"FulfilledModel">;
type Filter = Record<string, string | null>;

const DAY_MS = 86_400_000;
/** Rows that a page shows; the file has them all. */
export const SHOWN = 100;

/** Midnight of a day as this browser's clock has it, or of the day so many later. */
export function midnight(day: string | null, days = 0): string | null {
  const at = day ? new Date(`${day}T00:00:00`).getTime() + days * DAY_MS : Number.NaN;
  return Number.isNaN(at) ? null : new Date(at).toISOString();
}

export const reports = {
  holdings: (filter: Filter) => call<Schema<"HoldingReport">>("GET", "/reports/holdings" + query(filter)),
  movements: (filter: Filter) => call<Schema<"MovementPage">>("GET", "/reports/movements" + query({ ...filter, limit: SHOWN })),
  handOvers: (filter: Filter) => call<Schema<"HandOverPage">>("GET", "/reports/hand-overs" + query({ ...filter, limit: SHOWN })),
  fulfilment: (filter: Filter) => call<Schema<"FulfilledReport">>("GET", "/reports/fulfilment" + query(filter)),
};
