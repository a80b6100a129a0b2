/** Trips of unmanned vehicles, and direct shipments. */
import { call, query, type Page } from "../api";

export type TripState = "planned" | "loaded" | "under-way" | "arrived" | "opened" | "done";
export interface Trip {
  consignment: string;
  vehicle: string;
  organisation: string;
  from_site: string | null;
  to_site: string | null;
  due: string | null;
  state: TripState;
  parcels: number;
  aboard: number;
  handed: number;
  back: number;
  departed_at: string | null;
  arrived_at: string | null;
}
export interface WholeTrip extends Trip {
  compartments: { compartment: string; parcel: string; state: string; shown: string; last4: string }[];
  steps: { at: string; event: string; parcel: string; compartment: string }[];
}
export interface Shipment {
  consignment: string;
  organisation: string;
  supplier: string;
  state: string;
  due: string | null;
  made_at: string;
  made_by: string;
  sent_at: string | null;
  sent_by: string | null;
}
export interface WholeShipment extends Shipment {
  parcels: { parcel: string; state: string; shown: string; last4: string; contents: { item: string; owner: string; n: number }[] }[];
  posted: boolean;
}
export interface DirectRequest {
  id: string;
  shown: string | null;
  last4: string | null;
  priority: number;
  lines: { item: string; n: number }[];
}

const PAGE = 50;
const random = () => Array.from(crypto.getRandomValues(new Uint8Array(10)), (byte) => byte.toString(16).padStart(2, "0")).join("");

export const trips = {
  list: (filter: { text?: string | null; vehicle?: string | null; cursor?: string | null }) => call<Page<Trip>>("GET", "/trips" + query({ ...filter, limit: PAGE })),
  one: (consignment: string) => call<WholeTrip>("GET", `/trips/${encodeURIComponent(consignment)}`),
};

const shipment = (key: string) => `/direct-shipments/${encodeURIComponent(key)}`;

export const shipments = {
  list: (filter: { text?: string | null; cursor?: string | null }) => call<Page<Shipment>>("GET", "/direct-shipments" + query({ ...filter, limit: PAGE })),
  one: (key: string) => call<WholeShipment>("GET", shipment(key)),
  /** Requests that a supplier could serve: approved ones whose way is `direct`. */
  requests: () => call<Page<DirectRequest>>("GET", "/requests" + query({ way: "direct", state: "approved", limit: 200 })),
  plan: (requests: string[], supplier: string) => call<WholeShipment>("POST", "/direct-shipments", { requests, supplier }),
  dispatch: (key: string) => call<WholeShipment>("POST", `${shipment(key)}/dispatch`, {}),
  /** What became of some parcels; said once with each press of a button. */
  tell: (key: string, told: "given" | "attempt" | "refused", parcels: string[]) => {
    const now = new Date().toISOString();
    const outcome = { id: random(), told, parcels, at: now, ...(told === "given" ? { way: "person" } : {}) };
    return call<{ shipment: WholeShipment; outcomes: { result: string; sentence: string }[] }>("POST", `${shipment(key)}/outcomes`, { sent: now, outcomes: [outcome] });
  },
};
