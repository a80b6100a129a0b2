/** What does not add up, both stories of it, and what people decide; facts that nobody named an owner for. */
import { call, query, type Page } from "../api";
import type { Schema } from "../schemas";

export type Decision = Schema<"Decision">;
export type Settlement = Schema<"SettledModel">;
export type Discrepancy = Schema<"DiscrepancyModel">;
export type Side = Schema<"SideModel">;
export type DiscrepancyWhole = Schema<"DiscrepancyWhole">;
export type FactName = Schema<"FactInput">;
export type Deciding = Schema<"SettlingInput">;
export type Ownerless = Schema<"OwnerlessModel">;
export type Count = Schema<"CountModel">;

const one = (key: string) => `/discrepancies/${encodeURIComponent(key)}`;

export const discrepancies = {
  list: (state: "open" | "settled", sought: Record<string, string | null>, cursor: string | null) =>
    call<Page<Discrepancy>>("GET", "/discrepancies" + query({ state, ...sought, cursor, limit: 50 })),
  one: (key: string) => call<DiscrepancyWhole>("GET", one(key)),
  settle: (key: string, sent: Deciding) => call<Settlement>("POST", `${one(key)}/settlement`, sent),
  unsettled: (site: string | null, cursor: string | null) => call<Page<Ownerless>>("GET", "/unsettled" + query({ site, cursor, limit: 100 })),
  counts: (site: string | null, cursor: string | null) => call<Page<Count>>("GET", "/counts" + query({ site, cursor, limit: 100 })),
  settleOwner: (facts: FactName[], owner: string, reason: string) =>
    call<Schema<"Done">>("POST", "/unsettled/settlement", { facts, owner, reason }),
};
