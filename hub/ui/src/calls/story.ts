/** The whole story of a call, request, consignment, parcel, handling unit or lot; notices; to whom a lot went. */
import { call, query, type Page } from "../api";
import type { Schema } from "../schemas";

export type ThingKind = Thing["kind"];
export type Thing = Schema<"ThingModel">;
export type StoryStep = Schema<"StoryStepModel">;
export type Story = Schema<"StoryModel">;
export type NoticeState = Notice["state"];
export type Notice = Schema<"NoticeModel">;
export type Holder = Schema<"LotHolderModel">;

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
    call<Schema<"NoticePage">>("GET", "/notices" + query({ ...filter, limit: 100 })),
  one: (id: string) => call<Schema<"NoticeWords">>("GET", `/notices/${id}`),
  again: (id: string) => call<Notice>("POST", `/notices/${id}/again`, {}),
};
