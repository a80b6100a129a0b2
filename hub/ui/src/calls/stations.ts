/** Stations: what waits there for whom (masked), new codes, proxies, and counts of shelves. What is searched for stands in no address. */
import { call, query } from "../api";
import type { Schema } from "../schemas";

export const SHOWS = ["waiting", "coming", "overdue", "due-back", "locked", "given"] as const;
export type Show = (typeof SHOWS)[number];

export type StationParcel = Schema<"StationParcel">;
export type StationPage = Schema<"StationPage">;
export type NewCode = Schema<"CodeModel">;
export type ParcelProxy = Schema<"ParcelProxyModel">;
export type ShelfCount = Schema<"ShelfCountModel">;
export type ShelfCountWhole = Schema<"ShelfCountWhole">;

const of = encodeURIComponent;
const parcel = (id: string) => `/parcels/${of(id)}`;
const counts = (site: string) => `/stations/${of(site)}/shelf-counts`;

export const stations = {
  show: (site: string, show: Show, cursor: string | null) => call<StationPage>("GET", `/stations/${of(site)}` + query({ show, cursor })),
  find: (site: string, text: string) => call<Schema<"FoundParcels">>("POST", `/stations/${of(site)}/search`, { text }),
  renew: (id: string) => call<NewCode>("POST", `${parcel(id)}/code`),
  release: (id: string) => call<unknown>("DELETE", `${parcel(id)}/claim`),
  proxies: (id: string) => call<Schema<"ParcelProxies">>("GET", `${parcel(id)}/proxies`),
  addProxy: (id: string, proxy: number) => call<NewCode>("POST", `${parcel(id)}/proxies`, { proxy }),
  dropProxy: (id: string, proxy: number) => call<unknown>("DELETE", `${parcel(id)}/proxies/${proxy}`),
  counts: (site: string) => call<Schema<"ShelfCounts">>("GET", counts(site)),
  count: (site: string, id: string) => call<ShelfCountWhole>("GET", `${counts(site)}/${id}`),
  beginCount: (site: string, shelf: string) => call<ShelfCountWhole>("POST", counts(site), { shelf }),
  closeCount: (site: string, id: string) => call<ShelfCountWhole>("POST", `${counts(site)}/${id}/closing`),
};
