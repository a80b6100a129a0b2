/** People, badges, tokens and the log of decisions. */
import { call, file, query, type Page, type Role } from "../api";

export interface Person {
  name: string;
  /** The name for people; empty: the same. */
  shown: string;
  role: Role;
  organisation: string | null;
  site: string | null;
  active: boolean;
  created_at: string;
  /** A password is set: the invitation was used. */
  signs_in: boolean;
  badge: boolean;
}
export interface Post {
  role: Role;
  organisation: string | null;
  site: string | null;
}
export interface NewPerson extends Post {
  name: string;
  shown: string;
}
/** A link by which one person sets a password, once; shown this once. */
export interface OneTimeLink {
  name: string;
  kind: string;
  path: string;
  qr_svg: string;
  expires_at: string;
}
/** Shown this once. `pin` is null where the person chose it. */
export interface NewBadge {
  name: string;
  code: string;
  printed: string;
  pin: string | null;
}
export interface Token extends Post {
  name: string;
  created_at: string;
}
export interface Decision {
  id: number;
  at: string;
  who: string;
  action: string;
  what: string;
  detail: string;
}
export interface PeopleFilter {
  text?: string | null;
  role?: string | null;
  active?: string | null;
  cursor?: string | null;
}
export interface LogFilter {
  who?: string | null;
  action?: string | null;
  what?: string | null;
  since?: string | null;
  until?: string | null;
  cursor?: string | null;
}

const PAGE = 50;
const one = (name: string) => `/users/${encodeURIComponent(name)}`;

export const people = {
  list: (filter: PeopleFilter) => call<Page<Person>>("GET", "/users" + query({ ...filter, limit: PAGE })),
  /** By its exact name; null: there is nobody of that name. */
  one: async (name: string) => {
    const found = await call<Page<Person>>("GET", "/users" + query({ text: name, limit: 500 }));
    return found.rows.find((each) => each.name === name) ?? null;
  },
  invite: (person: NewPerson) => call<{ user: Person; link: OneTimeLink }>("POST", "/users", person),
  change: (name: string, what: Partial<Post & { shown: string; active: boolean }>) => call<Person>("PATCH", one(name), what),
  link: (name: string) => call<OneTimeLink>("POST", `${one(name)}/link`),
  badge: (name: string, pin: string | null) => call<NewBadge>("POST", `${one(name)}/badge`, { pin }),
  noBadge: (name: string) => call<null>("DELETE", `${one(name)}/badge`),
  /** The label for a badge, of the size of a bank card. */
  badgeLabel: (badge: NewBadge, title: string) => file("POST", "/labels", {
    kind: "badge", labels: [{ code: badge.code.replace(/^RR:B:/, ""), title }], width_mm: 85, height_mm: 54, dpi: 300, format: "pdf",
  }),
  tokens: () => call<{ tokens: Token[] }>("GET", "/tokens"),
  makeToken: (token: Post & { name: string }) => call<{ token: string; made: Token }>("POST", "/tokens", token),
  revokeToken: (name: string) => call<null>("DELETE", `/tokens/${encodeURIComponent(name)}`),
  decisions: (filter: LogFilter) => call<Page<Decision>>("GET", "/audit-log" + query({ ...filter, limit: PAGE })),
};
