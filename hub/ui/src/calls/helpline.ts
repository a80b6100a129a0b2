/** Help-lines, the people who call them, their calls, and what is asked for in them. No name or number stands in an address. */
import { call, file, query, type Page } from "../api";

export const GROUPS = ["elderly", "disabled", "pregnant", "infant", "chronic"] as const;
export type Group = (typeof GROUPS)[number];
export const WAYS = ["station", "door", "vehicle"] as const;
export type Way = (typeof WAYS)[number] | "direct";
export const CALL_KINDS = ["need", "where", "other", "follow-up"] as const;
export type CallKind = (typeof CALL_KINDS)[number];

export interface Line {
  id: string;
  organisation: string;
  name: string;
  number: string;
  hours: string;
  languages: string[];
  groups: Group[];
  questions: string[];
  operators: string[];
  open: boolean;
}
export interface LineWords {
  name: string;
  number: string;
  hours: string;
  languages: string[];
  groups: Group[];
  questions: string[];
}
export interface Personal {
  name: string;
  phone: string;
  address: string;
  language: "en" | "zh";
  note: string;
  groups: Group[];
}
export interface Recipient extends Personal {
  id: string;
  shown: string;
  last4: string;
}
/** Somebody who may be meant, masked. */
export interface Candidate {
  id: string;
  shown: string;
  last4: string;
  line_name: string | null;
  touched_at: string;
  /** Whether whoever asks may open them. */
  yours: boolean;
}
export interface Proxy {
  n: number;
  name: string;
  phone: string;
}
export interface Call {
  id: string;
  line: string;
  line_name: string;
  kind: CallKind;
  at: string;
  by: string;
  recipient: string | null;
  shown: string;
  last4: string;
  about: string | null;
  due: string | null;
  done_at: string | null;
}
export interface OneCall extends Call {
  /** Null: it is for who answers the line. */
  note: string | null;
  answers: Record<string, string> | null;
  caller: string | null;
  requests: string[];
}
export interface NewCall {
  id: string;
  line: string;
  kind: CallKind;
  recipient: string | null;
  phone?: string;
  about?: string | null;
  after?: string | null;
  note?: string;
  answers?: Record<string, string>;
  /** Who called for the recipient, and how to reach them. */
  caller?: string;
  due?: string | null;
}
export interface Wish {
  item: string;
  n: number;
}
export interface NewRequest {
  id: string;
  organisation: string;
  line: string;
  call: string;
  recipient: string;
  way: Way;
  site: string | null;
  priority: number;
  groups: Group[];
  needed_by: string;
  lines: Wish[];
}
export interface Asked {
  id: string;
  state: string;
  way: Way;
  site: string | null;
  priority: number;
  needed_by: string;
  made_at: string;
  lines: { item: string; n: number }[];
}
export interface AskedParcel {
  id: string;
  state: string;
  way: Way;
  station: string | null;
  until: string | null;
  given_at: string | null;
}
export interface View {
  at: string;
  who: string;
  recipient: string;
  why: string;
}

const PAGE = 50;
const person = (id: string) => `/recipients/${id}`;

export const helpline = {
  lines: (mine: boolean) => call<{ rows: Line[] }>("GET", "/lines" + query({ mine: String(mine) })),
  openLine: (line: LineWords & { id: string; organisation: string | null }) => call<Line>("POST", "/lines", line),
  changeLine: (id: string, words: LineWords) => call<Line>("PUT", `/lines/${id}`, words),
  closeLine: (id: string) => call<Line>("POST", `/lines/${id}/closing`),
  operators: (id: string, operators: string[]) => call<Line>("PUT", `/lines/${id}/operators`, { operators }),
  search: (text: string) => call<{ rows: Candidate[]; more: boolean }>("POST", "/recipients/search", { text }),
  takeDown: (line: string, who: Personal, anew: boolean) => call<{ id: string | null; known: Candidate[] }>("POST", "/recipients", { line, ...who, anew }),
  recipient: (id: string) => call<Recipient>("GET", person(id)),
  change: (id: string, who: Personal) => call<Recipient>("PUT", person(id), who),
  erase: (id: string) => call<null>("POST", `${person(id)}/erasure`),
  proxies: (id: string) => call<{ rows: Proxy[] }>("GET", `${person(id)}/proxies`),
  addProxy: (id: string, proxy: { name: string; phone: string }) => call<Proxy>("POST", `${person(id)}/proxies`, proxy),
  dropProxy: (id: string, n: number) => call<null>("DELETE", `${person(id)}/proxies/${n}`),
  calls: (filter: Record<string, string | null>) => call<Page<Call>>("GET", "/calls" + query({ ...filter, limit: PAGE })),
  call: (id: string) => call<OneCall>("GET", `/calls/${id}`),
  take: (made: NewCall) => call<OneCall>("POST", "/calls", made),
  followUp: (id: string, due: string | null) => call<OneCall>("POST", `/calls/${id}/follow-up`, { due }),
  ask: (request: NewRequest) => call<Asked>("POST", "/requests", request),
  requests: (recipient: string) => call<Page<Asked>>("GET", "/requests" + query({ recipient, limit: PAGE })),
  parcels: (request: string) => call<{ parcels: AskedParcel[] }>("GET", `/requests/${request}`),
  slip: (parcel: string) => file("POST", "/slips", { parcel }),
  views: (filter: Record<string, string | null>) => call<Page<View>>("GET", "/personal-views" + query({ ...filter, limit: PAGE })),
};
