/** Trips of unmanned vehicles, and direct shipments. */
import { call, query, type Page } from "../api";
import type { Schema } from "../schemas";

export type TripState = Schema<"TripState">;
export type Trip = Schema<"TripModel">;
export type WholeTrip = Schema<"WholeTripModel">;
export type Shipment = Schema<"DirectModel">;
export type WholeShipment = Schema<"DirectWhole">;
export type DirectRequest = Schema<"RequestModel">;

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
    return call<Schema<"DirectTaken">>("POST", `${shipment(key)}/outcomes`, { sent: now, outcomes: [outcome] });
  },
};
