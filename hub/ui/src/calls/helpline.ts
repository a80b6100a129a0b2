/** Help-lines, the people who call them, their calls, and what is asked for in them. No name or number stands in an address. */
import { call, file, query, type Page } from "../api";
import type { Schema } from "../schemas";

export const GROUPS = ["elderly", "disabled", "pregnant", "infant", "chronic"] as const;
export type Group = Personal["groups"][number];
export const WAYS = ["station", "door", "vehicle"] as const;
export type Way = Schema<"Way">;
export const CALL_KINDS = ["need", "where", "other", "follow-up"] as const;
export type CallKind = Call["kind"];

export type Line = Schema<"HelpLineModel">;
export type LineWords = Required<Schema<"LineFields">>;
export type Personal = Required<Schema<"PersonalFields">>;
export type Recipient = Schema<"RecipientModel">;
export type Candidate = Schema<"RecipientCandidate">;
export type Proxy = Schema<"ProxyModel">;
export type Call = Schema<"CallModel">;
export type OneCall = Schema<"OneCall">;
export type NewCall = Schema<"CallInput">;
export type Wish = Schema<"RequestLine">;
export type Asked = Schema<"RequestModel">;
export type AskedParcel = Schema<"ParcelModel">;
export type View = Schema<"ViewModel">;

const PAGE = 50;
const person = (id: string) => `/recipients/${id}`;

export const helpline = {
  lines: (mine: boolean) => call<Schema<"LineList">>("GET", "/lines" + query({ mine: String(mine) })),
  openLine: (line: LineWords & { id: string; organisation: string | null }) => call<Line>("POST", "/lines", line),
  changeLine: (id: string, words: LineWords) => call<Line>("PUT", `/lines/${id}`, words),
  closeLine: (id: string) => call<Line>("POST", `/lines/${id}/closing`),
  operators: (id: string, operators: string[]) => call<Line>("PUT", `/lines/${id}/operators`, { operators }),
  search: (text: string) => call<Schema<"Candidates">>("POST", "/recipients/search", { text }),
  takeDown: (line: string, who: Personal, anew: boolean) => call<Schema<"RecipientTaken">>("POST", "/recipients", { line, ...who, anew }),
  recipient: (id: string) => call<Recipient>("GET", person(id)),
  change: (id: string, who: Personal) => call<Recipient>("PUT", person(id), who),
  erase: (id: string) => call<null>("POST", `${person(id)}/erasure`),
  proxies: (id: string) => call<Schema<"ProxyList">>("GET", `${person(id)}/proxies`),
  addProxy: (id: string, proxy: { name: string; phone: string }) => call<Proxy>("POST", `${person(id)}/proxies`, proxy),
  dropProxy: (id: string, n: number) => call<null>("DELETE", `${person(id)}/proxies/${n}`),
  calls: (filter: Record<string, string | null>) => call<Page<Call>>("GET", "/calls" + query({ ...filter, limit: PAGE })),
  call: (id: string) => call<OneCall>("GET", `/calls/${id}`),
  take: (made: NewCall) => call<OneCall>("POST", "/calls", made),
  followUp: (id: string, due: string | null) => call<OneCall>("POST", `/calls/${id}/follow-up`, { due }),
  slip: (parcel: string) => file("POST", "/slips", { parcel }),
  views: (filter: Record<string, string | null>) => call<Page<View>>("GET", "/personal-views" + query({ ...filter, limit: PAGE })),
};
