/** Needs, the lots that may answer them, reservations, pick lists, and who lends to whom. */
import { call, query, type Page } from "../api";
import type { Schema } from "../schemas";

export type NeedState = Schema<"NeedState">;
export type Need = Schema<"NeedModel">;
export type NewNeed = Schema<"NeedInput">;
export type Candidate = Schema<"LotCandidateModel">;
export type Candidates = Schema<"CandidatesModel">;
export type ReservationState = Reservation["state"];
export type Reservation = Schema<"ReservationModel">;
export type PickLine = Schema<"PickLineModel">;
export type PickState = Schema<"PickState">;
export type Pick = Schema<"PickModel">;
export type Consent = Schema<"ConsentModel">;

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
