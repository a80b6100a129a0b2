/** Alerts: what somebody has to look at, who looks after it, and the rules by which it is raised. */
import { call, query } from "../api";
import type { Schema } from "../schemas";

export type Alert = Schema<"AlertRow">;
export type AlertPage = Schema<"AlertPage">;
export type AlertEvent = Schema<"AlertEvent">;
export type AlertWhole = Schema<"AlertWhole">;
export type AlertRule = Schema<"AlertRule">;
export type AlertRules = Schema<"AlertRules">;
export type LeastStock = Schema<"LeastStock">;
export type AlertKind = Alert["kind"];
export type AlertDeed = AlertWhole["may"][number];

/** As hub/core/alerts.py has them, the most urgent sort first. */
export const ALERT_KINDS: readonly AlertKind[] = ["hub", "lost-facts", "silent-device", "queue-growth", "stuck-vehicle", "late-consignment", "low-stock", "expiring-lot", "temperature", "discrepancy"];
export const ALERT_STATES = ["open", "acknowledged", "closed"] as const;

type Filter = Record<string, string | number | null | undefined>;
const one = (id: string) => `/alerts/${encodeURIComponent(id)}`;

export const alerts = {
  list: (filter: Filter) => call<AlertPage>("GET", "/alerts" + query({ limit: 50, ...filter })),
  one: (id: string) => call<AlertWhole>("GET", one(id)),
  acknowledge: (id: string, note = "") => call<AlertWhole>("POST", `${one(id)}/acknowledgement`, { note }),
  acknowledgeAll: (ids: string[]) => call<Schema<"AlertsAcknowledged">>("POST", "/alerts/acknowledgements", { alerts: ids, note: "" }),
  assign: (id: string, to: string, note: string) => call<AlertWhole>("POST", `${one(id)}/assignment`, { to, note }),
  close: (id: string, note: string) => call<AlertWhole>("POST", `${one(id)}/closing`, { note }),
  rules: () => call<AlertRules>("GET", "/alert-rules"),
  setRules: (rules: Pick<AlertRules, "kinds" | "stock">) => call<AlertRules>("PUT", "/alert-rules", { kinds: rules.kinds, stock: rules.stock }),
};
