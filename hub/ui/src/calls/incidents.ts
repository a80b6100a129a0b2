/** Incidents, who lives in their area, what is proposed for them, and the rates by which that is reckoned. */
import type { FeatureCollection } from "geojson";

import { call, query, type Page } from "../api";

export type IncidentState = "open" | "cancelled" | "closed";
export type Severity = "Extreme" | "Severe" | "Moderate" | "Minor" | "Unknown";
export type Way = "station" | "door" | "vehicle" | "direct";

export interface Incident {
  id: string;
  name: string;
  name_zh: string;
  kind: string;
  severity: Severity;
  exercise: boolean;
  state: IncidentState;
  alerted_at: string;
  expires_at: string | null;
  made_at: string;
  made_by: string;
  state_at: string;
  state_by: string;
}
export interface Settlement {
  id: string;
  name: string;
  name_zh: string;
  lat: number;
  lon: number;
  population: number;
  households: number | null;
  elderly: number | null;
  disabled: number | null;
  pregnant: number | null;
  infant: number | null;
  chronic: number | null;
}
export interface Whole {
  incident: Incident;
  words: { language: string; event: string; headline: string; description: string; instruction: string; area: string }[];
  alerts: { sender: string; identifier: string; sent: string; kind: string; headline: string }[];
  area: FeatureCollection;
  centre: [number, number] | null;
  settlements: Settlement[];
  settlements_count: number;
  population: number;
  households: number;
  sites: { id: string; name: string; name_zh: string; kind: string; lat: number; lon: number }[];
  requests: Record<string, number>;
  parcels: Record<string, number>;
  wanted: { item: string; n: number; given: number }[];
  clock: { alerted_at: string; asked_at: string | null; loaded_at: string | null; given_at: string | null; load_s: number | null };
}
export interface NewIncident {
  id: string;
  name: string;
  name_zh: string;
  kind: string;
  severity: Severity;
  exercise: boolean;
  description: string;
  circles: { lat: number; lon: number; radius_km: number }[];
}
export interface Wish {
  dry_run: boolean;
  organisation: string | null;
  days: number | null;
  percent: number;
  way: Way;
  needed_by: string | null;
  priority: number;
}
export interface Line {
  item: string;
  n: number;
  rates: string[];
}
export interface Proposal {
  days: number;
  percent: number;
  rows: { settlement: string; name: string; name_zh: string; people: number; households: number; site: string | null; km: number | null; lines: Line[]; request: string | null; made: boolean }[];
  totals: Line[];
  /** Rates for which nobody chose an item. */
  lacking: string[];
  made: number;
}
export interface Ready {
  site: string;
  name: string;
  name_zh: string;
  kind: string;
  km: number | null;
  by: "road" | "line" | null;
  percent: number;
  held: { item: string; needed: number; free: number; could: number; percent: number }[];
}
export interface Readiness {
  of: "requests" | "proposal" | "nothing";
  needed: Line[];
  rows: Ready[];
}
export const PER = ["person", "household", "elderly", "disabled", "pregnant", "infant", "chronic"] as const;
export interface Rate {
  key: string;
  name: string;
  name_zh: string;
  item: string | null;
  per: (typeof PER)[number];
  /** Thousandths of the item's base unit. */
  milli: number;
  unit: string;
  /** 0: given once; else the amount lasts so many days. */
  every_days: number;
  kinds: string[];
}
export interface Rates {
  rates: Rate[];
  household_tenths: number;
  shares: Record<string, number>;
  days: number;
}

/** What may be decided about all requests of an incident at once. */
export type Step = "submit" | "approve" | "allocate";

const LONGEST_MS = 120_000;

export const incidents = {
  list: (filter: Record<string, string | null>) => call<Page<Incident>>("GET", "/incidents" + query({ ...filter, limit: 50 })),
  one: (id: string) => call<Whole>("GET", `/incidents/${id}`),
  enter: (incident: NewIncident) => call<Incident>("POST", "/incidents", incident),
  alert: (xml: string) => call<{ incidents: string[] }>("POST", "/incidents/cap", new Blob([xml], { type: "application/cap+xml" })),
  close: (id: string) => call<Incident>("POST", `/incidents/${id}/closing`),
  reopen: (id: string) => call<Incident>("POST", `/incidents/${id}/reopening`),
  propose: (id: string, wish: Wish) => call<Proposal>("POST", `/incidents/${id}/proposal`, wish, LONGEST_MS),
  readiness: (id: string) => call<Readiness>("GET", `/incidents/${id}/readiness`),
  requestsIn: (incident: string, state: string) => call<Page<{ id: string }>>("GET", "/requests" + query({ incident, state, limit: 500 })),
  decide: (event: Step, ids: string[]) => call<{ decided: number; lacking: string[] }>("POST", "/requests/decisions", { event, ids }, LONGEST_MS),
  settlements: () => call<{ settlements: Settlement[] }>("GET", "/settlements"),
  rates: () => call<Rates>("GET", "/rates"),
  setRates: (rates: Rates) => call<Rates>("PUT", "/rates", rates),
};

/** Where the situation report stands, to be opened or printed. */
export const report = (id: string, language: string) => `/api/v1/incidents/${id}/report` + query({ language: language === "zh" ? "zh" : "en" });
