/** Requests, the consignments that carry goods for them, and the parcels of single recipients; what may be decided is said by the hub. */
import { call, query, type Page } from "../api";
import type { Group, Way } from "./helpline";
import type { Schema } from "../schemas";

export type { Group, Way };
export type Kind = "request" | "consignment" | "parcel";
export const WAYS = ["station", "door", "vehicle", "direct"] as const;
export const REQUEST_STATES = ["draft", "asked", "approved", "allocated", "under-way", "ready", "fulfilled", "returned", "refused", "cancelled"] as const;
export const CONSIGNMENT_STATES = ["planned", "picking", "packed", "in-transit", "arrived", "received", "discrepant", "returning", "returned", "lost", "closed", "cancelled"] as const;
export const PARCEL_STATES = ["planned", "packed", "under-way", "arrived", "waiting", "out", "handed-over", "refused", "due-back", "returning", "returned", "lost", "damaged", "cancelled"] as const;

export type Happened = Schema<"HistoryModel">;
export type RequestLine = Schema<"RequestLineModel">;
export type RequestRow = Schema<"RequestModel">;
export type Content = Schema<"ContentModel">;
export type ParcelRow = Schema<"ParcelModel">;
export type ConsignmentRow = Schema<"ConsignmentModel">;
export type Custody = Schema<"CustodyModel">;
export type RequestWhole = Schema<"RequestWhole">;
export type ParcelWhole = Schema<"ParcelWhole">;
export type ConsignmentWhole = Schema<"ConsignmentWhole">;
export type Board = Schema<"Board">;
export type NewRequest = Schema<"RequestInput">;
export type NewConsignment = Schema<"ConsignmentInput">;

type Filter = Record<string, string | null>;
/** A decision about many. */
const LONGEST_MS = 120_000;
const one = (kind: Kind, id: string) => `/${kind}s/${encodeURIComponent(id)}`;

/** How the route of a decision ends. */
const ENDS: Record<string, string> = { submit: "submission", approve: "approval", refuse: "refusal", cancel: "cancellation", allocate: "allocation", close: "closing", lose: "loss" };

export const relief = {
  requests: (filter: Filter) => call<Page<RequestRow>>("GET", "/requests" + query({ limit: 100, ...filter })),
  request: (id: string) => call<RequestWhole>("GET", one("request", id)),
  ask: (request: NewRequest) => call<RequestWhole>("POST", "/requests", request),
  decideMany: (event: string, ids: string[]) => call<Schema<"BulkModel">>("POST", "/requests/decisions", { event, ids }, LONGEST_MS),
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
