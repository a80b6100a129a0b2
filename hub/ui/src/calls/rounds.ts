/** Rounds of couriers, and what they say of the doors. */
import { call, query, type Page } from "../api";

export type RoundState = "planned" | "out" | "done" | "cancelled";
export type StopState = "waiting" | "open" | "again" | "given" | "refused" | "back";
export type Told = "taken" | "given" | "attempt" | "refused" | "back";
export type Way = "code" | "person" | "neighbour" | "leader" | "contactless";
export type CodeSays = "right" | "wrong" | "mistyped" | "elsewhere" | "locked" | "no-code";

export interface RoundRow {
  id: string;
  site: string;
  courier: string;
  state: RoundState;
  parcels: number;
  given: number;
  made_at: string;
  made_by: string;
  ended_at: string | null;
}
export interface Door {
  name: string;
  phone: string;
  address: string;
  note: string;
  language: string;
  groups: string[];
}
export interface Stop {
  parcel: string;
  /** Parcels of one door have the same place in the order. */
  place: number;
  state: StopState;
  attempts: number;
  shown: string;
  last4: string;
  lat: number | null;
  lon: number | null;
  lines: { item: string; name: string; name_zh: string; n: number }[];
  /** Null for everybody but the courier of a round that is not over. */
  door: Door | null;
}
export interface SaidOf {
  id: string;
  parcel: string;
  told: Told;
  why: string;
  way: Way | "proxy" | null;
  checked: boolean;
  photo: string | null;
  warned: string[];
  at: string;
  received_at: string;
  by: string;
}
export interface Round extends RoundRow {
  stops: Stop[];
  outcomes: SaidOf[];
}
/** What happened at a door; `id` is made here, so that it counts once however often it is sent. */
export interface Outcome {
  id: string;
  told: Told;
  parcels: string[];
  /** By this telephone's clock. */
  at: string;
  way?: Way;
  code?: string;
  why?: string;
  photo?: string;
  lat?: number;
  lon?: number;
}
export interface Answer {
  outcomes: { id: string; result: "stored" | "known" | "refused"; sentence: string; warned: string[] }[];
  posted: boolean;
  round: Round;
}
export interface NewRound {
  site: string;
  courier: string;
  parcels: { parcel: string; lat?: number; lon?: number }[];
}

/** What a round from a site can be made of. */
export interface Sendable {
  parcels: { parcel: string; state: string; priority: number; needed_by: string; shown: string; last4: string; lines: Stop["lines"] }[];
  couriers: { name: string; shown: string }[];
}

const one = (id: string) => `/rounds/${encodeURIComponent(id)}`;

export const rounds = {
  list: (filter: { text?: string | null; state?: string | null; courier?: string | null; cursor?: string | null }) => call<Page<RoundRow>>("GET", "/rounds" + query({ ...filter, limit: 50 })),
  one: (id: string) => call<Round>("GET", one(id)),
  doors: (site: string) => call<Sendable>("GET", `/sites/${encodeURIComponent(site)}/doors`),
  plan: (round: NewRound) => call<Round>("POST", "/rounds", round),
  cancel: (id: string, reason: string) => call<Round>("POST", `${one(id)}/cancellation`, { reason }),
  tell: (id: string, outcomes: Outcome[]) => call<Answer>("POST", `${one(id)}/outcomes`, { sent: new Date().toISOString(), outcomes }),
  check: (id: string, parcels: string[], code: string) => call<{ answer: CodeSays; left: number }>("POST", `${one(id)}/code-checks`, { parcels, code }, 4_000),
  photo: (picture: Blob) => call<{ photo: string }>("POST", "/photos", picture, 60_000),
  picture: (id: string) => `/api/v1/photos/${id}`,
};
