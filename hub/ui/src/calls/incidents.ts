/** Incidents, who lives in their area, what is proposed for them, and the rates by which that is reckoned. */
import type { FeatureCollection } from "geojson";

import { call, query, type Page } from "../api";
import type { Schema } from "../schemas";

export type IncidentState = Incident["state"];
export type Severity = Incident["severity"];
export type Way = Schema<"Way">;

export type Incident = Schema<"IncidentModel">;
export type Settlement = Schema<"SettlementModel">;
export type Whole = Omit<Schema<"IncidentWhole">, "area"> & { area: FeatureCollection };
export type NewIncident = Schema<"IncidentInput">;
export type Wish = Schema<"ProposalInput">;
export type Line = Schema<"ProposedLine">;
export type Proposal = Schema<"ProposalModel">;
export type Ready = Schema<"ReadyModel">;
export type Readiness = Schema<"ReadinessModel">;
export const PER = ["person", "household", "elderly", "disabled", "pregnant", "infant", "chronic"] as const;
export type Rate = Schema<"RateModel">;
export type Rates = Schema<"RatesModel">;

/** What may be decided about all requests of an incident at once. */
export type Step = "submit" | "approve" | "allocate";

const LONGEST_MS = 120_000;

export const incidents = {
  list: (filter: Record<string, string | null>) => call<Page<Incident>>("GET", "/incidents" + query({ ...filter, limit: 50 })),
  one: (id: string) => call<Whole>("GET", `/incidents/${id}`),
  enter: (incident: NewIncident) => call<Incident>("POST", "/incidents", incident),
  alert: (xml: string) => call<Schema<"AlertTaken">>("POST", "/incidents/cap", new Blob([xml], { type: "application/cap+xml" })),
  close: (id: string) => call<Incident>("POST", `/incidents/${id}/closing`),
  reopen: (id: string) => call<Incident>("POST", `/incidents/${id}/reopening`),
  propose: (id: string, wish: Wish) => call<Proposal>("POST", `/incidents/${id}/proposal`, wish, LONGEST_MS),
  readiness: (id: string) => call<Readiness>("GET", `/incidents/${id}/readiness`),
  settlements: (text: string | null, cursor: string | null) => call<Schema<"Settlements">>("GET", "/settlements" + query({ text, cursor, limit: 100 })),
  rates: () => call<Rates>("GET", "/rates"),
  setRates: (rates: Rates) => call<Rates>("PUT", "/rates", rates),
};

/** Where the situation report stands, to be opened or printed. */
export const report = (id: string, language: string) => `/api/v1/incidents/${id}/report` + query({ language: language === "zh" ? "zh" : "en" });
