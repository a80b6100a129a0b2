/** What everything else is named by: organisations, sites with their bins, items; and how this hub is set up. */
import { call } from "../api";
import type { Schema } from "../schemas";

export type SiteWhole = Schema<"SiteModel">;
export type SiteInput = Schema<"SiteInput">;
export type ItemWhole = Schema<"ItemModel">;
export type ItemInput = Schema<"ItemInput">;
export type OrganisationInput = Schema<"OrganisationInput">;
export type BinWhole = Schema<"BinModel">;
export type BinInput = Schema<"BinInput">;
export type Settings = Schema<"SettingsModel">;

export const SITE_KINDS = ["warehouse", "station", "hospital", "camp"] as const;
export const DATUMS = ["WGS84", "GCJ-02", "BD-09"] as const;
export const BIN_KINDS = ["shelf", "dock", "staging", "cool", "quarantine"] as const;

const at = (site: string) => `/sites/${encodeURIComponent(site)}/bins`;

export const catalogue = {
  sites: () => call<Schema<"Sites">>("GET", "/sites"),
  items: () => call<Schema<"Items">>("GET", "/items"),
  putSite: (site: SiteInput) => call<unknown>("PUT", "/sites", { sites: [site] }),
  putItem: (item: ItemInput) => call<unknown>("PUT", "/items", { items: [item] }),
  putOrganisation: (one: OrganisationInput) => call<unknown>("PUT", "/organisations", { organisations: [one] }),
  bins: (site: string) => call<Schema<"Bins">>("GET", at(site)),
  putBin: (site: string, bin: BinInput) => call<unknown>("PUT", at(site), { bins: [bin] }),
  removeBin: (site: string, code: string) => call<unknown>("DELETE", `${at(site)}/${encodeURIComponent(code)}`),
  settings: () => call<Settings>("GET", "/settings"),
  putPrefix: (company_prefix: string) => call<unknown>("PUT", "/numbering", { company_prefix }),
};
