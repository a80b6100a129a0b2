/** The whole story of a call, request, consignment, parcel, handling unit or lot; notices; to whom a lot went. */
import { call, query, type Page } from "../api";
import type { Discrepancy } from "./discrepancies";

export type ThingKind = "call" | "request" | "consignment" | "parcel";
export interface Thing {
  kind: ThingKind;
  id: string;
  state: string;
  organisation: string;
  way: string;
  source: string | null;
  site: string | null;
  placed: string;
  shown: string;
  last4: string;
  odd: boolean;
  made_at: string;
}
export interface StoryStep {
  at: string;
  received_at: string | null;
  earliest: string | null;
  latest: string | null;
  estimated: boolean;
  what: "call" | "decision" | "fact" | "notice";
  about: string;
  event: string;
  state: string;
  who: string;
  device: string;
  source: string;
  to: string;
  detail: string;
  channel: string;
  n: number;
  odd: boolean;
  voided: boolean;
  proof: { way: string; checked: boolean; proxy: number | null; households: number | null; photo: string | null } | null;
}
export interface Story {
  kind: ThingKind | "code";
  id: string;
  things: Thing[];
  more: boolean;
  trouble: Discrepancy[];
  steps: StoryStep[];
  next: string | null;
}
export type NoticeState = "queued" | "sent" | "failed";
export interface Notice {
  id: string;
  kind: string;
  about: string;
  channel: "text" | "voice";
  language: "en" | "zh";
  state: NoticeState;
  why: string;
  tries: number;
  queued_at: string;
  due_at: string;
  ended_at: string | null;
  asked_by: string;
  shown: string;
  last4: string;
  again: boolean;
}
export interface Holder {
  parcel: string;
  state: string;
  request: string;
  consignment: string;
  way: string;
  station: string | null;
  shown: string;
  last4: string;
  owner: string;
  quantity: number;
  given_at: string | null;
}

/** What names a story by itself; everything else is a code that a scanner reads. */
const NAMED = /^((call|request):[0-9a-f]{16}|(consignment:)?C-[0-9A-Z]{8}|(parcel:|RR:P:)[A-Za-z0-9-]{1,40}\.[0-9A-Z]{6})$/;
export const namesStory = (code: string): boolean => NAMED.test(code);

export const story = {
  of: (of: string, cursor: string | null, limit = 100) => call<Story>("GET", "/story" + query({ of, cursor, limit })),
  holders: (item: string, lot: string, cursor: string | null) =>
    call<Page<Holder>>("GET", "/recall/holders" + query({ gtin: item.replace(/^gtin:/, ""), cursor, limit: 100 }) + `&lot=${encodeURIComponent(lot)}`),
};

export const notices = {
  list: (filter: { text?: string | null; state: string | null; about: string | null; cursor: string | null }) =>
    call<Page<Notice> & { open: Record<string, number> }>("GET", "/notices" + query({ ...filter, limit: 100 })),
  one: (id: string) => call<{ notice: Notice; text: string | null }>("GET", `/notices/${id}`),
  again: (id: string) => call<Notice>("POST", `/notices/${id}/again`, {}),
};
