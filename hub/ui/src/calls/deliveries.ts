/** Deliveries that people announced, and what came of them. Days are yyyy-mm-dd. */
import { call, query, type Page } from "../api";
import type { Schema } from "../schemas";

export type DeliveryState = Delivery["state"];
export type DeliveryLine = Schema<"DeliveryLineModel">;
export type Delivery = Schema<"DeliveryModel">;
export type Receipt = Schema<"ReceiptModel">;
export type DeliveryWhole = Schema<"DeliveryWhole">;
export type Announced = Schema<"DeliveryInput">;
export interface DeliveryFilter {
  text?: string | null;
  site: string | null;
  owner: string | null;
  states: DeliveryState[];
  cursor?: string | null;
}

const one = (key: string) => `/deliveries/${encodeURIComponent(key)}`;

function deliveryQuery({ states, ...filter }: DeliveryFilter, limit?: number): string {
  return [query({ ...filter, limit }) || "?", ...states.map((state) => `state=${state}`)].join("&").replace("?&", "?");
}

export const deliveries = {
  list: (filter: DeliveryFilter) => call<Page<Delivery>>("GET", `/deliveries${deliveryQuery(filter, 50)}`),
  query: deliveryQuery,
  one: (key: string) => call<DeliveryWhole>("GET", one(key)),
  announce: (sent: Announced) => call<DeliveryWhole>("POST", "/deliveries", sent),
  change: (key: string, sent: Announced) => call<DeliveryWhole>("PUT", one(key), sent),
  cancel: (key: string, reason: string) => call<DeliveryWhole>("POST", `${one(key)}/cancellation`, { reason }),
  close: (key: string, reason: string) => call<DeliveryWhole>("POST", `${one(key)}/closing`, { reason }),
};
