/** Needs, the lots that may answer them, reservations, pick lists, and who lends to whom. */
import { call, query, type Page } from "../api";

export type NeedState = "open" | "partly" | "met" | "cancelled";
export interface Need {
  id: string;
  organisation: string;
  destination: string;
  item: string;
  n: number;
  /** Base units that are reserved, being picked, or picked. */
  covered: number;
  open: number;
  state: NeedState;
  needed_by: string;
  shelf_days: number;
  substitutes: boolean;
  note: string;
  asked_at: string;
  asked_by: string;
}
export interface NewNeed {
  id: string;
  organisation: string | null;
  destination: string;
  item: string;
  n: number;
  needed_by: string;
  shelf_days: number;
  substitutes: boolean;
  note: string;
}
export interface Lot {
  site: string;
  item: string;
  lot: string;
  owner: string;
  expiry: string | null;
}
export interface Candidate extends Lot {
  /** Base units of the need in one unit. */
  pieces: number;
  stands: number;
  free: number;
  free_pieces: number;
  /** Units that the proposal takes: first expired, first out. */
  take: number;
  take_pieces: number;
}
export interface Candidates {
  wanted: number;
  lacking: number;
  rows: Candidate[];
  unfit: (Lot & { why: string; sentence: string })[];
  more: boolean;
}
export type ReservationState = "held" | "picking" | "closed" | "cancelled" | "expired";
export interface Reservation {
  id: string;
  need: string;
  organisation: string;
  site: string;
  item: string;
  lot: string;
  owner: string;
  n: number;
  pieces: number;
  substitute: boolean;
  state: ReservationState;
  made_at: string;
  made_by: string;
  expires_at: string;
  pick: string | null;
  picked: number;
}
export interface PickLine {
  line: number;
  item: string;
  lot: string;
  owner: string;
  bin: string | null;
  n: number;
  picked: number;
  expiry: string | null;
}
export type PickState = "open" | "picked" | "closed" | "cancelled";
export interface Pick {
  id: string;
  site: string;
  organisation: string;
  destination: string;
  state: PickState;
  made_at: string;
  made_by: string;
  n: number;
  picked: number;
  lines: PickLine[];
  besides: { item: string; lot: string; owner: string; n: number }[];
}
export interface Consent {
  id: string;
  owner: string;
  taker: string | null;
  item: string | null;
  until: string | null;
  given_at: string;
  given_by: string;
  ended_at: string | null;
  ended_by: string | null;
}

const PAGE = 50;

export const allocation = {
  needs: (filter: Record<string, string | null>) => call<Page<Need>>("GET", "/needs" + query({ ...filter, limit: PAGE })),
  need: (id: string) => call<Need>("GET", `/needs/${encodeURIComponent(id)}`),
  ask: (need: NewNeed) => call<Need>("POST", "/needs", need),
  cancelNeed: (id: string) => call<Need>("POST", `/needs/${id}/cancellation`),
  candidates: (need: string, filter: { item: string | null; site: string | null }) => call<Candidates>("GET", `/needs/${need}/candidates` + query(filter)),
  reserve: (need: string, wanted: { id: string; site: string; item: string; lot: string; owner: string; n: number; hold_s: number }) =>
    call<Reservation>("POST", `/needs/${need}/reservations`, wanted),
  reservations: (filter: Record<string, string | null>) => call<Page<Reservation>>("GET", "/reservations" + query({ ...filter, limit: 200 })),
  cancelReservation: (id: string) => call<Reservation>("POST", `/reservations/${id}/cancellation`),
  release: (reservations: string[]) => call<Pick>("POST", "/picks", { reservations }),
  picks: (filter: Record<string, string | null>) => call<Page<Pick>>("GET", "/picks" + query({ ...filter, limit: 20 })),
  closePick: (id: string) => call<Pick>("POST", `/picks/${encodeURIComponent(id)}/closing`),
  cancelPick: (id: string) => call<Pick>("POST", `/picks/${encodeURIComponent(id)}/cancellation`),
  consents: (cursor: string | null) => call<Page<Consent>>("GET", "/consents" + query({ cursor, limit: PAGE })),
  lend: (consent: { id: string; owner: string | null; taker: string | null; item: string | null; until: string | null }) => call<Consent>("POST", "/consents", consent),
  endConsent: (id: string) => call<Consent>("POST", `/consents/${id}/end`),
};
