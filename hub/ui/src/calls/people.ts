/** People, badges, tokens and the log of decisions. */
import { call, file, query, type Page } from "../api";
import type { Schema } from "../schemas";

export type Person = Schema<"PersonModel">;
export type Post = Pick<Person, "role" | "organisation" | "site">;
export type NewPerson = Schema<"NewUser">;
export type OneTimeLink = Schema<"LinkModel">;
export type NewBadge = Schema<"BadgeModel">;
export type Token = Schema<"TokenModel">;
export type Decision = Schema<"DecisionModel">;
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
  invite: (person: NewPerson) => call<Schema<"Invited">>("POST", "/users", person),
  change: (name: string, what: Partial<Post & { shown: string; active: boolean }>) => call<Person>("PATCH", one(name), what),
  link: (name: string) => call<OneTimeLink>("POST", `${one(name)}/link`),
  badge: (name: string, pin: string | null) => call<NewBadge>("POST", `${one(name)}/badge`, { pin }),
  noBadge: (name: string) => call<null>("DELETE", `${one(name)}/badge`),
  /** The label for a badge, of the size of a bank card. */
  badgeLabel: (badge: NewBadge, title: string) => file("POST", "/labels", {
    kind: "badge", labels: [{ code: badge.code.replace(/^RR:B:/, ""), title }], width_mm: 85, height_mm: 54, dpi: 300, format: "pdf",
  }),
  tokens: () => call<Schema<"TokenList">>("GET", "/tokens"),
  makeToken: (token: Post & { name: string }) => call<Schema<"MadeToken">>("POST", "/tokens", token),
  revokeToken: (name: string) => call<null>("DELETE", `/tokens/${encodeURIComponent(name)}`),
  decisions: (filter: LogFilter) => call<Page<Decision>>("GET", "/audit-log" + query({ ...filter, limit: PAGE })),
};
