/** Stations: what waits there for whom (masked), new codes, proxies, and counts of shelves. What is searched for stands in no address. */
import { call, query } from "../api";

export const SHOWS = ["waiting", "coming", "overdue", "due-back", "locked", "given"] as const;
export type Show = (typeof SHOWS)[number];

export interface StationParcel {
  id: string;
  /** Shelf and number, as on its label; empty where it stands on no shelf. */
  shelf_code: string;
  state: string;
  request: string;
  priority: number;
  consignment: string;
  organisation: string;
  shown: string;
  last4: string;
  waiting_since: string | null;
  until: string | null;
  given_at: string | null;
  reminded_at: string | null;
  locked: boolean;
  coded: boolean;
  proxies: number;
  claimed_by: string | null;
  claimed_at: string | null;
  goods: { item: string; lot: string; n: number }[];
}
export interface StationPage {
  counts: Record<Show, number>;
  rows: StationParcel[];
  next: string | null;
}
export interface NewCode {
  parcel: string;
  /** Whether a notice with it was queued. */
  sent: boolean;
  /** For the help-line that knows the recipient; nobody else sees it. */
  code: string | null;
}
export interface ParcelProxy {
  proxy: number;
  shown: string;
  last4: string;
  coded: boolean;
}
export interface ShelfCount {
  id: string;
  site: string;
  shelf: string;
  made_at: string;
  made_by: string;
  closed_at: string | null;
  closed_by: string | null;
}
export interface ShelfCountWhole extends ShelfCount {
  found: string[];
  missing: { parcel: string; shelf_code: string; shown: string }[];
  besides: string[];
}

const of = encodeURIComponent;
const parcel = (id: string) => `/parcels/${of(id)}`;
const counts = (site: string) => `/stations/${of(site)}/shelf-counts`;

export const stations = {
  show: (site: string, show: Show, cursor: string | null) => call<StationPage>("GET", `/stations/${of(site)}` + query({ show, cursor })),
  find: (site: string, text: string) => call<{ rows: StationParcel[] }>("POST", `/stations/${of(site)}/search`, { text }),
  renew: (id: string) => call<NewCode>("POST", `${parcel(id)}/code`),
  release: (id: string) => call<unknown>("DELETE", `${parcel(id)}/claim`),
  proxies: (id: string) => call<{ rows: ParcelProxy[] }>("GET", `${parcel(id)}/proxies`),
  addProxy: (id: string, proxy: number) => call<NewCode>("POST", `${parcel(id)}/proxies`, { proxy }),
  dropProxy: (id: string, proxy: number) => call<unknown>("DELETE", `${parcel(id)}/proxies/${proxy}`),
  counts: (site: string) => call<{ rows: ShelfCount[] }>("GET", counts(site)),
  count: (site: string, id: string) => call<ShelfCountWhole>("GET", `${counts(site)}/${id}`),
  beginCount: (site: string, shelf: string) => call<ShelfCountWhole>("POST", counts(site), { shelf }),
  closeCount: (site: string, id: string) => call<ShelfCountWhole>("POST", `${counts(site)}/${id}/closing`),
};
