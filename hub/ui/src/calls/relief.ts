/** Requests, the consignments that carry goods for them, and the parcels of single recipients; what may be decided is said by the hub. */
import { call, query, type Page } from "../api";
import type { Group, Way } from "./helpline";

export type { Group, Way };
export type Kind = "request" | "consignment" | "parcel";
export const WAYS = ["station", "door", "vehicle", "direct"] as const;
export const REQUEST_STATES = ["draft", "asked", "approved", "allocated", "under-way", "ready", "fulfilled", "returned", "refused", "cancelled"] as const;
export const CONSIGNMENT_STATES = ["planned", "picking", "packed", "in-transit", "arrived", "received", "discrepant", "returning", "returned", "lost", "closed", "cancelled"] as const;
export const PARCEL_STATES = ["planned", "packed", "under-way", "arrived", "waiting", "out", "handed-over", "refused", "due-back", "returning", "returned", "lost", "damaged", "cancelled"] as const;

/** A decision or a fact, and the state after it. */
export interface Happened {
  at: string;
  event: string;
  /** Of a fact: its verb. Empty: somebody decided it. */
  action: string;
  source: string;
  target: string;
  who: string;
  device: string;
  detail: string;
  state: string;
  odd: boolean;
  noted_at: string;
}
export interface RequestLine {
  line: number;
  item: string;
  n: number;
  need: string | null;
  /** Base units that are reserved, being picked or picked. */
  kept: number;
}
export interface RequestRow {
  id: string;
  organisation: string;
  incident: string | null;
  line: string | null;
  call: string | null;
  recipient: string | null;
  shown: string | null;
  last4: string | null;
  way: Way;
  site: string | null;
  priority: number;
  groups: Group[];
  needed_by: string;
  note: string;
  state: string;
  odd: boolean;
  split_of: string | null;
  made_at: string;
  made_by: string;
  lines: RequestLine[];
}
export interface Content {
  line: number;
  item: string;
  lot: string;
  owner: string;
  n: number;
}
export interface ParcelRow {
  id: string;
  request: string;
  consignment: string;
  back: string | null;
  recipient: string | null;
  shown: string | null;
  last4: string | null;
  way: Way;
  station: string | null;
  number: number;
  state: string;
  odd: boolean;
  placed: string;
  at: string | null;
  waiting_since: string | null;
  until: string | null;
  given_at: string | null;
  proof: { way: string; checked?: boolean; proxy?: number | null; households?: number | null } | null;
  lines: Content[];
  made_at: string;
}
export interface ConsignmentRow {
  id: string;
  organisation: string;
  way: Way;
  from_site: string | null;
  to_site: string | null;
  vehicle: string | null;
  due: string | null;
  note: string;
  state: string;
  odd: boolean;
  back_of: string | null;
  parcels: number;
  by_state: Record<string, number>;
  picks: string[];
  units: string[];
  made_at: string;
  made_by: string;
  changed_at: string;
}
/** Pieces: dispatched = received + damaged + lost + in_transit + elsewhere. */
export interface Custody {
  item: string;
  lot: string;
  owner: string;
  planned: number;
  dispatched: number;
  received: number;
  damaged: number;
  lost: number;
  in_transit: number;
  elsewhere: number;
}
/** `may`: the decisions that this role may make in this state. */
export type Whole<Row> = Row & { may: string[]; history: Happened[] };
export type RequestWhole = Whole<RequestRow> & { parcels: ParcelRow[] };
export type ParcelWhole = Whole<ParcelRow>;
export type ConsignmentWhole = Whole<ConsignmentRow> & { custody: Custody[] };
export interface Board {
  states: { state: string; count: number; rows: ConsignmentRow[] }[];
}
export interface NewRequest {
  id: string;
  organisation: string | null;
  way: Way;
  site: string | null;
  priority: number;
  groups: Group[];
  needed_by: string;
  note: string;
  lines: { item: string; n: number }[];
  draft: boolean;
}
export interface NewConsignment {
  requests: string[];
  from_site: string | null;
  to_site: string | null;
  way: Way;
  vehicle: string | null;
  due: string | null;
}

type Filter = Record<string, string | null>;
const one = (kind: Kind, id: string) => `/${kind}s/${encodeURIComponent(id)}`;

/** How the route of a decision ends. */
const ENDS: Record<string, string> = { submit: "submission", approve: "approval", refuse: "refusal", cancel: "cancellation", allocate: "allocation", close: "closing", lose: "loss" };

export const relief = {
  requests: (filter: Filter) => call<Page<RequestRow>>("GET", "/requests" + query({ ...filter, limit: 100 })),
  request: (id: string) => call<RequestWhole>("GET", one("request", id)),
  ask: (request: NewRequest) => call<RequestWhole>("POST", "/requests", request),
  decideMany: (event: string, ids: string[]) => call<{ decided: number; lacking: string[] }>("POST", "/requests/decisions", { event, ids }),
  consignments: (filter: Filter) => call<Page<ConsignmentRow>>("GET", "/consignments" + query({ ...filter, limit: 100 })),
  board: (filter: Filter) => call<Board>("GET", "/consignments/board" + query(filter)),
  consignment: (id: string) => call<ConsignmentWhole>("GET", one("consignment", id)),
  plan: (wanted: NewConsignment) => call<ConsignmentWhole>("POST", "/consignments", wanted),
  parcels: (filter: Filter) => call<Page<ParcelRow>>("GET", "/parcels" + query({ ...filter, limit: 100 })),
  parcel: (id: string) => call<ParcelWhole>("GET", one("parcel", id)),
  /** Answers with what it made: a split with the new one, a return with the consignment that comes back. */
  decide: (kind: Kind, id: string, event: string, body: object) => call<{ id?: string }>("POST", `${one(kind, id)}/${ENDS[event] ?? event}`, body),
};

/** What pages have to ask for again after a decision. */
export const TOUCHED = ["requests", "request", "consignments", "consignment", "board", "parcels", "parcel", "needs", "need", "reservations", "picks", "story"];

const PARCEL = /^(?:RR:P:|parcel:)?([A-Za-z0-9-]{1,40}\.[0-9A-HJKMNP-TV-Z]{6})$/;

/** The id of a parcel as its label or a person says it; null: that is none. */
export function parcelOf(text: string): string | null {
  const found = PARCEL.exec(text.trim()) ?? PARCEL.exec(text.trim().replace(/[^.]+$/, (end) => end.toUpperCase()));
  return found ? found[1]! : null;
}
